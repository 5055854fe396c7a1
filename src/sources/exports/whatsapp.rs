//! The text WhatsApp exports of a group, from Android and iOS, in Indonesian and English. Whether a
//! date begins with the day or the month is decided over the whole file. Bystanders' numbers are
//! replaced before anything is kept; numbers within what was said stay: they are the evidence.

use std::borrow::Cow;
use std::path::Path;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

use super::{Pseudonyms, Ways, titles};
use crate::post::{
    Account, Container, ContainerKind, ExtraKind, ExtraText, Media, MediaKind, Platform, Post,
    PostKind,
};
use crate::sources::folder::rows::values;

/// How the messages of a file begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sources) struct Style {
    order: Order,
    /// iOS writes the time in brackets.
    bracket: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    DayMonth,
    MonthDay,
    YearMonthDay,
}

/// Marks of direction that WhatsApp strews in.
pub(super) const MARKS: [char; 12] = [
    '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}',
    '\u{2067}', '\u{2068}', '\u{2069}', '\u{feff}',
];
/// What stands for media that were not exported, without the marks around it.
const OMITTED: [(&str, MediaKind); 20] = [
    ("media omitted", MediaKind::File),
    ("media tidak disertakan", MediaKind::File),
    ("image omitted", MediaKind::Image),
    ("gambar tidak disertakan", MediaKind::Image),
    ("foto tidak disertakan", MediaKind::Image),
    ("video omitted", MediaKind::Video),
    ("video tidak disertakan", MediaKind::Video),
    ("video note omitted", MediaKind::Video),
    ("gif omitted", MediaKind::Video),
    ("gif tidak disertakan", MediaKind::Video),
    ("audio omitted", MediaKind::Audio),
    ("audio tidak disertakan", MediaKind::Audio),
    ("sticker omitted", MediaKind::Sticker),
    ("stiker tidak disertakan", MediaKind::Sticker),
    ("document omitted", MediaKind::File),
    ("dokumen tidak disertakan", MediaKind::File),
    ("contact card omitted", MediaKind::File),
    ("kartu kontak tidak disertakan", MediaKind::File),
    ("null", MediaKind::File),
    ("view once message omitted", MediaKind::File),
];
/// What stands before or after the name of a file that was exported.
const ATTACHED: [&str; 4] = ["attached:", "terlampir:", "(file attached)", "(file terlampir)"];
/// What is left of a message its author took back.
const TAKEN_BACK: [&str; 6] = [
    "this message was deleted",
    "you deleted this message",
    "pesan ini telah dihapus",
    "pesan ini dihapus",
    "anda menghapus pesan ini",
    "anda telah menghapus pesan ini",
];
const EDITED: [&str; 3] =
    ["<this message was edited>", "<pesan ini diedit>", "<pesan ini telah diedit>"];
/// What notices say of somebody; names hold such words too.
const NOTICES: [&str; 14] = [
    " created group",
    " membuat grup",
    " changed ",
    " mengubah ",
    " mengganti ",
    " added ",
    " menambahkan ",
    " removed ",
    " mengeluarkan ",
    " joined ",
    " bergabung ",
    " left ",
    " keluar ",
    " pinned ",
];
/// The longest name of a sender, in bytes.
const LONGEST_NAME: usize = 160;
/// The fewest digits of a phone number.
pub(super) const FEWEST_DIGITS: usize = 7;

/// The beginning of a message: three numbers of its day, the time, and what follows.
struct Beginning<'a> {
    day: [i16; 3],
    hour: i8,
    minute: i8,
    second: i8,
    bracket: bool,
    rest: &'a str,
}

fn beginning(line: &str) -> Option<Beginning<'_>> {
    // `None` only if the pattern were wrong, which the tests of this module would show.
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"^[\u{200e}\u{200f}\u{feff}]*(\[?)(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4}),?\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\s*(?:([AaPp])\.?\s*[Mm]\.?)?(\]| [-–]) ?",
        )
        .ok()
    });
    let found = PATTERN.as_ref()?.captures(line)?;
    let part = |at| found.get(at).map_or("", |part| part.as_str());
    let bracket = part(1) == "[";
    if bracket != (part(9) == "]") {
        return None;
    }
    let number = |at| part(at).parse::<i16>().ok();
    let mut hour: i8 = part(5).parse().ok()?;
    match part(8) {
        "" => {}
        half => hour = hour % 12 + if half.eq_ignore_ascii_case("p") { 12 } else { 0 },
    }
    Some(Beginning {
        day: [number(2)?, number(3)?, number(4)?],
        hour,
        minute: part(6).parse().ok()?,
        second: part(7).parse().unwrap_or(0),
        bracket,
        rest: &line[found.get(0)?.end()..],
    })
}

