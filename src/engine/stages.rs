//! The stages of scoring one by one: what measuring their cost needs, and nothing else does.

use std::sync::Arc;

use super::meter::Unmetered;
use super::{Engine, Scratch};
use crate::text::Views;

impl Engine {
    /// Views that read by this rule set's vocabulary.
    pub fn views(&self) -> Views {
        Views::new(Arc::clone(&self.vocabulary))
    }

    /// Reads the views and facts of a text, and stops there.
    pub fn stage_facts(&self, scratch: &mut Scratch, text: &str) {
        self.read_facts(scratch, text);
    }

    /// Wakes phrases and says which rules fire on the text whose facts were read last.
    pub fn stage_rules(&self, scratch: &mut Scratch) {
        self.ask(scratch, &mut Unmetered);
    }

    /// Finds all phrases and patterns in the text whose facts were read last, asked after or not;
    /// says how many places.
    pub fn stage_match(&self, scratch: &mut Scratch) -> usize {
        self.wake(scratch, &mut Unmetered);
        self.locate_all(scratch);
        scratch.matches().count()
    }

    /// The rules of the places found last, by their index in [`Engine::rules`].
    pub fn matched<'a>(&'a self, scratch: &'a Scratch) -> impl Iterator<Item = usize> + 'a {
        scratch.matches().map(|found| found.rule as usize)
    }
}
