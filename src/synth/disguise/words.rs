//! Disguises of single words: the letters stay, but a search for the word finds nothing.

use fastrand::Rng;

use super::Disguise;
use super::cut::{Piece, PieceKind};
use super::letters::{apart, pick};

/// The ways that hide one word.
pub(super) const WAYS: &[Disguise] = &[
    Disguise::Spaced,
    Disguise::Separators,
    Disguise::Leet,
    Disguise::Homoglyphs,
    Disguise::Regional,
    Disguise::LineBreaks,
    Disguise::Masked,
    Disguise::Vowelless,
];

/// Letters of other scripts that pass for Latin ones.
const HOMOGLYPHS: &[(char, &str)] = &[
    ('a', "аɑα"),
    ('b', "ЬɓƄ"),
    ('c', "сϲ"),
    ('d', "ԁժ"),
    ('e', "еҽє"),
    ('g', "ɡց"),
    ('h', "һհ"),
    ('i', "іιí"),
    ('j', "јյ"),
    ('k', "кκҝ"),
    ('l', "ӏլ"),
    ('m', "мᴍ"),
    ('n', "ոпη"),
    ('o', "оοօ"),
    ('p', "рρ"),
    ('q', "ԛգ"),
    ('r', "гᴦ"),
    ('s', "ѕꜱ"),
    ('t', "тτ"),
    ('u', "սυ"),
    ('v', "ѵν"),
    ('w', "ԝա"),
    ('x', "хχ"),
    ('y', "уγ"),
    ('z', "ᴢʐ"),
];
const LEET: &[(char, &str)] = &[
    ('a', "4@"),
    ('b', "8"),
    ('e', "3"),
    ('g', "96"),
    ('i', "1!"),
    ('l', "1"),
    ('o', "0"),
    ('s', "5$"),
    ('t', "7"),
];
const SEPARATORS: &[&str] =
    &[".", "-", "/", "_", "·", "•", "*", "~", "|", "🔥", "✨", ",", "+", "'"];
const INVISIBLE: &[char] = &[
    '\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}', '\u{FEFF}', '\u{00AD}', '\u{034F}', '\u{180E}',
];
const REGIONAL_A: u32 = 0x1F1E6;

/// Hides the chosen words in one way.
pub(super) fn hide(way: Disguise, pieces: &mut [Piece], chosen: &[usize], dice: &mut Rng) {
    for at in chosen {
        let word = pieces[*at].text.clone();
        let lower = word.to_lowercase();
        let hidden = match way {
            Disguise::Spaced => {
                widen(pieces, *at, dice);
                apart(&word, " ")
            }
            Disguise::Separators => separate(&word, dice),
            Disguise::Leet => swap(&word, LEET, 7, dice),
            Disguise::Homoglyphs => swap(&word, HOMOGLYPHS, 6, dice),
            Disguise::Regional => {
                let between = ["", " ", "\u{200B}"][dice.usize(..3)];
                apart(&lower.chars().map(regional).collect::<String>(), between)
            }
            Disguise::LineBreaks => break_lines(&word, dice),
            Disguise::Reversed => lower.chars().rev().collect(),
            Disguise::Masked => mask(&word, dice),
            Disguise::Vowelless if consonants(&word) >= 3 => without_vowels(&word, dice),
            _ => word,
        };
        pieces[*at].text = hidden;
    }
}

/// Half of those who set letters apart leave a wider gap around the word.
fn widen(pieces: &mut [Piece], at: usize, dice: &mut Rng) {
    if dice.bool() {
        for side in [at.wrapping_sub(1), at + 1] {
            if let Some(gap) = pieces.get_mut(side).filter(|gap| gap.text == " ") {
                gap.text = "  ".to_owned();
            }
        }
    }
}

fn separate(word: &str, dice: &mut Rng) -> String {
    let separator = dice.choice(SEPARATORS).copied().unwrap_or(".");
    let count = word.chars().count();
    if count >= 5 && dice.u8(..5) < 2 {
        let middle = dice.usize(2..count - 1);
        let (head, tail): (String, String) =
            (word.chars().take(middle).collect(), word.chars().skip(middle).collect());
        return format!("{head}{separator}{tail}");
    }
    apart(word, separator)
}

