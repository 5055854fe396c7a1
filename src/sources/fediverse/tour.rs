//! One visit to a server: its listings one after the other, then a few questions about posts that
//! are no longer where they were. All of it stands in the cursor, so that a visit that is cut off
//! goes on where it stood.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use super::walk::{Listing, Seen, Sight};
use crate::sources::Cursor;

/// How many posts a visit asks about one by one.
const CHECKS: u8 = 5;
/// How many posts may wait to be asked about; the oldest are given up first.
const WAITING: usize = 100;

/// Where the visits to a server stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Tour {
    /// The server this is about: a source may be given another.
    server: Option<Url>,
    /// What is remembered of its listings, by name.
    listings: BTreeMap<String, Listing>,
    /// The visit under way; none between visits.
    visit: Option<Rest>,
    /// Posts that were not where they were expected.
    suspects: Vec<Seen>,
}

/// What is left of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Rest {
    /// Listings, the one being read first.
    listings: Vec<String>,
    /// How many posts may still be asked about.
    checks: u8,
    /// Whether any listing of this visit could be read.
    read: bool,
}

/// What to ask for next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Job<'a> {
    /// A listing, from its newest page or where its walk stands.
    Read {
        /// Its name.
        listing: &'a str,
        /// Where the walk stands, in the source's own words.
        older: Option<&'a str>,
    },
    /// A post that may be gone.
    Ask(&'a Seen),
}

impl Tour {
    /// The tour a cursor tells of, if it is one of this server, with a visit to these listings under
    /// way unless one was cut off.
    pub fn resume(
        cursor: Option<&Cursor>,
        server: &Url,
        listings: impl IntoIterator<Item = String>,
    ) -> Self {
        let mut tour = Self::stored(cursor, server)
            .unwrap_or_else(|| Self { server: Some(server.clone()), ..Self::default() });
        if tour.visit.is_none() {
            let listings: Vec<String> = listings.into_iter().collect();
            tour.listings.retain(|name, _| listings.contains(name));
            tour.visit = Some(Rest { listings, checks: CHECKS, read: false });
        }
        tour
    }

    /// Whether a visit to this server was cut off.
    pub fn is_under_way(cursor: Option<&Cursor>, server: &Url) -> bool {
        Self::stored(cursor, server).is_some_and(|tour| tour.visit.is_some())
    }

    fn stored(cursor: Option<&Cursor>, server: &Url) -> Option<Self> {
        let tour = Self::deserialize(&cursor?.0).ok()?;
        (tour.server.as_ref() == Some(server)).then_some(tour)
    }

