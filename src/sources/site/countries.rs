//! Names for the two-letter codes (ISO 3166-1) by which structured job ads name a country: rules
//! know places by their names. Codes do not change; what a country means stands in the registry.

/// Codes and names of where Indonesians are recruited to, and of home.
const NAMES: &[(&str, &str)] = &[
    ("AE", "Uni Emirat Arab"),
    ("AM", "Armenia"),
    ("AU", "Australia"),
    ("BH", "Bahrain"),
    ("BN", "Brunei"),
    ("CA", "Kanada"),
    ("CN", "Tiongkok"),
    ("DE", "Jerman"),
    ("EG", "Mesir"),
    ("FJ", "Fiji"),
    ("GB", "Inggris"),
    ("GE", "Georgia"),
    ("GR", "Yunani"),
    ("HK", "Hong Kong"),
    ("HR", "Kroasia"),
    ("HU", "Hungaria"),
    ("ID", "Indonesia"),
    ("IQ", "Irak"),
    ("IT", "Italia"),
    ("JO", "Yordania"),
    ("JP", "Jepang"),
    ("KH", "Kamboja"),
    ("KR", "Korea Selatan"),
    ("KW", "Kuwait"),
    ("KZ", "Kazakhstan"),
    ("LA", "Laos"),
    ("LB", "Lebanon"),
    ("LY", "Libya"),
    ("MM", "Myanmar"),
    ("MO", "Makau"),
    ("MT", "Malta"),
    ("MU", "Mauritius"),
    ("MV", "Maladewa"),
    ("MY", "Malaysia"),
    ("NG", "Nigeria"),
    ("NL", "Belanda"),
    ("NZ", "Selandia Baru"),
    ("OM", "Oman"),
    ("PH", "Filipina"),
    ("PL", "Polandia"),
    ("QA", "Qatar"),
    ("RO", "Rumania"),
    ("RS", "Serbia"),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A country the rules know is called by the name they know it by.
    #[test]
    fn every_country_of_the_registry_stands_here() {
        #[derive(serde::Deserialize)]
        struct Table {
            country: Vec<crate::registry::Country>,
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/registry/countries.toml");
        let table: Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        // Regions, and abroad without a name.
        let is_code = |code: &str| !["XE", "XG", "XX"].contains(&code);
        let countries = table.country.iter().filter(|it| is_code(&it.code));
        assert!(countries.clone().count() > 40);
        for country in countries {
            assert_eq!(name(&country.code), country.title, "{}", country.code);
        }
        assert_eq!(name(" kh "), "Kamboja");
        assert_eq!(name("Negeri Antah"), "Negeri Antah");
    }
}
