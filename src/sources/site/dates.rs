//! Dates as sites show them to people: standards, Indonesian and English month names, day before
//! month in numbers, and the ones told from now ("3 jam lalu"). A date without a zone is in WIB,
//! as most of the sites read are; what cannot be read stays unread.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::sources::feed::dates::{MONTHS, ZONES, in_english};

/// Longer is no date.
const LONGEST: usize = 120;

const WIB: Offset = Offset::constant(7);

/// Reads a date; `now` is when the page was fetched.
pub(in crate::sources) fn read(written: &str, now: Timestamp) -> Option<Timestamp> {
    let written = written.trim();
    if written.is_empty() || written.len() > LONGEST {
        return None;
    }
    let standard = written.parse::<Timestamp>().ok();
    standard
        .or_else(|| jiff::fmt::rfc2822::parse(&in_english(written)).ok().map(|at| at.timestamp()))
        .or_else(|| from_now(written, now))
        .or_else(|| on_calendar(written))
        // Dates of the epoch and before are what a program writes that has none.
        .filter(|at| at.as_second() > 24 * 3600)
}

/// `3 jam lalu`, `sejam yang lalu`, `kemarin 14.05`, `2 days ago`, `baru saja`.
fn from_now(written: &str, now: Timestamp) -> Option<Timestamp> {
    let lower = written.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    if ["baru saja", "barusan", "just now", "moments ago"].iter().any(|it| lower.contains(it)) {
        return Some(now);
    }
    let back = match words.iter().find_map(|word| match word.trim_matches([',', '.']) {
        "kemarin" | "yesterday" => Some(1),
        "hari" | "today" if lower.contains("hari ini") || lower.contains("today") => Some(0),
        _ => None,
    }) {
        Some(days) => {
            let today = WIB.to_datetime(now).date();
            let day = today.checked_sub(i64::from(days).days()).ok()?;
            return match words.iter().find_map(|word| clock(word)) {
                Some(time) => in_zone(day.to_datetime(time), WIB),
                None => now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).ok(),
            };
        }
        None => words.iter().any(|word| matches!(word.trim_matches('.'), "lalu" | "ago")),
    };
    if !back {
        return None;
    }
    let (count, unit) = words.iter().enumerate().find_map(|(at, word)| {
        if let Some(unit) = word.strip_prefix("se").and_then(seconds) {
            return Some((1, unit));
        }
        let unit = seconds(word)?;
        let count = match *words.get(at.checked_sub(1)?)? {
            "a" | "an" | "one" | "satu" => 1,
            number => number.parse::<i64>().ok().filter(|count| (0..10_000).contains(count))?,
        };
        Some((count, unit))
    })?;
    now.checked_sub(SignedDuration::from_secs(count * unit)).ok()
}

fn seconds(unit: &str) -> Option<i64> {
    Some(match unit.trim_matches([',', '.']) {
        "detik" | "second" | "seconds" | "secs" => 1,
        "menit" | "mnt" | "minute" | "minutes" | "min" | "mins" => 60,
        "jam" | "hour" | "hours" | "hrs" => 3600,
        "hari" | "day" | "days" => 86_400,
        "minggu" | "pekan" | "week" | "weeks" => 7 * 86_400,
        "bulan" | "bln" | "month" | "months" => 30 * 86_400,
        "tahun" | "thn" | "year" | "years" => 365 * 86_400,
        _ => return None,
    })
}

fn on_calendar(written: &str) -> Option<Timestamp> {
    let spaced = written.replace(['T', '|', '·', '•', '(', ')'], " ").to_lowercase();
    // `2026-07-01T09:00`: only a `T` between digits was one; names lost theirs.
    let spaced = if written.contains('T') && !has_digit_t(written) {
        written.replace(['|', '·', '•', '(', ')'], " ").to_lowercase()
    } else {
        spaced
    };
    let words: Vec<&str> =
        spaced.split([' ', ',', '\u{a0}', '\n', '\t']).filter(|word| !word.is_empty()).collect();
    let (date, used) = words
        .iter()
        .enumerate()
        .find_map(|(at, word)| Some((in_numbers(word)?, at..at + 1)))
        .or_else(|| in_words(&words))?;
    let rest = words.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, word)| word);
    let time = rest.clone().find_map(|word| clock(word)).unwrap_or(Time::midnight());
    let zone = rest.clone().find_map(|word| offset(word)).unwrap_or(WIB);
    in_zone(date.to_datetime(time), zone)
}

fn has_digit_t(written: &str) -> bool {
    written.match_indices('T').any(|(at, _)| {
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let bytes = written.as_bytes();
        digit(at.checked_sub(1).and_then(|at| bytes.get(at))) && digit(bytes.get(at + 1))
    })
}

fn in_zone(at: DateTime, zone: Offset) -> Option<Timestamp> {
    at.to_zoned_datetime(TimeZone::fixed(zone)).ok().map(|at| at.timestamp())
}

/// `2026-07-01`, `2026/7/1`, `01/07/2026`, `1-7-26`, `01.07.2026`: the day before the month.
fn in_numbers(word: &str) -> Option<Date> {
    let separator = ['-', '/', '.'].into_iter().find(|it| word.matches(*it).count() == 2)?;
    let parts: Vec<i16> =
        word.split(separator).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [a, b, c] = parts.try_into().ok()?;
    let (year, month, day) = if a > 31 { (a, b, c) } else { (full_year(c), b, a) };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().filter(is_likely)
}

