//! A fingerprint by which texts of the same wording are found among many. It reads the letters
//! alone, folded and without look-alikes, so that other numbers, other emoji or spaces between the
//! letters change nothing, and a changed word changes a little of it: MinHash over runs of four
//! letters (Broder 1997), of each minimum 16 bits (Li and König 2010).

use rustc_hash::FxHashSet;

use super::confusable;
use super::fold::Folded;

/// Minima kept; the likeness told by two fingerprints is off by about five hundredths.
const LANES: usize = 64;
/// Letters of a run.
const RUN: usize = 4;
/// Runs a text must hold at least: of "info loker dong" there are too many to tell anything.
const FEWEST: usize = 16;
/// Lanes of a band: 16 bits each, so that a band and its place fit into 64 bits.
const BAND: usize = 3;
/// Bands. Texts that share three quarters of their runs agree in one of them in 98 cases of 100.
const BANDS: usize = 8;

/// The fingerprint of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint([u16; LANES]);

impl Fingerprint {
    /// Bytes it is stored in.
    pub const SIZE: usize = LANES * 2;

    /// Of a text; `None` where it is too short to tell anything.
    pub fn of(text: &str) -> Option<Self> {
        let mut folded = Folded::default();
        folded.fold(text);
        let letters: Vec<char> = folded
            .text()
            .chars()
            .map(|letter| confusable::latin(letter).unwrap_or(letter))
            .filter(|letter| letter.is_alphabetic())
            .collect();
        let runs: FxHashSet<u64> = letters.windows(RUN).map(packed).collect();
        if runs.len() < FEWEST {
            return None;
        }
        let mut least = [u64::MAX; LANES];
        for run in runs {
            for (lane, least) in (1_u64..).zip(&mut least) {
                *least = mixed(run ^ lane.wrapping_mul(0x9E37_79B9_7F4A_7C15)).min(*least);
            }
        }
        // Of the least of many numbers the high bits are zeros; the low ones are as good as random.
        Some(Self(least.map(|least| (least & 0xFFFF) as u16)))
    }

    /// How much of their runs two texts share, in hundredths.
    pub fn percent(&self, other: &Self) -> u8 {
        let same = self.0.iter().zip(&other.0).filter(|(mine, theirs)| mine == theirs).count();
        // At most a hundred.
        u8::try_from(same * 100 / LANES).unwrap_or(100)
    }

    /// Keys under which it is kept: like texts share at least one, others hardly ever.
    pub fn bands(&self) -> [i64; BANDS] {
        std::array::from_fn(|band| {
            let lanes = &self.0[band * BAND..(band + 1) * BAND];
            // Three bits and three times sixteen: no sign is touched.
            lanes.iter().fold(band as i64, |key, lane| key << 16 | i64::from(*lane))
        })
    }

    /// As it is stored.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        for (pair, lane) in bytes.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&lane.to_le_bytes());
        }
        bytes
    }

    /// From what was stored.
    pub fn from_bytes(bytes: [u8; Self::SIZE]) -> Self {
        Self(std::array::from_fn(|lane| u16::from_le_bytes([bytes[lane * 2], bytes[lane * 2 + 1]])))
    }
}

