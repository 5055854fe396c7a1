//! Regular expressions, the exception among phrases. Each is woken by the words that hold a piece of
//! a literal it cannot match without, looked for around such a word only, and run where it is there.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex_automata::meta::{Cache, Regex};
use regex_automata::{Input, util::syntax};
use regex_syntax::hir::{Class, Hir, HirKind, Look, literal::Extractor};

use super::meter::Meter;
use crate::text::Views;

/// The largest compiled pattern, in bytes.
const SIZE_LIMIT: usize = 1 << 20;
/// The shortest literal worth waking a pattern for, in bytes.
const SHORTEST_LITERAL: usize = 3;
/// The most separators of words that a match may hold for it to be looked for around a word only.
const FARTHEST: u32 = 24;

/// Why a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PatternError {
    Syntax(String),
    MatchesEmpty,
    TooLarge,
}

/// What makes a pattern run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// A literal it cannot match without.
    ByLiteral,
    /// Every post: no literal is long enough.
    Always,
}

#[derive(Debug)]
struct Pattern {
    rule: u32,
    regex: Regex,
    /// How many separators of words a match may hold at most; `None` for as many as there are.
    reach: Option<usize>,
}

/// Collects patterns.
#[derive(Debug, Default)]
pub(super) struct PatternsBuilder {
    patterns: Vec<Pattern>,
    literals: Vec<(Vec<u8>, usize)>,
    always: Vec<usize>,
}

/// The patterns of a rule set.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    patterns: Vec<Pattern>,
    /// Of each literal, a piece that stands within one word.
    pieces: Option<AhoCorasick>,
    /// The patterns that each piece wakes.
    woken_by: Vec<Vec<usize>>,
    always: Vec<usize>,
}

/// Buffers of one worker.
#[derive(Debug, Default)]
pub(super) struct PatternScratch {
    caches: Vec<Option<Cache>>,
    /// The patterns to be run.
    woken: Vec<usize>,
    /// Those woken by one word, and a piece of the clear text around it.
    woken_here: Vec<usize>,
    around: String,
}

impl PatternsBuilder {
    pub(super) fn add(&mut self, rule: u32, pattern: &str) -> Result<Wake, PatternError> {
        let hir = regex_syntax::parse(pattern).map_err(|fault| {
            let text = fault.to_string();
            PatternError::Syntax(
                text.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned(),
            )
        })?;
        if hir.properties().minimum_len().is_none_or(|len| len == 0) {
            return Err(PatternError::MatchesEmpty);
        }
        let hir = ascii_boundaries(hir);
        let regex = Regex::builder()
            .configure(
                Regex::config()
                    .nfa_size_limit(Some(SIZE_LIMIT))
                    .hybrid_cache_capacity(SIZE_LIMIT / 4),
            )
            .syntax(syntax::Config::new())
            .build_from_hir(&hir)
            .map_err(|_| PatternError::TooLarge)?;
        let number = self.patterns.len();
        let wake = match literals(&hir) {
            Some(literals) => {
                self.literals.extend(literals.into_iter().map(|literal| (literal, number)));
                Wake::ByLiteral
            }
            None => {
                self.always.push(number);
                Wake::Always
            }
        };
        let reach = separators(&hir).filter(|most| *most <= FARTHEST);
        self.patterns.push(Pattern { rule, regex, reach: reach.map(|most| most as usize) });
        Ok(wake)
    }

    /// The pieces of words that tokens must be marked for.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.literals.iter().map(|(literal, _)| rarest_piece(literal))
    }

    pub(super) fn build(self) -> Patterns {
        let Self { patterns, literals, always } = self;
        let mut by_piece: Vec<(&[u8], usize)> =
            literals.iter().map(|(literal, number)| (rarest_piece(literal), *number)).collect();
        by_piece.sort_unstable();
        by_piece.dedup();
        let mut pieces: Vec<&[u8]> = Vec::new();
        let mut woken_by: Vec<Vec<usize>> = Vec::new();
        for (piece, number) in by_piece {
            if pieces.last() != Some(&piece) {
                pieces.push(piece);
                woken_by.push(Vec::new());
            }
            woken_by.last_mut().into_iter().for_each(|woken| woken.push(number));
        }
        let pieces = (!pieces.is_empty())
            .then(|| AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(&pieces).ok())
            .flatten();
        Patterns { patterns, pieces, woken_by, always }
    }
}

