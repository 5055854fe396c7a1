//! The views of one text, in buffers that a worker uses again for the next.

use std::sync::Arc;

use super::clear::{ClearToken, Clearer};
use super::fold::Folded;
use super::lex::{self, Before, RawToken};
use super::{Span, Vocabulary, undo};

/// A text as later stages read it: folded, cut, and with disguise undone. One a worker.
#[derive(Debug)]
pub struct Views {
    vocabulary: Arc<Vocabulary>,
    folded: Folded,
    raw: Vec<RawToken>,
    clear: Vec<ClearToken>,
    clearer: Clearer,
}

impl Views {
    /// Empty views that will read by this vocabulary.
    pub fn new(vocabulary: Arc<Vocabulary>) -> Self {
        Self {
            vocabulary,
            folded: Folded::default(),
            raw: Vec::new(),
            clear: Vec::new(),
            clearer: Clearer::default(),
        }
    }

    /// Changes the vocabulary, when a rule set was exchanged.
    pub fn use_vocabulary(&mut self, vocabulary: &Arc<Vocabulary>) {
        if !Arc::ptr_eq(&self.vocabulary, vocabulary) {
            self.vocabulary = Arc::clone(vocabulary);
            self.clearer.forget();
        }
    }

    /// Reads a text; what was read before is gone.
    pub fn read(&mut self, original: &str) {
        self.folded.fold(original);
        lex::lex(self.folded.text(), &mut self.raw);
        self.clearer.clear(self.folded.text(), &self.raw, &self.vocabulary, &mut self.clear);
    }

    /// The vocabulary read by.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The tokens as written.
    pub fn raw(&self) -> &[RawToken] {
        &self.raw
    }

    /// The tokens as words.
    pub fn clear(&self) -> &[ClearToken] {
        &self.clear
    }

    /// The folded text of a raw token.
    pub fn raw_text(&self, token: &RawToken) -> &str {
        &self.folded.text()[token.start..token.end]
    }

    /// The folded text.
    pub fn folded(&self) -> &str {
        self.folded.text()
    }

    /// The stretch of the original behind the raw tokens `from..to`.
    pub fn raw_span(&self, from: usize, to: usize) -> Span {
        match (self.raw.get(from), self.raw.get(to.saturating_sub(1))) {
            (Some(first), Some(last)) => self.folded.original(first.start, last.end),
            _ => Span::new(0, 0),
        }
    }

    /// The stretch of the original behind the clear tokens `from..to`.
    pub fn clear_span(&self, from: usize, to: usize) -> Span {
        match (self.clear.get(from), self.clear.get(to.saturating_sub(1))) {
            (Some(first), Some(last)) => {
                self.raw_span(first.raw_start as usize, last.raw_end as usize)
            }
            _ => Span::new(0, 0),
        }
    }

    /// The light view: the folded words, one space between them, a new line after a sentence.
    pub fn light_text(&self) -> String {
        let mut text = String::with_capacity(self.folded.text().len());
        for token in &self.raw {
            separate(&mut text, token.before);
            text.push_str(self.raw_text(token));
        }
        text
    }

    /// Writes the clear view into `text` and the end of each token into `ends`.
    pub fn write_clear(&self, text: &mut String, ends: &mut Vec<usize>) {
        text.clear();
        ends.clear();
        for token in &self.clear {
            separate(text, token.before);
            self.push_clear(token, text);
            ends.push(text.len());
        }
    }

    /// Writes the tokens `from..to` of the clear view into `text`.
    pub fn write_clear_part(&self, from: usize, to: usize, text: &mut String) {
        text.clear();
        for token in self.clear.get(from..to).unwrap_or_default() {
            separate(text, token.before);
            self.push_clear(token, text);
        }
    }

    /// The clear view as a text.
    pub fn clear_text(&self) -> String {
        let mut text = String::new();
        self.write_clear(&mut text, &mut Vec::new());
        text
    }

    fn push_clear(&self, token: &ClearToken, text: &mut String) {
        self.clear_pieces(token, |piece| text.push_str(piece));
    }

    /// The pieces of a clear token as written, folded, without style: plain letters, emphasis off.
    pub fn written_pieces(&self, token: &ClearToken, mut each: impl FnMut(&str)) {
        for raw in &self.raw[token.raw_start as usize..token.raw_end as usize] {
            if token.marks.is_none() {
                each(self.raw_text(raw));
            } else {
                each(&undo::unstyled(self.raw_text(raw), token.marks));
            }
        }
    }

    /// Whether the clear token at a place begins with this as written, folded.
    pub fn is_written(&self, at: usize, wanted: &str) -> bool {
        let first = self.clear.get(at).and_then(|token| self.raw.get(token.raw_start as usize));
        first.is_some_and(|token| self.raw_text(token) == wanted)
    }