impl Beginning<'_> {
    fn time(&self, order: Order) -> Option<DateTime> {
        let [a, b, c] = self.day;
        let (year, month, day) = match order {
            Order::DayMonth => (c, b, a),
            Order::MonthDay => (c, a, b),
            Order::YearMonthDay => (a, b, c),
        };
        let year = if year < 100 { 2000 + year } else { year };
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        DateTime::new(year, month, day, self.hour, self.minute, self.second, 0).ok()
    }
}

impl Style {
    /// Whether a message begins with this line.
    pub(in crate::sources) fn begins(self, line: &str) -> bool {
        beginning(line).is_some_and(|found| found.bracket == self.bracket)
    }
}

/// Whether a text begins as a chat does.
pub(in crate::sources) fn is_chat(head: &str) -> bool {
    let mut lines = head.lines().filter(|line| !line.trim().is_empty());
    lines.next().is_some_and(|line| beginning(line).is_some())
}

/// Looks at every line of a file to tell how its dates are written.
#[derive(Debug, Default)]
pub(in crate::sources) struct Survey {
    bracket: Option<bool>,
    /// Lines that can only be read so.
    only: [u64; 3],
    /// Steps back in time, if read so.
    back: [u64; 2],
    last: [Option<DateTime>; 2],
}

const ORDERS: [Order; 3] = [Order::DayMonth, Order::MonthDay, Order::YearMonthDay];

impl Survey {
    pub(in crate::sources) fn see(&mut self, line: &str) {
        let Some(found) = beginning(line) else { return };
        if *self.bracket.get_or_insert(found.bracket) != found.bracket {
            return;
        }
        let times = ORDERS.map(|order| found.time(order));
        let year_first = found.day[0] > 31;
        let fits =
            [times[0].is_some() && !year_first, times[1].is_some() && !year_first, year_first];
        if fits.iter().filter(|fits| **fits).count() == 1 {
            for (only, fits) in self.only.iter_mut().zip(fits) {
                *only += u64::from(fits);
            }
        }
        for ((back, last), time) in self.back.iter_mut().zip(&mut self.last).zip(times) {
            *back += u64::from(time < *last);
            *last = time.or(*last);
        }
    }

    /// The style of the file; `None` where no message was seen.
    pub(in crate::sources) fn style(&self) -> Option<Style> {
        let bracket = self.bracket?;
        let [day, month, year] = self.only;
        let order = if year > day.max(month) {
            Order::YearMonthDay
        } else if month > day || (month == day && self.back[1] < self.back[0]) {
            Order::MonthDay
        } else {
            // Where nothing tells, as Indonesian phones write it.
            Order::DayMonth
        };
        Some(Style { order, bracket })
    }
}

/// A message in its parts.
struct Said<'a> {
    sender: &'a str,
    words: &'a str,
}

/// Sender and words; `None` for a notice of the program.
fn said(rest: &str) -> Option<Said<'_>> {
    let first = rest.split('\n').next().unwrap_or_default();
    let colon = first.match_indices(':').map(|(at, _)| at).find(|at| {
        let after = &first[at + 1..];
        after.trim_end_matches('\r').is_empty() || after.starts_with([' ', '\u{200e}', '\u{a0}'])
    })?;
    let sender = rest[..colon].trim_matches(|letter: char| {
        MARKS.contains(&letter) || letter.is_whitespace() || letter == '~'
    });
    let padded = format!(" {} ", sender.to_lowercase());
    let tells = NOTICES.iter().any(|notice| padded.contains(notice));
    let is_notice = sender.is_empty()
        || sender.len() > LONGEST_NAME
        || (tells && (is_within_quotes(sender) || begins_with_number(sender)));
    let words = rest[colon + 1..].trim_start_matches([' ', '\u{a0}']);
    let about = words.to_lowercase();
    let encrypted = about.contains("end-to-end")
        && (about.contains("dienkripsi") || about.contains("encrypted"))
        && words.starts_with('\u{200e}');
    (!is_notice && !encrypted).then_some(Said { sender, words })
}

/// Whether a quotation is open at the end: the colon that follows is part of a group's name, which a
/// notice quotes.
fn is_within_quotes(text: &str) -> bool {
    let count = |quote: char| text.matches(quote).count();
    count('"') % 2 == 1 || count('“') > count('”')
}

/// Whether something else follows a number: a sender is shown by a name or by the number alone.
fn begins_with_number(text: &str) -> bool {
    let end = text.find(|letter| !stands_in_number(letter)).unwrap_or(text.len());
    is_number(&text[..end])
}

/// Whether a sender is shown by the number alone.
fn is_number(sender: &str) -> bool {
    let digits = sender.chars().filter(char::is_ascii_digit).count();
    digits >= FEWEST_DIGITS && sender.chars().all(stands_in_number)
}

