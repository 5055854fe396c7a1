//! The key under which bystanders' numbers become pseudonyms: one person is one pseudonym within a
//! store and another in the next, so that stores cannot be laid side by side.

use rusqlite::OptionalExtension as _;

use super::Store;
use super::error::StoreError;

impl Store {
    /// The key, made at first need.
    ///
    /// # Errors
    /// The database refused, or the system gave no random bytes.
    pub fn pseudonym_key(&self) -> Result<[u8; 32], StoreError> {
        let known = self
            .readers
            .get()
            .prepare_cached("SELECT key FROM pseudonym_key")?
            .query_row([], |row| row.get(0))
            .optional()?;
        if let Some(key) = known {
            return Ok(key);
        }
        self.writer.call(|transaction| {
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(StoreError::Random)?;
            transaction.execute(
                "INSERT INTO pseudonym_key VALUES (1, ?1) ON CONFLICT DO NOTHING",
                [key],
            )?;
            Ok(transaction.query_row("SELECT key FROM pseudonym_key", [], |row| row.get(0))?)
        })
    }
}
