//! Disguises that change the word itself: emoji and flags in its place, codes of cities and trade
//! slang; and the decoration that innocent posters use as well.

use fastrand::Rng;

use super::Disguise;
use super::cut::{Piece, PieceKind};
use super::letters;

/// What recruiters draw instead of writing.
const PICTURES: &[(&str, &str)] = &[
    ("kamboja", "🇰🇭"),
    ("cambodia", "🇰🇭"),
    ("myanmar", "🇲🇲"),
    ("laos", "🇱🇦"),
    ("thailand", "🇹🇭"),
    ("filipina", "🇵🇭"),
    ("malaysia", "🇲🇾"),
    ("taiwan", "🇹🇼"),
    ("singapura", "🇸🇬"),
    ("hongkong", "🇭🇰"),
    ("korea", "🇰🇷"),
    ("jepang", "🇯🇵"),
    ("saudi", "🇸🇦"),
    ("arab", "🇸🇦"),
    ("dubai", "🇦🇪"),
    ("qatar", "🇶🇦"),
    ("kuwait", "🇰🇼"),
    ("oman", "🇴🇲"),
    ("turki", "🇹🇷"),
    ("polandia", "🇵🇱"),
    ("serbia", "🇷🇸"),
    ("australia", "🇦🇺"),
    ("kanada", "🇨🇦"),
    ("jerman", "🇩🇪"),
    ("gaji", "💰"),
    ("gajinya", "💰"),
    ("uang", "💵"),
    ("duit", "💵"),
    ("dollar", "💵"),
    ("terbang", "✈️"),
    ("berangkat", "🛫"),
    ("pesawat", "✈️"),
    ("tiket", "🎫"),
    ("kapal", "🚢"),
    ("rumah", "🏠"),
    ("mess", "🏠"),
    ("slot", "🎰"),
    ("casino", "🎰"),
    ("sawit", "🌴"),
    ("nenek", "👵"),
    ("bayi", "👶"),
    ("telepon", "📞"),
    ("hubungi", "📞"),
    ("wa", "📲"),
    ("whatsapp", "📲"),
    ("chat", "💬"),
    ("inbox", "📩"),
    ("japri", "📩"),
    ("paspor", "🛂"),
    ("imigrasi", "🛂"),
    ("ikan", "🐟"),
    ("komputer", "💻"),
    ("ginjal", "🫘"),
    ("makan", "🍚"),
    ("pabrik", "🏭"),
    ("kerja", "💼"),
];

/// Codes and slang in place of names.
const CODES: &[(&str, &[&str])] = &[
    ("kamboja", &["kmbj", "PP", "KPS"]),
    ("cambodia", &["PP", "KPS"]),
    ("sihanoukville", &["KPS", "SHV"]),
    ("bavet", &["BVT"]),
    ("myanmar", &["MYW"]),
    ("myawaddy", &["MYW", "MWD"]),
    ("thailand", &["BKK"]),
    ("bangkok", &["BKK"]),
    ("malaysia", &["MLY", "KL", "JB"]),
    ("johor", &["JB"]),
    ("singapura", &["SGP"]),
    ("taiwan", &["TW", "TPE"]),
    ("hongkong", &["HK", "HKG"]),
    ("saudi", &["KSA"]),
    ("arab", &["KSA"]),
    ("dubai", &["DXB"]),
    ("korea", &["korsel"]),
    ("jepang", &["JPN"]),
    ("filipina", &["MNL"]),
    ("slot", &["game"]),
    ("judi", &["game"]),
    ("paspor", &["buku ijo", "buku hijau"]),
    ("ringgit", &["RM"]),
    ("dollar", &["usd"]),
];

/// Signs that innocent posters scatter.
const ORNAMENTS: &[&str] =
    &["🔥", "✨", "⭐", "💯", "🙏", "😊", "📢", "✅", "👉", "❤️", "🌟", "📌", "🎉"];

/// Draws the words that have a picture.
pub(super) fn replace(pieces: &mut [Piece]) {
    for piece in pieces.iter_mut().filter(|piece| piece.kind == PieceKind::Word) {
        let lower = piece.text.to_lowercase();
        if let Some((_, picture)) = PICTURES.iter().find(|(word, _)| *word == lower) {
            piece.text = (*picture).to_owned();
        }
    }
}

/// Puts codes in place of names. A name of two words keeps its first part's code only.
pub(super) fn encode(pieces: &mut [Piece]) {
    for (at, piece) in pieces.iter_mut().enumerate() {
        let lower = piece.text.to_lowercase();
        if let Some((_, codes)) = CODES.iter().find(|(word, _)| *word == lower) {
            piece.text = codes[at % codes.len()].to_owned();
        }
    }
}

/// Bold first line, ornaments at the ends of sentences, a repeated mark here and there.
pub(super) fn decorate(pieces: &mut [Piece], dice: &mut Rng) {
    let lines = pieces.iter().position(Piece::ends_sentence).unwrap_or(pieces.len());
    letters::style(Disguise::Math, &mut pieces[..lines], dice);
    let ornament = |dice: &mut Rng| dice.choice(ORNAMENTS).copied().unwrap_or("✨");
    for piece in pieces.iter_mut() {
        if piece.ends_sentence() {
            let sign = ornament(dice);
            let times = dice.usize(1..=3);
            piece.text.insert_str(0, &format!(" {}", sign.repeat(times)));
        }
    }
    if let Some(first) = pieces.first_mut() {
        let sign = ornament(dice).repeat(dice.usize(1..=2));
        first.text.insert_str(0, &format!("{sign} "));
    }
}
