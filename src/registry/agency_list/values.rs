//! The cells of a list as values: dates, statuses, telephone numbers, web addresses. What cannot be
//! read is never guessed.

use jiff::civil::Date;

use super::super::LicenceStatus;

/// Fewest digits of a telephone number.
const SHORTEST_PHONE: usize = 7;
/// Most digits of one, with the country's code.
const LONGEST_PHONE: usize = 15;
/// The day a spreadsheet counts days from.
const SPREADSHEET_DAYS_FROM: Date = Date::constant(1899, 12, 30);
/// Days a spreadsheet would count for years 2000 to 2100.
const SPREADSHEET_DAYS: std::ops::Range<i64> = 36_526..73_416;

/// How months begin, in Indonesian and in English.
const MONTHS: [&[&str]; 12] = [
    &["jan"],
    &["feb", "peb"],
    &["mar"],
    &["apr"],
    &["mei", "may"],
    &["jun"],
    &["jul"],
    &["agu", "agt", "ags", "aug"],
    &["sep"],
    &["okt", "oct"],
    &["nov", "nop"],
    &["des", "dec"],
];

/// Statuses, as the beginning of what is written.
const STATUSES: &[(&str, LicenceStatus)] = &[
    ("tidak aktif", LicenceStatus::Dicabut),
    ("tidak berlaku", LicenceStatus::Dicabut),
    ("nonaktif", LicenceStatus::Dicabut),
    ("non aktif", LicenceStatus::Dicabut),
    ("aktif", LicenceStatus::Aktif),
    ("aktip", LicenceStatus::Aktif),
    ("berlaku", LicenceStatus::Aktif),
    ("terdaftar", LicenceStatus::Aktif),
    ("berizin", LicenceStatus::Aktif),
    ("valid", LicenceStatus::Aktif),
    ("active", LicenceStatus::Aktif),
    ("dicabut", LicenceStatus::Dicabut),
    ("cabut", LicenceStatus::Dicabut),
    ("pencabutan", LicenceStatus::Dicabut),
    ("dibekukan", LicenceStatus::Dicabut),
    ("beku", LicenceStatus::Dicabut),
    ("pembekuan", LicenceStatus::Dicabut),
    ("skors", LicenceStatus::Dicabut),
    ("diskors", LicenceStatus::Dicabut),
    ("skorsing", LicenceStatus::Dicabut),
    ("tunda layan", LicenceStatus::Dicabut),
    ("suspend", LicenceStatus::Dicabut),
    ("suspended", LicenceStatus::Dicabut),
    ("revoked", LicenceStatus::Dicabut),
    ("habis masa", LicenceStatus::Dicabut),
    ("kedaluwarsa", LicenceStatus::Dicabut),
    ("kadaluarsa", LicenceStatus::Dicabut),
    ("expired", LicenceStatus::Dicabut),
];

/// A date, or the last of a range: `2028-12-31`, `31/12/2028`, `31 Desember 2028`, `1/1/2024 s.d.
/// 31/12/2028`, or a spreadsheet's count of days. The day stands before the month.
pub(super) fn date(cell: &str) -> Option<Date> {
    let lower = cell.to_lowercase();
    if let Ok(days) = lower.trim().trim_end_matches(".0").parse::<i64>() {
        let days = SPREADSHEET_DAYS.contains(&days).then_some(days)?;
        return SPREADSHEET_DAYS_FROM.checked_add(jiff::Span::new().days(days)).ok();
    }
    let parts: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    (0..parts.len().saturating_sub(2))
        .rev()
        .find_map(|at| three(parts[at], parts[at + 1], parts[at + 2]))
}

fn three(first: &str, second: &str, third: &str) -> Option<Date> {
    if first.len() == 4 {
        // A time of day may be glued to the day.
        let day = third.split('t').next().unwrap_or(third);
        return Date::new(first.parse().ok()?, month(second)?, day.parse().ok()?).ok();
    }
    let year = match third.len() {
        4 => third.parse().ok()?,
        2 => 2000 + third.parse::<i16>().ok()?,
        _ => return None,
    };
    Date::new(year, month(second)?, first.parse().ok()?).ok()
}

fn month(written: &str) -> Option<i8> {
    let named = MONTHS.iter().position(|names| names.iter().any(|name| written.starts_with(name)));
    match named {
        Some(place) => i8::try_from(place + 1).ok(),
        None => written.parse().ok(),
    }
}

/// A status, when it is known.
pub(super) fn status(cell: &str) -> Option<LicenceStatus> {
    let words: Vec<String> = cell
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let written = format!("{} ", words.join(" "));
    let known = STATUSES.iter().find(|(name, _)| written.starts_with(&format!("{name} ")));
    known.map(|(_, status)| *status)
}

