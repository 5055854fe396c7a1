//! Letters that look like Latin ones but survive compatibility folding: Cyrillic, Greek, Armenian,
//! Cherokee, small capitals and regional-indicator letters (the idea of UTS #39, cut to what recruiters use).

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Pairs of a Latin letter and the characters that pass for it, after folding to lower case.
const LOOKALIKES: &[(char, &str)] = &[
    ('a', "аαɑᴀ∂ɐаꭺᗩλΛ"),
    ('b', "ьвβʙƅɓᏏᗷъБб"),
    ('c', "сϲᴄςƈϹⅽᑕ¢"),
    ('d', "ԁɗᴅđժⅾᗪ"),
    ('e', "еεєᴇɛҽҿ℮ꬲᗴ€"),
    ('f', "ғƒꜰϝքᖴ"),
    ('g', "ɡɢցɠᎶ"),
    ('h', "һнʜհԋᕼ"),
    ('i', "іιɩɪıίⅰᓰ"),
    ('j', "јϳᴊʝյᒍ"),
    ('k', "кκᴋҝқƙӄᛕ"),
    ('l', "ⅼʟιӏłլᒪ"),
    ('m', "мᴍɱӎⅿᗰ"),
    ('n', "пηɴռոπήᑎи"),
    ('o', "оοσᴏօөøס๐ᗝ"),
    ('p', "рρᴘϼƥᑭ"),
    ('q', "ԛզգꞯᑫ"),
    ('r', "гᴦʀɾѓяᖇ"),
    ('s', "ѕꜱʂֆᔕ$"),
    ('t', "тτᴛţŧᎢƬ"),
    ('u', "υսᴜцµᑌ"),
    ('v', "ѵνᴠⅴᐯ"),
    ('w', "ԝωᴡшщաᗯ"),
    ('x', "хχⅹ᙭ж"),
    ('y', "уγʏүყᎩΥ"),
    ('z', "ᴢʐʑƶᘔ"),
];

/// Small capitals; they have no `s`, `q` and `x` of their own.
const SMALL_CAPITALS: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ";

/// First of the regional-indicator letters, which stand in a row from A to Z.
const REGIONAL_A: u32 = 0x1F1E6;

/// The Latin letter a character passes for; `None` when it passes for none.
pub(super) fn latin(letter: char) -> Option<char> {
    static TABLE: LazyLock<FxHashMap<char, char>> = LazyLock::new(|| {
        LOOKALIKES
            .iter()
            .flat_map(|(latin, alike)| alike.chars().map(|letter| (letter, *latin)))
            .collect()
    });
    if letter.is_ascii() {
        return None;
    }
    if is_regional(letter) {
        return char::from_u32(u32::from('a') + (letter as u32 - REGIONAL_A));
    }
    TABLE.get(&letter).copied()
}

/// Whether this is a small capital, which whole headings are set in.
pub(super) fn is_drawn(letter: char) -> bool {
    SMALL_CAPITALS.contains(letter)
}

/// Whether this is a regional-indicator letter: two make a flag.
pub(super) fn is_regional(letter: char) -> bool {
    (REGIONAL_A..REGIONAL_A + 26).contains(&(letter as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lookalike_passes_for_its_letter() {
        for (written, read) in [("каmbоjа", "kamboja"), ("ᴀᴅᴍɪɴ", "admin"), ("ѕlоt", "slot")]
        {
            let folded: String =
                written.chars().map(|letter| latin(letter).unwrap_or(letter)).collect();
            assert_eq!(folded, read);
        }
    }
}
