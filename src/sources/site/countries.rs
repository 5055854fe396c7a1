//! Names for the two-letter codes (ISO 3166-1) by which structured job ads name a country: rules
//! know places by their names. Codes do not change; what a country means stands in the registry.

/// Codes and names of where Indonesians are recruited to, and of home.
const NAMES: &[(&str, &str)] = &[
    ("AE", "Uni Emirat Arab"),
    ("AU", "Australia"),
    ("BH", "Bahrain"),
    ("BN", "Brunei Darussalam"),
    ("CA", "Kanada"),
    ("CN", "Tiongkok"),
    ("DE", "Jerman"),
    ("EG", "Mesir"),
    ("GB", "Inggris"),
    ("GE", "Georgia"),
    ("HK", "Hong Kong"),
    ("ID", "Indonesia"),
    ("IQ", "Irak"),
    ("IT", "Italia"),
    ("JO", "Yordania"),
    ("JP", "Jepang"),
    ("KH", "Kamboja"),
    ("KR", "Korea Selatan"),
    ("KW", "Kuwait"),
    ("LA", "Laos"),
    ("LB", "Lebanon"),
    ("LY", "Libya"),
    ("MM", "Myanmar"),
    ("MO", "Makau"),
    ("MY", "Malaysia"),
    ("NG", "Nigeria"),
    ("NZ", "Selandia Baru"),
    ("OM", "Oman"),
    ("PH", "Filipina"),
    ("PL", "Polandia"),
    ("QA", "Qatar"),
    ("RO", "Rumania"),
    ("RU", "Rusia"),
    ("SA", "Arab Saudi"),
    ("SG", "Singapura"),
    ("SY", "Suriah"),
    ("TH", "Thailand"),
    ("TR", "Turki"),
    ("TW", "Taiwan"),
    ("US", "Amerika Serikat"),
    ("VN", "Vietnam"),
    ("YE", "Yaman"),
];

/// The name of a country given as a code; anything else stays as written.
pub(super) fn name(written: &str) -> &str {
    let known = NAMES.iter().find(|(code, _)| code.eq_ignore_ascii_case(written.trim()));
    known.map_or(written, |(_, name)| name)
}
