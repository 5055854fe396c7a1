//! What the console says, in the reader's language: pages and templates name a message of `locales/`,
//! and every message is there in every language. What rule files say is Indonesian: titles of rules
//! and families, why an item is grave, what laws say.

use std::borrow::Cow;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::Timestamp;
use jiff::civil::Date;
use unic_langid::LanguageIdentifier;

use crate::facts::grouped;
use crate::registry::{Country, wib};
use crate::store::{Language, Outcome};

/// The files of messages, each in Indonesian and in English.
const MESSAGES: &[(&str, &str)] = &[
    (include_str!("locales/id/pages.ftl"), include_str!("locales/en/pages.ftl")),
    (include_str!("locales/id/proposals.ftl"), include_str!("locales/en/proposals.ftl")),
    (include_str!("locales/id/alike.ftl"), include_str!("locales/en/alike.ftl")),
    (include_str!("locales/id/quality.ftl"), include_str!("locales/en/quality.ftl")),
    (include_str!("locales/id/safety.ftl"), include_str!("locales/en/safety.ftl")),
    (include_str!("locales/id/tokens.ftl"), include_str!("locales/en/tokens.ftl")),
    (include_str!("locales/id/dashboard.ftl"), include_str!("locales/en/dashboard.ftl")),
    (include_str!("locales/id/team.ftl"), include_str!("locales/en/team.ftl")),
    (include_str!("locales/id/oidc.ftl"), include_str!("locales/en/oidc.ftl")),
];

/// The messages of all languages.
pub(super) struct Locales {
    indonesian: Locale,
    english: Locale,
}

/// The messages of one language.
pub(super) struct Locale {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Locales {
    pub(super) fn new() -> Self {
        Self {
            indonesian: Locale::new(Language::Id, MESSAGES.iter().map(|(messages, _)| *messages)),
            english: Locale::new(Language::En, MESSAGES.iter().map(|(_, messages)| *messages)),
        }
    }

    pub(super) fn of(&self, language: Language) -> &Locale {
        match language {
            Language::Id => &self.indonesian,
            Language::En => &self.english,
        }
    }
}

impl Locale {
    fn new(language: Language, files: impl Iterator<Item = &'static str>) -> Self {
        let identifier: LanguageIdentifier = language.as_str().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // What is put into a sentence here is numbers and names, never a text of mixed direction.
        bundle.set_use_isolating(false);
        for messages in files {
            // A message that cannot be read is left out; a test holds every file to be whole.
            let resource = FluentResource::try_new(messages.to_owned());
            bundle.add_resource_overriding(resource.unwrap_or_else(|(resource, _)| resource));
        }
        Self { language, bundle }
    }

    /// The language.
    pub(super) fn language(&self) -> Language {
        self.language
    }

    /// A message without places.
    pub(super) fn t(&self, id: &str) -> String {
        self.format(id, None)
    }

    /// A message with one number in it, named `count`.
    pub(super) fn count(&self, id: &str, count: &u64) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("count", FluentValue::from(*count));
        self.format(id, Some(&arguments))
    }

