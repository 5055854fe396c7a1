//! Disguises of numbers to call: spelt out, in emoji digits, with look-alike letters, in pieces,
//! over two lines, backwards.

use fastrand::Rng;

use super::cut::{Piece, PieceKind};
use super::letters::pick;

const WORDS: [&str; 10] =
    ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"];
/// What stands between the pieces of a number.
const STOPS: &[&str] = &[" ", "-", ".", "_", " . ", "/", "~", " - ", "*"];
/// Pictures that he sets between pieces.
const PICTURES: &[&str] = &["🔥", "⭐", "✨", "📞", "➡️", "💯"];

fn phones(pieces: &mut [Piece]) -> impl Iterator<Item = &mut Piece> {
    pieces.iter_mut().filter(|piece| piece.kind == PieceKind::Phone)
}

fn digits_of(phone: &str) -> Vec<u32> {
    phone.chars().filter_map(|letter| letter.to_digit(10)).collect()
}

fn word(digit: u32, dice: &mut Rng) -> &'static str {
    if digit == 0 && dice.u8(..3) == 0 {
        return "kosong";
    }
    WORDS[usize::try_from(digit).unwrap_or(0) % 10]
}

/// Spells numbers out, whole or with digits left among the words.
pub(super) fn spell_out(pieces: &mut [Piece], dice: &mut Rng) {
    for piece in phones(pieces) {
        let tenths = [10, 10, 7, 4][dice.usize(..4)];
        let plus = piece.text.starts_with('+');
        let mut parts = Vec::new();
        for digit in digits_of(&piece.text) {
            parts.push(if dice.u8(..10) < tenths {
                word(digit, dice).to_owned()
            } else {
                digit.to_string()
            });
        }
        let between = [" ", " ", "-", ", "][dice.usize(..4)];
        piece.text = format!("{}{}", if plus { "+" } else { "" }, parts.join(between));
    }
}

/// Hides numbers in signs.
pub(super) fn hide(pieces: &mut [Piece], dice: &mut Rng) {
    for piece in phones(pieces) {
        let digits = digits_of(&piece.text);
        let plus = if piece.text.starts_with('+') { "+" } else { "" };
        let plain: String = digits.iter().map(u32::to_string).collect();
        let hidden = match dice.u8(..7) {
            0 => digits.iter().map(|digit| format!("{digit}\u{FE0F}\u{20E3}")).collect(),
            1 => plain.chars().map(|digit| look_alike(digit, dice)).collect(),
            2 => {
                let stop = dice.choice(STOPS).copied().unwrap_or(" ");
                in_parts(&plain, 1, 1, stop, dice)
            }
            3 => in_parts(&plain, 2, 4, dice.choice(STOPS).copied().unwrap_or("-"), dice),
            4 => {
                let picture = dice.choice(PICTURES).copied().unwrap_or("🔥");
                in_parts(&plain, 2, 5, picture, dice)
            }
            5 => {
                let at = dice.usize(4..plain.len() - 3);
                format!("{}\n{}", &plain[..at], &plain[at..])
            }
            _ => {
                let reversed: String = plain.chars().rev().collect();
                piece.text = format!("{reversed} (baca dari belakang)");
                continue;
            }
        };
        piece.text = format!("{plus}{hidden}");
    }
}

fn look_alike(digit: char, dice: &mut Rng) -> char {
    let others = match digit {
        '0' => "0OoO",
        '1' => "1lI",
        '5' => "5S",
        '8' => "88B",
        other => return other,
    };
    pick(others, dice).unwrap_or(digit)
}

fn in_parts(digits: &str, least: usize, most: usize, stop: &str, dice: &mut Rng) -> String {
    let mut rest = digits;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (part, after) = rest.split_at(dice.usize(least..=most).min(rest.len()));
        parts.push(part);
        rest = after;
    }
    parts.join(stop)
}
