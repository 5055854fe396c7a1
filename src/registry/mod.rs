//! Dated tables that change without the code: countries, currencies, words of amounts, legal
//! bases, hotlines, licensed agencies, usual wages. They are data files under `rules/registry/`;
//! this room reads and checks them.

mod agencies;
mod agency_list;
mod clock;
mod readings;
mod regions;
mod sites;
mod wages;

use jiff::civil::Date;
use serde::Deserialize;

pub(crate) use agencies::{comparable, without_form};

pub use agencies::{Agency, AgencyTable, LicenceStatus};
pub use agency_list::{
    AgencyList, Changed, Changes, Column, Doubt, Fault, New, UnreadableList, read_list,
};
pub use clock::{day_of, today, wib};
pub use readings::{AgencyWords, DepartureWords, PlaceWords, Readings, VisaClass, VisaWords};
pub use regions::Region;
pub use sites::{Closed, Site, Sites};
pub use wages::{Job, UsualWage, Wages};

/// All tables of a rule set.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    /// Countries of work, with the names people use for them.
    pub countries: Vec<Country>,
    /// Currencies and their worth.
    pub currencies: Vec<Currency>,
    /// The words around an amount.
    pub amounts: AmountWords,
    /// Legal bases by id.
    pub legal: Vec<LegalBasis>,
    /// Numbers and accounts of authorities: never a recruiter's contact.
    pub hotlines: Vec<Hotline>,
    /// Calling codes of countries.
    pub calling_codes: Vec<CallingCode>,
    /// Licensed agencies.
    pub agencies: Vec<Agency>,
    /// The day the list of them held; none where no list was brought.
    pub agencies_as_of: Option<Date>,
    /// What is usually paid.
    pub wages: Wages,
    /// Provinces, kabupaten and kota.
    pub regions: Vec<Region>,
    /// The words by which facts are recognised.
    pub readings: Readings,
    /// Sites whose links are treated in a way of their own.
    pub sites: Sites,
}

/// A country of work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// Its name on screen, in Indonesian.
    pub title: String,
    /// Its name on English screens; a table of somebody's own may be without.
    #[serde(default, rename = "title-en")]
    pub title_en: Option<String>,
    /// Names, cities, codes and flags that mean it.
    pub names: Vec<String>,
    /// Phrases in which such a name means something else ("bunga kamboja").
    #[serde(default)]
    pub not: Vec<String>,
    /// Groups that rules ask for: `pusat-scam`, `moratorium`, …
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A currency.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Currency {
    /// ISO 4217.
    pub code: String,
    /// Words and signs that mean it, as they stand beside a number.
    pub names: Vec<String>,
    /// Rupiah for one unit on the table's date.
    pub idr: u64,
}

/// Words that say what an amount is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmountWords {
    /// A wage follows or stands before.
    pub pay: Vec<String>,
    /// A fee the worker pays.
    pub fee: Vec<String>,
    /// Money given before departure, to be worked off.
    pub advance: Vec<String>,
    /// A debt or penalty.
    pub debt: Vec<String>,
    /// Words for a thousand.
    pub thousand: Vec<String>,
    /// Words for a million.
    pub million: Vec<String>,
    /// Between the two ends of a range.
    pub range: Vec<String>,
    /// An hour.
    pub hour: Vec<String>,
    /// A day.
    pub day: Vec<String>,
    /// A week.
    pub week: Vec<String>,
    /// A month.
    pub month: Vec<String>,
    /// A year.
    pub year: Vec<String>,
    /// Number words, as `[word, value]`.
    pub numbers: Vec<(String, u64)>,
}

/// A legal basis, printed beside a hit. Kept as data because laws change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalBasis {
    /// The id rules use: `uu18-2017-81`.
    pub id: String,
    /// Law and article.
    pub title: String,
    /// What it says, in a line of Indonesian.
    pub says: String,
    /// Whether the official text was read (`naskah`), a published source was (`sumber`), or neither (`ingatan`).
    pub checked: Checked,
}

