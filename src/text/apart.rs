//! Letters set apart, one by one or as flags, read as the words they spell: `k a m b o j a`, a
//! heading spaced out, letters below each other, regional-indicator letters.

use super::clear::{ClearToken, Clearer, Marks, Run, before};
use super::lex::{Before, RawKind};
use super::undo::unleet;
use super::{WordId, confusable};

/// Most letters set apart that are read at once.
const MOST_APART: usize = 120;

impl Clearer {
    /// Letters set apart, from `at` on: three or more tokens of one letter, pictures between them
    /// passed over. Where they spell known words these are pushed, and the end is returned.
    pub(super) fn spaced(
        &mut self,
        run: &Run<'_>,
        at: usize,
        clear: &mut Vec<ClearToken>,
    ) -> Option<usize> {
        let mut others = run.raw[at + 1..].iter().filter(|token| token.kind != RawKind::Emoji);
        if !others.next()?.is_single(run.text) {
            return None;
        }
        let last = clear.iter().rev().find(|last| last.word != WordId::NUMBER);
        let follows = last.is_some_and(|last| last.marks.has(Marks::APART));
        self.joined.clear();
        let mut places: Vec<usize> = Vec::new();
        let mut end = at;
        for (index, token) in run.raw.iter().enumerate().skip(at) {
            if token.kind == RawKind::Emoji {
                continue;
            }
            // ` . ` between single letters ends no sentence.
            let dotted = index > at && {
                let from = run.raw[index - 1].end;
                run.text[from..token.start].trim_matches(' ') == "."
                    && run.text[from..].starts_with(' ')
            };
            let text = &run.text[token.start..token.end];
            let mut letters = text.chars();
            let (Some(letter), None) = (letters.next(), letters.next()) else { break };
            if (index > at && token.before > Before::Line && !dotted) || places.len() == MOST_APART
            {
                break;
            }
            self.joined.push(unleet(confusable::latin(letter).unwrap_or(letter), 'i'));
            places.push(index);
            end = index + 1;
        }
        if places.len() < if follows { 2 } else { 3 } || !self.joined.is_ascii() {
            return None;
        }
        let joined = std::mem::take(&mut self.joined);
        let read = self.spell(run, &joined, &places, follows);
        self.joined = joined;
        for (word, from, len) in read? {
            let (from, to) = (places[from], places[from + len - 1] + 1);
            run.push_all(clear, &[word], Marks::APART, from, to);
        }
        Some(end)
    }

    /// The words that letters set apart spell, each with its first letter and its length. A gap
    /// wider than the others ends a word; where there is none, the letters are cut into known words.
    pub(super) fn spell(
        &mut self,
        run: &Run<'_>,
        joined: &str,
        places: &[usize],
        follows: bool,
    ) -> Option<Vec<(WordId, usize, usize)>> {
        let bytes = |at: usize| run.raw[places[at]].start - run.raw[places[at - 1]].end;
        let ends_line = |at: usize| before(run.raw, places[at - 1] + 1, places[at]) == Before::Line;
        // Letters below each other are one word a block; elsewhere a new line starts a new word.
        let vertical = (1..places.len()).all(ends_line);
        let gap = |at: usize| bytes(at) + if !vertical && ends_line(at) { 100 } else { 0 };
        let narrowest = (1..places.len()).map(gap).min().unwrap_or(0);
        let mut starts = vec![0];
        starts.extend((1..places.len()).filter(|at| gap(*at) > narrowest));
        starts.push(places.len());
        let is_word = |pair: &[usize]| {
            let text = &joined[pair[0]..pair[1]];
            text.len() >= 3 && text.contains(['a', 'e', 'i', 'o', 'u'])
        };
        let heading =
            starts.len() > 3 || follows || (starts.len() == 3 && starts.windows(2).all(is_word));
        let is_number = |place: &usize| run.raw[*place].kind == RawKind::Number;
        let mut words = Vec::new();
        let mut known = 0;
        let mut longest = 0;
        for pair in starts.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let text = &joined[from..to];
            if places[from..to].iter().all(is_number) {
                words.push((WordId::NUMBER, from, to - from));
                continue;
            }
            let whole =
                run.vocabulary.any(text).or_else(|| self.plain_variant(run.vocabulary, text));
            if let Some([word]) = whole.map(|found| found.words) {
                words.push((*word, from, to - from));
            } else if !heading && let Some(parts) = self.segmenter.segment(run.vocabulary, text, 2)
            {
                let mut at = from;
                for (word, len) in parts {
                    words.push((word, at, len));
                    at += len;
                }
            } else {
                words.push((WordId::UNKNOWN, from, to - from));
                continue;
            }
            known += to - from;
            longest = longest.max(to - from);
        }
        let letters = places.iter().filter(|place| !is_number(place)).count();
        // A heading tells where its words end, so it may hold words nobody knows.
        let share = if heading { 4 } else { 2 };
        let plausible =
            follows || (starts.len() == 3 && heading) || (longest >= 3 && known * share >= letters);
        (plausible && letters > 1).then_some(words)
    }

    /// Flags whose letters spell a sensitive word.
    pub(super) fn regional_letters(
        &mut self,
        run: &Run<'_>,
        at: usize,
        clear: &mut Vec<ClearToken>,
    ) -> Option<usize> {
        self.joined.clear();
        let mut end = at;
        for token in &run.raw[at..] {
            let text = &run.text[token.start..token.end];
            if !text.chars().all(confusable::is_regional)
                || (end > at && token.before > Before::Glue)
            {
                break;
            }
            self.joined.extend(text.chars().filter_map(confusable::latin));
            end += 1;
        }
        let found = run.vocabulary.form(&self.joined)?;
        if self.joined.len() < 4
            || !found.words.iter().any(|word| run.vocabulary.is_sensitive(*word))
        {
            return None;
        }
        run.push_all(clear, found.words, Marks::LOOKALIKE, at, end);
        Some(end)
    }
}
