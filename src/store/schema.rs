//! The schema as append-only dated migrations. `PRAGMA user_version` counts those applied; each
//! runs in a transaction of its own, and a database newer than the binary is refused.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use super::error::StoreError;

/// Oldest first. An entry is never changed once released: a change is a new file.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/2026-11-24-first.sql"),
    include_str!("migrations/2026-11-28-rescore.sql"),
    include_str!("migrations/2026-11-28-severity.sql"),
    include_str!("migrations/2026-11-28-yield.sql"),
    include_str!("migrations/2026-11-28-budget.sql"),
    include_str!("migrations/2026-11-28-reports.sql"),
    include_str!("migrations/2026-11-28-pseudonyms.sql"),
    include_str!("migrations/2026-11-28-console.sql"),
    include_str!("migrations/2026-11-28-console-index.sql"),
    include_str!("migrations/2026-11-28-yield-ignored.sql"),
    include_str!("migrations/2026-11-28-proposals.sql"),
    include_str!("migrations/2026-11-28-alike.sql"),
    include_str!("migrations/2026-11-28-quality.sql"),
    include_str!("migrations/2026-11-28-safety.sql"),
    include_str!("migrations/2026-11-28-personal-tokens.sql"),
    include_str!("migrations/2026-11-28-dashboard.sql"),
    include_str!("migrations/2026-11-28-team.sql"),
    include_str!("migrations/2026-11-28-wiped.sql"),
    include_str!("migrations/2026-11-28-oidc.sql"),
    include_str!("migrations/2026-11-28-by-token.sql"),
];

/// "WSPD", so that `file` and a wrong path in the config are told apart from our database.
const APPLICATION_ID: i64 = 0x5753_5044;

/// Brings the database to the schema this binary knows.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    migrate_to(connection, path, MIGRATIONS)
}

