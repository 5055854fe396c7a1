//! Kinds of visa named, and whether it is said to come only after arrival.

use serde::{Deserialize, Serialize};

use super::names::{Collected, Meaning, Name};
use crate::registry::Registry;
use crate::text::VocabularyBuilder;

/// Tokens between a visa and "nyusul".
const LATER_REACH: usize = 1;

/// A kind of visa in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visa {
    /// Index in the registry's table of kinds.
    pub class: usize,
    /// It is to come after arrival.
    pub later: bool,
    /// First clear token.
    pub from: usize,
    /// One past the last clear token.
    pub to: usize,
}

/// A kind of visa as shown and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisaClaim {
    /// The kind: `kunjungan`, `ziarah`, `kerja`, …
    pub class: String,
    /// It is to come after arrival.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub later: bool,
}

/// Interns the names of the kinds and the words around them.
pub(super) fn name(registry: &Registry, names: &mut Collected, words: &mut VocabularyBuilder) {
    let visa = &registry.readings.visa;
    for (index, class) in visa.class.iter().enumerate() {
        names.add(&class.names, Meaning::Visa(index), words);
    }
    names.add(&visa.later, Meaning::Later, words);
}

pub(super) fn read(names: &[Name], found: &mut Vec<Visa>) {
    for name in names {
        if let Meaning::Visa(class) = name.meaning {
            let later = names.iter().any(|other| {
                other.meaning == Meaning::Later
                    && (name.to..=name.to + LATER_REACH).contains(&other.from)
            });
            found.push(Visa { class, later, from: name.from, to: name.to });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::facts;

    #[test]
    fn a_visa_has_a_kind_and_may_come_later() {
        for (text, class, later) in [
            ("pakai visa turis dulu", "kunjungan", false),
            ("V1S4 TUR1S ditanggung", "kunjungan", false),
            ("visa ziarah 90 hari", "ziarah", false),
            ("visa umrah resmi", "umrah", false),
            ("visa kerja nyusul", "kerja", true),
            ("visa kerja resmi", "kerja", false),
            ("permit nanti nyusul", "kerja", true),
        ] {
            let found = facts(text).visa;
            let first = found.first().map(|visa| (visa.class.as_str(), visa.later));
            assert_eq!((found.len(), first), (1, Some((class, later))), "{text}: {found:?}");
        }
        assert_eq!(facts("kartu visa bank").visa, []);
    }
}
