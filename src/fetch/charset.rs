//! From bytes to text: byte order mark, then the HTTP charset, then a declaration in the first
//! KiB, then a guess. Never fails; what could not be read is counted, so that a source can tell a
//! wrong charset from a strange post.

use std::sync::LazyLock;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};
use regex::bytes::Regex;

/// How far into a body a declaration of its charset is looked for, in bytes.
const DECLARATION_WITHIN: usize = 1024;

/// A body as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// The encoding it was read as, by its WHATWG name (`UTF-8`, `windows-1252`).
    pub encoding: &'static str,
    /// U+FFFD that stand where bytes could not be read.
    pub replacements: usize,
}

/// Reads a body; `content_type` is the value of that header.
pub fn decode(body: &[u8], content_type: Option<&str>) -> Decoded {
    let (encoding, mark) = Encoding::for_bom(body).unwrap_or_else(|| {
        let encoding = content_type
            .and_then(charset_parameter)
            .or_else(|| declared(body))
            .unwrap_or_else(|| guess(body));
        (encoding, 0)
    });
    let (text, had_errors) = encoding.decode_without_bom_handling(&body[mark..]);
    let replacements =
        if had_errors { text.matches(char::REPLACEMENT_CHARACTER).count() } else { 0 };
    Decoded { text: text.into_owned(), encoding: encoding.name(), replacements }
}

/// The encoding a `Content-Type` names, if it names one that is known.
fn charset_parameter(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        if !name.trim().eq_ignore_ascii_case("charset") {
            return None;
        }
        Encoding::for_label(value.trim().trim_matches(['"', '\'']).as_bytes())
    })
}

/// The encoding an XML declaration or a `meta` element in the first KiB names.
fn declared(body: &[u8]) -> Option<&'static Encoding> {
    // `None` only if the pattern below were wrong, which the tests of this module would show.
    static DECLARATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r#"(?i-u)^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w:.-]+)|<meta\s[^>]*?\bcharset\s*=\s*["']?\s*([\w:.-]+)"#,
        )
        .ok()
    });
    let head = &body[..body.len().min(DECLARATION_WITHIN)];
    let found = DECLARATION.as_ref()?.captures(head)?;
    let label = found.get(1).or_else(|| found.get(2))?;
    let encoding = Encoding::for_label(label.as_bytes())?;
    // A declaration that could be read as ASCII is not UTF-16; both rules are the HTML standard's.
    if encoding == UTF_16LE || encoding == UTF_16BE {
        return Some(UTF_8);
    }
    Some(if encoding == X_USER_DEFINED { WINDOWS_1252 } else { encoding })
}

fn guess(body: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(body, true);
    detector.guess(None, Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_order_of_belief() {
        let html = Some("text/html");
        let latin = Some("text/html; charset=ISO-8859-1");
        let cases: [(&[u8], Option<&str>, &str, &str); 11] = [
            ("\u{feff}gaji".as_bytes(), latin, "gaji", "UTF-8"),
            (b"\xff\xfeg\0", latin, "g", "UTF-16LE"),
            (b"caf\xe9", latin, "café", "windows-1252"),
            (b"caf\xe9", Some("text/html; Charset=\"windows-1252\""), "café", "windows-1252"),
            (b"<meta charset=utf-8>caf\xe9", latin, "<meta charset=utf-8>café", "windows-1252"),
            (b"<meta charset='latin1'>\xe9", html, "<meta charset='latin1'>é", "windows-1252"),
            (
                b"<META http-equiv=\"Content-Type\" content=\"text/html; charset=windows-1251\">\xcf",
                html,
                "<META http-equiv=\"Content-Type\" content=\"text/html; charset=windows-1251\">П",
                "windows-1251",
            ),
            (
                b"<?xml version='1.0' encoding='windows-1252'?>\xe9",
                Some("application/xml"),
                "<?xml version='1.0' encoding='windows-1252'?>é",
                "windows-1252",
            ),
            (b"<meta charset=utf-16>a", html, "<meta charset=utf-16>a", "UTF-8"),
            ("gaji – Rp".as_bytes(), None, "gaji – Rp", "UTF-8"),
            ("gaji é".as_bytes(), Some("text/html; charset=tidak-ada"), "gaji é", "UTF-8"),
        ];
        for (body, content_type, text, encoding) in cases {
            let decoded = decode(body, content_type);
            assert_eq!(
                (decoded.text.as_str(), decoded.encoding, decoded.replacements),
                (text, encoding, 0),
                "{content_type:?}"
            );
        }
    }

    #[test]
    fn a_declaration_after_the_first_kib_is_not_believed() {
        let mut body = vec![b' '; DECLARATION_WITHIN];
        body.extend_from_slice(b"<meta charset=windows-1251>");
        assert_ne!(decode(&body, None).encoding, "windows-1251");
    }

    #[test]
    fn what_could_not_be_read_is_counted() {
        let decoded = decode(b"caf\xe9 dan \xff", Some("text/plain; charset=utf-8"));
        assert_eq!((decoded.encoding, decoded.replacements), ("UTF-8", 2));
        let literal = decode("ada \u{fffd} di teks".as_bytes(), Some("text/plain; charset=utf-8"));
        assert_eq!(literal.replacements, 0, "a U+FFFD the page itself wrote is no error");
    }

    proptest! {
        #[test]
        fn utf8_said_to_be_utf8_comes_out_as_it_was(text in "[^\u{feff}].{0,80}") {
            let decoded = decode(text.as_bytes(), Some("text/plain; charset=utf-8"));
            prop_assert_eq!(decoded.text, text);
        }

        #[test]
        fn any_bytes_are_read(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            decode(&body, None);
        }
    }
}