/// `1 Juli 2026`, `July 1 2026`, `1 Jul 26`, with the words in between known.
fn in_words(words: &[&str]) -> Option<(Date, std::ops::Range<usize>)> {
    words.iter().enumerate().find_map(|(at, word)| {
        let month = month(word)?;
        let number = |at: Option<usize>| -> Option<i16> {
            let word = words.get(at?)?.trim_end_matches(['.', ',']);
            let word = ["st", "nd", "rd", "th"]
                .iter()
                .find_map(|it| word.strip_suffix(it))
                .unwrap_or(word);
            word.parse().ok()
        };
        let before = number(at.checked_sub(1));
        let after = number(Some(at + 1));
        let (day, year, end) = match (before, after) {
            (Some(day), Some(year)) => (day, year, at + 2),
            (None, Some(day)) => (day, number(Some(at + 2))?, at + 3),
            _ => return None,
        };
        let date = Date::new(full_year(year), month, i8::try_from(day).ok()?).ok()?;
        is_likely(&date).then_some((date, at.saturating_sub(1)..end))
    })
}

fn full_year(year: i16) -> i16 {
    if (0..100).contains(&year) { 2000 + year } else { year }
}

fn is_likely(date: &Date) -> bool {
    (1990..2100).contains(&date.year())
}

fn month(word: &str) -> Option<i8> {
    const ENGLISH: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const LONG: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let bare = word.trim_matches(['.', ',']);
    let known = MONTHS.iter().find(|(_, names)| names.contains(&bare));
    let short = known.map_or(bare.to_owned(), |(english, _)| english.to_ascii_lowercase());
    let at = ENGLISH.iter().position(|name| *name == short);
    let at = at.or_else(|| LONG.iter().position(|name| *name == short));
    let at = at.or_else(|| (short == "sept").then_some(8));
    at.and_then(|at| i8::try_from(at + 1).ok())
}

/// `09:05`, `09.05`, `09:05:30`.
fn clock(word: &str) -> Option<Time> {
    let word = word.trim_matches([',', '.']);
    let word = word.split(['+', 'z']).next().unwrap_or(word);
    let parts: Vec<&str> = word.split([':', '.']).collect();
    if !(2..=4).contains(&parts.len()) || parts.get(1).is_none_or(|minute| minute.len() != 2) {
        return None;
    }
    let number = |at: usize| parts.get(at).map_or(Some(0), |part| part.parse::<i8>().ok());
    Time::new(number(0)?, number(1)?, number(2)?, 0).ok()
}

fn offset(word: &str) -> Option<Offset> {
    let word = word.trim_matches([',', '.']);
    let word = word.strip_prefix("gmt").or(word.strip_prefix("utc")).unwrap_or(word);
    if word.is_empty() || word == "z" {
        return Some(Offset::UTC);
    }
    let named = ZONES.iter().find(|(name, _)| *name == word).map(|(_, written)| *written);
    let written = named.or_else(|| word.find(['+']).map(|at| &word[at..]))?;
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let hours = digits.get(..2).unwrap_or(&digits).parse::<i8>().ok()?;
    Offset::from_hours(hours).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_sites_are_read() {
        let now: Timestamp = "2026-07-15T05:00:00Z".parse().unwrap();
        for (written, read_as) in [
            ("2026-07-01T09:00:00+07:00", Some("2026-07-01T02:00:00Z")),
            ("2026-07-01T09:00:00", Some("2026-07-01T02:00:00Z")),
            ("2026-07-01 09:00", Some("2026-07-01T02:00:00Z")),
            ("2026-07-01", Some("2026-06-30T17:00:00Z")),
            ("2026/7/1", Some("2026-06-30T17:00:00Z")),
            ("Wed, 01 Jul 2026 09:00:00 GMT", Some("2026-07-01T09:00:00Z")),
            ("Rabu, 1 Juli 2026 09.05 WIB", Some("2026-07-01T02:05:00Z")),
            ("Diposting: Rabu, 1 Juli 2026 | 09:05 WITA", Some("2026-07-01T01:05:00Z")),
            ("Sabtu 14 Agustus 2021", Some("2021-08-13T17:00:00Z")),
            ("31 Des 2025, 23.59 WIB", Some("2025-12-31T16:59:00Z")),
            ("July 1, 2026", Some("2026-06-30T17:00:00Z")),
            ("1st Sept 2025", Some("2025-08-31T17:00:00Z")),
            ("01/07/2026", Some("2026-06-30T17:00:00Z")),
            ("01-07-26 10:00", Some("2026-07-01T03:00:00Z")),
            ("01.07.2026", Some("2026-06-30T17:00:00Z")),
            ("3 jam lalu", Some("2026-07-15T02:00:00Z")),
            ("3 jam yang lalu", Some("2026-07-15T02:00:00Z")),
            ("sejam lalu", Some("2026-07-15T04:00:00Z")),
            ("Tayang 2 hari lalu", Some("2026-07-13T05:00:00Z")),
            ("seminggu yang lalu", Some("2026-07-08T05:00:00Z")),
            ("an hour ago", Some("2026-07-15T04:00:00Z")),
            ("30 mins ago", Some("2026-07-15T04:30:00Z")),
            ("baru saja", Some("2026-07-15T05:00:00Z")),
            ("Kemarin, 14.05", Some("2026-07-14T07:05:00Z")),
            ("kemarin", Some("2026-07-14T05:00:00Z")),
            ("hari ini 08:30", Some("2026-07-15T01:30:00Z")),
            ("", None),
            ("segera", None),
            ("lalu lintas", None),
            ("Gaji 1.500.000", None),
            ("32/13/2026", None),
            ("0000-00-00 00:00:00", None),
            ("1 Januari 1970", None),
            ("99999999999 jam lalu", None),
        ] {
            let expected = read_as.map(|at| at.parse::<Timestamp>().unwrap());
            assert_eq!(read(written, now), expected, "{written}");
        }
    }
}
