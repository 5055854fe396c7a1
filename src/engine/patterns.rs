//! Regular expressions, the exception among phrases. Each is run only on posts that hold one of the
//! literals it cannot match without; all literals are found in one pass.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex_automata::meta::{Cache, Regex};
use regex_automata::{Input, util::syntax};
use regex_syntax::hir::{Hir, HirKind, Look, literal::Extractor};

use super::bits::Bits;
use super::meter::Meter;
use crate::text::{Views, Vocabulary, WordId, offset};

/// The largest compiled pattern, in bytes.
const SIZE_LIMIT: usize = 1 << 20;
/// The shortest literal worth waking a pattern for, in bytes.
const SHORTEST_LITERAL: usize = 3;

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
    wake: Option<AhoCorasick>,
    woken_by: Vec<usize>,
    always: Vec<usize>,
    /// Of each literal, a piece that stands within one word.
    pieces: Option<AhoCorasick>,
    /// The words that hold such a piece.
    words: Bits,
}

/// Buffers of one worker.
#[derive(Debug, Default)]
pub(super) struct PatternScratch {
    caches: Vec<Option<Cache>>,
    woken: Vec<usize>,
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
        self.patterns.push(Pattern { rule, regex });
        Ok(wake)
    }

    pub(super) fn build(self, vocabulary: &Vocabulary) -> Patterns {
        let mut pieces: Vec<&[u8]> =
            self.literals.iter().map(|(literal, _)| rarest_piece(literal)).collect();
        pieces.sort_unstable();
        pieces.dedup();
        let pieces =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(&pieces).ok();
        let words = Bits::of(vocabulary.len(), |word| {
            let word = vocabulary.word(WordId(offset(word)));
            pieces.as_ref().is_none_or(|pieces| pieces.is_match(word))
        });
        let wake = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(self.literals.iter().map(|(literal, _)| literal))
            .ok()
            .filter(|_| !self.literals.is_empty());
        let woken_by = self.literals.into_iter().map(|(_, number)| number).collect();
        let Self { patterns, always, .. } = self;
        Patterns { patterns, wake, woken_by, always, pieces, words }
    }
}

impl Patterns {
    /// Whether any pattern may match: a quick look at the words and the folded text, which spares
    /// most posts the writing of their clear text.
    pub(super) fn may_match(&self, views: &Views) -> bool {
        if !self.always.is_empty() {
            return true;
        }
        let Some(pieces) = self.pieces.as_ref().filter(|_| self.wake.is_some()) else {
            return false;
        };
        // A word is written as the vocabulary has it, all else as in the folded text, its style taken off.
        let in_words = views.clear().iter().any(|token| {
            self.words.has(token.word.0 as usize)
                || (token.word <= WordId::EMAIL
                    && (token.raw_end - token.raw_start > 1 || !token.marks.is_none()))
        });
        in_words || pieces.is_match(views.folded())
    }

    /// Calls `found(rule, start, end)` for each match in `text`.
    pub(super) fn find(
        &self,
        text: &str,
        scratch: &mut PatternScratch,
        meter: &mut impl Meter,
        mut found: impl FnMut(u32, usize, usize),
    ) {
        scratch.woken.clear();
        scratch.woken.extend_from_slice(&self.always);
        if let Some(wake) = &self.wake {
            for literal in wake.find_overlapping_iter(text) {
                scratch.woken.push(self.woken_by[literal.pattern().as_usize()]);
            }
        }
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

/// The best set of which every match holds at least one: longest shortest literal, then fewest.
fn literals(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let mut best: Option<Vec<Vec<u8>>> = None;
    let mut offer = |candidate: Option<Vec<Vec<u8>>>| {
        let Some(candidate) = candidate else { return };
        let worth = |set: &Vec<Vec<u8>>| {
            (set.iter().map(Vec::len).min().unwrap_or(0), usize::MAX - set.len())
        };
        if worth(&candidate).0 >= SHORTEST_LITERAL
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

/// The piece between white space that the fewest words hold: one with a digit, else the longest.
fn rarest_piece(literal: &[u8]) -> &[u8] {
    literal
        .split(|byte| byte.is_ascii_whitespace())
        .max_by_key(|piece| (piece.iter().any(u8::is_ascii_digit), piece.len()))
        .unwrap_or(literal)
}

fn prefixes(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let found = Extractor::new().extract(hir);
    let literals = found.literals()?;
    (!literals.is_empty())
        .then(|| literals.iter().map(|literal| literal.as_bytes().to_vec()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::meter::Unmetered;
    use super::*;

    fn hits(patterns: &[&str], text: &str) -> Vec<(u32, String)> {
        let mut builder = PatternsBuilder::default();
        for (number, pattern) in patterns.iter().enumerate() {
            builder.add(u32::try_from(number).unwrap(), pattern).unwrap();
        }
        let mut found = Vec::new();
        builder.build(&Vocabulary::default()).find(
            text,
            &mut PatternScratch::default(),
            &mut Unmetered,
            |rule, start, end| {
                found.push((rule, text[start..end].to_owned()));
            },
        );
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
    fn refuses_what_would_match_everywhere() {
        let mut builder = PatternsBuilder::default();
        assert_eq!(builder.add(0, "a*"), Err(PatternError::MatchesEmpty));
        assert!(matches!(builder.add(0, "(a"), Err(PatternError::Syntax(_))));
    }
}