/// A run as one number: letters have 21 bits.
fn packed(run: &[char]) -> u64 {
    run.iter().fold(0, |packed, letter| mixed(packed << 21 ^ u64::from(u32::from(*letter))))
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014).
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AD: &str = "LOKER KAMBOJA! Dicari admin & operator di Poipet, tanpa pengalaman. Masuk \
        pelancong dulu, permit nyusul. Gaji 12-18jt/bln, tiket ditanggung. WA 0840-0000-0001";

    fn percent(one: &str, other: &str) -> u8 {
        Fingerprint::of(one).unwrap().percent(&Fingerprint::of(other).unwrap())
    }

    fn share_a_band(one: &str, other: &str) -> bool {
        let other = Fingerprint::of(other).unwrap().bands();
        Fingerprint::of(one).unwrap().bands().iter().any(|band| other.contains(band))
    }

    #[test]
    fn what_changes_from_copy_to_copy_changes_little_or_nothing() {
        let spaced: String = AD.chars().flat_map(|letter| [letter, ' ']).collect();
        for (what, copy, least) in [
            ("numbers", AD.replace("0001", "7788").replace("12-18", "9-14"), 100),
            ("style", AD.to_lowercase().replace('!', " 🔥🔥"), 100),
            ("look-alikes", AD.replace('a', "а").replace('o', "о"), 100),
            ("spaces", spaced, 100),
            ("a place", AD.replace("Poipet", "Bavet"), 75),
            ("two words", AD.replace("admin", "telemarketing").replace("Poipet", "Bavet"), 60),
            ("a line more", format!("{AD} Buruan, kuota terbatas ya kak"), 65),
        ] {
            assert!(percent(AD, &copy) >= least, "{what}: {}", percent(AD, &copy));
            assert!(share_a_band(AD, &copy), "{what}");
        }
    }

    #[test]
    fn another_text_is_another() {
        for other in [
            "Dibutuhkan ART untuk Abu Dhabi, visa ziarah dulu, potongan gaji 4 bulan. Minat japri",
            "WASPADA lowongan admin di Kamboja! Jangan percaya gaji 14 juta tanpa syarat",
            "Tolong, adik saya disekap di Myawaddy, paspor ditahan, tidak boleh pulang",
        ] {
            assert!(percent(AD, other) < 30, "{other}: {}", percent(AD, other));
            assert!(!share_a_band(AD, other), "{other}");
        }
    }

    #[test]
    fn a_text_too_short_to_tell_has_none() {
        for short in ["", "info loker dong", "0840-0000-0001 🔥🔥🔥", &"wkwk".repeat(40)] {
            assert_eq!(Fingerprint::of(short), None, "{short}");
        }
    }

    #[test]
    fn it_is_the_same_in_every_release() {
        // Stored ones are compared with new ones: whoever changes the fingerprint must fill it anew.
        assert_eq!(
            Fingerprint::of(AD).unwrap().bands()[..2],
            [66_881_810_495_218, 441_079_018_897_118]
        );
    }

    fn words() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[a-z]{3,9}", 8..40)
    }

    fn runs(words: &[String]) -> FxHashSet<Vec<char>> {
        let letters: Vec<char> = words.concat().chars().collect();
        letters.windows(RUN).map(<[char]>::to_vec).collect()
    }

    proptest! {
        #[test]
        fn it_tells_the_share_of_common_runs(one in words(), kept in 0_usize..=100, more in words()) {
            let mut other: Vec<String> = one[..one.len() * kept / 100].to_vec();
            other.extend(more);
            let (mine, theirs) = (runs(&one), runs(&other));
            let (Some(print), Some(theirs_print)) =
                (Fingerprint::of(&one.join(" ")), Fingerprint::of(&other.join(" "))) else {
                return Ok(());
            };
            let share = mine.intersection(&theirs).count() as f64 / mine.union(&theirs).count() as f64;
            let told = f64::from(print.percent(&theirs_print)) / 100.0;
            // Five standard deviations of 64 lanes at their widest.
            prop_assert!((told - share).abs() < 0.32, "{told} {share}");
            prop_assert_eq!(theirs_print.percent(&print), print.percent(&theirs_print));
        }

        #[test]
        fn a_stored_one_comes_back(text in "\\PC{40,200}") {
            if let Some(print) = Fingerprint::of(&text) {
                prop_assert_eq!(Fingerprint::from_bytes(print.to_bytes()), print.clone());
                prop_assert_eq!(print.percent(&print), 100);
                prop_assert!(print.bands().iter().all(|band| *band >= 0));
            }
        }

        #[test]
        fn numbers_and_spaces_are_not_read(words in words(), numbers in "[0-9 .!]{0,30}") {
            let plain = Fingerprint::of(&words.join(" "));
            prop_assert_eq!(Fingerprint::of(&format!("{numbers}{}", words.join(&numbers))), plain);
        }
    }
}
