//! What the pages of a source held, hour by hour, and what that says: a source that dried up, or
//! whose items lack what they used to have, most likely changed its shape and wants looking at.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Transaction};
use serde::Serialize;

use super::column::Stamp;
use super::error::StoreError;
use super::record::PageCommit;
use super::{Store, sources};

/// How long hours are kept: what a source usually yields is read from them.
const KEPT: SignedDuration = SignedDuration::from_hours(15 * 24);
/// The stretch the counts and shares of a source are told of.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How long a source must have yielded nothing before that is an alarm.
const DRY: SignedDuration = SignedDuration::from_hours(6);
/// So many posts must have been expected on the pages that held none. Were posts independent of each
/// other, none at all would then come by chance once in 500 million.
const EXPECTED: f64 = 20.0;
/// A share of fewer items than this says nothing.
const FEWEST: u64 = 20;
/// From this share on, a field that is missing or an item that cannot be read is an alarm, in percent.
const SHARE: u32 = 30;

/// Something about a source that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum Alarm {
    /// Its pages hold no posts any more.
    YieldZero {
        /// When it last held one, to the hour.
        since: Timestamp,
        /// Pages read since.
        pages: u64,
    },
    /// A field its adapter expects is missing in many of the last day's posts.
    FieldMissing {
        /// The field.
        field: String,
        /// In how many percent of the posts.
        percent: u32,
    },
    /// Many of the last day's items could not be read.
    Unreadable {
        /// How many percent of the items.
        percent: u32,
    },
}

impl std::fmt::Display for Alarm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::YieldZero { since, pages } => write!(
                f,
                "{pages} halaman terakhir kosong, sejak {} UTC tidak ada satu postingan pun",
                since.strftime("%Y-%m-%d %H:00")
            ),
            Self::FieldMissing { field, percent } => {
                write!(f, "`{field}` tidak terbaca pada {percent} % postingan 24 jam terakhir")
            }
            Self::Unreadable { percent } => {
                write!(f, "{percent} % isi 24 jam terakhir tidak terbaca dan disisihkan")
            }
        }
    }
}

impl Alarm {
    /// Every kind, for metrics that are zero where all is well.
    pub const KINDS: [&str; 3] = ["yield_zero", "field_missing", "unreadable"];

    /// The kind, one of [`Alarm::KINDS`].
    pub fn kind(&self) -> &'static str {
        match self {
            Self::YieldZero { .. } => "yield_zero",
            Self::FieldMissing { .. } => "field_missing",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}

/// How a source did in the last 24 hours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SourceHealth {
    /// Posts never seen before.
    pub new: u64,
    /// Visits that failed.
    pub failures: u64,
    /// How many percent of the items could be read and lacked nothing their adapter expects; `None`
    /// where there were no items.
    pub complete_percent: Option<u32>,
    /// What a person should look at.
    pub alarms: Vec<Alarm>,
}

/// What the pages of an hour, or of several, held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Yield {
    pages: u64,
    posts: u64,
    new: u64,
    partial: u64,
    ignored: u64,
    set_aside: u64,
    failures: u64,
}

impl std::iter::Sum for Yield {
    fn sum<I: Iterator<Item = Self>>(hours: I) -> Self {
        hours.fold(Self::default(), |sum, hour| Self {
            pages: sum.pages + hour.pages,
            posts: sum.posts + hour.posts,
            new: sum.new + hour.new,
            partial: sum.partial + hour.partial,
            ignored: sum.ignored + hour.ignored,
            set_aside: sum.set_aside + hour.set_aside,
            failures: sum.failures + hour.failures,
        })
    }
}

fn hour(at: Timestamp) -> String {
    let mut text = Stamp(at).text();
    text.truncate("2026-11-28T06".len());
    text
}

/// The time an hour of the table began.
fn beginning(hour: &str) -> Option<Timestamp> {
    format!("{hour}:00:00Z").parse().ok()
}

/// Counts a page. `new` of its posts were never seen before. What has neither posts nor bytes is no
/// page that was read: an unchanged one, or the place a stream has come to.
pub(super) fn note_page(
    transaction: &Transaction<'_>,
    source: i64,
    page: &PageCommit,
    new: u64,
) -> rusqlite::Result<()> {
    let hour = hour(page.at);
    let mut missing: BTreeMap<&str, u64> = BTreeMap::new();
    let mut partial = 0_u64;
    for scored in &page.posts {
        let fields = &scored.post.missing_fields;
        partial += u64::from(!fields.is_empty());
        for field in fields {
            *missing.entry(field).or_default() += 1;
        }
    }
    let was_read = page.capture.is_some() || !page.posts.is_empty();
    let fresh = transaction
        .prepare_cached("INSERT OR IGNORE INTO source_hour (source_id, hour) VALUES (?1, ?2)")?
        .execute((source, &hour))?;
    transaction
        .prepare_cached(
            "UPDATE source_hour SET pages = pages + ?3, posts = posts + ?4,
                 posts_new = posts_new + ?5, partial = partial + ?6, set_aside = set_aside + ?7,
                 ignored = ignored + ?8
             WHERE source_id = ?1 AND hour = ?2",
        )?
        .execute((
            source,
            &hour,
            was_read,
            page.posts.len(),
            new,
            partial,
            page.set_aside.len(),
            page.ignored,
        ))?;
    for (field, posts) in missing {
        transaction
            .prepare_cached(
                "INSERT INTO source_hour_missing VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET posts = posts + excluded.posts",
            )?
            .execute((source, &hour, field, posts))?;
    }
    if fresh > 0 { forget(transaction, source, page.at) } else { Ok(()) }
}