    /// What to ask for next; `None` when the visit is complete.
    pub fn job(&self) -> Option<Job<'_>> {
        let visit = self.visit.as_ref()?;
        match visit.listings.first() {
            Some(listing) => {
                let older = self.listings.get(listing).and_then(Listing::resume);
                Some(Job::Read { listing, older })
            }
            None => self.suspects.first().filter(|_| visit.checks > 0).map(Job::Ask),
        }
    }

    /// Takes a page of the present listing into account; true when the server answered with a page
    /// that was had already.
    pub fn read(&mut self, sight: Sight, backfill: u64) -> bool {
        let Some(visit) = self.visit.as_mut() else { return false };
        let Some(name) = visit.listings.first().cloned() else { return false };
        visit.read = true;
        let step = self.listings.entry(name).or_default().step(sight, backfill);
        for seen in step.vanished {
            if seen.id.is_some() && !self.suspects.iter().any(|other| other.key == seen.key) {
                self.suspects.push(seen);
            }
        }
        let many = self.suspects.len().saturating_sub(WAITING);
        self.suspects.drain(..many);
        if step.older.is_none() {
            self.leave();
        }
        step.stuck
    }

    /// Nothing more is to be read of the present listing on this visit.
    pub fn leave(&mut self) {
        self.pass(true);
    }

    /// The present listing is refused. The next visit walks it from its newest page: an older one may
    /// be refused for ever.
    pub fn refused(&mut self) {
        self.end_walk();
        self.pass(true);
    }

    /// The present listing cannot be read; if that was an older page of it, its newest one could be.
    pub fn unreadable(&mut self) {
        let was_older = self.end_walk();
        self.pass(was_older);
    }

    /// Forgets where the walk of the present listing stands; true if one was under way.
    fn end_walk(&mut self) -> bool {
        let present = self.visit.as_ref().and_then(|visit| visit.listings.first());
        present.and_then(|name| self.listings.get_mut(name)).is_some_and(Listing::end_walk)
    }

    /// Goes on to the next listing.
    fn pass(&mut self, is_read: bool) {
        if let Some(visit) = self.visit.as_mut().filter(|visit| !visit.listings.is_empty()) {
            visit.listings.remove(0);
            visit.read |= is_read;
        }
    }

    /// Whether the visit is past its last listing and none of them could be read.
    pub fn is_over_unread(&self) -> bool {
        self.visit.as_ref().is_some_and(|visit| visit.listings.is_empty() && !visit.read)
    }

    /// The post that was asked about: nothing more is to be asked about it on this visit.
    pub fn asked(&mut self) -> Option<Seen> {
        let visit = self.visit.as_mut()?;
        visit.checks = visit.checks.saturating_sub(1);
        (!self.suspects.is_empty()).then(|| self.suspects.remove(0))
    }

    /// A post that has to be asked about in another way, which comes next.
    pub fn ask_again(&mut self, seen: Seen) {
        self.suspects.insert(0, seen);
    }

    /// A tour of nothing but what is asked for now, by which an answer that was kept is read again.
    pub fn manner(&self) -> Tour {
        let listings = self.visit.iter().flat_map(|visit| visit.listings.first().cloned());
        Self {
            server: self.server.clone(),
            visit: Some(Rest { listings: listings.collect(), checks: 1, read: false }),
            suspects: self.suspects.first().cloned().into_iter().collect(),
            listings: BTreeMap::new(),
        }
    }

    /// What to store, the visit closed if nothing is left of it.
    pub fn cursor(mut self) -> Cursor {
        if self.job().is_none() {
            self.visit = None;
        }
        Cursor(serde_json::to_value(self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn server() -> Url {
        "https://contoh.example".parse().unwrap()
    }

    fn resume(cursor: Option<&Cursor>) -> Tour {
        Tour::resume(cursor, &server(), ["a".to_owned(), "b".to_owned()])
    }

    fn page(numbers: &[u32], older: Option<&str>) -> Sight {
        let seen = |number: &u32| Seen {
            key: number.to_string(),
            id: Some(format!("id{number}")),
            at: None,
        };
        Sight {
            items: numbers.iter().map(seen).collect(),
            at: Timestamp::UNIX_EPOCH,
            older: older.map(str::to_owned),
            short: false,
        }
    }

    fn job(tour: &Tour) -> String {
        match tour.job() {
            None => "over".to_owned(),
            Some(Job::Read { listing, older }) => {
                format!("{listing} {}", older.unwrap_or("newest"))
            }
            Some(Job::Ask(seen)) => format!("? {}", seen.key),
        }
    }

    #[test]
    fn a_visit_goes_through_all_and_on_where_it_was_cut_off() {
        let mut tour = resume(None);
        assert_eq!(job(&tour), "a newest");
        tour.read(page(&[9, 8], Some("p2")), 10);
        assert_eq!(job(&tour), "a p2");
        let mut tour = resume(Some(&tour.cursor()));
        assert_eq!(job(&tour), "a p2");
        tour.read(page(&[7], None), 10);
        assert_eq!(job(&tour), "b newest");
        let mut tour = resume(Some(&tour.cursor()));
        tour.leave();
        assert_eq!(job(&tour), "over");
        let tour = resume(Some(&tour.cursor()));
        assert_eq!(job(&tour), "a newest", "the next visit");
        let other = "https://lain.example".parse().unwrap();
        let cursor = tour.cursor();
        assert_eq!(Tour::resume(Some(&cursor), &other, []).listings, BTreeMap::new());
    }

    #[test]
    fn an_older_page_that_cannot_be_had_is_not_asked_for_on_the_next_visit() {
        for end in [Tour::refused, Tour::unreadable] {
            let mut tour = Tour::resume(None, &server(), ["a".to_owned()]);
            tour.read(page(&[9, 8], None), 10);
            let mut tour = Tour::resume(Some(&tour.cursor()), &server(), ["a".to_owned()]);
            tour.read(page(&[29, 28], Some("p2")), 10);
            end(&mut tour);
            assert_eq!((job(&tour).as_str(), tour.is_over_unread()), ("over", false));
            let mut tour = Tour::resume(Some(&tour.cursor()), &server(), ["a".to_owned()]);
            assert_eq!(job(&tour), "a newest");
            tour.read(page(&[30, 29], Some("p2")), 10);
            assert_eq!(job(&tour), "a p2", "what lay between is still looked for");
        }
        // Where an earlier version left a walk behind, and nothing else was read on this visit.
        let mut tour = Tour::resume(None, &server(), ["a".to_owned()]);
        tour.read(page(&[9, 8], Some("p2")), 10);
        tour.visit = None;
        let mut tour = Tour::resume(Some(&tour.cursor()), &server(), ["a".to_owned()]);
        assert_eq!(job(&tour), "a p2");
        tour.unreadable();
        assert!(!tour.is_over_unread(), "the cursor is stored");
        let mut tour = Tour::resume(Some(&tour.cursor()), &server(), ["a".to_owned()]);
        assert_eq!(job(&tour), "a newest");
        tour.unreadable();
        assert!(tour.is_over_unread());
    }

    #[test]
    fn few_are_asked_about_and_the_rest_next_time() {
        let mut tour = resume(None);
        tour.read(page(&[9, 8, 7, 6, 5, 4, 3, 2, 1], None), 10);
        tour.leave();
        let mut tour = resume(Some(&tour.cursor()));
        tour.read(page(&[9, 1], Some("p2")), 10);
        tour.leave();
        let mut asked = Vec::new();
        while let Some(Job::Ask(_)) = tour.job() {
            asked.extend(tour.asked().map(|seen| seen.key));
        }
        assert_eq!(asked, ["8", "7", "6", "5", "4"]);
        let mut tour = resume(Some(&tour.cursor()));
        tour.leave();
        tour.leave();
        assert_eq!(job(&tour), "? 3");
        let again = Seen { id: None, ..tour.asked().unwrap() };
        tour.ask_again(again.clone());
        assert_eq!(tour.job(), Some(Job::Ask(&again)));
    }
}