impl Patterns {
    /// Whether any pattern is to be run on the text of these views: one that matches somewhere, or
    /// may where only the whole text tells.
    pub(super) fn wake(
        &self,
        views: &Views,
        scratch: &mut PatternScratch,
        meter: &mut impl Meter,
    ) -> bool {
        scratch.woken.clear();
        scratch.woken.extend_from_slice(&self.always);
        if let Some(pieces) = &self.pieces {
            for (at, token) in views.clear().iter().enumerate() {
                if token.holds_piece() {
                    self.wake_at(pieces, views, at, scratch, meter);
                }
            }
        }
        !scratch.woken.is_empty()
    }

    /// Wakes the patterns that match around the word at `at`.
    fn wake_at(
        &self,
        pieces: &AhoCorasick,
        views: &Views,
        at: usize,
        scratch: &mut PatternScratch,
        meter: &mut impl Meter,
    ) {
        let PatternScratch { caches, woken, woken_here, around } = scratch;
        views.write_clear_part(at, at + 1, around);
        woken_here.clear();
        for piece in pieces.find_overlapping_iter(around.as_str()) {
            woken_here.extend_from_slice(&self.woken_by[piece.pattern().as_usize()]);
        }
        woken_here.retain(|number| !woken.contains(number));
        let reaches = woken_here.iter().filter_map(|number| self.patterns[*number].reach);
        let Some(farthest) = reaches.max() else {
            woken.append(woken_here);
            return;
        };
        // One word more on each side, so that the borders of a match stand as in the whole text.
        let from = at.saturating_sub(farthest + 1);
        let to = (at + farthest + 2).min(views.clear().len());
        views.write_clear_part(from, to, around);
        caches.resize_with(self.patterns.len(), || None);
        for number in woken_here.drain(..) {
            let pattern = &self.patterns[number];
            meter.start();
            let cache = caches[number].get_or_insert_with(|| pattern.regex.create_cache());
            let input = Input::new(around.as_str()).earliest(true);
            let runs = !woken.contains(&number)
                && (pattern.reach.is_none()
                    || pattern.regex.search_half_with(cache, &input).is_some());
            if runs {
                woken.push(number);
            }
            meter.stop(pattern.rule as usize);
        }
    }

    /// Calls `found(rule, start, end)` for each match in `text`, the clear text of the views that
    /// last woke patterns.
    pub(super) fn find(
        &self,
        text: &str,
        scratch: &mut PatternScratch,
        meter: &mut impl Meter,
        mut found: impl FnMut(u32, usize, usize),
    ) {
        scratch.woken.sort_unstable();
        scratch.woken.dedup();
        scratch.caches.resize_with(self.patterns.len(), || None);
        for number in &scratch.woken {
            let pattern = &self.patterns[*number];
            meter.start();
            let cache = scratch.caches[*number].get_or_insert_with(|| pattern.regex.create_cache());
            let mut at = 0;
            while let Some(hit) = pattern.regex.search_with(cache, &Input::new(text).range(at..)) {
                found(pattern.rule, hit.start(), hit.end());
                at = hit.end().max(at + 1);
            }
            meter.stop(pattern.rule as usize);
        }
    }
}

impl PatternScratch {
    pub(super) fn reset(&mut self) {
        self.caches.clear();
    }
}

/// Unicode word boundaries cost ten times an ASCII one, and the clear view hardly differs.
fn ascii_boundaries(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Look(Look::WordUnicode) => Hir::look(Look::WordAscii),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(ascii_boundaries).collect()),
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.into_iter().map(ascii_boundaries).collect())
        }
        HirKind::Repetition(mut repetition) => {
            repetition.sub = Box::new(ascii_boundaries(*repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(mut capture) => {
            capture.sub = Box::new(ascii_boundaries(*capture.sub));
            Hir::capture(capture)
        }
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Empty => Hir::empty(),
    }
}

/// How many separators of words a match may hold at most; in the clear text only they are white space.
fn separators(hir: &Hir) -> Option<u32> {
    let is_separator = |letter: char| matches!(letter, ' ' | '\n');
    let count = |found: bool| Some(u32::from(found));
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(0),
        HirKind::Literal(literal) => {
            let all = literal.0.iter().filter(|byte| is_separator(char::from(**byte)));
            u32::try_from(all.count()).ok()
        }
        HirKind::Class(Class::Unicode(class)) => count(class.ranges().iter().any(|range| {
            [' ', '\n'].iter().any(|one| (range.start()..=range.end()).contains(one))
        })),
        HirKind::Class(Class::Bytes(class)) => count(class.ranges().iter().any(|range| {
            [b' ', b'\n'].iter().any(|one| (range.start()..=range.end()).contains(one))
        })),
        HirKind::Repetition(repetition) => match separators(&repetition.sub)? {
            0 => Some(0),
            each => repetition.max?.checked_mul(each),
        },
        HirKind::Capture(capture) => separators(&capture.sub),
        HirKind::Concat(parts) => {
            parts.iter().map(separators).try_fold(0_u32, |sum, part| sum.checked_add(part?))
        }
        HirKind::Alternation(parts) => {
            parts.iter().map(separators).try_fold(0, |most, part| Some(part?.max(most)))
        }
    }
}

