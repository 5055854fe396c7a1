//! Disguises that dress letters: other alphabets that screens show, marks stacked on letters, and
//! titles of capitals set apart. A recruiter lays them over whole lines or the whole post.

use fastrand::Rng;

use super::Disguise;
use super::cut::{Piece, PieceKind};

/// An alphabet that stands for the Latin one: where its capitals, small letters and digits begin.
struct Alphabet {
    capitals: Option<u32>,
    small: Option<u32>,
    digits: Option<u32>,
}

const MATH: &[Alphabet] = &[
    alphabet(0x1D400, 0x1D41A, Some(0x1D7CE)),
    alphabet(0x1D468, 0x1D482, None),
    alphabet(0x1D4D0, 0x1D4EA, None),
    alphabet(0x1D56C, 0x1D586, None),
    alphabet(0x1D5A0, 0x1D5BA, Some(0x1D7E2)),
    alphabet(0x1D5D4, 0x1D5EE, Some(0x1D7EC)),
    alphabet(0x1D63C, 0x1D656, None),
    alphabet(0x1D670, 0x1D68A, Some(0x1D7F6)),
];
const FULLWIDTH: &[Alphabet] = &[alphabet(0xFF21, 0xFF41, Some(0xFF10))];
const ENCLOSED: &[Alphabet] = &[
    alphabet(0x24B6, 0x24D0, None),
    Alphabet { capitals: Some(0x1F130), small: None, digits: None },
    Alphabet { capitals: Some(0x1F150), small: None, digits: None },
    Alphabet { capitals: Some(0x1F170), small: None, digits: None },
];
const SMALL_CAPITALS: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘqʀsᴛᴜᴠᴡxʏᴢ";

const fn alphabet(capitals: u32, small: u32, digits: Option<u32>) -> Alphabet {
    Alphabet { capitals: Some(capitals), small: Some(small), digits }
}

impl Alphabet {
    fn dress(&self, letter: char) -> char {
        let from = |start: Option<u32>, first: char| {
            char::from_u32(start? + (letter as u32 - first as u32))
        };
        match letter {
            'A'..='Z' => from(self.capitals, 'A'),
            'a'..='z' => match self.small {
                Some(_) => from(self.small, 'a'),
                None => from(self.capitals, 'a'),
            },
            '0'..='9' => from(self.digits, '0'),
            _ => None,
        }
        .unwrap_or(letter)
    }
}

/// Dresses whole lines, or more often the whole post, in one alphabet of this kind.
pub(super) fn style(disguise: Disguise, pieces: &mut [Piece], dice: &mut Rng) {
    let alphabets = match disguise {
        Disguise::Fullwidth => FULLWIDTH,
        Disguise::Enclosed => ENCLOSED,
        Disguise::SmallCapitals => &[],
        _ => MATH,
    };
    let alphabet = dice.choice(alphabets);
    let dress = |letter: char| match alphabet {
        Some(alphabet) => alphabet.dress(letter),
        None => small_capital(letter),
    };
    for piece in on_lines(pieces, dice) {
        piece.text = piece.text.chars().map(dress).collect();
    }
}

fn small_capital(letter: char) -> char {
    let lower = letter.to_ascii_lowercase();
    let at = usize::try_from(u32::from(lower).wrapping_sub(u32::from('a'))).unwrap_or(usize::MAX);
    SMALL_CAPITALS.chars().nth(at).filter(|_| lower.is_ascii_lowercase()).unwrap_or(letter)
}

/// The words and numbers of the lines that are dressed: all of them in three posts of five, else
/// half of them, the first always.
fn on_lines<'a>(
    pieces: &'a mut [Piece],
    dice: &mut Rng,
) -> impl Iterator<Item = &'a mut Piece> + use<'a> {
    let whole = dice.u8(..5) < 3;
    let mut on = true;
    let mut chosen = Vec::with_capacity(pieces.len());
    for piece in &*pieces {
        chosen.push(on);
        if piece.ends_sentence() {
            on = whole || dice.bool();
        }
    }
    pieces
        .iter_mut()
        .zip(chosen)
        .filter(|(piece, on)| {
            *on && matches!(piece.kind, PieceKind::Word | PieceKind::Number | PieceKind::Phone)
        })
        .map(|(piece, _)| piece)
}

/// Letters with a mark of their own, as phone keyboards offer them.
const MARKED: &[(char, &str)] = &[
    ('a', "áàâäãåāă"),
    ('c', "çćč"),
    ('e', "éèêëēę"),
    ('i', "íìîïī"),
    ('n', "ñńň"),
    ('o', "óòôöõō"),
    ('s', "śšş"),
    ('u', "úùûüū"),
    ('y', "ýÿ"),
    ('z', "žźż"),
];

/// Puts marks on letters: one a letter here and there, or several on each.
pub(super) fn stack(pieces: &mut [Piece], dice: &mut Rng) {
    let most = dice.u8(1..=3);
    for piece in pieces.iter_mut().filter(|piece| piece.kind == PieceKind::Word) {
        let mut marked = String::with_capacity(piece.text.len() * 3);
        for letter in piece.text.chars() {
            let own = MARKED.iter().find(|(plain, _)| *plain == letter);
            if dice.u8(..10) >= 5 {
                marked.push(letter);
            } else if let (Some((_, own)), true) = (own, most == 1) {
                marked.extend(pick(own, dice));
            } else {
                marked.push(letter);
                for _ in 0..dice.u8(1..=most) {
                    marked.extend(char::from_u32(dice.u32(0x300..0x330)));
                }
            }
        }
        piece.text = marked;
    }
}

/// Sets the letters of whole lines apart, as headings are: capitals, a wider gap between words.
pub(super) fn titles(pieces: &mut [Piece], dice: &mut Rng) {
    let whole = dice.u8(..3) == 0;
    let mut on = true;
    for piece in pieces.iter_mut() {
        if piece.ends_sentence() {
            on = whole || dice.u8(..3) == 0;
        } else if on && piece.kind == PieceKind::Word {
            let capitals = piece.text.to_uppercase();
            piece.text = apart(&capitals, " ");
        } else if on && piece.kind == PieceKind::Between {
            piece.text = piece.text.replace(' ', "   ");
        }
    }
}

/// The letters of a word with something between each two.
pub(super) fn apart(word: &str, between: &str) -> String {
    let letters: Vec<String> = word.chars().map(String::from).collect();
    letters.join(between)
}

/// One of these letters.
pub(super) fn pick(letters: &str, dice: &mut Rng) -> Option<char> {
    let count = letters.chars().count();
    letters.chars().nth(dice.usize(..count.max(1)))
}