/// Whether phone numbers are written with this letter.
pub(super) fn stands_in_number(letter: char) -> bool {
    letter.is_ascii_digit() || letter.is_whitespace() || "+-().‑".contains(letter)
}

/// A message without the numbers of bystanders. Of a notice of the program, which tells nothing but
/// who came and went, only the line ends are left.
pub(in crate::sources) fn without_numbers(message: &str, pseudonyms: &Pseudonyms) -> String {
    // `None` only if the pattern were wrong, which the tests of this module would show.
    static MENTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"@[\u{2066}-\u{2069}]?~?\+?\d[\d \u{a0}().\u{2011}-]{5,20}\d[\u{2066}-\u{2069}]?",
        )
        .ok()
    });
    let line_ends = || "\n".repeat(message.matches('\n').count());
    let Some(found) = beginning(message) else { return line_ends() };
    let Some(Said { sender, words }) = said(found.rest) else { return line_ends() };
    let sender =
        if is_number(sender) { Cow::Owned(pseudonyms.of(sender)) } else { Cow::Borrowed(sender) };
    let pseudonym = |found: &Captures<'_>| format!("@{}", pseudonyms.of(&found[0]));
    let words = match MENTION.as_ref() {
        Some(mention) => mention.replace_all(words, pseudonym),
        None => Cow::Borrowed(words),
    };
    let head = &message[..message.len() - found.rest.len()];
    format!("{head}{sender}: {words}")
}

/// A message as a post; `None` where it carries nothing to read.
pub(in crate::sources) fn read(
    message: &str,
    style: Style,
    ways: &Ways,
    file: &str,
) -> Option<Post> {
    let found = beginning(message)?;
    let Said { sender, words } = said(found.rest)?;
    let mut words = words.replace("\r\n", "\n").trim_matches(blank).to_owned();
    let lower = words.to_lowercase();
    if TAKEN_BACK.iter().any(|notice| lower.trim_end_matches('.') == *notice) {
        return None;
    }
    let mut post = Post::new(Platform::Whatsapp, "", "");
    post.kind = PostKind::Message;
    for marker in EDITED {
        if lower.ends_with(marker) && words.is_char_boundary(words.len() - marker.len()) {
            words.truncate(words.len() - marker.len());
            post.edited = true;
        }
    }
    let (first, others) = words.split_once('\n').unwrap_or((&words, ""));
    if let Some((media, name)) = media(first) {
        post.media.push(media);
        let name = name.map(|text| ExtraText { kind: ExtraKind::File, text });
        post.extra_text.extend(name.filter(|_| !others.trim().is_empty()));
        words = others.to_owned();
    }
    words.trim_matches(blank).clone_into(&mut post.text);
    post.author = Some(Account { name: Some(sender.to_owned()), ..Account::default() });
    post.created_at = time(&found, style, ways);
    if post.created_at.is_none() {
        post.missing_fields.push("created_at".to_owned());
    }
    post.container = group(file);
    Some(post)
}

fn blank(letter: char) -> bool {
    letter.is_whitespace() || MARKS.contains(&letter)
}

fn time(found: &Beginning<'_>, style: Style, ways: &Ways) -> Option<Timestamp> {
    ways.zone.time_zone().to_timestamp(found.time(style.order)?).ok()
}

/// The media a line stands for, and the name of its file.
fn media(line: &str) -> Option<(Media, Option<String>)> {
    let bare = line.trim_matches(|letter: char| blank(letter) || "<>".contains(letter));
    let lower = bare.to_lowercase();
    if let Some((_, kind)) = OMITTED.iter().find(|(marker, _)| lower == *marker) {
        return Some((Media { kind: *kind, url: None }, None));
    }
    let marker = ATTACHED.iter().find(|marker| {
        if marker.ends_with(':') { lower.starts_with(*marker) } else { lower.ends_with(*marker) }
    })?;
    let name = if marker.ends_with(':') {
        bare.get(marker.len()..)?
    } else {
        bare.get(..bare.len() - marker.len())?
    };
    let name = name.trim_matches(blank).to_owned();
    Some((Media { kind: values::kind(&name), url: None }, Some(name)))
}

