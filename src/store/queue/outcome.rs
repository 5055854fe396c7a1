//! The closed list of what an analyst may say of an item. The `BUKAN_` codes are what later rules
//! for innocence learn from.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::store::column::Named;

macro_rules! outcomes {
    ($($variant:ident => $code:literal, $meaning:literal;)*) => {
        /// What an analyst says of an item.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Outcome {
            $(#[doc = $meaning] $variant,)*
        }

        impl Outcome {
            /// Every outcome, in the order they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code in the database, in exports and on screen.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// What it means, in Indonesian.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),* }
            }
        }
    };
}

outcomes! {
    RujukPolri => "RUJUK_POLRI", "dirujuk ke Polri";
    Takedown => "TAKEDOWN", "diajukan untuk diturunkan";
    RujukKp2mi => "RUJUK_KP2MI", "dirujuk ke KP2MI";
    RujukBp3mi => "RUJUK_BP3MI/DISNAKER", "dirujuk ke BP3MI atau dinas tenaga kerja";
    KorbanDibantu => "KORBAN_DIBANTU", "korban diteruskan untuk dibantu";
    Edukasi => "EDUKASI", "iklan buruk, bukan pidana: diberi penjelasan";
    PantauAkun => "PANTAU_AKUN", "akunnya dipantau";
    Duplikat => "DUPLIKAT", "sama dengan butir lain";
    BukanBerita => "BUKAN_berita", "bukan tawaran: berita";
    BukanPeringatan => "BUKAN_peringatan", "bukan tawaran: peringatan";
    BukanPencariKerja => "BUKAN_pencari_kerja", "bukan tawaran: pencari kerja";
    BukanSatire => "BUKAN_satire", "bukan tawaran: satire";
    BukanBerizin => "BUKAN_berizin", "tawaran berizin";
    BukanDalamNegeri => "BUKAN_dalam_negeri", "kerja di dalam negeri";
    BukanUmrah => "BUKAN_umrah", "paket umrah atau perjalanan";
    BukanHomonim => "BUKAN_homonim", "kata yang sama, hal lain";
    BukanLain => "BUKAN_lain", "bukan tawaran: sebab lain";
    TidakCukupBukti => "TIDAK_CUKUP_BUKTI", "tidak cukup bukti";
}

impl Outcome {
    /// Whether it asks for a reason of the analyst's own: what goes to another body, or what its code
    /// leaves open.
    pub const fn asks_reason(self) -> bool {
        matches!(
            self,
            Self::RujukPolri
                | Self::Takedown
                | Self::RujukKp2mi
                | Self::RujukBp3mi
                | Self::BukanLain
                | Self::TidakCukupBukti
        )
    }

    /// The reason for it: what was typed, or what it means where that leaves nothing open.
    pub fn reason(self, typed: &str) -> &str {
        match typed.trim() {
            "" if !self.asks_reason() => self.meaning(),
            typed => typed,
        }
    }

    /// Whether the post must be kept as evidence although its source deletes it.
    pub const fn holds_evidence(self) -> bool {
        matches!(
            self,
            Self::RujukPolri
                | Self::Takedown
                | Self::RujukKp2mi
                | Self::RujukBp3mi
                | Self::KorbanDibantu
                | Self::PantauAkun
        )
    }
}

/// What an outcome comes to, in the rough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Something is done about the post or its author.
    Action,
    /// A victim is helped.
    Victim,
    /// Neither.
    Nothing,
}

impl Outcome {
    /// What it comes to; `None` for a duplicate, which comes to what the other item does.
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Self::Duplikat => None,
            Self::KorbanDibantu => Some(Kind::Victim),
            action if action.holds_evidence() => Some(Kind::Action),
            _ => Some(Kind::Nothing),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// The text is not one of the codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` bukan kode keputusan; yang ada: {list}", list = codes())]
pub struct ParseOutcomeError(String);

fn codes() -> String {
    Outcome::ALL.iter().map(|outcome| outcome.code()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Outcome {
    type Err = ParseOutcomeError;

    /// Letters in either case, `-` and a space as good as `_`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |text: &str| text.to_ascii_lowercase().replace(['-', ' '], "_");
        let wanted = plain(text.trim());
        Self::ALL
            .iter()
            .find(|outcome| plain(outcome.code()) == wanted)
            .copied()
            .ok_or_else(|| ParseOutcomeError(text.to_owned()))
    }
}

impl Named for Outcome {
    const WHAT: &'static str = "outcome";
    const ALL: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.code().parse::<Outcome>().as_ref(), Ok(outcome));
        }
        for (typed, outcome) in [
            ("takedown", Outcome::Takedown),
            ("bukan-berita", Outcome::BukanBerita),
            (" Bukan Dalam Negeri ", Outcome::BukanDalamNegeri),
            ("rujuk_bp3mi/disnaker", Outcome::RujukBp3mi),
        ] {
            assert_eq!(typed.parse::<Outcome>().unwrap(), outcome, "{typed}");
        }
        assert!("BUKAN".parse::<Outcome>().unwrap_err().to_string().contains("TIDAK_CUKUP_BUKTI"));
    }
}