/// Counts a visit that failed.
pub(super) fn note_failure(
    transaction: &Transaction<'_>,
    source: i64,
    at: Timestamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO source_hour (source_id, hour, failures) VALUES (?1, ?2, 1)
             ON CONFLICT DO UPDATE SET failures = failures + 1",
        )?
        .execute((source, hour(at)))?;
    Ok(())
}

fn forget(transaction: &Transaction<'_>, source: i64, now: Timestamp) -> rusqlite::Result<()> {
    let Ok(oldest) = now.checked_sub(KEPT) else { return Ok(()) };
    for table in ["source_hour", "source_hour_missing"] {
        transaction
            .prepare_cached(&format!("DELETE FROM {table} WHERE source_id = ?1 AND hour < ?2"))?
            .execute((source, hour(oldest)))?;
    }
    Ok(())
}

impl Store {
    /// How every source that was ever visited did in the 24 hours before `now`, by name.
    ///
    /// # Errors
    /// The database refused.
    pub fn source_health(
        &self,
        now: Timestamp,
    ) -> Result<BTreeMap<String, SourceHealth>, StoreError> {
        self.readers.get().snapshot(|connection| {
            let mut names = connection.prepare_cached("SELECT id, name FROM source")?;
            let sources = names.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            sources
                .map(|source| {
                    let (id, name): (i64, String) = source?;
                    Ok((name, health(connection, id, now)?))
                })
                .collect()
        })
    }

    /// How one source did in the 24 hours before `now`.
    ///
    /// # Errors
    /// The database refused.
    pub fn health_of(&self, source: &str, now: Timestamp) -> Result<SourceHealth, StoreError> {
        self.readers.get().snapshot(|connection| match sources::find(connection, source)? {
            Some(id) => health(connection, id, now),
            None => Ok(SourceHealth::default()),
        })
    }
}

