//! Letters that look like Latin ones but survive compatibility folding: Cyrillic, Greek, Armenian,
//! Cherokee, small capitals, squared and regional-indicator letters (the idea of UTS #39, cut to what recruiters use).

/// Pairs of a Latin letter and the characters that pass for it, after folding to lower case.
const LOOKALIKES: &[(char, &str)] = &[
    ('a', "аαɑᴀ∂ɐаꭺ🄰🅐🅰ᗩλΛ"),
    ('b', "ьвβʙƅᏏ🄱🅑🅱ᗷъБб"),
    ('c', "сϲᴄƈϹⅽ🄲🅒🅲ᑕ¢"),
    ('d', "ԁɗᴅđժⅾ🄳🅓🅳ᗪ"),
    ('e', "еεєᴇɛҽҿ℮ꬲ🄴🅔🅴ᗴ€"),
    ('f', "ғƒꜰϝք🄵🅕🅵ᖴ"),
    ('g', "ɡɢցɠ🄶🅖🅶Ꮆ"),
    ('h', "һнʜհԋ🄷🅗🅷ᕼ"),
    ('i', "іιɩɪıӏίⅰ🄸🅘🅸ᓰ"),
    ('j', "јϳᴊʝյ🄹🅙🅹ᒍ"),
    ('k', "кκᴋҝқƙӄ🄺🅚🅺ᛕ"),
    ('l', "ⅼʟιӏłլ🄻🅛🅻ᒪ"),
    ('m', "мᴍɱӎⅿ🄼🅜🅼ᗰ"),
    ('n', "пηɴռոπή🄽🅝🅽ᑎи"),
    ('o', "оοσᴏօөøס๐🄾🅞🅾ᗝ"),
    ('p', "рρᴘϼƥ🄿🅟🅿ᑭ"),
    ('q', "ԛզգ🅀🅠🆀ᑫ"),
    ('r', "гʀɾѓя🅁🅡🆁ᖇ"),
    ('s', "ѕꜱʂֆ🅂🅢🆂ᔕ$"),
    ('t', "тτᴛţŧ🅃🅣🆃ᎢƬ"),
    ('u', "υսᴜцµ🅄🅤🆄ᑌ"),
    ('v', "ѵνᴠⅴ🅅🅥🆅ᐯ"),
    ('w', "ԝωᴡшщա🅆🅦🆆ᗯ"),
    ('x', "хχⅹ🅇🅧🆇᙭ж"),
    ('y', "уγʏүყ🅈🅨🆈ᎩΥ"),
    ('z', "ᴢʐʑƶ🅉🅩🆉ᘔ"),
];

/// First of the regional-indicator letters, which stand in a row from A to Z.
const REGIONAL_A: u32 = 0x1F1E6;

/// The Latin letter a character passes for; `None` when it passes for none.
pub(super) fn latin(letter: char) -> Option<char> {
    if is_regional(letter) {
        return char::from_u32(u32::from('a') + (letter as u32 - REGIONAL_A));
    }
    if letter.is_ascii_alphanumeric() {
        return None;
    }
    LOOKALIKES.iter().find(|(_, lookalikes)| lookalikes.contains(letter)).map(|(latin, _)| *latin)
}

/// Whether this is a regional-indicator letter: two make a flag.
pub(super) fn is_regional(letter: char) -> bool {
    (REGIONAL_A..REGIONAL_A + 26).contains(&(letter as u32))
}

/// Whether this enclosed letter (🅰, 🅚, 🄰) is a letter for a reader though Unicode calls it a symbol.
pub(super) fn is_enclosed(letter: char) -> bool {
    matches!(letter, '\u{1F130}'..='\u{1F149}' | '\u{1F150}'..='\u{1F169}' | '\u{1F170}'..='\u{1F189}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lookalike_passes_for_its_letter() {
        for (written, read) in
            [("каmbоjа", "kamboja"), ("ᴀᴅᴍɪɴ", "admin"), ("🅺🅰", "ka"), ("ѕlоt", "slot")]
        {
            let folded: String =
                written.chars().map(|letter| latin(letter).unwrap_or(letter)).collect();
            assert_eq!(folded, read);
        }
    }
}
