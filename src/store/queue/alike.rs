//! Items that are like one: the same contact, the same poster, or nearly the same wording. Of each
//! only the newest few hundred are looked at, so that a template posted ten thousand times costs no
//! more than one posted twice.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, named_params};

use super::batch::Picked;
use super::list::{line, lines};
use super::{ItemId, ItemLine, ItemState, QueueError};
use crate::engine::Lane;
use crate::store::Store;
use crate::store::column::{Json, Name};
use crate::store::custody::Analyst;
use crate::store::quality::Sight;
use crate::text::Fingerprint;

/// Items looked at for one contact, one poster, one key of the wording.
const LOOKED_AT: u32 = 300;
/// Contacts of a post that are looked for.
const CONTACTS: u32 = 8;
/// From this share of common runs on, in hundredths, two texts are nearly the same.
const NEAR: u8 = 60;
/// Earlier decisions that are told, and items of the other lane.
const EARLIER: usize = 10;

/// Why an item is like another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Likeness {
    /// How much of the wording is the same, in hundredths; 100 where numbers alone differ.
    pub wording: Option<u8>,
    /// A phone or account is named in both.
    pub contact: bool,
    /// One account posted both.
    pub poster: bool,
}

/// An item like another.
#[derive(Debug, Clone)]
pub struct AlikeItem {
    /// The item and the version it now asks about.
    pub picked: Picked,
    /// The item.
    pub line: ItemLine,
    /// Why it is here.
    pub likeness: Likeness,
}

/// What is like an item.
#[derive(Debug, Clone)]
pub struct Alike {
    /// The item itself.
    pub this: AlikeItem,
    /// What waits for a decision in the same lane, the likest first.
    pub open: Vec<AlikeItem>,
    /// How many of these were found, shown or not.
    pub waiting: usize,
    /// What waits in the other lane: pleas that name what an offer names, or the other way round.
    pub across: Vec<AlikeItem>,
    /// What was decided, the latest first.
    pub decided: Vec<AlikeItem>,
}

/// Where an item found stands.
struct Found {
    picked: Picked,
    state: ItemState,
    lane: Lane,
    /// As the queue is ordered.
    order: (i64, String, ItemId),
    closed: Option<String>,
    likeness: Likeness,
}

impl Store {
    /// What is like an item: at most so many that wait, and the latest decisions.
    ///
    /// # Errors
    /// There is no such item.
    pub fn alike(
        &self,
        item: ItemId,
        most: usize,
        reader: &Analyst,
        now: Timestamp,
    ) -> Result<Alike, QueueError> {
        self.readers.get().snapshot(|connection| {
            let sight = Sight::of(connection, Some(reader))?;
            alike(connection, item, most, &sight, now)
        })
    }

    /// Items as a list shows them, those that are there, in this order.
    ///
    /// # Errors
    /// The database refused.
    pub fn lines(
        &self,
        items: &[ItemId],
        reader: &Analyst,
        now: Timestamp,
    ) -> Result<Vec<ItemLine>, QueueError> {
        let connection = self.readers.get();
        let sight = Sight::of(&connection, Some(reader))?;
        let mut lines = read_lines(&connection, items, &sight, now)?;
        Ok(items.iter().filter_map(|item| lines.remove(item)).collect())
    }
}

fn alike(
    connection: &Connection,
    item: ItemId,
    most: usize,
    sight: &Sight<'_>,
    now: Timestamp,
) -> Result<Alike, QueueError> {
    let own = HashMap::from([(item, Likeness::default())]);
    let Some(own) = found(connection, own)?.pop() else { return Err(QueueError::NoSuchItem(item)) };
    let mut likenesses = HashMap::new();
    by_contact(connection, item, &mut likenesses)?;
    by_poster(connection, item, &mut likenesses)?;
    by_wording(connection, item, &mut likenesses)?;
    likenesses.remove(&item);
    let mut open = found(connection, likenesses)?;
    let mut decided =
        open.extract_if(.., |one| one.state == ItemState::Decided).collect::<Vec<_>>();
    open.retain(|one| one.state == ItemState::Open);
    open.sort_by(|one, other| {
        let rank = |found: &Found| {
            let Likeness { wording, contact, poster } = found.likeness;
            (wording, contact, poster)
        };
        rank(other).cmp(&rank(one)).then_with(|| other.order.cmp(&one.order))
    });
    let mut across: Vec<Found> = open.extract_if(.., |one| one.lane != own.lane).collect();
    let waiting = open.len();
    open.truncate(most);
    across.truncate(EARLIER);
    decided.sort_by(|one, other| (&other.closed, &other.order).cmp(&(&one.closed, &one.order)));
    decided.truncate(EARLIER);
    let wanted: Vec<ItemId> = open
        .iter()
        .chain(&across)
        .chain(&decided)
        .chain([&own])
        .map(|one| one.picked.item)
        .collect();
    let mut lines = read_lines(connection, &wanted, sight, now)?;
    let mut told = |one: Found| {
        let line = lines.remove(&one.picked.item)?;
        Some(AlikeItem { picked: one.picked, line, likeness: one.likeness })
    };
    Ok(Alike {
        this: told(own).ok_or(QueueError::NoSuchItem(item))?,
        open: open.into_iter().filter_map(&mut told).collect(),
        waiting,
        across: across.into_iter().filter_map(&mut told).collect(),
        decided: decided.into_iter().filter_map(told).collect(),
    })
}