fn health(
    connection: &Connection,
    source: i64,
    now: Timestamp,
) -> Result<SourceHealth, StoreError> {
    let hours: Vec<(String, Yield)> = connection
        .prepare_cached(
            "SELECT hour, pages, posts, posts_new, partial, set_aside, failures, ignored
             FROM source_hour
             WHERE source_id = ?1 AND hour <= ?2 ORDER BY hour",
        )?
        .query_map((source, hour(now)), |row| {
            Ok((
                row.get(0)?,
                Yield {
                    pages: row.get(1)?,
                    posts: row.get(2)?,
                    new: row.get(3)?,
                    partial: row.get(4)?,
                    set_aside: row.get(5)?,
                    failures: row.get(6)?,
                    ignored: row.get(7)?,
                },
            ))
        })?
        .collect::<Result<_, _>>()?;
    let since = hour(now.checked_sub(DAY).unwrap_or(now));
    let missing: Vec<(String, u64)> = connection
        .prepare_cached(
            "SELECT field, sum(posts) FROM source_hour_missing
             WHERE source_id = ?1 AND hour > ?2 GROUP BY field ORDER BY field",
        )?
        .query_map((source, &since), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(judge(&hours, &missing, &since, now))
}

/// What the hours of a source, oldest first, say of it; `since` is where the last day begins.
fn judge(
    hours: &[(String, Yield)],
    missing: &[(String, u64)],
    since: &str,
    now: Timestamp,
) -> SourceHealth {
    let day: Yield =
        hours.iter().filter(|(hour, _)| hour.as_str() > since).map(|(_, held)| *held).sum();
    // What was read and not stored was read all the same: a stream keeps only what is flagged.
    let items = day.posts + day.ignored + day.set_aside;
    let mut alarms = Vec::from_iter(dried_up(hours, now));
    if day.posts >= FEWEST {
        let much = missing.iter().map(|(field, posts)| (field, percent(*posts, day.posts)));
        alarms.extend(
            much.filter(|(_, percent)| *percent >= SHARE)
                .map(|(field, percent)| Alarm::FieldMissing { field: field.clone(), percent }),
        );
    }
    let unreadable = percent(day.set_aside, items);
    if items >= FEWEST && unreadable >= SHARE {
        alarms.push(Alarm::Unreadable { percent: unreadable });
    }
    let complete = (day.posts + day.ignored).saturating_sub(day.partial);
    SourceHealth {
        new: day.new,
        failures: day.failures,
        complete_percent: (items > 0).then(|| percent(complete, items)),
        alarms,
    }
}

/// The alarm for a source whose pages hold no posts any more though they used to. Pages that the
/// server called unchanged are not among them.
fn dried_up(hours: &[(String, Yield)], now: Timestamp) -> Option<Alarm> {
    let last = hours.iter().rposition(|(_, held)| held.posts > 0)?;
    let since = beginning(&hours[last].0)?;
    let before: Yield = hours[..=last].iter().map(|(_, held)| *held).sum();
    let after: Yield = hours[last + 1..].iter().map(|(_, held)| *held).sum();
    let usual = ratio(before.posts, before.pages);
    let is_dry = now.duration_since(since) >= DRY
        && after.pages >= 2
        && usual * ratio(after.pages, 1) >= EXPECTED;
    is_dry.then_some(Alarm::YieldZero { since, pages: after.pages })
}

#[expect(clippy::cast_precision_loss, reason = "counts of pages and posts are far below 2^52")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn percent(part: u64, whole: u64) -> u32 {
    u32::try_from(part.saturating_mul(100) / whole.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn held(pages: u64, posts: u64) -> Yield {
        Yield { pages, posts, ..Yield::default() }
    }

    fn judged(hours: &[(&str, Yield)], missing: &[(&str, u64)]) -> SourceHealth {
        let hours: Vec<_> = hours.iter().map(|(hour, held)| ((*hour).to_owned(), *held)).collect();
        let missing: Vec<_> =
            missing.iter().map(|(field, posts)| ((*field).to_owned(), *posts)).collect();
        judge(&hours, &missing, "2026-11-27T12", at("2026-11-28T12:30:00Z"))
    }

    #[test]
    fn a_source_that_dries_up_is_noticed_once_that_is_no_accident() {
        let dry = |since: &str, pages| vec![Alarm::YieldZero { since: at(since), pages }];
        for (what, hours, alarms) in [
            ("never anything", vec![("2026-11-28T01", held(90, 0))], vec![]),
            (
                "full pages, then empty ones",
                vec![("2026-11-28T01", held(4, 80)), ("2026-11-28T07", held(2, 0))],
                dry("2026-11-28T01:00:00Z", 2),
            ),
            (
                "one empty page says little",
                vec![("2026-11-28T01", held(4, 80)), ("2026-11-28T07", held(1, 0))],
                vec![],
            ),
            (
                "not long ago",
                vec![("2026-11-28T09", held(4, 80)), ("2026-11-28T10", held(3, 0))],
                vec![],
            ),
            (
                "a search that seldom finds something",
                vec![("2026-11-28T01", held(100, 5)), ("2026-11-28T07", held(90, 0))],
                vec![],
            ),
            (
                "the same, for long",
                vec![("2026-11-26T01", held(100, 5)), ("2026-11-28T07", held(400, 0))],
                dry("2026-11-26T01:00:00Z", 400),
            ),
            (
                "it came back",
                vec![
                    ("2026-11-28T01", held(4, 80)),
                    ("2026-11-28T07", held(9, 0)),
                    ("2026-11-28T12", held(1, 1)),
                ],
                vec![],
            ),
        ] {
            assert_eq!(judged(&hours, &[]).alarms, alarms, "{what}");
        }
    }

    #[test]
    fn missing_fields_and_unreadable_items_are_told_by_their_share() {
        let hour = |posts, partial, set_aside| {
            [("2026-11-28T08", Yield { pages: 3, posts, partial, set_aside, ..Yield::default() })]
        };
        let field = |field: &str, percent| Alarm::FieldMissing { field: field.into(), percent };
        for (hours, missing, complete, alarms) in [
            (hour(100, 0, 0), &[][..], Some(100), vec![]),
            (hour(100, 29, 0), &[("author", 29)], Some(71), vec![]),
            (hour(100, 35, 0), &[("author", 35), ("url", 3)], Some(65), vec![field("author", 35)]),
            (hour(19, 19, 0), &[("author", 19)], Some(0), vec![]),
            (hour(60, 0, 40), &[], Some(60), vec![Alarm::Unreadable { percent: 40 }]),
            (hour(0, 0, 0), &[], None, vec![]),
        ] {
            let health = judged(&hours, missing);
            assert_eq!((health.complete_percent, health.alarms), (complete, alarms), "{hours:?}");
        }
    }

    #[test]
    fn items_read_and_not_stored_are_among_those_read() {
        let held = Yield { posts: 2, ignored: 78, set_aside: 20, ..Yield::default() };
        let health = judged(&[("2026-11-28T08", held)], &[]);
        assert_eq!((health.complete_percent, health.alarms), (Some(80), vec![]));
    }

    #[test]
    fn only_the_last_day_counts() {
        let yesterday = Yield { pages: 1, posts: 5, new: 5, failures: 2, ..Yield::default() };
        let today = Yield { new: 2, failures: 1, ..yesterday };
        let health = judged(&[("2026-11-27T12", yesterday), ("2026-11-27T13", today)], &[]);
        assert_eq!((health.new, health.failures), (2, 1));
    }
}
