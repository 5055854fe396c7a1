//! Cuts a post into what a disguise treats apart: words, numbers to call, other numbers, links and
//! names that must keep working, and what stands between. The pieces put together are the post.

use std::sync::LazyLock;

use regex::Regex;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// Letters only.
    Word,
    /// A number to call.
    Phone,
    /// Anything else with a digit: a wage, a count, a date.
    Number,
    /// A link, an account's name, a mail address.
    Fixed,
    /// White space, marks, emoji.
    Between,
}

/// A piece of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    pub(super) text: String,
}

impl Piece {
    /// Whether a new line stands here.
    pub(super) fn ends_line(&self) -> bool {
        self.kind == PieceKind::Between && self.text.contains('\n')
    }

    /// Whether a line or a sentence ends here.
    pub(super) fn ends_sentence(&self) -> bool {
        self.ends_line()
            || (self.kind == PieceKind::Between
                && self.text.starts_with(['.', '!', '?', ';', ','])
                && self.text.ends_with(' '))
    }
}

const KINDS: &[(&str, PieceKind)] = &[
    ("fixed", PieceKind::Fixed),
    ("phone", PieceKind::Phone),
    ("number", PieceKind::Number),
    ("word", PieceKind::Word),
];

pub(super) fn cut(text: &str) -> Vec<Piece> {
    static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x)
            (?<fixed> https?://\S+ | [\w.-]+@[\w-]+\.[\w.]+ | @\w[\w.]{2,}
                | (?:\w[\w-]*\.)+(?:com|id|net|org|me|ly|info|gov)\b(?:/\S*)? )
          | (?<phone> (?:\+\d{1,3}|\b0|\b62)[\s.\-()]*(?:\d[\s.\-()]{0,2}){8,13}\d\b )
          | (?<number> [$€]?\d[\w.,]*\w | \p{L}+\d\w* | \d )
          | (?<word> \p{L}+ )",
        )
        .ok()
    });
    let mut pieces = Vec::new();
    let between = |pieces: &mut Vec<Piece>, text: &str| {
        if !text.is_empty() {
            pieces.push(Piece { kind: PieceKind::Between, text: text.to_owned() });
        }
    };
    let mut at = 0;
    for found in SHAPE.iter().flat_map(|shape| shape.captures_iter(text)) {
        let part = KINDS.iter().find_map(|(name, kind)| Some((found.name(name)?, *kind)));
        let Some((part, kind)) = part else { continue };
        between(&mut pieces, &text[at..part.start()]);
        pieces.push(Piece { kind, text: part.as_str().to_owned() });
        at = part.end();
    }
    between(&mut pieces, &text[at..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_are_the_post() {
        let post = "Gaji 12jt/bln, WA 0840-0000-0001 atau +855 00 000 0011.\nCek t.me/contoh @contoh_hr 🇰🇭 é";
        let pieces = cut(post);
        assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), post);
        let of = |kind| {
            pieces
                .iter()
                .filter(|piece| piece.kind == kind)
                .map(|piece| piece.text.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(of(PieceKind::Phone), ["0840-0000-0001", "+855 00 000 0011"]);
        assert_eq!(of(PieceKind::Fixed), ["t.me/contoh", "@contoh_hr"]);
        assert_eq!(of(PieceKind::Number), ["12jt"]);
    }
}
