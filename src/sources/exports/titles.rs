//! What WhatsApp calls the file of a chat: by its group, or by the number of the one person it was
//! held with. The latter is no group, and that number stands in nothing that is told or kept.

use std::borrow::Cow;
use std::path::Path;

use super::whatsapp::{FEWEST_DIGITS, MARKS, stands_in_number};

/// What a file may be called, before the name of its chat.
const TITLES: [&str; 5] = [
    "WhatsApp Chat with ",
    "WhatsApp Chat - ",
    "Chat WhatsApp dengan ",
    "Obrolan WhatsApp dengan ",
    "Percakapan WhatsApp dengan ",
];
/// How what systems add to the name of a copy begins.
const COPIES: [&str; 2] = ["copy", "salinan"];
/// Stands in place of the number.
const HIDDEN: &str = "(nomor)";
/// Why such a chat is not read.
pub(in crate::sources) const REFUSED: &str = "percakapan WhatsApp dengan satu nomor bukan grup; \
                                              yang dibicarakan berdua tidak dibaca";

/// The name of the chat, where that of its file, without an ending, tells it.
pub(super) fn chat(stem: &str) -> Option<&str> {
    let name = TITLES.iter().find_map(|title| stem.strip_prefix(title))?.trim();
    (!name.is_empty()).then_some(name)
}

/// Whether a file, or a folder it lies in, is called by the number of a person.
pub(in crate::sources) fn is_private(path: &Path) -> bool {
    parts(&path.to_string_lossy()).any(|part| number_at(part).is_some())
}

/// A path as it may be told and kept: without the number of a person.
pub(crate) fn shown(path: &Path) -> String {
    let path = path.to_string_lossy();
    let without = |part| match number_at(part) {
        Some(at) => Cow::Owned(format!("{}{HIDDEN}{}", &part[..at], ending(part))),
        None => Cow::Borrowed(part),
    };
    parts(&path).map(without).collect()
}

/// The names in a path, each with what divides it from the next.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split_inclusive(['/', '\\'])
}

/// Where in a name the number begins that the chat is called by.
fn number_at(name: &str) -> Option<usize> {
    // What changes here changes no length; some systems write `_` for what they do not like.
    let flat = name.trim_end_matches(['/', '\\']).to_ascii_lowercase().replace('_', " ");
    let flat = &flat[..flat.len() - bare_ending(&flat).len()];
    let from = TITLES
        .iter()
        .find_map(|title| Some(flat.find(&title.to_ascii_lowercase())? + title.len()))?;
    let rest = &flat[from..];
    let belongs = |letter| stands_in_number(letter) || MARKS.contains(&letter);
    let number = &rest[..rest.find(|letter| !belongs(letter)).unwrap_or(rest.len())];
    let after = &rest[number.len()..];
    // A group may well have a number in its name, with words beside it.
    let is_all = after.is_empty()
        || number.ends_with('.')
        || COPIES.iter().any(|copy| after.starts_with(copy));
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    (is_all && digits >= FEWEST_DIGITS).then_some(from)
}

/// What follows the number: the file's ending, and what divides it from the next name.
fn ending(name: &str) -> &str {
    let bare = name.trim_end_matches(['/', '\\']);
    &name[bare.len() - bare_ending(bare).len()..]
}

/// `.txt` of a name; none where it could be a part of the number.
fn bare_ending(name: &str) -> &str {
    let Some((stem, ending)) = name.rsplit_once('.') else { return "" };
    let is_one = ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && ending.bytes().any(|byte| byte.is_ascii_alphabetic());
    if is_one { &name[stem.len()..] } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_a_chat_is_called_by_is_hidden() {
        for (path, expected) in [
            ("WhatsApp Chat with +62 812-0000-0001.txt", "WhatsApp Chat with (nomor).txt"),
            (
                "WhatsApp Chat - +62 812-0000-0001.zip/_chat.txt",
                "WhatsApp Chat - (nomor).zip/_chat.txt",
            ),
            ("a/WhatsApp Chat - 081200000001/_chat.txt", "a/WhatsApp Chat - (nomor)/_chat.txt"),
            (
                "a\\Chat WhatsApp dengan 62812.0000.0001\\_chat.txt",
                "a\\Chat WhatsApp dengan (nomor)\\_chat.txt",
            ),
            (
                "WhatsApp Chat with \u{202a}+62\u{a0}812\u{2011}0000\u{2011}0001\u{202c}.txt",
                "WhatsApp Chat with (nomor).txt",
            ),
            ("whatsapp_chat_with__62_812-0000-0001_(1).txt", "whatsapp_chat_with_(nomor).txt"),
            (
                "Salinan WhatsApp Chat with +62 812-0000-0001.txt.7z",
                "Salinan WhatsApp Chat with (nomor).7z",
            ),
            (
                "WhatsApp Chat with +62 812-0000-0001 - Copy (2).txt",
                "WhatsApp Chat with (nomor).txt",
            ),
            ("WhatsApp Chat with +62 812-0000-0001", "WhatsApp Chat with (nomor)"),
        ] {
            assert_eq!(shown(Path::new(path)), expected);
            assert!(is_private(Path::new(path)), "{path}");
        }
        for path in [
            "Chat WhatsApp dengan Loker Contoh.txt",
            "WhatsApp Chat with 0812-0000-0009 Loker Taiwan.txt",
            "WhatsApp Chat with Angkatan 2024.txt",
            "WhatsApp Chat with 2024.txt",
            "20240131.csv",
            "+62 812-0000-0001.csv",
            "_chat.txt",
            "",
        ] {
            assert_eq!(shown(Path::new(path)), path);
            assert!(!is_private(Path::new(path)), "{path}");
        }
    }
}
