//! Signs of how a post is built and what facts it holds, as features of the second reader. All their
//! buckets are known when the program is built; a post is passed over once.

use super::super::expression::FactNumber;
use super::features::{Reading, bucket, hash};
use crate::text::Before;

/// The bucket of a signal, by its name.
pub(in crate::engine) const fn signal(kind: &str, name: &str) -> u32 {
    bucket(hash(kind.as_bytes(), name.as_bytes()))
}

/// From how many on a sign counts once more, and what that is called.
const STEPS: [(usize, &str); 4] = [(1, "1"), (2, "2"), (4, "4"), (7, "7")];

/// What is counted in a post, in the order of [`SHAPES`].
const QUESTION: usize = 0;
const QUOTE: usize = 1;
const SINGLE: usize = 2;
const SHOUT: usize = 3;
const COLON: usize = 4;
const SLASH: usize = 5;
const DASH: usize = 6;
const BRACKET: usize = 7;
const LINES: usize = 8;
const SENTENCES: usize = 9;
const HASHTAGS: usize = 10;
/// A character that is no sign.
const NO_SIGN: usize = 11;

/// Buckets of the signs, one a step.
const SHAPES: [[u32; STEPS.len()]; NO_SIGN] = {
    let names = [
        "question",
        "quote",
        "single",
        "shout",
        "colon",
        "slash",
        "dash",
        "bracket",
        "lines",
        "sentences",
        "hashtags",
    ];
    let mut buckets = [[0; STEPS.len()]; NO_SIGN];
    let mut shape = 0;
    while shape < NO_SIGN {
        let mut step = 0;
        while step < STEPS.len() {
            buckets[shape][step] = signal(names[shape], STEPS[step].1);
            step += 1;
        }
        shape += 1;
    }
    buckets
};

/// Whether a byte may begin a sign: it is one, or the first byte of a character beyond ASCII.
const TELLING: [bool; 256] = {
    let mut telling = [false; 256];
    let mut byte = 0_u8;
    loop {
        telling[byte as usize] = byte >= 0xC0 || (byte < 0x80 && sign(byte as char) != NO_SIGN);
        if byte == u8::MAX {
            break telling;
        }
        byte += 1;
    }
};

/// Where the bytes stand that may begin a sign; most stretches of eight hold none.
fn telling(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let (eights, rest) = bytes.as_chunks::<8>();
    let may_hold = |eight: &[u8; 8]| !is_plain(u64::from_le_bytes(*eight));
    let eights = eights.iter().enumerate().filter(move |(_, eight)| may_hold(eight));
    let eights = eights.flat_map(|(at, eight)| {
        eight.iter().enumerate().map(move |(within, byte)| (at * 8 + within, byte))
    });
    let from = bytes.len() - rest.len();
    let rest = rest.iter().enumerate().map(move |(at, byte)| (from + at, byte));
    eights.chain(rest).filter(|(_, byte)| TELLING[usize::from(**byte)]).map(|(at, _)| at)
}

/// Whether eight bytes are all ASCII letters and spaces.
const fn is_plain(eight: u64) -> bool {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGH: u64 = ONES * 0x80;
    let ascii = eight & !HIGH;
    let small = ascii | (ONES * 0x20);
    let letters = (small + ONES * (0x80 - b'a' as u64)) & !(small + ONES * (0x7F - b'z' as u64));
    let spaces = !((ascii ^ (ONES * 0x20)) + ONES * 0x7F);
    (letters | spaces) & !eight & HIGH == HIGH
}

const fn sign(letter: char) -> usize {
    match letter {
        '?' => QUESTION,
        '"' | '“' | '”' | '«' | '»' => QUOTE,
        '\'' | '‘' => SINGLE,
        '!' => SHOUT,
        ':' => COLON,
        '/' => SLASH,
        '-' | '–' | '—' => DASH,
        '[' | '(' => BRACKET,
        _ => NO_SIGN,
    }
}

/// How the post is built: questions, quotations, lists, pictures. Who quotes, asks or tells does not
/// write as who offers does.
pub(super) fn shape(reading: &Reading<'_>, add: &mut impl FnMut(u32)) {
    let Reading { text, views, .. } = reading;
    let mut counts = [0; NO_SIGN];
    for at in telling(text.as_bytes()) {
        let Some(letter) = text[at..].chars().next() else { break };
        let sign = sign(letter);
        if sign == SINGLE {
            let begins = text[..at].chars().next_back().is_none_or(char::is_whitespace);
            counts[SINGLE] += usize::from(begins);
        } else if sign != NO_SIGN {
            counts[sign] += 1;
        }
    }
    for token in views.raw() {
        counts[HASHTAGS] += usize::from(token.hashtag);
    }
    for token in views.clear() {
        counts[LINES] += usize::from(token.before == Before::Line);
        counts[SENTENCES] += usize::from(token.before >= Before::Sentence);
    }
    for (count, buckets) in counts.into_iter().zip(&SHAPES) {
        for ((least, _), bucket) in STEPS.iter().zip(buckets) {
            if count >= *least {
                add(*bucket);
            }
        }
    }
}

/// A fact that is counted, its bucket, and its bucket where there are several.
const COUNTED: [(FactNumber, u32, u32); 13] = [
    counted(FactNumber::PayCount, "pay"),
    counted(FactNumber::FeeCount, "fee"),
    counted(FactNumber::AdvanceCount, "advance"),
    counted(FactNumber::DebtCount, "debt"),
    counted(FactNumber::PhonesCount, "phones"),
    counted(FactNumber::PhonesForeign, "foreign"),
    counted(FactNumber::PhonesDisguised, "hidden-phone"),
    counted(FactNumber::HandlesCount, "handles"),
    counted(FactNumber::LinksCount, "links"),
    counted(FactNumber::ContactCount, "contacts"),
    counted(FactNumber::OfficialCount, "official"),
    counted(FactNumber::DestinationCount, "destinations"),
    counted(FactNumber::DisguiseCount, "disguise"),
];

const fn counted(fact: FactNumber, name: &str) -> (FactNumber, u32, u32) {
    (fact, signal("one", name), signal("more", name))
}

/// Buckets of rough sizes.
const WAGES: [u32; 6] = sizes("wage");
const LENGTHS: [u32; 6] = sizes("length");

const fn sizes(kind: &str) -> [u32; 6] {
    [
        signal(kind, "0"),
        signal(kind, "1"),
        signal(kind, "2"),
        signal(kind, "3"),
        signal(kind, "4"),
        signal(kind, "5"),
    ]
}

/// Facts as signals: present or not, and sizes by rough classes.
pub(super) fn facts(reading: &Reading<'_>, add: &mut impl FnMut(u32)) {
    for (fact, one, more) in COUNTED {
        let count = (reading.number)(fact);
        if count > 0 {
            add(one);
        }
        if count > 1 {
            add(more);
        }
    }
    let steps = |value: u64, steps: &[u64]| steps.iter().filter(|step| value >= **step).count();
    let million = 1_000_000;
    let pay = (reading.number)(FactNumber::PayIdrMonth);
    add(WAGES[steps(pay, &[1, 4 * million, 7 * million, 12 * million, 20 * million])]);
    add(LENGTHS[steps((reading.number)(FactNumber::Words), &[8, 20, 40, 70, 120])]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_sign_is_passed_over(text in "([a-zA-Z ]{0,12}|[ -~]|\\PC){0,12}") {
            let bytes = text.as_bytes();
            let each = (0..bytes.len()).filter(|at| TELLING[usize::from(bytes[*at])]);
            prop_assert!(telling(bytes).eq(each), "{text}");
        }
    }
}