/// The group, where the name of the file or of its archive tells it.
fn group(file: &str) -> Option<Container> {
    let mut parts = file.rsplit('/').map(|part| Path::new(part).file_stem()?.to_str());
    let stem = parts.find(|stem| *stem != Some("_chat"))??;
    // A chat that is called by a number is refused today; it may have been kept before.
    titles::chat(stem).filter(|name| !is_number(name)).map(|name| Container {
        kind: ContainerKind::Group,
        native_id: name.to_owned(),
        name: Some(name.to_owned()),
        url: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(lines: &[&str]) -> Option<Style> {
        let mut survey = Survey::default();
        lines.iter().for_each(|line| survey.see(line));
        survey.style()
    }

    #[test]
    fn messages_begin_in_many_ways() {
        for (line, begins) in [
            ("14/11/23 10.04 - Budi: halo", true),
            ("14/11/2023, 10:04 - Budi: halo", true),
            ("[14/11/23 10.04.05] Budi: halo", true),
            ("\u{200e}[14/11/2023, 10:04:05\u{202f}PM] ~ Budi: halo", true),
            ("11/14/23, 10:04\u{202f}AM - Budi: halo", true),
            ("01/20/2019, 11:23 a. m. - Budi: halo", true),
            ("2019/01/20, 11:23 - Budi: halo", true),
            ("14.11.23, 10:04 – Budi: halo", true),
            ("[14/11/23 10.04 - Budi: halo", false),
            ("14/11/23 bukan jam", false),
            ("halo 14/11/23 10.04 - Budi", false),
            ("", false),
        ] {
            assert_eq!(beginning(line).is_some(), begins, "{line:?}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_that_of_the_whole_file() {
        for (lines, order) in [
            (&["01/02/24, 1:00 - A: a", "14/02/24, 1:00 - A: a"][..], Order::DayMonth),
            (&["01/02/24, 1:00 - A: a", "02/14/24, 1:00 - A: a"], Order::MonthDay),
            (&["2024/02/01, 1:00 - A: a", "2024/02/03, 1:00 - A: a"], Order::YearMonthDay),
            (&["01/02/24, 1:00 - A: a"], Order::DayMonth),
            // Read as day and month the second would lie five months before the first.
            (&["05/11/24, 1:00 - A: a", "06/06/24, 1:00 - A: a"], Order::MonthDay),
        ] {
            assert_eq!(style(lines).map(|style| style.order), Some(order), "{lines:?}");
        }
        assert_eq!(style(&["halo"]), None);
    }

    #[test]
    fn bystanders_are_pseudonyms_and_numbers_in_what_is_said_stay() {
        let pseudonyms = Pseudonyms::new([1; 32]);
        let one = pseudonyms.of("6281200000001");
        for (message, kept) in [
            (
                "14/11/23 10.04 - +62 812-0000-0001: minat, WA 0812-0000-0009",
                format!("14/11/23 10.04 - {one}: minat, WA 0812-0000-0009"),
            ),
            (
                "14/11/23 10.04 - Budi: tanya @6281200000001 ya\nWA 0812-0000-0009",
                format!("14/11/23 10.04 - Budi: tanya @{one} ya\nWA 0812-0000-0009"),
            ),
            (
                "[14/11/23, 10:04:05] Budi: \u{200e}@\u{2068}+62 812-0000-0001\u{2069} cek",
                format!("[14/11/23, 10:04:05] Budi: \u{200e}@{one} cek"),
            ),
            ("14/11/23 10.04 - +62 812-0000-0001 bergabung menggunakan tautan", String::new()),
            ("14/11/23 10.04 - Budi mengubah subjek menjadi \"A: b\"", String::new()),
            ("14/11/23 10.04 - Budi changed the group name from “A: b” to “C”", String::new()),
            ("14/11/23 10.04 - +62 812-0000-0001 mengubah nama menjadi A: b", String::new()),
            ("14/11/23 10.04 - Budi membuat grup \"Loker: Poipet\"", String::new()),
        ] {
            assert_eq!(without_numbers(message, &pseudonyms), kept);
            if !kept.is_empty() {
                assert_eq!(without_numbers(&kept, &pseudonyms), kept, "twice is as once");
            }
        }
    }

    #[test]
    fn a_sender_may_be_called_what_a_notice_says() {
        for (sender, words) in [
            ("Loker Keluar Negeri", "dicari admin Poipet"),
            ("Budi \"Bos\" Poipet", "dicari admin Poipet"),
            ("Agen “Jaya”", "dicari admin Poipet"),
            ("Two Left Feet", "dicari admin Poipet"),
            ("Ani", "Budi keluar, siapa mau gabung? \"gaji: 9jt\""),
        ] {
            let message = format!("14/11/23 10.04 - {sender}: {words}");
            let found = beginning(&message).unwrap();
            let said = said(found.rest).map(|said| (said.sender, said.words));
            assert_eq!(said, Some((sender, words)));
        }
    }

    #[test]
    fn the_group_is_named_by_the_file() {
        for (file, name) in [
            ("Chat WhatsApp dengan Loker Contoh.txt", Some("Loker Contoh")),
            ("WhatsApp Chat - Loker Contoh.zip/_chat.txt", Some("Loker Contoh")),
            ("WhatsApp Chat with +62 812-0000-0001.txt", None),
            ("_chat.txt", None),
        ] {
            assert_eq!(group(file).map(|group| group.native_id).as_deref(), name, "{file}");
        }
    }
}
