//! Dates as Indonesian sites write them into feeds (`Sen, 02 Mei 2026 09.00 WIB`), put the way the
//! standards want them. Nothing is guessed: a date without a zone stays unread.

use std::borrow::Cow;

/// Elements that hold a date.
pub(super) const DATED: &[&str] =
    &["pubDate", "date", "published", "updated", "issued", "modified", "created"];

pub(in crate::sources) const MONTHS: &[(&str, &[&str])] = &[
    ("Jan", &["januari"]),
    ("Feb", &["februari", "pebruari", "peb"]),
    ("Mar", &["maret"]),
    ("May", &["mei"]),
    ("Jun", &["juni"]),
    ("Jul", &["juli"]),
    ("Aug", &["agustus", "agu", "agt", "ags", "agust"]),
    ("Oct", &["oktober", "okt"]),
    ("Nov", &["nopember", "nop"]),
    ("Dec", &["desember", "des"]),
];

const DAYS: &[&str] = &[
    "sen", "senin", "sel", "selasa", "rab", "rabu", "kam", "kamis", "jum", "jumat", "jum'at",
    "sab", "sabtu", "min", "minggu", "ahad",
];

pub(in crate::sources) const ZONES: &[(&str, &str)] =
    &[("wib", "+0700"), ("wita", "+0800"), ("wit", "+0900")];

/// The date with Indonesian names of months, days and zones put in the words of RFC 2822.
pub(in crate::sources) fn in_english(date: &str) -> Cow<'_, str> {
    if date.len() > 80 || date.contains(['<', '&']) {
        return date.into();
    }
    let mut changed = false;
    let words: Vec<Cow<'_, str>> = date
        .split_whitespace()
        .filter_map(|word| {
            let bare = word.trim_end_matches([',', '.']).to_lowercase();
            let month = MONTHS.iter().find(|(_, names)| names.contains(&bare.as_str()));
            let zone = ZONES.iter().find(|(name, _)| *name == bare);
            let is_day = DAYS.contains(&bare.as_str());
            changed |= month.is_some() || zone.is_some() || is_day;
            match (month, zone) {
                (Some((english, _)), _) => Some((*english).into()),
                (_, Some((_, offset))) => Some((*offset).into()),
                _ if is_day => None,
                _ => Some(word.into()),
            }
        })
        .collect();
    if !changed {
        return date.into();
    }
    let mut out = words.join(" ");
    // Indonesian writes the time with a dot.
    if let Some(time) = out.split(' ').find(|word| is_dotted_time(word)).map(str::to_owned) {
        out = out.replace(&time, &time.replace('.', ":"));
    }
    out.into()
}

fn is_dotted_time(word: &str) -> bool {
    let parts: Vec<_> = word.split('.').collect();
    (2..=3).contains(&parts.len())
        && parts.iter().all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indonesian_dates_are_put_in_english() {
        for (date, english) in [
            ("Sen, 02 Mei 2026 09:00:00 +0700", "02 May 2026 09:00:00 +0700"),
            ("Jum'at, 14 Agustus 2026 09.05 WIB", "14 Aug 2026 09:05 +0700"),
            ("Kamis, 01 Okt 2026 23:00:00 WITA", "01 Oct 2026 23:00:00 +0800"),
            ("Mon, 02 Feb 2026 09:00:00 GMT", "Mon, 02 Feb 2026 09:00:00 GMT"),
            ("2026-05-02T09:00:00+07:00", "2026-05-02T09:00:00+07:00"),
            ("", ""),
        ] {
            assert_eq!(in_english(date), english);
        }
    }
}
