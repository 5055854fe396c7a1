//! The text of an item as an example of a rule: contacts, accounts, links and names after a form of
//! address replaced by invented ones. A rule file outlives the post it was made from.

use crate::text::Span;

/// The longest text that becomes an example whole, in characters.
const LONGEST: usize = 500;
/// How much of a text stands around the words, in characters to either side.
const AROUND: usize = 90;
/// Digits in a row, give or take dashes, that may be somebody's number.
const NUMBER: usize = 8;

const PHONE: &str = "0840-0000-0000";
const ACCOUNT: &str = "@akun_contoh";
const LINK: &str = "contoh.example";
const NAME: &str = "Fulan";

/// After these a name follows.
const ADDRESSES: &[&str] = &[
    "pak", "bapak", "bpk", "bu", "ibu", "mas", "mbak", "mba", "bang", "bg", "kak", "kakak", "kang",
    "teh", "mr", "mrs", "ms", "haji", "hajah", "hj", "ustad", "ustadz", "an", "nama",
];

/// Capitals that follow a name and are none.
const NO_NAMES: &[&str] = &[
    "wa", "whatsapp", "tele", "telegram", "hp", "telp", "dm", "pm", "hub", "hubungi", "call", "no",
    "nomor", "di", "ke", "dari", "dan", "atau", "yang",
];

/// Whether a text names a number, an account or a link; stars stand for the digits of a masked one.
pub(super) fn names_somebody(text: &str) -> bool {
    text.contains('@') || text.split_whitespace().any(is_link) || numbers(text).next().is_some()
}

/// The same, but for the numbers, accounts and links that were invented to stand for them.
pub(super) fn names_somebody_real(text: &str) -> bool {
    let invented = [PHONE, ACCOUNT, LINK];
    names_somebody(&invented.iter().fold(text.to_owned(), |text, one| text.replace(one, "·")))
}

fn is_link(word: &str) -> bool {
    let word = word.to_lowercase();
    word.contains("://") || ["www.", "t.me/", "wa.me/"].iter().any(|start| word.contains(start))
}

/// Where enough digits stand in a row; sums are written with dots.
fn numbers(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let is_part = |letter: char| letter.is_ascii_digit() || "*-+/() ".contains(letter);
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let rest = &text[at..];
            let start = at + rest.find(is_part)?;
            let run = &text[start..];
            let run = &run[..run.find(|letter| !is_part(letter)).unwrap_or(run.len())];
            at = start + run.len();
            if run.bytes().filter(|byte| byte.is_ascii_digit() || *byte == b'*').count() >= NUMBER {
                let start = start + run.len() - run.trim_start().len();
                return Some(start..start + run.trim().len());
            }
        }
        None
    })
}

/// What stands for a contact, told by how it is written.
fn invented(contact: &str) -> &'static str {
    if is_link(contact) {
        LINK
    } else if contact.contains('@') || contact.chars().any(char::is_alphabetic) {
        ACCOUNT
    } else {
        PHONE
    }
}

/// A text in which nobody is named any more, on one line. `personal`: where its contacts stand.
fn anonymous(text: &str, personal: &[Span]) -> String {
    let mut spans: Vec<(usize, usize)> =
        personal.iter().map(|span| (span.start(), span.end())).collect();
    spans.sort_unstable();
    let mut replaced = String::with_capacity(text.len());
    let mut done = 0;
    for (start, end) in spans {
        let (Some(before), Some(contact)) = (text.get(done..start), text.get(start..end)) else {
            continue;
        };
        replaced.push_str(before);
        replaced.push_str(invented(contact));
        done = end;
    }
    replaced.push_str(text.get(done..).unwrap_or_default());
    let left: Vec<_> = numbers(&replaced).collect();
    for number in left.into_iter().rev() {
        replaced.replace_range(number, PHONE);
    }

    let mut words: Vec<&str> = Vec::new();
    let mut names_follow = false;
    for word in replaced.split_whitespace() {
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        let small = bare.to_lowercase();
        let is_name = names_follow
            && bare.chars().next().is_some_and(char::is_uppercase)
            && !NO_NAMES.contains(&small.as_str());
        let is_address = ADDRESSES.contains(&small.as_str());
        names_follow = is_address || is_name;
        if is_name && !is_address {
            if words.last() != Some(&NAME) {
                words.push(NAME);
            }
        } else if bare != ACCOUNT.trim_start_matches('@') && (word.contains('@') || is_link(word)) {
            words.push(invented(word));
        } else {
            words.push(word);
        }
    }
    words.join(" ")
}

/// Texts that may serve as an example of `words`, the shortest first: whoever takes one tries whether
/// it still holds.
pub(super) fn examples(text: &str, personal: &[Span], words: &str) -> Vec<String> {
    let text = anonymous(text, personal);
    let mut found = Vec::new();
    if let Some(place) = text.to_lowercase().find(&words.to_lowercase())
        // Where small letters take other room the place is another.
        && let (Some(before), Some(after)) = (text.get(..place), text.get(place..))
    {
        let start = before.char_indices().rev().nth(AROUND).map_or(0, |(at, _)| at);
        let start =
            text[start..place].find(' ').filter(|_| start > 0).map_or(start, |at| start + at);
        let reach = AROUND + words.chars().count();
        let end = after.char_indices().nth(reach).map_or(text.len(), |(at, _)| place + at);
        let end = match text[place..end].rfind(' ') {
            Some(at) if end < text.len() && at >= words.len() => place + at,
            _ => end,
        };
        found.push(text[start..end].trim().to_owned());
    }
    if text.chars().count() <= LONGEST && !found.contains(&text) {
        found.push(text);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str, part: &str) -> Span {
        let start = text.find(part).unwrap();
        Span::new(u32::try_from(start).unwrap(), u32::try_from(start + part.len()).unwrap())
    }

    #[test]
    fn nobody_is_named_any_more() {
        let text = "Hubungi Pak Budi Santoso WA 0812-9876-5432\natau @budi_santoso, t.me/budis. \
                    Cadangan 0813 1111 2222 dan budi@mail.example. Gaji 12.000.000 sebulan";
        let said = anonymous(text, &[span(text, "0812-9876-5432"), span(text, "@budi_santoso")]);
        assert_eq!(
            said,
            "Hubungi Pak Fulan WA 0840-0000-0000 atau @akun_contoh, contoh.example Cadangan \
             0840-0000-0000 dan @akun_contoh Gaji 12.000.000 sebulan"
        );
    }

    #[test]
    fn an_example_stands_around_the_words() {
        let text = format!("{}paspor pisang{}", "kata ".repeat(60), " lain".repeat(60));
        let found = examples(&text, &[], "Paspor Pisang");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("paspor pisang") && found[0].chars().count() < 220, "{found:?}");
        assert_eq!(examples("paspor pisang", &[], "paspor"), ["paspor pisang"]);
        assert_eq!(examples("halo", &[], "paspor"), ["halo"]);
    }

    #[test]
    fn numbers_accounts_and_what_was_masked_are_told_from_words() {
        for text in
            ["0812-9876-5432", "+62 812 9876", "@nama", "t.me/nama", "08129876", "****-****-**34"]
        {
            assert!(names_somebody(text), "{text}");
        }
        for text in ["chop 30 hari", "gaji 12.000.000", "visa turis", "gaji 12jt/bln", "*LOKER*"] {
            assert!(!names_somebody(text), "{text}");
        }
        assert!(!names_somebody_real("WA 0840-0000-0000 atau @akun_contoh"));
        assert!(names_somebody_real("WA 0840-0000-0000 atau @nama"));
    }
}