fn by_contact(
    connection: &Connection,
    item: ItemId,
    likenesses: &mut HashMap<ItemId, Likeness>,
) -> rusqlite::Result<()> {
    let contacts: Vec<String> = connection
        .prepare_cached(
            "SELECT c.contact FROM queue_item q JOIN post_contact c ON c.post_id = q.post_id
             WHERE q.id = ?1 LIMIT ?2",
        )?
        .query_map((item, CONTACTS), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(
        "SELECT other.id FROM (SELECT post_id FROM post_contact WHERE contact = :contact
                 ORDER BY post_id DESC LIMIT :most) theirs
             JOIN queue_item other ON other.post_id = theirs.post_id
         WHERE theirs.post_id <> (SELECT post_id FROM queue_item WHERE id = :item)",
    )?;
    for contact in contacts {
        let values = named_params! { ":contact": contact, ":most": LOOKED_AT, ":item": item };
        for other in statement.query_map(values, |row| row.get(0))? {
            likenesses.entry(other?).or_default().contact = true;
        }
    }
    Ok(())
}

fn by_poster(
    connection: &Connection,
    item: ItemId,
    likenesses: &mut HashMap<ItemId, Likeness>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT item_id FROM likeness
         WHERE poster = (SELECT poster FROM likeness WHERE item_id = ?1)
         ORDER BY item_id DESC LIMIT ?2",
    )?;
    for other in statement.query_map((item, LOOKED_AT), |row| row.get(0))? {
        likenesses.entry(other?).or_default().poster = true;
    }
    Ok(())
}

fn print(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Fingerprint>> {
    let lanes: Option<[u8; Fingerprint::SIZE]> = row.get("lanes")?;
    Ok(lanes.map(Fingerprint::from_bytes))
}

fn by_wording(
    connection: &Connection,
    item: ItemId,
    likenesses: &mut HashMap<ItemId, Likeness>,
) -> rusqlite::Result<()> {
    let mut lanes = connection.prepare_cached("SELECT lanes FROM likeness WHERE item_id = ?1")?;
    let Some(own) = lanes.query_row([item], print).optional()?.flatten() else { return Ok(()) };
    let mut sharing = connection.prepare_cached(
        "SELECT item_id FROM likeness_band WHERE key = ?1 ORDER BY item_id DESC LIMIT ?2",
    )?;
    let mut compared = std::collections::HashSet::new();
    for key in own.bands() {
        for other in sharing.query_map((key, LOOKED_AT), |row| row.get::<_, ItemId>(0))? {
            let other = other?;
            if !compared.insert(other) {
                continue;
            }
            let Some(theirs) = lanes.query_row([other], print).optional()?.flatten() else {
                continue;
            };
            let percent = own.percent(&theirs);
            if percent >= NEAR {
                likenesses.entry(other).or_default().wording = Some(percent);
            }
        }
    }
    Ok(())
}

/// Where these items stand; earlier items of the same post are the same ad and not like it.
fn found(
    connection: &Connection,
    mut likenesses: HashMap<ItemId, Likeness>,
) -> rusqlite::Result<Vec<Found>> {
    let items: Vec<ItemId> = likenesses.keys().copied().collect();
    let mut statement = connection.prepare_cached(
        "SELECT q.id, q.version_id, q.state, q.lane, q.priority, q.fresh, q.closed_at
         FROM json_each(?1) wanted JOIN queue_item q ON q.id = wanted.value",
    )?;
    let found = statement.query_map([Json(items)], |row| {
        let picked = Picked { item: row.get(0)?, version: row.get(1)? };
        Ok(Found {
            likeness: likenesses.remove(&picked.item).unwrap_or_default(),
            picked,
            state: row.get::<_, Name<ItemState>>(2)?.0,
            lane: row.get::<_, Name<Lane>>(3)?.0,
            order: (row.get(4)?, row.get(5)?, picked.item),
            closed: row.get(6)?,
        })
    })?;
    found.collect()
}

pub(super) fn read_lines(
    connection: &Connection,
    items: &[ItemId],
    sight: &Sight<'_>,
    now: Timestamp,
) -> rusqlite::Result<HashMap<ItemId, ItemLine>> {
    let mut statement =
        connection.prepare_cached(&lines("q.id IN (SELECT value FROM json_each(?1))"))?;
    let lines = statement.query_map([Json(items)], |row| line(row, sight, now))?;
    lines.map(|line| line.map(|line| (line.id, line))).collect()
}
