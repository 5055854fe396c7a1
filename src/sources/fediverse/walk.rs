//! The walk through one listing that has its newest item first, page by page back to what is known.
//! Ids are opaque and only compared. No item is passed over, whatever arrives, is edited or deleted
//! meanwhile; a server that answers every page with the same one ends the walk instead of holding it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How many of the newest items are remembered, to know them again.
const REMEMBERED: usize = 40;

/// How long a post may be on its way between servers.
const ON_THE_WAY: SignedDuration = SignedDuration::from_hours(24);

/// An item of a listing as the walk knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// What it is known by on every visit: its native id.
    pub key: String,
    /// The server's own id, for asking about it; none for what need not be asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What is remembered of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Listing {
    /// When the last complete visit ended; none before the first has.
    #[serde(skip_serializing_if = "Option::is_none")]
    visited: Option<Timestamp>,
    /// The newest items of the last complete visit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    known: Vec<Seen>,
    /// A walk under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    walk: Option<Walk>,
}

/// A walk from the newest page back to what is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Walk {
    /// The items of its first page: known once the walk is complete.
    newest: Vec<Seen>,
    /// Where it goes on.
    older: String,
    /// Items met so far.
    items: u64,
}

/// A page of a listing.
#[derive(Debug)]
pub(super) struct Sight {
    /// Its items, newest first.
    pub items: Vec<Seen>,
    /// When it was fetched.
    pub at: Timestamp,
    /// Where the next older page is, in the source's own words; `None` at the listing's end.
    pub older: Option<String>,
    /// It holds so few items that the listing seems to end here, whatever else the server says.
    pub short: bool,
}

/// What follows from a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// Where to go on; `None` when the visit to this listing is over.
    pub older: Option<String>,
    /// Known items that should be on the page and are not.
    pub vanished: Vec<Seen>,
    /// The server answered with a page that was had already.
    pub stuck: bool,
}

impl Listing {
    /// Where a visit takes up the walk of one that was cut off.
    pub fn resume(&self) -> Option<&str> {
        self.walk.as_ref().map(|walk| walk.older.as_str())
    }

    /// Forgets where the walk stands, so that the next begins at the newest page; what is known stays,
    /// so nothing is passed over. True if a walk was under way.
    pub fn end_walk(&mut self) -> bool {
        self.walk.take().is_some()
    }

    /// Takes a page into account; a first visit goes back until it has met `backfill` items.
    pub fn step(&mut self, sight: Sight, backfill: u64) -> Step {
        let Sight { items, at: now, older, short } = sight;
        let walk = self.walk.take();
        let stuck = walk
            .as_ref()
            .is_some_and(|walk| items.last().is_some_and(|last| contains(&walk.newest, last)));
        let met = walk.as_ref().map_or(0, |walk| walk.items) + items.len() as u64;
        let newest = match walk {
            Some(walk) => walk.newest,
            None => items.iter().take(REMEMBERED).cloned().collect(),
        };
        let met_again = self.known.iter().rposition(|known| contains(&items, known));
        // What lies before everything known is known too, or was never to be read. Where nothing is
        // known the last visit found nothing, and posts may take a while from server to server.
        let oldest_known = self.known.iter().filter_map(|known| known.at).min();
        let last_visit = self.visited.and_then(|visited| visited.checked_sub(ON_THE_WAY).ok());
        let is_before = |item: &Seen| {
            item.at.zip(oldest_known.or(last_visit)).is_some_and(|(at, known)| at < known)
        };
        let is_past = !items.is_empty() && items.iter().all(is_before);
        let ends_here = short || older.is_none();
        let vanished = match met_again {
            _ if stuck => Vec::new(),
            Some(_) if ends_here => self.missing_from(&items, self.known.len()),
            Some(last) => self.missing_from(&items, last),
            None if is_past || older.is_none() => self.missing_from(&items, self.known.len()),
            None => Vec::new(),
        };
        let enough = self.visited.is_none() && met >= backfill;
        match older.filter(|_| !stuck && !enough && met_again.is_none() && !is_past) {
            Some(older) => {
                self.walk = Some(Walk { newest, older: older.clone(), items: met });
                Step { older: Some(older), vanished, stuck }
            }
            None => {
                // An empty page may be a feed that was shut; it opens again where it was.
                if !newest.is_empty() {
                    self.known = newest;
                }
                self.visited = Some(now);
                Step { older: None, vanished, stuck }
            }
        }
    }

    /// The first `count` known items as far as the page does not show them.
    fn missing_from(&self, items: &[Seen], count: usize) -> Vec<Seen> {
        self.known[..count].iter().filter(|known| !contains(items, known)).cloned().collect()
    }
}

