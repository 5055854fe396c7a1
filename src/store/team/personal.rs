//! What the frame of every page knows of its reader: how often she was mentioned since she looked,
//! and the keys she chose.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::store::Store;
use crate::store::custody::{self, Action, Actor};
use crate::store::error::StoreError;
use crate::store::people::Account;

/// A reader's own things.
#[derive(Debug, Clone)]
pub struct Personal {
    /// When she signed in.
    pub opened_at: Timestamp,
    /// Mentions she has not read.
    pub mentions: u64,
    /// The keys she chose, by the name of what they do.
    pub keys: BTreeMap<String, String>,
}

impl Store {
    pub(in crate::store) fn personal(
        &self,
        account: &Account,
        opened_at: Timestamp,
    ) -> Result<Personal, StoreError> {
        let reader = self.readers.get();
        let mentions = reader
            .prepare_cached(
                "SELECT count(*) FROM mention INDEXED BY mention_unread
                 WHERE account_id = ?1 AND read_at IS NULL",
            )?
            .query_row([account.id], |row| row.get(0))?;
        let keys = reader
            .prepare_cached("SELECT action, key FROM key_binding WHERE account_id = ?1")?
            .query_map([account.id], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(Personal { opened_at, mentions, keys })
    }

    /// Sets a person's keys to these and no others. That no two things in one place have one key is
    /// for whoever knows the places to see to.
    ///
    /// # Errors
    /// The database refused.
    pub fn set_keys(
        &self,
        account: &Account,
        keys: BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, name) = (account.id, account.name.clone());
        self.writer.call(move |transaction| {
            transaction.execute("DELETE FROM key_binding WHERE account_id = ?1", [id])?;
            for (action, key) in &keys {
                transaction
                    .prepare_cached("INSERT INTO key_binding VALUES (?1, ?2, ?3)")?
                    .execute((id, action, key))?;
            }
            let subject = format!("account:{name}");
            let (actor, action) = (Actor::Analyst(&name), Action::AccountChanged);
            let detail = serde_json::json!({ "keys": keys });
            custody::append(transaction, now, actor, action, subject, &detail)?;
            Ok(())
        })
    }
}
