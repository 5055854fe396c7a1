//! Facts beyond pay and contacts in words, for a person: agencies and what the register says of
//! them, visas, departures, what the post does and who speaks.

use crate::facts::{AgencyClaim, DepartureClaim, Facts, PlaceClaim, Speaker, SpeechAct, VisaClaim};

/// Name and value of each kind that was read; an empty value says nothing.
pub(in crate::cli) fn rows(facts: &Facts) -> Vec<(&'static str, String)> {
    let list = |values: Vec<String>| values.join(", ");
    vec![
        ("perusahaan", list(facts.agency.iter().map(agency).collect())),
        ("daerah", list(facts.origin.iter().map(place).collect())),
        (
            "jalur",
            list(facts.route.iter().map(|way| format!("{} ({})", way.text, way.via)).collect()),
        ),
        ("visa", list(facts.visa.iter().map(visa).collect())),
        ("berangkat", list(facts.departure.iter().map(departure).collect())),
        (
            "ucapan",
            list(facts.speech.iter().map(|act| SpeechAct::title(*act).to_owned()).collect()),
        ),
        ("pembicara", facts.speaker.map_or("", Speaker::title).to_owned()),
    ]
}

fn agency(claim: &AgencyClaim) -> String {
    let name = claim.name.as_deref().unwrap_or("tanpa nama");
    let licence =
        claim.licence.as_ref().map_or_else(String::new, |number| format!(" no. {number}"));
    let known = claim.registered_as.as_ref().map_or_else(String::new, |known| format!(", {known}"));
    format!("{name}{licence} (daftar: {}{known})", claim.register.as_str())
}

fn place(claim: &PlaceClaim) -> String {
    format!("{} ({}; {})", claim.name, claim.role.as_str(), claim.code)
}

fn visa(claim: &VisaClaim) -> String {
    if claim.later { format!("{} (menyusul)", claim.class) } else { claim.class.clone() }
}

fn departure(claim: &DepartureClaim) -> String {
    match claim.days {
        Some(days) => format!("{} (sekitar {days} hari sejak terbit)", claim.text),
        None => claim.text.clone(),
    }
}