    /// The word a clear token stands for; of an unknown one the pieces as written, folded.
    pub fn clear_pieces(&self, token: &ClearToken, mut each: impl FnMut(&str)) {
        if token.word.is_kind() {
            self.written_pieces(token, each);
        } else {
            each(self.vocabulary.word(token.word));
        }
    }
}

fn separate(text: &mut String, before: Before) {
    if !text.is_empty() {
        text.push(if before >= Before::Line { '\n' } else { ' ' });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::VocabularyBuilder;
    use super::*;

    fn views() -> Views {
        let mut builder = VocabularyBuilder::default();
        for (variant, word) in
            [("tnp", "tanpa"), ("loker", "lowongan"), ("gj", "gaji"), ("gk", "tidak")]
        {
            builder.alias(variant, word);
        }
        for word in ["kamboja", "visa", "turis", "slot", "admin", "paspor", "imigrasi", "sawit"] {
            builder.sensitive(word);
        }
        builder.words_of("gaji lowongan tanpa ijazah kerja di ladang butuh tidak");
        Views::new(Arc::new(builder.build()))
    }

    #[test]
    fn undoes_each_disguise_and_points_back() {
        let mut views = views();
        for (written, word, shown) in [
            ("ke K4MB0J4 yuk", "kamboja", "K4MB0J4"),
            ("ke k a m b o j a yuk", "kamboja", "k a m b o j a"),
            ("ke k.a.m.b.o.j.a yuk", "kamboja", "k.a.m.b.o.j.a"),
            ("ke k🔥a🔥m🔥b🔥o🔥j🔥a yuk", "kamboja", "k🔥a🔥m🔥b🔥o🔥j🔥a"),
            ("ke Каmbоjа yuk", "kamboja", "Каmbоjа"),
            ("ke 🅺🅰🅼🅱🅾🅹🅰 yuk", "kamboja", "🅺🅰🅼🅱🅾🅹🅰"),
            ("ke 🇰🇦🇲🇧🇴🇯🇦 yuk", "kamboja", "🇰🇦🇲🇧🇴🇯🇦"),
            ("ke kam\nboja yuk", "kamboja", "kam\nboja"),
            ("ke kam-boja yuk", "kamboja", "kam-boja"),
            ("ke kmbja yuk", "kamboja", "kmbja"),
            ("ke ajobmak yuk", "kamboja", "ajobmak"),
            ("ke kambojaaaa yuk", "kamboja", "kambojaaaa"),
            ("jadi @dm1n yuk", "admin", "@dm1n"),
            ("jadi $lot yuk", "slot", "$lot"),
            ("l*dang s*wit", "sawit", "s*wit"),
            ("p4sp0r jadi", "paspor", "p4sp0r"),
            ("pakai ᴠɪsᴀ ya", "visa", "ᴠɪsᴀ"),
            ("gajinya besar", "gaji", "gajinya"),
            ("tnp ijazah", "tanpa", "tnp"),
        ] {
            views.read(written);
            let at = views
                .clear()
                .iter()
                .position(|token| views.vocabulary().word(token.word) == word)
                .unwrap_or_else(|| panic!("{written}: {}", views.clear_text()));
            assert_eq!(views.clear_span(at, at + 1).of(written), shown);
        }
    }

    #[test]
    fn spaced_words_and_hashtags_come_apart() {
        let mut views = views();
        for (written, clear) in [
            ("𝘃 𝗶 𝘀 𝗮  t u r i s", "visa turis"),
            ("L 0 K 3 R  K 4 M B 0 J 4", "lowongan kamboja"),
            ("#lokerkamboja", "lowongan kamboja"),
            ("visaturis", "visa turis"),
        ] {
            views.read(written);
            assert_eq!(views.clear_text(), clear, "{written}");
        }
    }

    #[test]
    fn a_plain_text_reads_the_same_in_both_views() {
        let mut views = views();
        for plain in [
            "No WA saya 0840-0000-0001, gaji 9-14jt per bulan",
            "Program G to G dan UMR Bekasi, NT 20.000, kartu KK",
            "saat maaf manfaat umrah 2026 lantai 3",
        ] {
            views.read(plain);
            assert_eq!(views.clear_text(), views.light_text(), "{plain}");
        }
    }

    proptest! {
        #[test]
        fn spans_are_ordered_whole_and_inside(text in "(\\PC|[a-z0-9 .@*\\n]|kam|boja|visa|🇰🇭|🇰|k a m){0,40}") {
            let mut views = views();
            views.read(&text);
            let mut last = 0;
            for at in 0..views.clear().len() {
                let span = views.clear_span(at, at + 1);
                prop_assert!(text.is_char_boundary(span.start()) && text.is_char_boundary(span.end()));
                prop_assert!(span.start() < span.end() && span.end() <= text.len());
                prop_assert!(span.start() >= last);
                last = span.start();
            }
        }
    }
}