fn migrate_to(
    connection: &mut Connection,
    path: &Path,
    migrations: &[&str],
) -> Result<(), StoreError> {
    // A table that is copied and dropped would take along the rows that name it; it can be switched
    // only outside a transaction, so what it guards is checked at the end of each.
    connection.pragma_update(None, "foreign_keys", false)?;
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let applied = applied(&transaction, path, migrations.len())?;
        let Some(migration) = migrations.get(applied) else { break };
        transaction.execute_batch(migration)?;
        let stray =
            transaction.query_row("PRAGMA foreign_key_check", [], |row| row.get(0)).optional()?;
        if let Some(table) = stray {
            return Err(StoreError::Stray(table));
        }
        transaction.pragma_update(None, "user_version", applied + 1)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.commit()?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

/// How many migrations the database has had; an error when it is not ours or too new.
fn applied(connection: &Connection, path: &Path, known: usize) -> Result<usize, StoreError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && pragma("application_id")? != APPLICATION_ID {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    let found = usize::try_from(pragma("user_version")?).unwrap_or(usize::MAX);
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ItemId, ItemState, ListFilter, Origin, Settings, Store};

    fn at(path: &Path) -> Connection {
        Connection::open(path).unwrap()
    }

    /// Three posts with their items, of which one waits, one is decided and one was deleted; in every
    /// schema.
    const FILLED: &str = r#"
        INSERT INTO source (id, name) VALUES (1, 'kanal');
        INSERT INTO post (id, platform, native_id, source_id, first_seen, last_seen)
            SELECT value, 'telegram', 'contoh/' || value, 1, '2026-11-20T00:00:00.000000Z',
                '2026-11-20T00:00:00.000000Z' FROM json_each('[1, 2, 3]');
        INSERT INTO post_version (id, post_id, number, content_hash, content, seen_at)
            SELECT id, id, 1, zeroblob(32), json_object('platform', platform, 'native_id', native_id,
                'text', 'Kerja di Poipet, hubungi 0840-0000-000' || id), first_seen FROM post;
        INSERT INTO verdict (id, version_id, flagged, lane, score, ruleset, body, at)
            SELECT id, id, 1, 'offer', 70, 'r1', '{"flagged":true,"lane":"offer","score":70,
                "band":"tinggi","hits":[],"adjustments":[],"facts":{},"ruleset":"r1"}', first_seen
            FROM post;
        UPDATE post SET version_id = id, verdict_id = id;
        INSERT INTO queue_item (id, post_id, source_id, version_id, verdict_id, state, outcome, lane,
                band, score, priority, fresh, opened_at)
            SELECT id, id, 1, id, id, iif(id = 1, 'open', iif(id = 2, 'decided', 'deleted_by_source')),
                iif(id = 2, 'TAKEDOWN', NULL), 'offer', 'tinggi', 70, 30, first_seen, first_seen
            FROM post;
        INSERT INTO decision (item_id, version_id, analyst, outcome, reason, ruleset, at, line)
            VALUES (2, 2, 'sari', 'TAKEDOWN', 'jelas', 'r1', '2026-11-21T00:00:00.000000Z', 1);
    "#;

    #[test]
    fn every_earlier_schema_reaches_the_newest_with_all_it_holds() {
        for earlier in 0..=MIGRATIONS.len() {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("waspada.db");
            migrate_to(&mut at(&path), &path, &MIGRATIONS[..earlier]).unwrap();
            if earlier == 0 {
                migrate(&mut at(&path), &path).unwrap();
            }
            at(&path).execute_batch(FILLED).unwrap();
            let settings = Settings {
                path: path.clone(),
                evidence: dir.path().join("bukti"),
                ..Settings::default()
            };
            let store = Store::open(&settings).unwrap();
            let version: usize =
                at(&path).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
            assert_eq!(version, MIGRATIONS.len());
            let (now, sari) = (jiff::Timestamp::now(), "sari".parse().unwrap());
            let words =
                |words: &str| ListFilter { words: Some(words.into()), ..ListFilter::default() };
            let found = store.list(&words("poipet"), now).unwrap();
            assert_eq!(found.len(), 3, "from schema {earlier}");
            let states = [ItemState::Open, ItemState::Decided, ItemState::DeletedBySource];
            for (id, state) in (1..).zip(states) {
                let item = store.view(ItemId(id), &sari, now).unwrap();
                assert_eq!((item.state, item.origin), (state, Origin::Rules), "{earlier}");
                assert!(item.text.unwrap().starts_with("Kerja di Poipet"));
                assert_eq!(item.decisions.len(), usize::from(id == 2));
            }
            assert_eq!(store.next(&sari, None, now).unwrap().unwrap().item, ItemId(1));
        }
    }

    #[test]
    fn wiping_a_post_looks_through_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("waspada.db");
        migrate(&mut at(&path), &path).unwrap();
        let connection = at(&path);
        connection.execute_batch(FILLED).unwrap();
        connection
            .execute_batch(
                "INSERT INTO note (item_id, author, kind, body, at)
                     VALUES (1, 'sari', 'note', 'lihat', ''), (2, 'sari', 'note', 'lihat', '');",
            )
            .unwrap();
        let mut wipe = connection
            .prepare("UPDATE post_version SET content = NULL WHERE post_id = ?1")
            .unwrap();
        wipe.execute([1]).unwrap();
        assert_eq!(wipe.get_status(rusqlite::StatementStatus::FullscanStep), 0);
        let left = "SELECT group_concat(item_id) FROM note WHERE body NOT NULL";
        let left: String = connection.query_row(left, [], |row| row.get(0)).unwrap();
        assert_eq!(left, "2");
        let found = "SELECT count(*) FROM item_text WHERE item_text MATCH 'poipet'";
        let found: i64 = connection.query_row(found, [], |row| row.get(0)).unwrap();
        assert_eq!(found, 2);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_schema_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("waspada.db");
        let steps = ["CREATE TABLE a (x);", "CREATE TABLE b (x); CREATE TABLE a (x);"];
        assert!(migrate_to(&mut at(&path), &path, &steps).is_err());
        let names: String = at(&path)
            .query_row("SELECT group_concat(name) FROM sqlite_schema", [], |row| row.get(0))
            .unwrap();
        assert_eq!(names, "a");
        migrate_to(&mut at(&path), &path, &["CREATE TABLE a (x);", "CREATE TABLE b (x);"]).unwrap();
    }

    #[test]
    fn a_newer_database_and_a_foreign_one_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("waspada.db");
        migrate(&mut at(&path), &path).unwrap();
        at(&path).pragma_update(None, "user_version", MIGRATIONS.len() + 1).unwrap();
        let error = migrate(&mut at(&path), &path).unwrap_err();
        assert!(matches!(error, StoreError::Newer { .. }), "{error}");

        let path = dir.path().join("other.db");
        at(&path).execute_batch("CREATE TABLE theirs (x)").unwrap();
        let error = migrate(&mut at(&path), &path).unwrap_err();
        assert!(matches!(error, StoreError::Foreign(_)), "{error}");
    }
}