/// The telephone numbers of a cell, and the parts that look like ones and cannot be read.
pub(super) fn phones(cell: &str) -> (Vec<String>, Vec<String>) {
    let (mut read, mut unread) = (Vec::new(), Vec::new());
    let parts = cell.split(['/', ';', ',', '\n', '|', '&']).map(str::trim);
    for part in parts.filter(|part| part.contains(|letter: char| letter.is_ascii_digit())) {
        if part.to_lowercase().contains("fax") || part.to_lowercase().contains("faks") {
            continue;
        }
        let digits: String = part.chars().filter(char::is_ascii_digit).collect();
        let is_power = part.contains(['E', 'e']) && part.contains('+') && !part.starts_with('+');
        if is_power || !(SHORTEST_PHONE..=LONGEST_PHONE).contains(&digits.len()) {
            unread.push(part.to_owned());
        } else {
            // A spreadsheet takes the 0 from the front of what it holds for a number.
            let lost = digits.starts_with('8') && digits.len() >= 9;
            let plus = if part.starts_with('+') { "+" } else { "" };
            read.push(if lost { format!("0{digits}") } else { format!("{plus}{digits}") });
        }
    }
    read.dedup();
    (read, unread)
}

/// The hosts of a cell's web addresses, and the parts that are none.
pub(super) fn domains(cell: &str) -> (Vec<String>, Vec<String>) {
    let (mut read, mut unread) = (Vec::new(), Vec::new());
    for part in cell.split(|letter: char| letter.is_whitespace() || ",;|".contains(letter)) {
        if part.is_empty() {
            continue;
        }
        let lower = part.to_lowercase();
        let address = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
        let host = address.split(['/', '?', '#', ':']).next().unwrap_or("");
        let host = host.trim_start_matches("www.").trim_end_matches('.');
        let is_host = host.contains('.')
            && host.chars().all(|one| one.is_alphanumeric() || matches!(one, '.' | '-'));
        if is_host {
            read.push(host.to_owned());
        } else {
            unread.push(part.to_owned());
        }
    }
    (read, unread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_lists_write_them() {
        for (cell, expected) in [
            ("2028-12-31", Some("2028-12-31")),
            ("2028-12-31 00:00:00", Some("2028-12-31")),
            ("2028-12-31T00:00:00", Some("2028-12-31")),
            ("31/12/2028", Some("2028-12-31")),
            ("1.2.2028", Some("2028-02-01")),
            ("31 Desember 2028", Some("2028-12-31")),
            ("5 Agustus 2027", Some("2027-08-05")),
            ("31-Dec-28", Some("2028-12-31")),
            ("01/01/2024 s.d. 31/12/2028", Some("2028-12-31")),
            ("Kamis, 2 Mei 2030", Some("2030-05-02")),
            ("47118", Some("2028-12-31")),
            ("31/13/2028", None),
            ("12/31/2028", None),
            ("5 tahun", None),
            ("2028", None),
            ("seumur hidup", None),
        ] {
            assert_eq!(date(cell), expected.map(|day| day.parse().unwrap()), "{cell}");
        }
    }

    #[test]
    fn statuses_as_lists_write_them() {
        use LicenceStatus::{Aktif, Dicabut};
        for (cell, expected) in [
            ("AKTIF", Some(Aktif)),
            ("Aktif (perpanjangan)", Some(Aktif)),
            ("Tidak Aktif", Some(Dicabut)),
            ("Non-Aktif", Some(Dicabut)),
            ("Dicabut 12/2025", Some(Dicabut)),
            ("Tunda Layan", Some(Dicabut)),
            ("Aktifitas", None),
            ("menunggu", None),
        ] {
            assert_eq!(status(cell), expected, "{cell}");
        }
    }

    #[test]
    fn numbers_and_addresses_as_lists_write_them() {
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        for (cell, read, unread) in [
            ("0840-0000-0201", &["084000000201"][..], &[][..]),
            ("Telp. (021) 000-0001 / 0840 0000 0202", &["0210000001", "084000000202"], &[]),
            ("84000000203", &["084000000203"], &[]),
            ("+62 840-0000-0204; Fax 021 000 0002", &["+6284000000204"], &[]),
            ("021-0000003/04", &["0210000003"], &["04"]),
            ("6.284E+11", &[], &["6.284E+11"]),
            ("tidak ada", &[], &[]),
        ] {
            assert_eq!(phones(cell), (owned(read), owned(unread)), "{cell}");
        }
        for (cell, read, unread) in [
            ("https://www.Teladan.example/kontak", &["teladan.example"][..], &[][..]),
            ("teladan.example, bahari.example", &["teladan.example", "bahari.example"], &[]),
            ("belum", &[], &["belum"]),
        ] {
            assert_eq!(domains(cell), (owned(read), owned(unread)), "{cell}");
        }
    }
}
