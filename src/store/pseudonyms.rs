//! The key under which bystanders' numbers become pseudonyms: one person is one pseudonym within a
//! store and another in the next, so that stores cannot be laid side by side.

use super::Store;
use super::error::StoreError;

impl Store {
    /// The key of this store.
    ///
    /// # Errors
    /// The database refused.
    pub fn bystander_key(&self) -> Result<[u8; 32], StoreError> {
        let reader = self.readers.get();
        Ok(reader.query_row("SELECT key FROM bystander_key", [], |row| row.get(0))?)
    }
}
