//! What people write of an item, and whom they mention in it: `@` and the name of an account.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction};

use crate::post::Sha256;
use crate::store::Store;
use crate::store::column::{Name, Named, Stamp};
use crate::store::custody::{self, Action, Actor, Analyst};
use crate::store::error::StoreError;
use crate::store::people::{Account, Role};
use crate::store::queue::{ItemId, QueueError, state, subject};

/// The longest note, in characters.
const LONGEST: usize = 2000;
/// Mentions on one list.
const LISTED: u32 = 100;

/// Why something was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// To be told.
    Note,
    /// Because the item was skipped.
    Skip,
    /// Because the item was handed to the supervisors.
    Escalation,
}

impl NoteKind {
    /// The name in the database and in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Skip => "skip",
            Self::Escalation => "escalation",
        }
    }
}

impl Named for NoteKind {
    const WHAT: &'static str = "kind of a note";
    const ALL: &'static [Self] = &[Self::Note, Self::Skip, Self::Escalation];

    fn name(self) -> &'static str {
        self.as_str()
    }
}

/// Common reasons to pass an item over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// A language or dialect she does not read.
    Language,
    /// Somebody else knows more of this.
    Knowledge,
    /// Too heavy just now.
    Heavy,
    /// She knows who is involved.
    Involved,
    /// It cannot be shown or read.
    Broken,
}

impl SkipReason {
    /// Every reason, in the order they are shown.
    pub const ALL: &'static [Self] =
        &[Self::Language, Self::Knowledge, Self::Heavy, Self::Involved, Self::Broken];

    /// The name in the database and in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Knowledge => "knowledge",
            Self::Heavy => "heavy",
            Self::Involved => "involved",
            Self::Broken => "broken",
        }
    }
}

impl Named for SkipReason {
    const WHAT: &'static str = "reason to skip";
    const ALL: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}

/// What is said: a reason of the list, or words of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Of the list.
    Chosen(SkipReason),
    /// Of one's own.
    Typed(String),
}

impl Why {
    /// What was typed, if anything was; cut where it is longer than a note may be.
    pub fn typed(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().take(LONGEST).collect();
        (!text.is_empty()).then_some(Self::Typed(text))
    }

    fn text(&self) -> &str {
        match self {
            Self::Chosen(reason) => reason.as_str(),
            Self::Typed(text) => text,
        }
    }

    /// What stands for it in the custody log.
    pub(super) fn digest(&self) -> Sha256 {
        Sha256::of(self.text().as_bytes())
    }
}

/// Something written of an item.
#[derive(Debug, Clone)]
pub struct Note {
    /// Its number.
    pub id: i64,
    /// Who wrote it.
    pub author: String,
    /// Why.
    pub kind: NoteKind,
    /// What it says; `None` once the text of the post is wiped.
    pub why: Option<Why>,
    /// When.
    pub at: Timestamp,
    /// Whom it mentions.
    pub mentions: Vec<String>,
}

/// A note that mentions somebody.
#[derive(Debug, Clone)]
pub struct Mention {
    /// The item it is about.
    pub item: ItemId,
    /// The note.
    pub note: Note,
    /// When she read it, if she did.
    pub read_at: Option<Timestamp>,
}

/// The names of `people` that a text mentions: after an `@` that no letter precedes, the longest name
/// that ends there, in letters of either case.
pub fn mentioned<'a>(text: &str, people: impl Iterator<Item = &'a str> + Clone) -> Vec<&'a str> {
    let text = text.to_lowercase();
    let mut found: Vec<&str> = Vec::new();
    for (at, _) in text.match_indices('@') {
        if text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        let rest = &text[at + 1..];
        let named = people
            .clone()
            .filter(|name| {
                rest.strip_prefix(&name.to_lowercase()).is_some_and(|after| {
                    !after.chars().next().is_some_and(|next| next.is_alphanumeric() || next == '_')
                })
            })
            .max_by_key(|name| name.len());
        found.extend(named.filter(|name| !found.contains(name)));
    }
    found
}

