//! Puts a disguise on a post as a recruiter does it: he hides the words that give him away, styles
//! whole lines, and spells numbers out. The text says the same to a person afterwards.

mod alay;
mod cut;
mod letters;
mod numbers;
mod pictures;
mod words;

use std::collections::BTreeSet;

use crate::engine::RuleFiles;
use crate::registry::{Registry, RegistryError};

use cut::{Piece, PieceKind, cut};

/// One way to hide, or to decorate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disguise {
    /// `k a m b o j a`.
    Spaced,
    /// `k.a.m.b.o.j.a`, `kam-boja`, `k🔥a🔥m…`.
    Separators,
    /// `k4mb0j4`.
    Leet,
    /// Cyrillic, Greek and Armenian letters among the Latin ones.
    Homoglyphs,
    /// Mathematical letters, over whole lines or the whole text.
    Math,
    /// Small capitals, likewise.
    SmallCapitals,
    /// Fullwidth forms, likewise.
    Fullwidth,
    /// Letters in circles and squares, likewise.
    Enclosed,
    /// Regional-indicator letters, which screens show as letters in boxes or as flags.
    Regional,
    /// Invisible characters within words.
    ZeroWidth,
    /// Letters repeated.
    Repetition,
    /// Short forms, mixed case and letters swapped, over the whole text.
    Alay,
    /// Emoji and flags in place of words.
    Emoji,
    /// Words broken over lines.
    LineBreaks,
    /// Marks stacked on letters.
    Diacritics,
    /// Numbers to call spelt out.
    PhoneWords,
    /// Numbers to call in emoji digits, look-alike letters, pieces and backwards.
    PhoneSigns,
    /// Words backwards.
    Reversed,
    /// Codes of cities and countries, and trade slang.
    Codes,
    /// Letters behind asterisks.
    Masked,
    /// Vowels left out.
    Vowelless,
    /// Whole lines of capitals set apart.
    Titles,
    /// Words run together, with and without `#`.
    Joined,
    /// Another way for each word, a style and the number hidden on top.
    Mixed,
    /// No disguise: bold headings, emoji and repeats as innocent posters use them.
    Decorated,
}

impl Disguise {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::Spaced,
        Self::Separators,
        Self::Leet,
        Self::Homoglyphs,
        Self::Math,
        Self::SmallCapitals,
        Self::Fullwidth,
        Self::Enclosed,
        Self::Regional,
        Self::ZeroWidth,
        Self::Repetition,
        Self::Alay,
        Self::Emoji,
        Self::LineBreaks,
        Self::Diacritics,
        Self::PhoneWords,
        Self::PhoneSigns,
        Self::Reversed,
        Self::Codes,
        Self::Masked,
        Self::Vowelless,
        Self::Titles,
        Self::Joined,
        Self::Mixed,
        Self::Decorated,
    ];

    /// The name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spaced => "spaced",
            Self::Separators => "separators",
            Self::Leet => "leet",
            Self::Homoglyphs => "homoglyphs",
            Self::Math => "math",
            Self::SmallCapitals => "small-capitals",
            Self::Fullwidth => "fullwidth",
            Self::Enclosed => "enclosed",
            Self::Regional => "regional",
            Self::ZeroWidth => "zero-width",
            Self::Repetition => "repetition",
            Self::Alay => "alay",
            Self::Emoji => "emoji",
            Self::LineBreaks => "line-breaks",
            Self::Diacritics => "diacritics",
            Self::PhoneWords => "phone-words",
            Self::PhoneSigns => "phone-signs",
            Self::Reversed => "reversed",
            Self::Codes => "codes",
            Self::Masked => "masked",
            Self::Vowelless => "vowelless",
            Self::Titles => "titles",
            Self::Joined => "joined",
            Self::Mixed => "mixed",
            Self::Decorated => "decorated",
        }
    }

    /// The disguise of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|disguise| disguise.as_str() == name)
    }

    /// Whether innocent posters write so too: bold, emoji, repeats and short forms hide nothing.
    pub const fn is_style(self) -> bool {
        matches!(self, Self::Math | Self::Repetition | Self::Alay | Self::Decorated)
    }
}

/// Lists of `rules/lists` whose words a recruiter has reason to hide.
const HIDDEN_LISTS: &[&str] = &[
    "kerja-scam",
    "kerja-rumah-tangga",
    "kerja-laut",
    "kerja-fisik",
    "kerja-daring",
    "visa-non-kerja",
    "uang-di-muka",
];
/// Shorter words than this are not worth hiding.
const SHORTEST: usize = 4;

/// Knows which words a recruiter hides, and puts disguises on.
#[derive(Debug)]
pub struct Disguiser {
    hidden: BTreeSet<String>,
    /// Those he writes backwards: what he most fears to be found by.
    feared: BTreeSet<String>,
    seed: u64,
}