/// The best set of which every match holds at least one: that whose commonest piece is rarest, then
/// the smallest.
fn literals(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let mut best: Option<Vec<Vec<u8>>> = None;
    let mut offer = |candidate: Option<Vec<Vec<u8>>>| {
        let Some(candidate) = candidate else { return };
        let worth = |set: &Vec<Vec<u8>>| {
            let pieces = set.iter().map(|literal| rarity(rarest_piece(literal)));
            (pieces.min().unwrap_or(0), usize::MAX - set.len())
        };
        let shortest = candidate.iter().map(Vec::len).min().unwrap_or(0);
        if shortest >= SHORTEST_LITERAL
            && best.as_ref().is_none_or(|best| worth(&candidate) > worth(best))
        {
            best = Some(candidate);
        }
    };
    offer(prefixes(hir));
    match hir.kind() {
        HirKind::Literal(literal) => offer(Some(vec![literal.0.to_vec()])),
        HirKind::Repetition(repetition) if repetition.min >= 1 => offer(literals(&repetition.sub)),
        HirKind::Capture(capture) => offer(literals(&capture.sub)),
        HirKind::Alternation(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(literals).collect();
            offer(all.map(|sets| sets.concat()));
        }
        HirKind::Concat(parts) => {
            for (at, part) in parts.iter().enumerate() {
                offer(literals(part));
                offer(prefixes(&Hir::concat(parts[at..].to_vec())));
            }
        }
        _ => {}
    }
    best
}

/// The piece between white space that the fewest words hold.
fn rarest_piece(literal: &[u8]) -> &[u8] {
    literal
        .split(|byte| byte.is_ascii_whitespace())
        .max_by_key(|piece| rarity(piece))
        .unwrap_or(literal)
}

/// How few words hold a piece, the larger the fewer: long ones are rare, and few words hold digits.
fn rarity(piece: &[u8]) -> usize {
    const OF_DIGITS: usize = 4;
    let digits = piece.len() > 1 && piece.iter().any(u8::is_ascii_digit);
    piece.len() + if digits { OF_DIGITS } else { 0 }
}

fn prefixes(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let found = Extractor::new().extract(hir);
    let literals = found.literals()?;
    (!literals.is_empty())
        .then(|| literals.iter().map(|literal| literal.as_bytes().to_vec()).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::meter::Unmetered;
    use super::*;
    use crate::text::VocabularyBuilder;

    fn hits(patterns: &[&str], text: &str) -> Vec<(u32, String)> {
        let mut builder = PatternsBuilder::default();
        for (number, pattern) in patterns.iter().enumerate() {
            builder.add(u32::try_from(number).unwrap(), pattern).unwrap();
        }
        let mut words = VocabularyBuilder::default();
        builder.pieces().for_each(|piece| words.piece(piece));
        let mut views = Views::new(Arc::new(words.build()));
        views.read(text);
        assert_eq!(views.clear_text(), text);
        let mut found = Vec::new();
        let (patterns, mut scratch) = (builder.build(), PatternScratch::default());
        if patterns.wake(&views, &mut scratch, &mut Unmetered) {
            patterns.find(text, &mut scratch, &mut Unmetered, |rule, start, end| {
                found.push((rule, text[start..end].to_owned()));
            });
        }
        found
    }

    #[test]
    fn finds_what_regex_finds() {
        assert_eq!(
            hits(
                &[r"\bchop \d{2} hari\b", r"(visa|permit) (turis|nyusul)", r"\d\d"],
                "chop 30 hari visa turis"
            ),
            [(0, "chop 30 hari".into()), (1, "visa turis".into()), (2, "30".into())]
        );
    }

    #[test]
    fn a_pattern_is_woken_by_its_digits_and_not_by_a_common_word() {
        let mut builder = PatternsBuilder::default();
        builder.add(0, r"\b(umur|yang) 1[3-5] tahun\b").unwrap();
        let mut pieces: Vec<&[u8]> = builder.pieces().collect();
        pieces.sort_unstable();
        pieces.dedup();
        assert_eq!(pieces, [b"13", b"14", b"15"]);
    }

    #[test]
    fn refuses_what_would_match_everywhere() {
        let mut builder = PatternsBuilder::default();
        assert_eq!(builder.add(0, "a*"), Err(PatternError::MatchesEmpty));
        assert!(matches!(builder.add(0, "(a"), Err(PatternError::Syntax(_))));
    }
}
