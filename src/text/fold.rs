//! The folded text: lower case, compatibility forms undone (NFKD), marks and invisible characters
//! gone, punctuation kept. One table look-up a character, a copy for runs of ASCII; every byte maps
//! back to the original by a short list of segments.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::{Span, offset};

/// Code points a page of the table holds.
const PAGE: usize = 256;

/// Where a stretch of the folded text came from. A linear segment maps byte for byte; any other
/// stands as a whole for its stretch of the original.
#[derive(Debug, Clone, Copy)]
struct Segment {
    folded: u32,
    original: u32,
    original_len: u32,
    linear: bool,
}

/// A text folded for reading, with its way back.
#[derive(Debug, Default)]
pub struct Folded {
    text: String,
    segments: Vec<Segment>,
}

/// What a character becomes.
#[derive(Debug, Clone, Copy)]
enum Fold {
    Same,
    Drop,
    Char(char),
    Text(&'static str),
}

impl Folded {
    /// Folds a text afresh, in buffers used before.
    pub fn fold(&mut self, original: &str) {
        self.text.clear();
        self.segments.clear();
        let bytes = original.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let run = ascii_run(&bytes[at..]);
            if run > 0 {
                self.copy(original, at, run);
                at += run;
                continue;
            }
            if bytes[at] == b'\'' {
                let follows = original[at + 1..].chars().next().is_some_and(is_plain);
                let inside =
                    follows && self.text.ends_with(|one: char| one.is_ascii_alphanumeric());
                if !inside {
                    self.copy(original, at, 1);
                }
                at += 1;
                continue;
            }
            let Some(letter) = original[at..].chars().next() else { break };
            self.push(letter, at);
            at += letter.len_utf8();
        }
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The stretch of the original that the folded bytes `start..end` came from.
    pub fn original(&self, start: usize, end: usize) -> Span {
        if self.segments.is_empty() {
            return Span::new(0, 0);
        }
        let first = self.segment(start);
        let from = if first.linear {
            first.original + (offset(start) - first.folded)
        } else {
            first.original
        };
        if end <= start {
            return Span::new(from, from);
        }
        let last = self.segment(end - 1);
        let to = if last.linear {
            last.original + (offset(end) - last.folded)
        } else {
            last.original + last.original_len
        };
        Span::new(from, to)
    }

    fn segment(&self, at: usize) -> Segment {
        let after = self.segments.partition_point(|segment| segment.folded as usize <= at);
        self.segments[after.saturating_sub(1)]
    }

    fn copy(&mut self, original: &str, at: usize, len: usize) {
        let from = self.text.len();
        let follows = self.segments.last().is_some_and(|last| {
            last.linear && last.original as usize + (from - last.folded as usize) == at
        });
        if !follows {
            self.segments.push(Segment {
                folded: offset(from),
                original: offset(at),
                original_len: 0,
                linear: true,
            });
        }
        self.text.push_str(&original[at..at + len]);
        self.text[from..].make_ascii_lowercase();
    }

