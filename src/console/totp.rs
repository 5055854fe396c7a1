//! Time-based codes (RFC 6238: SHA-1, six digits, thirty seconds, one step of drift either way, as
//! every telephone's app expects) and the picture a telephone reads a secret from.

use jiff::Timestamp;
use qrcode::{Color, QrCode};
use totp_rs::{Builder, Secret, Totp};

use super::fault::Fault;
use crate::store::{Analyst, Proof, RecoveryCode};

/// Who the code is for, as the telephone shows it.
const ISSUER: &str = "waspada";
/// Bytes of a secret, as long as the hash (RFC 4226).
const SECRET: usize = 20;
/// Time steps a telephone's clock may be off, either way.
const DRIFT: u16 = 1;
/// Letters of a secret written together.
const GROUP: usize = 4;
/// Light modules around the picture, which readers need.
const QUIET: usize = 4;

/// What a telephone is shown so that it makes codes.
pub(super) struct Shown {
    /// For whoever types it.
    pub(super) secret: String,
    /// For a telephone that opens this very page.
    pub(super) address: String,
    /// The picture of that address.
    pub(super) picture: Picture,
}

/// A QR code for an SVG.
pub(super) struct Picture {
    /// Width and height, quiet border included, in modules.
    pub(super) side: usize,
    /// Its dark modules, as the data of a path.
    pub(super) path: String,
}

/// A new secret.
pub(super) fn secret() -> Result<Vec<u8>, Fault> {
    let mut secret = vec![0; SECRET];
    getrandom::fill(&mut secret).map_err(|error| Fault::Page(error.to_string()))?;
    Ok(secret)
}

/// The time step of a right code.
pub(super) fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Option<u64> {
    let seconds = u64::try_from(now.as_second()).ok()?;
    totp(secret, None).ok()?.check(code, seconds)
}

/// What somebody typed where a code is asked for, if it can be one.
pub(super) fn proof(typed: &str, now: Timestamp) -> Option<Proof> {
    if let Some(code) = RecoveryCode::typed(typed) {
        return Some(Proof::Recovery(code));
    }
    let code = plain(typed)?;
    Some(Proof::Code(Box::new(move |secret| step_of(secret, &code, now))))
}

/// The six digits of a code that may have been typed in groups.
pub(super) fn plain(typed: &str) -> Option<String> {
    let code: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    (code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit())).then_some(code)
}

/// A secret as a telephone is shown it.
pub(super) fn show(secret: &[u8], name: &Analyst) -> Result<Shown, Fault> {
    let failed = |error: &dyn std::fmt::Display| Fault::Page(error.to_string());
    let totp = totp(secret, Some(name)).map_err(|error| failed(&error))?;
    let address = totp.to_url().map_err(|error| failed(&error))?;
    let code = QrCode::new(&address).map_err(|error| failed(&error))?;
    let letters: Vec<char> = Secret::from(secret.to_vec()).to_base32().chars().collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    Ok(Shown { secret: groups.join(" "), picture: draw(&code), address })
}

fn totp(secret: &[u8], name: Option<&Analyst>) -> Result<Totp, totp_rs::TotpError> {
    // A colon would end the issuer.
    let name = name.map(|name| name.as_str().replace(':', " ")).unwrap_or_default();
    Builder::new()
        .with_secret(secret.to_vec())
        .with_skew(DRIFT)
        .with_issuer(Some(ISSUER))
        .with_account_name(name)
        .build()
}

fn draw(code: &QrCode) -> Picture {
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(code.width()).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                let (at, y, wide) = (x + QUIET, y + QUIET, run.len());
                path += &format!("M{at} {y}h{wide}v1h-{wide}z");
            }
            x += run.len();
        }
    }
    Picture { side: code.width() + 2 * QUIET, path }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_rfc_one_step_either_way() {
        let secret = b"12345678901234567890";
        let at = |second| Timestamp::from_second(second).unwrap();
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")]
        {
            let step = u64::try_from(second).unwrap() / 30;
            for (now, found) in
                [(-60, None), (-30, Some(step)), (0, Some(step)), (30, Some(step)), (60, None)]
            {
                let now = second + now;
                if now >= 0 {
                    assert_eq!(step_of(secret, code, at(now)), found, "{code} at {now}");
                }
            }
        }
        for wrong in ["", "28708", "2870820", "+87082", "２８７０８２", "000000"] {
            assert_eq!(step_of(secret, wrong, at(59)), None, "{wrong}");
        }
        assert_eq!(plain(" 287 082 ").as_deref(), Some("287082"));
        assert_eq!(plain("287-082"), None);
    }

    #[test]
    fn a_secret_is_shown_as_letters_an_address_and_a_picture() {
        let name: Analyst = "sari: shift pagi".parse().unwrap();
        let shown = show(b"12345678901234567890", &name).unwrap();
        assert_eq!(shown.secret, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(shown.address.starts_with("otpauth://totp/waspada:sari"), "{}", shown.address);
        assert!(shown.address.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
        assert!(shown.picture.side > 30 && shown.picture.path.starts_with("M4 4h7v1h-7z"));
    }
}