fn contains(items: &[Seen], item: &Seen) -> bool {
    items.iter().any(|other| other.key == item.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    /// Items by number; a number is also the hour it was published, before now.
    fn page(numbers: impl IntoIterator<Item = i64>, older: Option<&str>) -> Sight {
        let items = numbers
            .into_iter()
            .map(|number| Seen {
                key: number.to_string(),
                id: None,
                at: Some(at(NOW - 1_000_000 + number * 3600)),
            })
            .collect();
        Sight { items, at: at(NOW), older: older.map(str::to_owned), short: false }
    }

    fn keys(items: &[Seen]) -> Vec<&str> {
        items.iter().map(|item| item.key.as_str()).collect()
    }

    fn visited(numbers: impl IntoIterator<Item = i64>) -> Listing {
        let mut listing = Listing::default();
        let step = listing.step(page(numbers, None), 200);
        assert_eq!(step.older, None);
        listing
    }

    #[test]
    fn a_first_visit_goes_back_as_far_as_it_is_told() {
        for (backfill, pages) in [(1, 1), (5, 1), (6, 2), (10, 2), (11, 3), (1000, 4)] {
            let mut listing = Listing::default();
            let mut read = 0;
            for turn in 0..4 {
                read += 1;
                let top = 20 - turn * 5;
                let older = (turn < 3).then_some("older");
                if listing.step(page((top - 4..=top).rev(), older), backfill).older.is_none() {
                    break;
                }
            }
            assert_eq!(read, pages, "{backfill}");
            assert_eq!(keys(&listing.known), ["20", "19", "18", "17", "16"]);
        }
    }

    #[test]
    fn a_later_visit_ends_where_it_meets_what_it_knows() {
        let mut listing = visited([5, 4, 3]);
        let step = listing.step(page([6, 5, 4], Some("p2")), 200);
        assert_eq!((step.older, step.vanished), (None, vec![]));
        // More arrived than a page holds: on, until 6 is met.
        let step = listing.step(page([12, 11, 10], Some("p2")), 1);
        assert_eq!(step.older.as_deref(), Some("p2"));
        // Cut off here; the walk is taken up from the cursor.
        let json = serde_json::to_value(&listing).unwrap();
        let mut listing: Listing = serde_json::from_value(json).unwrap();
        assert_eq!(listing.resume(), Some("p2"));
        assert_eq!(listing.step(page([9, 8, 7], Some("p3")), 1).older.as_deref(), Some("p3"));
        assert_eq!(listing.step(page([6, 5, 4], Some("p4")), 1).older, None);
        assert_eq!(keys(&listing.known), ["12", "11", "10"]);
        assert_eq!(listing.resume(), None);
    }

    #[test]
    fn what_should_be_there_and_is_not_has_vanished() {
        for (known, shown, older, vanished) in [
            (vec![5, 4, 3], vec![5, 3], Some("p2"), vec!["4"]),
            (vec![5, 4, 3], vec![6, 4, 3], Some("p2"), vec!["5"]),
            // 3 may have slipped to the next page.
            (vec![5, 4, 3], vec![7, 6, 5, 4], Some("p2"), vec![]),
            // The listing ends here: there is no next page to slip to.
            (vec![5, 4, 3], vec![5, 4], None, vec!["3"]),
            (vec![5, 4, 3], vec![], None, vec!["5", "4", "3"]),
            // Everything known is gone, and the page shows what lies below.
            (vec![5, 4], vec![3, 2, 1], Some("p2"), vec!["5", "4"]),
        ] {
            let mut listing = visited(known.clone());
            let step = listing.step(page(shown.clone(), older), 200);
            assert_eq!(step.older, None, "{known:?} {shown:?}");
            assert_eq!(keys(&step.vanished), vanished, "{known:?} {shown:?}");
        }
        let short = Sight { short: true, ..page([5, 4], Some("p2")) };
        assert_eq!(keys(&visited([5, 4, 3]).step(short, 200).vanished), ["3"]);
    }

    #[test]
    fn a_feed_that_was_shut_opens_where_it_was() {
        let mut listing = visited([5, 4, 3]);
        listing.step(page([], None), 200);
        assert_eq!(listing.step(page([6, 5, 4], Some("p2")), 200).older, None);
        // Nothing was there on the first visit: all that came since is new, older things are not.
        let mut listing = visited([]);
        assert_eq!(listing.step(page([270, 260], Some("p2")), 1).older.as_deref(), Some("p2"));
        assert_eq!(listing.step(page([2, 1], Some("p3")), 1).older, None);
    }

    #[test]
    fn a_server_that_ignores_where_to_go_on_ends_the_walk() {
        let mut listing = Listing::default();
        assert_eq!(listing.step(page([5, 4, 3], Some("p2")), 200).older.as_deref(), Some("p2"));
        let step = listing.step(page([6, 5, 4, 3], Some("p3")), 200);
        assert_eq!((step.older, step.stuck), (None, true));
    }
}
