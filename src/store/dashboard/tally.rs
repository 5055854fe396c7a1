//! What was flagged, and what became of it, by platform, destination, province of origin, rule and
//! rule family. An item counts once in each group it belongs to.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use rusqlite::Connection;

use super::start_of;
use crate::store::column::{Name, Stamp};
use crate::store::{Outcome, Store, StoreError};

/// Items of a group, and what analysts said of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Items that rules flag.
    pub flagged: u64,
    /// Decisions in force, in the order of [`Outcome::ALL`].
    outcomes: [u64; Outcome::ALL.len()],
}

impl Default for Tally {
    fn default() -> Self {
        Self { flagged: 0, outcomes: [0; Outcome::ALL.len()] }
    }
}

impl Tally {
    /// How often each outcome was the decision.
    pub fn outcomes(&self) -> impl Iterator<Item = (Outcome, u64)> {
        Outcome::ALL.iter().copied().zip(self.outcomes)
    }

    fn add(&mut self, item: &Item) {
        self.flagged += 1;
        if let Some(held) = item.outcome.and_then(|outcome| self.outcomes.get_mut(outcome)) {
            *held += 1;
        }
    }
}

/// Tallies of the items that came since a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallies {
    /// All of them.
    pub all: Tally,
    /// By platform.
    pub platforms: BTreeMap<String, Tally>,
    /// By country of destination (ISO 3166).
    pub destinations: BTreeMap<String, Tally>,
    /// By province of origin (its code).
    pub provinces: BTreeMap<String, Tally>,
    /// By rule.
    pub rules: BTreeMap<String, Tally>,
    /// By family of rules.
    pub families: BTreeMap<String, Tally>,
}

/// What a rule is called now, and the family its items count for, if they do.
pub type Named = (String, Option<String>);

/// An item as far as it is counted.
struct Item {
    id: i64,
    /// The place of its outcome in [`Outcome::ALL`].
    outcome: Option<usize>,
}

impl Store {
    /// Tallies of the flagged items that came on that day or since. `named` says what to
    /// count a rule for; rules it does not know are not told.
    ///
    /// # Errors
    /// The database refused.
    pub fn tallies(
        &self,
        since: Date,
        named: impl Fn(&str) -> Option<Named>,
    ) -> Result<Tallies, StoreError> {
        self.readers.get().snapshot(|connection| {
            let mut tallies = Tallies::default();
            let items = items(connection, Stamp(start_of(since)), &mut tallies)?;
            if let Some(first) = items.first() {
                tags(connection, first.id, &items, named, &mut tallies)?;
            }
            Ok(tallies)
        })
    }
}

/// The items, by number, counted by platform.
fn items(
    connection: &Connection,
    since: Stamp,
    tallies: &mut Tallies,
) -> Result<Vec<Item>, StoreError> {
    // Numbers follow time nearly, so that the items wanted lie together at the end.
    let first: Option<i64> = connection
        .prepare_cached(
            "SELECT min(id) FROM queue_item INDEXED BY queue_item_opened WHERE opened_at >= ?1",
        )?
        .query_row([since], |row| row.get(0))?;
    let Some(first) = first else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(
        "SELECT q.id, q.outcome, p.platform FROM queue_item q JOIN post p ON p.id = q.post_id
         WHERE q.id >= ?1 AND q.opened_at >= ?2 AND q.origin = 'rules' ORDER BY q.id",
    )?;
    let mut rows = statement.query((first, since))?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        let outcome = row.get::<_, Option<Name<Outcome>>>(1)?;
        let place = |Name(outcome)| Outcome::ALL.iter().position(|one| *one == outcome);
        let item = Item { id: row.get(0)?, outcome: outcome.and_then(place) };
        let platform = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        tallies.all.add(&item);
        match tallies.platforms.get_mut(platform) {
            Some(tally) => tally.add(&item),
            None => tallies.platforms.entry(platform.to_owned()).or_default().add(&item),
        }
        items.push(item);
    }
    Ok(items)
}

/// What kind a group is of, by which it is told where it belongs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Destination,
    Province,
    Rule,
    Family,
}

/// A group while it is counted.
struct Group {
    kind: Kind,
    name: String,
    tally: Tally,
    /// The last item counted, so that none is counted twice.
    last: i64,
}

/// The groups, and which of them each tag leads to.
#[derive(Default)]
struct Groups {
    all: Vec<Group>,
    places: HashMap<(Kind, String), usize>,
    tags: HashMap<String, HashMap<String, Vec<usize>>>,
}

impl Groups {
    fn place(&mut self, kind: Kind, name: String) -> usize {
        *self.places.entry((kind, name)).or_insert_with_key(|(kind, name)| {
            let (kind, name) = (*kind, name.clone());
            self.all.push(Group { kind, name, tally: Tally::default(), last: i64::MIN });
            self.all.len() - 1
        })
    }

    fn learn(&mut self, kind: &str, value: &str, named: &impl Fn(&str) -> Option<Named>) {
        let places = match kind {
            "destination" => vec![self.place(Kind::Destination, value.to_owned())],
            "region" => {
                let province = value.split('.').next().unwrap_or(value);
                vec![self.place(Kind::Province, province.to_owned())]
            }
            "rule" => named(value).map_or_else(Vec::new, |(rule, family)| {
                let family = family.map(|family| self.place(Kind::Family, family));
                [self.place(Kind::Rule, rule)].into_iter().chain(family).collect()
            }),
            _ => Vec::new(),
        };
        self.tags.entry(kind.to_owned()).or_default().insert(value.to_owned(), places);
    }

    fn add(&mut self, kind: &str, value: &str, item: &Item) -> bool {
        let Some(places) = self.tags.get(kind).and_then(|values| values.get(value)) else {
            return false;
        };
        for group in places {
            let group = &mut self.all[*group];
            if group.last != item.id {
                group.last = item.id;
                group.tally.add(item);
            }
        }
        true
    }
}

/// Counts the items by their tags: one walk over the index of tags from the first item on.
fn tags(
    connection: &Connection,
    first: i64,
    items: &[Item],
    named: impl Fn(&str) -> Option<Named>,
    tallies: &mut Tallies,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT item_id, kind, value FROM item_tag INDEXED BY item_tag_item
         WHERE item_id >= ?1 ORDER BY item_id",
    )?;
    let mut rows = statement.query([first])?;
    let mut rest = items.iter().peekable();
    let mut groups = Groups::default();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        while rest.next_if(|item| item.id < id).is_some() {}
        let Some(item) = rest.peek().filter(|item| item.id == id) else { continue };
        let kind = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        let value = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        if !groups.add(kind, value, item) {
            groups.learn(kind, value, &named);
            groups.add(kind, value, item);
        }
    }
    for Group { kind, name, tally, .. } in groups.all {
        let told = match kind {
            Kind::Destination => &mut tallies.destinations,
            Kind::Province => &mut tallies.provinces,
            Kind::Rule => &mut tallies.rules,
            Kind::Family => &mut tallies.families,
        };
        told.insert(name, tally);
    }
    Ok(())
}
