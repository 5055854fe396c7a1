//! Which message numbers of a channel were looked at, and how many of them were shown: ranges that
//! never overlap, so that "seen 98.7 % of this channel's posts" can be said.

use rusqlite::{Connection, Transaction};

use super::record::CoverageRecord;

/// A stretch of numbers and how many of them were shown. The count of a stretch that a later look
/// covered in part is shared out evenly, hence the fraction.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stretch {
    low: u64,
    high: u64,
    seen: f64,
}

impl Stretch {
    #[expect(clippy::cast_precision_loss, reason = "message numbers are far below 2^52")]
    fn len(self) -> f64 {
        (self.high - self.low + 1) as f64
    }

    fn part(self, low: u64, high: u64) -> Self {
        let part = Self { low, high, seen: 0.0 };
        Self { seen: self.seen * part.len() / self.len(), ..part }
    }

    /// What is left of it once a newer look has covered `low..=high`.
    fn without(self, low: u64, high: u64) -> impl Iterator<Item = Self> {
        let before = (self.low < low).then(|| self.part(self.low, self.high.min(low - 1)));
        let after = (self.high > high).then(|| self.part(self.low.max(high + 1), self.high));
        [before, after].into_iter().flatten()
    }
}

/// Notes what a page covered; where it overlaps an earlier look, the newer one counts.
#[expect(clippy::cast_precision_loss, reason = "message numbers are far below 2^52")]
pub(super) fn note(
    transaction: &Transaction<'_>,
    source: i64,
    page: &CoverageRecord,
) -> rusqlite::Result<()> {
    let CoverageRecord { from, to, seen } = *page;
    if from > to {
        return Ok(());
    }
    let overlapping: Vec<Stretch> = transaction
        .prepare_cached(
            "SELECT low, high, seen FROM coverage
             WHERE source_id = ?1 AND low <= ?3 AND high >= ?2",
        )?
        .query_map((source, from, to), |row| {
            Ok(Stretch { low: row.get(0)?, high: row.get(1)?, seen: row.get(2)? })
        })?
        .collect::<Result<_, _>>()?;
    let mut remove =
        transaction.prepare_cached("DELETE FROM coverage WHERE source_id = ?1 AND low = ?2")?;
    let mut insert = transaction.prepare_cached("INSERT INTO coverage VALUES (?1, ?2, ?3, ?4)")?;
    for old in &overlapping {
        remove.execute((source, old.low))?;
    }
    for rest in overlapping.iter().flat_map(|old| old.without(from, to)) {
        insert.execute((source, rest.low, rest.high, rest.seen))?;
    }
    insert.execute((source, from, to, (seen.min(to - from + 1)) as f64))?;
    Ok(())
}

/// Numbers covered and numbers shown, over all stretches of a source.
pub(super) fn total(connection: &Connection, source: i64) -> rusqlite::Result<(u64, f64)> {
    connection
        .prepare_cached(
            "SELECT coalesce(sum(high - low + 1), 0), coalesce(sum(seen), 0.0)
             FROM coverage WHERE source_id = ?1",
        )?
        .query_row([source], |row| Ok((row.get(0)?, row.get(1)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_looks_are_never_counted_twice() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE coverage (source_id INTEGER, low INTEGER, high INTEGER, seen REAL,
                 PRIMARY KEY (source_id, low)) STRICT",
            )
            .unwrap();
        let transaction = connection.transaction().unwrap();
        for ((from, to, seen), expected) in [
            ((11, 20, 10), (10, 10.0)),
            ((1, 10, 5), (20, 15.0)),
            ((11, 20, 9), (20, 14.0)),
            ((16, 25, 10), (25, 5.0 + 4.5 + 10.0)),
            ((3, 4, 2), (25, 4.0 + 2.0 + 4.5 + 10.0)),
            ((1, 25, 25), (25, 25.0)),
            ((30, 29, 0), (25, 25.0)),
            ((40, 40, 9), (26, 26.0)),
        ] {
            note(&transaction, 7, &CoverageRecord { from, to, seen }).unwrap();
            assert_eq!(total(&transaction, 7).unwrap(), expected, "{from}..={to}");
        }
        assert_eq!(total(&transaction, 8).unwrap(), (0, 0.0));
    }
}