    /// A message with one text in it, named `what`.
    pub(super) fn with(&self, id: &str, what: &str) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("what", FluentValue::from(what));
        self.format(id, Some(&arguments))
    }

    /// A message with several texts in it, each by its name.
    pub(super) fn says(&self, id: &str, texts: &[(&'static str, String)]) -> String {
        let mut arguments = FluentArgs::new();
        for (name, text) in texts {
            arguments.set(*name, FluentValue::from(text.as_str()));
        }
        self.format(id, Some(&arguments))
    }

    /// What an outcome means.
    pub(super) fn outcome(&self, outcome: Outcome) -> String {
        // No message may be named with a stroke.
        self.t(&format!("outcome-{}", outcome.code().replace('/', "-")))
    }

    /// What a country is called.
    pub(super) fn country<'a>(&self, country: &'a Country) -> &'a str {
        match (self.language, &country.title_en) {
            (Language::En, Some(title)) => title,
            _ => &country.title,
        }
    }

    /// A day as it is written in the language.
    pub(super) fn day(&self, day: Date) -> String {
        let month = self.t(&format!("month-{}", day.month()));
        format!("{} {month} {}", day.day(), day.year())
    }

    /// A time, in WIB.
    pub(super) fn clock(&self, at: &Timestamp) -> String {
        let written = match self.language {
            Language::Id => "%d-%m-%Y %H:%M WIB",
            Language::En => "%d %b %Y %H:%M WIB",
        };
        at.to_zoned_datetime(wib()).strftime(written).to_string()
    }

    /// A count, its thousands apart.
    pub(super) fn number(&self, count: u64) -> String {
        let text = grouped(count);
        match self.language {
            Language::Id => text,
            Language::En => text.replace('.', ","),
        }
    }

    /// A number with so many digits after the point.
    pub(super) fn decimal(&self, value: f64, digits: usize) -> String {
        let plain = format!("{value:.digits$}");
        let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
        let (sign, figures) = whole.strip_prefix('-').map_or(("", whole), |figures| ("-", figures));
        // So large that it has more digits than are counted with: as it is.
        let whole = figures.parse().map_or_else(|_| figures.to_owned(), |count| self.number(count));
        match (rest, self.language) {
            ("", _) => format!("{sign}{whole}"),
            (rest, Language::Id) => format!("{sign}{whole},{rest}"),
            (rest, Language::En) => format!("{sign}{whole}.{rest}"),
        }
    }

    /// A share in hundredths, with so many digits after the point.
    pub(super) fn percent(&self, share: f64, digits: usize) -> String {
        format!("{}%", self.decimal(share * 100.0, digits))
    }

    /// The id itself stands where there is no such message, so that a screen is never empty.
    fn format(&self, id: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        let pattern = self.bundle.get_message(id).and_then(|message| message.value());
        let mut faults = Vec::new();
        pattern
            .map_or(Cow::Borrowed(id), |pattern| {
                self.bundle.format_pattern(pattern, arguments, &mut faults)
            })
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn ids(messages: &str) -> BTreeSet<&str> {
        messages
            .lines()
            .filter(|line| !line.starts_with([' ', '#', '}']))
            .filter_map(|line| line.split_once(" =").map(|(id, _)| id))
            .collect()
    }

    fn named_in_screens() -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
        for part in ["templates", "pages", "pages/proposals", "."] {
            for entry in std::fs::read_dir(folder.join(part)).unwrap() {
                let path = entry.unwrap().path();
                if path.ends_with("locale.rs") {
                    continue;
                }
                let Ok(text) = std::fs::read_to_string(&path) else { continue };
                // Where an id is chosen by code, its first part tells that it is one.
                for call in [
                    ".t(\"",
                    ".count(\"",
                    ".with(\"",
                    ".says(\"",
                    "\"fact-",
                    "\"proposal-",
                    "\"fault-",
                    "\"sum-",
                    "\"period-",
                ] {
                    for (at, _) in text.match_indices(call) {
                        let at = at + call.find('"').unwrap() + 1;
                        let rest = &text[at..];
                        let id = &rest[..rest.find('"').unwrap()];
                        // What is put together is not known here.
                        if !id.contains('{') {
                            named.insert(id.to_owned());
                        }
                    }
                }
            }
        }
        named
    }

    #[test]
    fn every_message_is_there_in_every_language() {
        let mut all = BTreeSet::new();
        for (indonesian, english) in MESSAGES {
            for messages in [indonesian, english] {
                assert!(FluentResource::try_new(messages.to_string()).is_ok());
            }
            assert_eq!(ids(indonesian), ids(english));
            for id in ids(indonesian) {
                assert!(all.insert(id), "`{id}` stands in two files");
            }
        }
        let missing: Vec<_> =
            named_in_screens().into_iter().filter(|id| !all.contains(id.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn every_outcome_and_month_has_its_words() {
        let locales = Locales::new();
        for language in [Language::Id, Language::En] {
            let l = locales.of(language);
            for outcome in Outcome::ALL {
                assert!(!l.outcome(*outcome).starts_with("outcome-"), "{}", outcome.code());
            }
            for month in 1..=12 {
                assert!(!l.day(Date::constant(2026, month, 1)).contains("month-"));
            }
        }
        let l = locales.of(Language::Id);
        for outcome in Outcome::ALL {
            assert_eq!(l.outcome(*outcome), outcome.meaning(), "as the command line says it");
        }
        assert_eq!(l.day(Date::constant(2026, 5, 3)), "3 Mei 2026");
    }

    #[test]
    fn numbers_and_times_are_written_as_the_reader_writes_them() {
        let locales = Locales::new();
        let [id, en] = [Language::Id, Language::En].map(|language| locales.of(language));
        for (value, digits, indonesian, english) in [
            (0.0, 0, "0", "0"),
            (1234.5, 1, "1.234,5", "1,234.5"),
            (43_200_000.0, 0, "43.200.000", "43,200,000"),
            (-0.25, 2, "-0,25", "-0.25"),
            (999.0, 0, "999", "999"),
        ] {
            assert_eq!(id.decimal(value, digits), indonesian);
            assert_eq!(en.decimal(value, digits), english);
        }
        assert_eq!((id.number(12_345), en.number(12_345)), ("12.345".into(), "12,345".into()));
        assert_eq!((id.percent(0.875, 1), en.percent(0.875, 1)), ("87,5%".into(), "87.5%".into()));
        let at = "2026-05-02T17:30:00Z".parse().unwrap();
        assert_eq!(id.clock(&at), "03-05-2026 00:30 WIB");
        assert_eq!(en.clock(&at), "03 May 2026 00:30 WIB");
    }

    #[test]
    fn every_country_has_its_name_in_every_language() {
        let files = crate::engine::RuleFiles::embedded();
        let engine = crate::engine::Engine::compile(&files, Default::default()).unwrap();
        let registry = engine.registry();
        assert!(registry.countries.iter().all(|country| country.title_en.is_some()));
        let locales = Locales::new();
        let named = |language, code| locales.of(language).country(registry.country(code).unwrap());
        assert_eq!(
            ["KH", "SA", "MY"].map(|code| (named(Language::Id, code), named(Language::En, code))),
            [("Kamboja", "Cambodia"), ("Arab Saudi", "Saudi Arabia"), ("Malaysia", "Malaysia")]
        );
        let own = Country { title_en: None, ..registry.country("KH").unwrap().clone() };
        assert_eq!(locales.of(Language::En).country(&own), "Kamboja");
    }

    #[test]
    fn numbers_find_their_form() {
        let locales = Locales::new();
        let waiting = |language, count| locales.of(language).count("queue-count", &count);
        assert_eq!(waiting(Language::Id, 1), "1 butir");
        assert_eq!(waiting(Language::En, 1), "1 item");
        assert_eq!(waiting(Language::En, 2), "2 items");
    }
}
