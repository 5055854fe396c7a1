//! The words by which facts are recognised: companies and licences, visas, departures, places.

use serde::Deserialize;

/// Words around facts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Readings {
    /// Companies and licence numbers.
    pub agency: AgencyWords,
    /// Kinds of visa.
    pub visa: VisaWords,
    /// When somebody leaves.
    pub departure: DepartureWords,
    /// What a region is in a text.
    pub place: PlaceWords,
}

/// Words around the name of a company.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgencyWords {
    /// Before a company's name: "PT".
    pub prefix: Vec<String>,
    /// Before a licence number: "SIP3MI".
    pub licence: Vec<String>,
    /// Words that end a company's name, or show that none follows ("lewat PT resmi").
    pub stop: Vec<String>,
}

/// Words for visas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisaWords {
    /// Kinds, each with what people call them.
    pub class: Vec<VisaClass>,
    /// Said of a visa that is to come only after arrival.
    pub later: Vec<String>,
}

/// A kind of visa.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisaClass {
    /// Its name among the facts: `kunjungan`, `kerja`, …
    pub id: String,
    /// What people call it.
    pub names: Vec<String>,
}

/// Words for a departure.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepartureWords {
    /// To leave.
    pub leave: Vec<String>,
    /// When, each with the fewest days until then.
    pub when: Vec<(String, u16)>,
    /// Names of months, from January.
    pub months: Vec<Vec<String>>,
}

/// Words around the name of a region.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlaceWords {
    /// Before where somebody comes from.
    pub origin: Vec<String>,
    /// After it.
    pub origin_after: Vec<String>,
    /// Before where the work is.
    pub workplace: Vec<String>,
    /// Near where the border is crossed.
    pub crossing: Vec<String>,
    /// Before a name that is a word of every day too.
    pub place_follows: Vec<String>,
}