    fn push(&mut self, letter: char, at: usize) {
        let from = self.text.len();
        match fold(letter) {
            Fold::Drop => return,
            Fold::Same => self.text.push(letter),
            Fold::Char(folded) => self.text.push(folded),
            Fold::Text(folded) => self.text.push_str(folded),
        }
        self.segments.push(Segment {
            folded: offset(from),
            original: offset(at),
            original_len: offset(letter.len_utf8()),
            linear: false,
        });
    }
}

/// How many bytes from the start are ASCII and no apostrophe; looked at eight at a time.
fn ascii_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGH: u64 = ONES * 0x80;
    let (eights, _) = bytes.as_chunks::<8>();
    let mut at = 0;
    for eight in eights {
        let eight = u64::from_le_bytes(*eight);
        // The lowest byte marked is one that ends the run; those above it may be marked for nothing.
        let apart = eight ^ (ONES * b'\'' as u64);
        let ends = (eight | (apart.wrapping_sub(ONES) & !apart)) & HIGH;
        if ends != 0 {
            return at + ends.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = &bytes[at..];
    at + rest.iter().position(|&byte| !byte.is_ascii() || byte == b'\'').unwrap_or(rest.len())
}

/// Whether a character is an ASCII letter or digit, or a styled one.
fn is_plain(letter: char) -> bool {
    match fold(letter) {
        Fold::Same => letter.is_ascii_alphanumeric(),
        Fold::Char(folded) => folded.is_ascii_alphanumeric(),
        Fold::Text(folded) => folded.starts_with(|one: char| one.is_ascii_alphanumeric()),
        Fold::Drop => false,
    }
}

fn fold(letter: char) -> Fold {
    static PAGES: [OnceLock<Box<[Fold; PAGE]>>; 0x11_0000 / PAGE] =
        [const { OnceLock::new() }; 0x11_0000 / PAGE];
    let code = letter as usize;
    let page = PAGES[code / PAGE].get_or_init(|| {
        let mut page = Box::new([Fold::Drop; PAGE]);
        for (slot, code) in page.iter_mut().zip((code / PAGE * PAGE)..) {
            if let Some(letter) = u32::try_from(code).ok().and_then(char::from_u32) {
                *slot = fold_by_tables(letter);
            }
        }
        page
    });
    page[code % PAGE]
}

/// The slow way, once a character for the life of the process: decompose, lower, drop marks.
fn fold_by_tables(letter: char) -> Fold {
    if is_invisible(letter) || is_combining_mark(letter) {
        return Fold::Drop;
    }
    let decomposed: String = letter
        .nfkd()
        .filter(|part| !is_combining_mark(*part))
        .flat_map(char::to_lowercase)
        .collect();
    let keeps_script = decomposed.is_ascii() || letter.nfkd().count() == 1;
    let folded: String = if keeps_script {
        decomposed
    } else {
        letter.nfkc().flat_map(char::to_lowercase).collect()
    };
    let folded = match letter {
        // Letters in circles and squares that compatibility leaves alone.
        '\u{1F150}'..='\u{1F169}' => enclosed(letter, 0x1F150),
        '\u{1F170}'..='\u{1F189}' => enclosed(letter, 0x1F170),
        '\u{2018}' | '\u{2019}' | '\u{02BC}' => "'".to_owned(),
        '\u{201C}' | '\u{201D}' => "\"".to_owned(),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-".to_owned(),
        '\u{2044}' | '\u{2215}' => "/".to_owned(),
        '\u{2028}' | '\u{2029}' | '\u{0085}' => "\n".to_owned(),
        _ => folded,
    };
    let mut letters = folded.chars();
    match (letters.next(), letters.next()) {
        (None, _) => Fold::Drop,
        (Some(only), None) if only == letter => Fold::Same,
        (Some(only), None) => Fold::Char(only),
        // At most a few hundred such characters exist; each is kept once for the process.
        _ => Fold::Text(folded.leak()),
    }
}

/// The small letter at this place of an alphabet that begins at `first`.
fn enclosed(letter: char, first: u32) -> String {
    let at = u32::from(letter).saturating_sub(first);
    char::from_u32(u32::from('a') + at).map(String::from).unwrap_or_default()
}

/// Characters that take no room: zero width, direction marks, joiners, variation selectors, tags.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> Folded {
        let mut folded = Folded::default();
        folded.fold(text);
        folded
    }

    #[test]
    fn folds_as_a_reader_would() {
        for (written, read) in [
            ("Visa TURIS", "visa turis"),
            ("𝗟𝗢𝗪𝗢𝗡𝗚𝗔𝗡 kerja", "lowongan kerja"),
            ("Ｋamboja", "kamboja"),
            ("v\u{200B}i\u{200D}sa", "visa"),
            ("ga\u{0301}ji gawé", "gaji gawe"),
            ("0️⃣8️⃣", "08"),
            ("ⓐⓓⓜⓘⓝ 🅰🅳 🅓 🄼", "admin ad d m"),
            ("jum'at 'gaji'", "jumat 'gaji'"),
            ("𝗢'𝘀𝗺𝗮𝗰𝗵", "osmach"),
            ("㎏ ﬁx", "kg fix"),
            ("한국 日本", "한국 日本"),
        ] {
            assert_eq!(folded(written).text(), read, "{written}");
        }
    }

    #[test]
    fn a_folded_word_points_back_at_what_was_written() {
        let text = "ke 𝗞𝗔𝗠𝗕𝗢𝗝𝗔 ya";
        let view = folded(text);
        let start = view.text().find("kamboja").unwrap();
        assert_eq!(view.original(start, start + 7).of(text), "𝗞𝗔𝗠𝗕𝗢𝗝𝗔");
    }

    proptest! {
        #[test]
        fn every_stretch_maps_to_whole_characters(text in "\\PC{0,40}|[a-zA-Z'0-9 \u{200B}\u{0301}𝗞ﬁ🔥é]{0,40}") {
            let view = folded(&text);
            let stops: Vec<usize> = view.text().char_indices().map(|(at, _)| at).chain([view.text().len()]).collect();
            let mut last = 0;
            for pair in stops.windows(2) {
                let span = view.original(pair[0], pair[1]);
                prop_assert!(text.is_char_boundary(span.start()) && text.is_char_boundary(span.end()));
                prop_assert!(span.end() <= text.len() && span.start() < span.end());
                prop_assert!(span.start() >= last || view.original(pair[0], pair[0]).start() + 1 >= last);
                last = span.start();
            }
        }
    }
}
