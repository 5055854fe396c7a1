//! When somebody is to leave: a day, a weekday, "minggu depan", "H+3", "3 hari lagi", beside a word
//! of leaving. Days are counted from the day the text was published, or else is read.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::names::{Collected, Meaning, Name};
use crate::registry::Registry;
use crate::text::{Before, Views, VocabularyBuilder, WordId};

/// Tokens between a word of leaving and the time.
const REACH: usize = 5;
/// A date further back than this is one of next year.
const PAST: i32 = 60;
/// Most days ahead that are told in days.
const MOST_DAYS: u16 = 60;

/// A departure in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// In how many days, at least.
    pub days: Option<u16>,
    /// First clear token.
    pub from: usize,
    /// One past the last clear token.
    pub to: usize,
}

/// A departure as shown and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartureClaim {
    /// As written.
    pub text: String,
    /// In how many days from the post, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

/// Interns the words.
pub(super) fn name(registry: &Registry, names: &mut Collected, words: &mut VocabularyBuilder) {
    let departure = &registry.readings.departure;
    names.add(&departure.leave, Meaning::Leaves, words);
    for (when, days) in &departure.when {
        names.add([when], Meaning::When(*days), words);
    }
    for (month, written) in (1_i8..).zip(&departure.months) {
        names.add(written, Meaning::Month(month), words);
    }
}

/// The words of counting days, interned once.
#[derive(Debug)]
pub(super) struct Reader {
    day: Vec<WordId>,
    again: Vec<WordId>,
}

impl Reader {
    pub(super) fn new(registry: &Registry, words: &mut VocabularyBuilder) -> Self {
        let day = registry.amounts.day.iter().flat_map(|word| words.words_of(word)).collect();
        Self { day, again: words.words_of("lagi") }
    }

    pub(super) fn read(
        &self,
        views: &Views,
        names: &[Name],
        published: Option<Date>,
        found: &mut Vec<Departure>,
    ) {
        for name in names.iter().filter(|name| name.meaning == Meaning::Leaves) {
            let near = |other: &&Name| {
                let gap = if other.from >= name.to {
                    other.from - name.to
                } else {
                    name.from.saturating_sub(other.to)
                };
                gap <= REACH
                    && same_sentence(views, name.from.min(other.from), name.to.max(other.to))
            };
            let when = names.iter().filter(near).find_map(|other| match other.meaning {
                Meaning::When(days) => Some((Some(days), other.from, other.to)),
                Meaning::Month(month) => {
                    let day = other.from.checked_sub(1).and_then(|at| number(views, at))?;
                    let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
                    let days = published.and_then(|today| days_until(today, month, day));
                    Some((days, other.from - 1, other.to))
                }
                _ => None,
            });
            let when = when.or_else(|| self.counted(views, name));
            if let Some((days, from, to)) = when
                && !found.iter().any(|known| known.from == from)
            {
                found.push(Departure { days, from, to });
            }
        }
    }

    /// "3 hari lagi", "dalam 3 hari", "H+3" shortly after a word of leaving.
    fn counted(&self, views: &Views, name: &Name) -> Option<(Option<u16>, usize, usize)> {
        let tokens = views.clear();
        (name.to..tokens.len().min(name.to + REACH)).find_map(|at| {
            let days = u16::try_from(number(views, at)?).ok().filter(|days| *days <= MOST_DAYS)?;
            let next = tokens.get(at + 1);
            let counts_days = next.is_some_and(|next| self.day.contains(&next.word));
            let last = tokens.get(at + 2).is_some_and(|token| self.again.contains(&token.word));
            let plus = at > 0 && tokens[at].before == Before::Glue && written(views, at - 1) == "h";
            if counts_days {
                Some((Some(days), at, at + if last { 3 } else { 2 }))
            } else if plus {
                Some((Some(days), at - 1, at + 1))
            } else {
                None
            }
        })
    }
}

fn same_sentence(views: &Views, from: usize, to: usize) -> bool {
    views.clear()[from + 1..to].iter().all(|token| token.before < Before::Sentence)
}

/// The first piece of a clear token as written, folded.
fn written(views: &Views, at: usize) -> &str {
    let first = views.clear().get(at).and_then(|token| views.raw().get(token.raw_start as usize));
    first.map_or("", |token| views.raw_text(token))
}

fn number(views: &Views, at: usize) -> Option<u64> {
    let token = views.clear().get(at)?;
    if token.word != WordId::NUMBER {
        return None;
    }
    written(views, at).trim_start_matches('+').parse().ok()
}

/// Days from `today` to the next such day of the year.
fn days_until(today: Date, month: i8, day: i8) -> Option<u16> {
    let this_year = Date::new(today.year(), month, day).ok()?;
    let days = (this_year - today).get_days();
    let date = if days < -PAST { this_year.checked_add(1.year()).ok()? } else { this_year };
    Some(u16::try_from((date - today).get_days()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::super::Days;
    use super::super::tests::facts_on;

    #[test]
    fn a_departure_is_told_in_days_from_the_post() {
        for (text, written, days) in [
            ("Berangkat minggu depan", "minggu depan", Some(7)),
            ("besok langsung terbang", "besok", Some(1)),
            ("berangkat H+3", "H+3", Some(3)),
            ("terbang 10 hari lagi", "10 hari lagi", Some(10)),
            ("berangkat tanggal 5 Desember", "5 Desember", Some(7)),
            ("jadwal terbang 3 Januari", "3 Januari", Some(36)),
            ("berangkat bulan depan", "bulan depan", Some(30)),
        ] {
            let days_of = Days { published: Some("2026-11-28".parse().unwrap()), today: None };
            let found = facts_on(days_of, text).departure;
            let first = found.first().map(|one| (one.text.as_str(), one.days));
            assert_eq!((found.len(), first), (1, Some((written, days))), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_time_without_leaving_is_no_departure() {
        for text in ["libur minggu depan", "gaji 3 hari lagi", "berangkat ya. Besok saya kabari"] {
            assert_eq!(facts_on(Days::default(), text).departure, [], "{text}");
        }
    }
}
