//! The charset of a file, decided on its first part, and its lines as text. A line that is valid
//! UTF-8 is read as such whatever the first part looked like: files are often glued together.

use serde::{Deserialize, Serialize};

use super::lines::LineFeed;
use crate::fetch::decode;

/// A charset by its WHATWG name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Charset(String);

const UTF_8: &str = "UTF-8";

impl Charset {
    /// The charset of a file that starts with these bytes.
    pub(super) fn of(head: &[u8]) -> Self {
        // A head that ends within a character is not wrong.
        let is_utf8 =
            std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
        Self(if is_utf8 { UTF_8 } else { decode(head, None).encoding }.to_owned())
    }

    pub(super) fn line_feed(&self) -> LineFeed {
        match self.0.as_str() {
            "UTF-16LE" => LineFeed::Utf16Le,
            "UTF-16BE" => LineFeed::Utf16Be,
            _ => LineFeed::Byte,
        }
    }

    /// A text so that `read` gives it back.
    pub(super) fn write(&self, text: &str) -> Vec<u8> {
        match self.line_feed() {
            LineFeed::Byte => text.as_bytes().to_vec(),
            LineFeed::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            LineFeed::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// Some lines as text, without a byte order mark.
    pub(super) fn read(&self, bytes: &[u8]) -> String {
        let named = || decode(bytes, Some(&format!("text/plain; charset={}", self.0))).text;
        if self.line_feed() != LineFeed::Byte {
            return named();
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
            Err(_) if self.0 != UTF_8 => named(),
            Err(_) => {
                // Some bytes of a UTF-8 text are often lost where it was cut.
                let lossy = String::from_utf8_lossy(bytes);
                let lost = lossy.matches(char::REPLACEMENT_CHARACTER).count();
                let kept = lossy.chars().filter(|letter| !letter.is_ascii()).count() - lost;
                if kept > lost { lossy.into_owned() } else { decode(bytes, None).text }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_were_written() {
        let utf16: Vec<u8> = "\u{feff}gaji é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: [(&[u8], &[u8], &str); 7] = [
            (b"plain", b"plain", "plain"),
            (b"plain", "gaji é".as_bytes(), "gaji é"),
            (b"plain", b"caf\xe9 dekat", "café dekat"),
            (b"plain", b"\xf0\x9f\x94\xa5\xe2\x80\x93 cut \xf0\x9f", "🔥– cut \u{fffd}"),
            (b"caf\xe9 dekat, harga \x96 murah", "é".as_bytes(), "é"),
            ("\u{feff}a".as_bytes(), "\u{feff}a".as_bytes(), "a"),
            (&utf16, &utf16[2..], "gaji é"),
        ];
        for (head, line, text) in cases {
            let charset = Charset::of(head);
            assert_eq!(charset.read(line), text, "{line:?}");
            assert_eq!(charset.read(&charset.write(text)), text, "{line:?} written");
        }
    }

    #[test]
    fn a_head_cut_within_a_character_is_utf8() {
        assert_eq!(Charset::of(&"gaji 🔥".as_bytes()[..7]).0, "UTF-8");
    }
}
