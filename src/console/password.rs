//! Passwords: Argon2id hashes as PHC strings (RFC 9106, second recommended choice: 64 MiB, three
//! passes). Making or checking one blocks: `Desk::hash` does it off the async threads, a few at a time.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

/// The shortest password; NIST SP 800-63B asks for fifteen where it stands alone.
pub(super) const SHORTEST: usize = 15;
/// The longest, so that hashing one costs nobody much.
pub(super) const LONGEST: usize = 256;

/// Why a password was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum PasswordError {
    /// It has too few or too many letters.
    #[error("the password has {0} letters")]
    Length(usize),
    /// The operating system gave no random bytes, or the parameters cannot be.
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(64 << 10, 3, 1, None);
    let params = params.map_err(|error| PasswordError::Hash(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a new password. Blocks for about a tenth of a second.
pub(super) fn hash(password: &str) -> Result<String, PasswordError> {
    let length = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(PasswordError::Length(length));
    }
    let failed = |error: &dyn std::fmt::Display| PasswordError::Hash(error.to_string());
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| failed(&error))?;
    let salt = SaltString::encode_b64(&salt).map_err(|error| failed(&error))?;
    let hash = argon2()?.hash_password(password.as_bytes(), &salt);
    Ok(hash.map_err(|error| failed(&error))?.to_string())
}

/// Whether a password is the one of a hash; takes as long when there is no such account, so that
/// the time tells nobody which names there are.
pub(super) fn is_right(password: &str, hash: Option<&str>) -> bool {
    let Ok(argon2) = argon2() else { return false };
    let password = password.as_bytes();
    match hash.map(PasswordHash::new) {
        Some(Ok(hash)) => argon2.verify_password(password, &hash).is_ok(),
        _ => {
            let mut nowhere = [0; 32];
            let _ = argon2.hash_password_into(password, b"nobody has this salt", &mut nowhere);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_of_a_known_account_is_right() {
        let stored = hash("kata sandi yang panjang").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{stored}");
        assert!(is_right("kata sandi yang panjang", Some(&stored)));
        for (password, hash) in [
            ("kata sandi yang lain sekali", Some(stored.as_str())),
            ("kata sandi yang panjang", None),
            ("kata sandi yang panjang", Some("bukan hash")),
        ] {
            assert!(!is_right(password, hash), "{password} {hash:?}");
        }
        assert!(matches!(hash("pendek"), Err(PasswordError::Length(6))));
    }
}
