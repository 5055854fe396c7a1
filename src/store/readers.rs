//! The connections that read. They never wait for the writer (WAL) and cannot write.

use std::ops::Deref;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

/// A few connections, lent one at a time.
pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl Readers {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self { idle: Mutex::new(connections), returned: Condvar::new() }
    }

    /// A connection, waiting for one when all are lent.
    pub(super) fn get(&self) -> Reader<'_> {
        let mut idle = self.lock();
        loop {
            if let Some(connection) = idle.pop() {
                return Reader { connection: Some(connection), readers: self };
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }

    // A panic while the list was held leaves a list that is still a list.
    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection on loan; it goes back when dropped.
pub(super) struct Reader<'a> {
    connection: Option<Connection>,
    readers: &'a Readers,
}

impl Reader<'_> {
    /// Runs `read` in one transaction, so that all it reads is of one moment.
    pub(super) fn snapshot<T, E: From<rusqlite::Error>>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.unchecked_transaction()?;
        read(&transaction)
    }
}

impl Deref for Reader<'_> {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "the connection is taken only by drop")]
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a reader holds its connection until it is dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.readers.lock().extend(self.connection.take());
        self.readers.returned.notify_one();
    }
}
