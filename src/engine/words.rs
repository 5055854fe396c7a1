//! A post as words, each with its place and whether a rule sees something there already: what
//! proposals for new phrases are made from.

use super::{Engine, Rule, Scratch};
use crate::facts::Reader;
use crate::text::{Before, Span};

/// A word of the clear view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it is read.
    pub text: String,
    /// Where it stands in the original.
    pub span: Span,
    /// A line or a sentence begins with it.
    pub begins: bool,
    /// It belongs to what a rule that fired saw.
    pub seen: bool,
    /// It belongs to a personal contact.
    pub personal: bool,
}

impl Engine {
    /// Reads a text into its words.
    pub fn words(&self, scratch: &mut Scratch, text: &str) -> Vec<Word> {
        self.read(scratch, text);
        self.locate_fired(scratch);
        let seen: Vec<Span> = (0..self.rules.len())
            .filter(|rule| scratch.has_fired(*rule))
            .flat_map(|rule| self.spans(rule, scratch))
            .collect();
        let personal = Reader::personal(scratch.found());
        let views = scratch.views();
        let within = |spans: &[Span], span: Span| {
            spans.iter().any(|other| other.start() < span.end() && span.start() < other.end())
        };
        views
            .clear()
            .iter()
            .enumerate()
            .map(|(at, token)| {
                let span = views.clear_span(at, at + 1);
                let mut text = String::new();
                views.clear_pieces(token, |piece| text.push_str(piece));
                Word {
                    text,
                    span,
                    begins: token.before >= Before::Line,
                    seen: within(&seen, span),
                    personal: within(&personal, span),
                }
            })
            .collect()
    }

    /// The rules wanted that fire on a text, by their place among [`Engine::rules`], with what each
    /// saw.
    pub fn seen_by(
        &self,
        scratch: &mut Scratch,
        text: &str,
        wanted: impl Fn(&Rule) -> bool,
    ) -> Vec<(usize, Vec<Span>)> {
        self.read(scratch, text);
        self.locate_fired(scratch);
        (0..self.rules.len())
            .filter(|rule| scratch.has_fired(*rule) && wanted(&self.rules[*rule]))
            .map(|rule| (rule, self.spans(rule, scratch)))
            .collect()
    }
}
