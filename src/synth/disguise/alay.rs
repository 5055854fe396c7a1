//! The way the young and the hurried write: short forms, letters swapped and repeated, capitals
//! anywhere. Hides nothing on purpose, but a list of words no longer matches.

use fastrand::Rng;

use super::cut::{Piece, PieceKind};

/// Short forms people type, any one of those on the right.
const SHORT: &[(&str, &[&str])] = &[
    ("yang", &["yg", "yng"]),
    ("dengan", &["dgn", "dg"]),
    ("untuk", &["utk", "bwt"]),
    ("tidak", &["gk", "tdk", "ga", "nggak"]),
    ("tanpa", &["tnp", "tnpa"]),
    ("gaji", &["gj", "gji"]),
    ("kerja", &["krj", "krja"]),
    ("lowongan", &["loker", "lwongan"]),
    ("berangkat", &["brgkt", "brangkat"]),
    ("langsung", &["lgsg", "lgsung"]),
    ("cepat", &["cpt", "cepet"]),
    ("bulan", &["bln"]),
    ("tahun", &["thn"]),
    ("hari", &["hr"]),
    ("minggu", &["mggu", "mgg"]),
    ("orang", &["org", "orng"]),
    ("sama", &["sm"]),
    ("dari", &["dr", "dri"]),
    ("karena", &["krn", "karna"]),
    ("bisa", &["bs", "bsa"]),
    ("boleh", &["blh", "bole"]),
    ("sudah", &["udh", "sdh", "dah"]),
    ("belum", &["blm"]),
    ("banyak", &["byk", "bnyk"]),
    ("juga", &["jg", "jga"]),
    ("saja", &["aja"]),
    ("saya", &["sy", "aq", "gw"]),
    ("kamu", &["km", "kmu"]),
    ("kalau", &["klo", "kalo"]),
    ("jangan", &["jgn", "jngn"]),
    ("bagi", &["bg"]),
    ("semua", &["smua"]),
    ("hubungi", &["hub"]),
    ("nomor", &["nmr", "no"]),
    ("rumah", &["rmh"]),
    ("teman", &["tmn"]),
    ("mau", &["mw", "mo"]),
    ("seperti", &["kyk", "kayak"]),
    ("lagi", &["lg", "lgi"]),
    ("dalam", &["dlm"]),
    ("pada", &["pd"]),
    ("tiket", &["tket"]),
    ("paspor", &["pspor", "pasport"]),
    ("makan", &["mkn", "maem"]),
    ("nanti", &["nti", "ntr"]),
    ("sekarang", &["skrg", "skrng"]),
    ("besok", &["bsk"]),
    ("terima", &["trima", "trm"]),
    ("butuh", &["btuh", "bth"]),
    ("dibutuhkan", &["dbutuhkan", "dibutuhin"]),
    ("minat", &["mnat"]),
    ("informasi", &["info"]),
    ("keluarga", &["klrga", "kluarga"]),
    ("bantu", &["bntu"]),
    ("tolong", &["tlg", "tlong"]),
    ("anak", &["ank"]),
    ("pulang", &["plg"]),
    ("datang", &["dtg"]),
    ("masih", &["msh", "msih"]),
    ("berapa", &["brp", "brapa"]),
    ("apa", &["ap", "apah"]),
    ("memang", &["emg", "emang"]),
    ("pakai", &["pake", "pk"]),
    ("sampai", &["smpe", "sampe"]),
    ("uang", &["duit", "uank"]),
];

/// Letters the young swap, each for another that sounds alike.
const SWAPS: &[(&str, &str)] =
    &[("nya", "x"), ("s", "z"), ("ku", "q"), ("u", "oe"), ("f", "ph"), ("au", "aw"), ("ai", "ae")];

/// Writes the whole post so; how strongly depends on the poster.
pub(super) fn write(pieces: &mut [Piece], dice: &mut Rng) {
    let swaps = dice.usize(..4);
    let mixed_case = dice.u8(..3) == 0;
    let swap = dice.choice(SWAPS).copied().unwrap_or(("nya", "x"));
    for piece in pieces.iter_mut().filter(|piece| piece.kind == PieceKind::Word) {
        let lower = piece.text.to_lowercase();
        let short = SHORT.iter().find(|(word, _)| *word == lower);
        if let Some((_, forms)) = short
            && dice.u8(..10) < 8
        {
            piece.text = dice.choice(*forms).copied().unwrap_or(&lower).to_owned();
        } else if lower.len() >= 5 && dice.usize(..10) < swaps {
            piece.text = lower.replacen(swap.0, swap.1, 1);
        } else if lower.len() >= 4 && dice.u8(..8) == 0 {
            piece.text = stretch(&piece.text, dice);
        }
        if mixed_case {
            piece.text = piece
                .text
                .chars()
                .map(|letter| if dice.bool() { letter.to_ascii_uppercase() } else { letter })
                .collect();
        }
    }
}

/// Repeats letters: in most of the words he would hide and in a third of the others.
pub(super) fn repeat(pieces: &mut [Piece], chosen: &[usize], dice: &mut Rng) {
    for (at, piece) in pieces.iter_mut().enumerate() {
        let tenths = if chosen.contains(&at) { 9 } else { 3 };
        if piece.kind == PieceKind::Word && piece.text.len() >= 3 && dice.u8(..10) < tenths {
            piece.text = stretch(&piece.text, dice);
        }
    }
}

/// One letter, mostly the last or a vowel, three to six times.
fn stretch(word: &str, dice: &mut Rng) -> String {
    let letters: Vec<char> = word.chars().collect();
    let vowels: Vec<usize> =
        (0..letters.len()).filter(|at| "aeiouAEIOU".contains(letters[*at])).collect();
    let at = match dice.choice(&vowels) {
        Some(vowel) if dice.bool() => *vowel,
        _ => letters.len() - 1,
    };
    let times = dice.usize(3..=6);
    let mut stretched = String::new();
    for (nth, letter) in letters.into_iter().enumerate() {
        stretched.extend(std::iter::repeat_n(letter, if nth == at { times } else { 1 }));
    }
    stretched
}
