//! A register of agencies brought by the ministry: it takes the place of the shipped one, each of
//! its names is recognised, and so is who goes by one with a contact that is not its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fmt::Write as _;

use waspada::engine::{Engine, RuleFiles, Thresholds};
use waspada::facts::Standing;

/// Names a real register might hold, when none is at hand: invented, and of everyday words.
fn invented() -> Vec<String> {
    let first =
        ["Karya", "Bahtera", "Putra", "Mitra", "Duta", "Sumber", "Prima", "Citra", "Anugrah"];
    let second = ["Sejahtera", "Mandiri", "Abadi", "Jaya", "Utama", "Sentosa", "Nusantara"];
    let third = ["Internasional", "Contoh", "Rekaan", "Bersama", "Makmur", "Gemilang", "Lestari"];
    let mut names = Vec::new();
    for one in first {
        for two in second {
            names.extend(third.map(|three| format!("{one} {two} {three}")));
        }
    }
    names
}

/// The names of a real register, one a line, from a file that is never part of the repository.
fn names() -> Vec<String> {
    let Ok(path) = std::env::var("WASPADA_AGENCY_NAMES") else { return invented() };
    let text = std::fs::read_to_string(path).unwrap();
    let mut names: Vec<String> =
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn engine(names: &[String]) -> Engine {
    let mut table = "as-of = \"2026-11-01\"\n".to_owned();
    for name in names {
        let _ = write!(table, "[[agency]]\nname = {name:?}\nphones = [\"0840-0000-0300\"]\n");
    }
    let mut files = RuleFiles::embedded();
    files.set("local/registry/agencies.toml", table);
    Engine::compile(&files, Thresholds::default())
        .unwrap_or_else(|fault| panic!("{}", fault.rendered))
}

#[test]
fn every_name_of_a_register_is_recognised_and_its_impersonation_told() {
    let names = names();
    let engine = engine(&names);
    let mut scratch = engine.scratch();
    for (phone, expected) in
        [("0840-0000-0300", Standing::Matches), ("0840-0000-0301", Standing::ContactDiffers)]
    {
        for name in &names {
            let text = format!("PT {name} membuka lowongan kilang Johor, WA {phone}");
            let claims = engine.score(&mut scratch, &text).facts.agency;
            let first = claims.first().map(|claim| claim.register);
            assert_eq!((claims.len(), first), (1, Some(expected)), "{text}: {claims:?}");
        }
    }
}