/// How far a legal basis was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checked {
    /// Against the official text.
    Naskah,
    /// Against a published source.
    Sumber,
    /// Not yet: to be checked before it is printed in a letter.
    Ingatan,
}

/// A number or account of an authority.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hotline {
    /// Whose it is.
    pub title: String,
    /// Digits only, or a handle without `@`.
    pub contact: String,
}

/// A country's calling code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallingCode {
    /// Digits after the `+`.
    pub code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// A table that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {message}")]
pub struct RegistryError {
    /// The file within the rule set.
    pub file: String,
    /// Where in the file, in bytes.
    pub span: Option<std::ops::Range<usize>>,
    /// What is wrong.
    pub message: String,
}

/// The tables a rule set must have, by file name.
pub const TABLES: &[&str] = &[
    "countries.toml",
    "currencies.toml",
    "amounts.toml",
    "legal.toml",
    "contacts.toml",
    AgencyTable::FILE,
    "agencies-sample.toml",
    "wages.toml",
    "readings.toml",
    "regions.toml",
    "sites.toml",
];

impl Registry {
    /// Reads the tables; `text_of` gives a file's text by its name, or `None` where it is absent.
    pub fn read<'a>(text_of: impl Fn(&str) -> Option<&'a str>) -> Result<Self, RegistryError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Countries {
            #[serde(rename = "as-of")]
            _as_of: String,
            country: Vec<Country>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Currencies {
            #[serde(rename = "as-of")]
            _as_of: String,
            currency: Vec<Currency>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Legal {
            #[serde(rename = "as-of")]
            _as_of: String,
            basis: Vec<LegalBasis>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Contacts {
            #[serde(rename = "as-of")]
            _as_of: String,
            hotline: Vec<Hotline>,
            calling_code: Vec<CallingCode>,
        }
        let Countries { country, .. } = table(&text_of, "countries.toml")?;
        let Currencies { currency, .. } = table(&text_of, "currencies.toml")?;
        let Legal { basis, .. } = table(&text_of, "legal.toml")?;
        let Contacts { hotline, calling_code, .. } = table(&text_of, "contacts.toml")?;
        let mut agencies: AgencyTable = table(&text_of, AgencyTable::FILE)?;
        // Invented ones, so that the examples of rules hold whatever register is brought.
        let brought = (!agencies.agency.is_empty()).then_some(agencies.as_of);
        let mut sample: AgencyTable = table(&text_of, "agencies-sample.toml")?;
        agencies.agency.append(&mut sample.agency);
        let regions: regions::Regions = table(&text_of, "regions.toml")?;
        let wages: wages::Table = table(&text_of, "wages.toml")?;
        Ok(Self {
            agencies: agencies.agency,
            agencies_as_of: brought,
            regions: regions.region,
            wages: Wages { jobs: wages.job, usual: wages.wage },
            readings: table(&text_of, "readings.toml")?,
            sites: table(&text_of, "sites.toml")?,
            countries: country,
            currencies: currency,
            amounts: table(&text_of, "amounts.toml")?,
            legal: basis,
            hotlines: hotline,
            calling_codes: calling_code,
        })
    }

    /// The country with this code (ISO 3166-1 alpha-2).
    pub fn country(&self, code: &str) -> Option<&Country> {
        self.countries.iter().find(|country| country.code == code)
    }

    /// The legal basis with this id.
    pub fn legal_basis(&self, id: &str) -> Option<&LegalBasis> {
        self.legal.iter().find(|basis| basis.id == id)
    }
}

fn table<'a, T: serde::de::DeserializeOwned>(
    text_of: &impl Fn(&str) -> Option<&'a str>,
    file: &str,
) -> Result<T, RegistryError> {
    let text = text_of(file).ok_or_else(|| RegistryError {
        file: file.to_owned(),
        span: None,
        message: "the table is missing from registry/".to_owned(),
    })?;
    toml::from_str(text).map_err(|error| RegistryError {
        file: file.to_owned(),
        span: error.span(),
        message: error.message().to_owned(),
    })
}
