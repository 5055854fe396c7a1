//! On what terms messages of people who did not publish them are read: with a named legal basis
//! only, and with a pseudonym in place of each bystander's number.

use crate::post::{Hasher, Sha256};

/// How much of a digest makes a pseudonym, in hexadecimal digits.
const DIGITS: usize = 12;

/// On what terms a file is read.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Makes pseudonyms of numbers.
    pub pseudonyms: Pseudonyms,
    /// On what ground messages of a closed group may be read; without one they are refused.
    pub legal_basis: Option<String>,
}

/// Makes pseudonyms: one number has one pseudonym in a store, and another in every other store.
#[derive(Clone)]
pub struct Pseudonyms([u8; 32]);

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms(…)")
    }
}

impl Pseudonyms {
    /// Pseudonyms under this key, which must stay secret: numbers are few enough to try them all.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// Pseudonyms for what is shown or counted and never kept.
    pub fn passing() -> Self {
        let mut key = [0; 32];
        fastrand::fill(&mut key);
        Self(key)
    }

    /// The pseudonym of a phone number, however it is written.
    pub(in crate::sources) fn of(&self, number: &str) -> String {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let national = digits.strip_prefix('0').map(|rest| format!("62{rest}")).unwrap_or(digits);
        let mut hasher = Hasher::new();
        hasher.field(&self.0);
        hasher.field(national.as_bytes());
        let digest: Sha256 = hasher.finish();
        format!("anggota-{}", &digest.to_string()[..DIGITS])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_pseudonym_a_store() {
        let (here, there) = (Pseudonyms::new([1; 32]), Pseudonyms::new([2; 32]));
        let one = here.of("+62 812-0000-0001");
        assert_eq!(here.of("081200000001"), one);
        assert_eq!(here.of("6281200000001"), one);
        assert_ne!(here.of("6281200000002"), one);
        assert_ne!(there.of("6281200000001"), one);
        assert!(!one.contains("812"), "{one}");
    }
}
