//! The one thread that owns the connection that writes. Callers hand it closures over a bounded
//! channel; each runs in one transaction, kept only when it answers `Ok`. A caller that goes away
//! before its answer, or a closure that panics, does not end the thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::StoreError;

/// Jobs that may wait; one more caller blocks, which is the back-pressure on the pipeline.
const WAITING: usize = 64;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle to the writer's thread. Dropping it lets the jobs in hand finish, then joins the thread.
pub(super) struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(mut connection: Connection) -> std::io::Result<Self> {
        let (jobs, waiting) = sync_channel::<Job>(WAITING);
        let run = move || {
            for job in waiting {
                if catch_unwind(AssertUnwindSafe(|| job(&mut connection))).is_err() {
                    tracing::error!("a write to the database panicked and was rolled back");
                }
            }
        };
        let thread = std::thread::Builder::new().name("store-writer".into()).spawn(run)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Runs `job` in one transaction and waits for its answer.
    pub(super) fn call<T, E>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let answer = self.submit(job)?;
        answer.recv().unwrap_or_else(|_| Err(StoreError::WriterGone.into()))
    }

    fn submit<T, E>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Receiver<Result<T, E>>, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = sync_channel(1);
        let job: Job = Box::new(move |connection| {
            let result = in_transaction(connection, job);
            if reply.send(result).is_err() {
                tracing::debug!("the caller of a write went away before its answer");
            }
        });
        let jobs = self.jobs.as_ref().ok_or(StoreError::WriterGone)?;
        jobs.send(job).map_err(|_| StoreError::WriterGone)?;
        Ok(answer)
    }
}

fn in_transaction<T, E: From<StoreError>>(
    connection: &mut Connection,
    job: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
) -> Result<T, E> {
    // Immediate: a job reads before it writes, and an upgrade of a read lock can fail with "busy"
    // whatever the timeout, when another process wrote in between.
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(StoreError::from)?;
    let value = job(&transaction)?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(value)
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the database writer ended by a panic");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> Writer {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x INTEGER) STRICT").unwrap();
        Writer::start(connection).unwrap()
    }

    fn insert(x: i64) -> impl FnOnce(&Transaction<'_>) -> Result<(), StoreError> + Send {
        move |transaction| {
            transaction.execute("INSERT INTO t VALUES (?1)", [x])?;
            Ok(())
        }
    }

    fn stored(writer: &Writer) -> Vec<i64> {
        writer
            .call(|transaction| -> Result<Vec<i64>, StoreError> {
                let mut statement = transaction.prepare("SELECT x FROM t ORDER BY x")?;
                let rows = statement.query_map([], |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .unwrap()
    }

    #[test]
    fn a_caller_that_drops_its_reply_does_not_end_the_writer() {
        let writer = writer();
        for x in 0..10 {
            drop(writer.submit(insert(x)).unwrap());
        }
        assert_eq!(stored(&writer), (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_job_that_panics_is_rolled_back_and_does_not_end_the_writer() {
        let writer = writer();
        let result = writer.call(|transaction| -> Result<(), StoreError> {
            insert(1)(transaction)?;
            panic!("a fault in a job");
        });
        assert!(matches!(result, Err(StoreError::WriterGone)), "{result:?}");
        writer.call(insert(2)).unwrap();
        assert_eq!(stored(&writer), [2]);
    }

    #[test]
    fn a_job_that_fails_is_rolled_back() {
        let writer = writer();
        let result = writer.call(|transaction| {
            insert(1)(transaction)?;
            Err::<(), _>(StoreError::WriterGone)
        });
        assert!(result.is_err());
        assert_eq!(stored(&writer), [0_i64; 0]);
    }
}