impl Disguiser {
    /// A disguiser of these rules' words: the sensitive ones with their other spellings, jobs,
    /// visas, advances and every name of a destination.
    ///
    /// # Errors
    /// The tables of the rule set cannot be read.
    pub fn new(files: &RuleFiles, seed: u64) -> Result<Self, RegistryError> {
        let mut hidden: BTreeSet<String> =
            files.entries("sensitive.txt").map(str::to_owned).collect();
        for line in files.entries("spelling.txt") {
            if let Some((word, variants)) = line.split_once('=')
                && hidden.contains(word.trim())
            {
                hidden.extend(variants.split_whitespace().map(str::to_owned));
            }
        }
        let mut feared = hidden.clone();
        for list in HIDDEN_LISTS {
            // Of two words together each is an everyday one: `jaga nenek`.
            let list = format!("lists/{list}.txt");
            let single = files.entries(&list).filter(|entry| !entry.contains(' '));
            hidden.extend(single.map(str::to_owned));
        }
        for country in &Registry::read(|name| files.text(&format!("registry/{name}")))?.countries {
            for name in &country.names {
                hidden.extend(name.split_whitespace().map(str::to_owned));
            }
        }
        for words in [&mut hidden, &mut feared] {
            words.retain(|word| {
                word.len() >= SHORTEST && word.bytes().all(|byte| byte.is_ascii_lowercase())
            });
        }
        Ok(Self { hidden, feared, seed })
    }

    /// The text of the post `id` in this disguise.
    pub fn put_on(&self, disguise: Disguise, id: &str, text: &str) -> String {
        let mut dice = super::dice(self.seed, id, disguise.as_str());
        let mut pieces = cut(text);
        let words = if disguise == Disguise::Reversed { &self.feared } else { &self.hidden };
        let chosen = choose(words, &pieces, &mut dice);
        match disguise {
            Disguise::Math | Disguise::SmallCapitals | Disguise::Fullwidth | Disguise::Enclosed => {
                letters::style(disguise, &mut pieces, &mut dice)
            }
            Disguise::Diacritics => letters::stack(&mut pieces, &mut dice),
            Disguise::Titles => letters::titles(&mut pieces, &mut dice),
            Disguise::Alay => alay::write(&mut pieces, &mut dice),
            Disguise::Repetition => alay::repeat(&mut pieces, &chosen, &mut dice),
            Disguise::Emoji => pictures::replace(&mut pieces),
            Disguise::Codes => pictures::encode(&mut pieces),
            Disguise::Decorated => pictures::decorate(&mut pieces, &mut dice),
            Disguise::PhoneWords => numbers::spell_out(&mut pieces, &mut dice),
            Disguise::PhoneSigns => numbers::hide(&mut pieces, &mut dice),
            Disguise::ZeroWidth => words::sprinkle(&mut pieces, &chosen, &mut dice),
            Disguise::Joined => words::join(&mut pieces, &chosen, &mut dice),
            Disguise::Mixed => {
                for at in &chosen {
                    let way = words::WAYS[dice.usize(..words::WAYS.len())];
                    words::hide(way, &mut pieces, &[*at], &mut dice);
                }
                numbers::hide(&mut pieces, &mut dice);
                if dice.bool() {
                    letters::style(Disguise::Math, &mut pieces, &mut dice);
                }
            }
            way => words::hide(way, &mut pieces, &chosen, &mut dice),
        }
        pieces.into_iter().map(|piece| piece.text).collect()
    }
}

/// The pieces he hides: three of four words that give him away, at least one.
fn choose(hidden: &BTreeSet<String>, pieces: &[Piece], dice: &mut fastrand::Rng) -> Vec<usize> {
    let reasons: Vec<usize> = pieces
        .iter()
        .enumerate()
        .filter(|(_, piece)| {
            piece.kind == PieceKind::Word && hidden.contains(&piece.text.to_lowercase())
        })
        .map(|(at, _)| at)
        .collect();
    let chosen: Vec<usize> = reasons.iter().copied().filter(|_| dice.u8(..4) > 0).collect();
    if chosen.is_empty() { reasons.first().copied().into_iter().collect() } else { chosen }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POST: &str = "LOKER KAMBOJA! Dicari admin slot, gaji 12jt per bulan.\nTiket & visa turis ditanggung, WA 0840-0000-0001 atau t.me/contoh_kerja";

    fn disguiser(seed: u64) -> Disguiser {
        Disguiser::new(&RuleFiles::embedded(), seed).unwrap()
    }

    #[test]
    fn each_disguise_changes_the_text_and_is_the_same_again() {
        for disguise in Disguise::ALL {
            // He hides three words of four: some posts have no other.
            let ids = ["p1", "p2", "p3", "p4", "p5"];
            let hide = |id: &&str| disguiser(7).put_on(disguise, id, POST);
            assert!(ids.iter().any(|id| hide(id) != POST), "{}", disguise.as_str());
            assert!(ids.iter().all(|id| hide(id) == hide(id)), "{}", disguise.as_str());
            assert_eq!(Disguise::named(disguise.as_str()), Some(disguise));
        }
    }

    #[test]
    fn another_seed_or_id_hides_in_another_way() {
        let first = disguiser(7).put_on(Disguise::Leet, "p1", POST);
        assert_ne!(first, disguiser(8).put_on(Disguise::Leet, "p1", POST));
        assert_ne!(first, disguiser(7).put_on(Disguise::Leet, "p2", POST));
    }

    #[test]
    fn a_link_keeps_working() {
        for disguise in Disguise::ALL {
            let text = disguiser(3).put_on(disguise, "p1", POST);
            assert!(text.contains("t.me/contoh_kerja"), "{}: {text}", disguise.as_str());
        }
    }
}