/// Swaps letters for others, each with `tenths` chances of ten, at least one and never all.
fn swap(word: &str, table: &[(char, &str)], tenths: u8, dice: &mut Rng) -> String {
    let others = |letter: char| {
        table
            .iter()
            .find(|(plain, _)| *plain == letter.to_ascii_lowercase())
            .map(|(_, others)| *others)
    };
    let mut letters: Vec<char> = word.chars().collect();
    let mut places: Vec<usize> =
        (0..letters.len()).filter(|at| others(letters[*at]).is_some()).collect();
    dice.shuffle(&mut places);
    places.truncate(letters.len().saturating_sub(2).max(1));
    for (nth, at) in places.into_iter().enumerate() {
        if (nth == 0 || dice.u8(..10) < tenths)
            && let Some(other) = others(letters[at]).and_then(|others| pick(others, dice))
        {
            letters[at] = other;
        }
    }
    letters.into_iter().collect()
}

fn regional(letter: char) -> char {
    let at = u32::from(letter).wrapping_sub(u32::from('a'));
    char::from_u32(REGIONAL_A + at).filter(|_| at < 26).unwrap_or(letter)
}

fn break_lines(word: &str, dice: &mut Rng) -> String {
    let count = word.chars().count();
    if dice.u8(..6) == 0 {
        return apart(word, "\n");
    }
    let first = dice.usize(2..=count - 2);
    let glue = ["\n", "\n", "-\n", "\n\n"][dice.usize(..4)];
    let (head, tail): (String, String) =
        (word.chars().take(first).collect(), word.chars().skip(first).collect());
    format!("{head}{glue}{tail}")
}

fn mask(word: &str, dice: &mut Rng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let most = (letters.len() / 3).max(1);
    for _ in 0..dice.usize(1..=most) {
        let at = dice.usize(1..letters.len() - 1);
        letters[at] = '*';
    }
    letters.into_iter().collect()
}

/// Fewer than three say nothing to a reader: `vs`, `mr`.
fn consonants(word: &str) -> usize {
    word.chars().filter(|letter| !"aeiouAEIOU".contains(*letter)).count()
}

/// The word without its inner vowels, or in every other case without one of them; a first vowel
/// stays, and a last one in short words.
fn without_vowels(word: &str, dice: &mut Rng) -> String {
    let letters: Vec<char> = word.chars().collect();
    let mut dropped: Vec<usize> = (1..letters.len())
        .filter(|at| letters.len() >= 6 || at + 1 < letters.len())
        .filter(|at| "aeiouAEIOU".contains(letters[*at]))
        .collect();
    if dice.bool() {
        dice.shuffle(&mut dropped);
        dropped.truncate(1);
    }
    let kept = letters.iter().enumerate().filter(|(at, _)| !dropped.contains(at));
    kept.map(|(_, letter)| letter).collect()
}

/// Puts invisible characters into the chosen words, and here and there into others.
pub(super) fn sprinkle(pieces: &mut [Piece], chosen: &[usize], dice: &mut Rng) {
    for (at, piece) in pieces.iter_mut().enumerate() {
        let tenths = match piece.kind {
            PieceKind::Word if chosen.contains(&at) => 6,
            PieceKind::Word => 1,
            _ => continue,
        };
        let mut sprinkled = String::with_capacity(piece.text.len() * 2);
        for (nth, letter) in piece.text.chars().enumerate() {
            if nth > 0 && (dice.u8(..10) < tenths || (nth == 2 && tenths > 1)) {
                sprinkled.extend(dice.choice(INVISIBLE));
            }
            sprinkled.push(letter);
        }
        piece.text = sprinkled;
    }
}

/// Runs a chosen word together with the word before it, sometimes as a hashtag.
pub(super) fn join(pieces: &mut [Piece], chosen: &[usize], dice: &mut Rng) {
    for at in chosen.iter().copied().filter(|at| *at >= 2) {
        if pieces[at - 1].text == " " && pieces[at - 2].kind == PieceKind::Word {
            pieces[at - 1].text.clear();
            if dice.u8(..3) == 0 {
                pieces[at - 2].text.insert(0, '#');
            }
        }
    }
}