/// Writes a note, and a mention for everybody it names who decides. Answers its number.
pub(super) fn write(
    transaction: &Transaction<'_>,
    item: ItemId,
    author: &Analyst,
    kind: NoteKind,
    why: &Why,
    now: Timestamp,
) -> Result<i64, QueueError> {
    let (code, body) = match why {
        Why::Chosen(reason) => (Some(Name(*reason)), None),
        Why::Typed(text) => (None, Some(text)),
    };
    transaction
        .prepare_cached(
            "INSERT INTO note (item_id, author, kind, code, body, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((item, author.as_str(), Name(kind), code, body, Stamp(now)))?;
    let note = transaction.last_insert_rowid();
    let Some(body) = body.filter(|body| body.contains('@')) else { return Ok(note) };
    let people: Vec<(i64, String)> = transaction
        .prepare_cached("SELECT id, name, role FROM account WHERE disabled_at IS NULL")?
        .query_map([], |row| {
            Ok((row.get::<_, Name<Role>>(2)?.0, (row.get(0)?, row.get::<_, String>(1)?)))
        })?
        .filter_map(|row| match row {
            Ok((role, person)) => role.decides().then_some(Ok(person)),
            Err(error) => Some(Err(error)),
        })
        .collect::<Result<_, _>>()?;
    for name in mentioned(body, people.iter().map(|(_, name)| name.as_str())) {
        for (id, _) in people.iter().filter(|(_, other)| other == name) {
            transaction
                .prepare_cached("INSERT INTO mention (note_id, account_id) VALUES (?1, ?2)")?
                .execute((note, id))?;
        }
    }
    Ok(note)
}

const SELECT: &str = "SELECT n.id, n.author, n.kind, n.code, n.body, n.at, n.item_id FROM note n";

/// A row of [`SELECT`]; whom it mentions comes after.
fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Note> {
    let code = row.get::<_, Option<Name<SkipReason>>>(3)?.map(|code| Why::Chosen(code.0));
    Ok(Note {
        id: row.get(0)?,
        author: row.get(1)?,
        kind: row.get::<_, Name<NoteKind>>(2)?.0,
        why: code.or(row.get::<_, Option<String>>(4)?.map(Why::Typed)),
        at: row.get::<_, Stamp>(5)?.0,
        mentions: Vec::new(),
    })
}

pub(super) fn of(connection: &Connection, item: ItemId) -> rusqlite::Result<Vec<Note>> {
    let mut notes: Vec<Note> = connection
        .prepare_cached(&format!("{SELECT} WHERE n.item_id = ?1 ORDER BY n.id"))?
        .query_map([item], read)?
        .collect::<Result<_, _>>()?;
    let mut named = connection.prepare_cached(
        "SELECT a.name FROM mention m JOIN account a ON a.id = m.account_id
         WHERE m.note_id = ?1 ORDER BY a.name",
    )?;
    for note in &mut notes {
        note.mentions = named.query_map([note.id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    }
    Ok(notes)
}

impl Store {
    /// Writes of an item, in whatever state it is.
    ///
    /// # Errors
    /// There is no such item, or nothing was written.
    pub fn note(
        &self,
        item: ItemId,
        author: &Analyst,
        text: &str,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let (author, why) = (author.clone(), Why::typed(text).ok_or(QueueError::ReasonMissing)?);
        self.writer.call(move |transaction| {
            if state(transaction, item)?.is_none() {
                return Err(QueueError::NoSuchItem(item));
            }
            let note = write(transaction, item, &author, NoteKind::Note, &why, now)?;
            let detail = serde_json::json!({ "note": note, "text": why.digest() });
            let actor = Actor::Analyst(&author);
            custody::append(transaction, now, actor, Action::Noted, subject(item), &detail)?;
            Ok(())
        })
    }

    /// The notes that mention a person, newest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn mentions(&self, account: &Account) -> Result<Vec<Mention>, StoreError> {
        let reader = self.readers.get();
        let mentions = reader
            .prepare_cached(
                "SELECT n.id, n.author, n.kind, n.code, n.body, n.at, n.item_id, m.read_at
                 FROM mention m JOIN note n ON n.id = m.note_id
                 WHERE m.account_id = ?1 ORDER BY m.note_id DESC LIMIT ?2",
            )?
            .query_map((account.id, LISTED), |row| {
                let read_at = row.get::<_, Option<Stamp>>(7)?.map(|Stamp(at)| at);
                Ok(Mention { item: row.get(6)?, note: read(row)?, read_at })
            })?
            .collect::<Result<_, _>>()?;
        Ok(mentions)
    }

    /// Marks a mention of this person as read, or all of them.
    ///
    /// # Errors
    /// The database refused.
    pub fn mention_read(
        &self,
        account: &Account,
        note: Option<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let account = account.id;
        self.writer.call(move |transaction| {
            transaction
                .prepare_cached(
                    "UPDATE mention SET read_at = ?3 WHERE account_id = ?1 AND read_at IS NULL
                         AND (?2 IS NULL OR note_id = ?2)",
                )?
                .execute((account, note, Stamp(now)))?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_found_by_their_longest_name() {
        let people = ["Sari", "sari dewi", "budi", "É"];
        for (text, found) in [
            ("@sari tolong lihat", &["Sari"][..]),
            ("tanya @Sari Dewi, lalu @budi.", &["sari dewi", "budi"]),
            ("@SARI @sari", &["Sari"]),
            ("surat@sari.example, @sarinah, @sari_2, @", &[]),
            ("(@é)", &["É"]),
            ("@tidak_ada", &[]),
        ] {
            assert_eq!(mentioned(text, people.iter().copied()), found, "{text}");
        }
    }
}
