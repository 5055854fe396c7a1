//! The stages of scoring one by one: what measuring their cost needs, and nothing else does.

use std::sync::Arc;

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

    /// Finds phrases and patterns in the text last read; says how many places.
    pub fn stage_match(&self, scratch: &mut Scratch) -> usize {
        self.find(scratch, &mut super::meter::Unmetered)
    }

    /// The rules of the places found last, by their index in [`Engine::rules`].
    pub fn matched<'a>(&self, scratch: &'a Scratch) -> impl Iterator<Item = usize> + 'a {
        scratch.matched()
    }
}
