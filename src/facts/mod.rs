//! Typed facts read out of the views of a text: pay, fees, phones, handles, links, destinations,
//! agencies, regions, visas, departures. A fact always knows the stretch of the original it was read from.

mod agencies;
mod amounts;
mod contacts;
mod departures;
mod destinations;
mod links;
mod names;
mod pay;
mod places;
mod routes;
mod speech;
mod visas;
mod wages;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::registry::Registry;
use crate::text::{Sieve, Span, Tags, Views, Vocabulary, VocabularyBuilder, WordId, offset};

pub use agencies::{Agency, AgencyClaim, Standing};
pub use amounts::{Amount, Role};
pub use contacts::{Contact, ContactKind};
pub use departures::{Departure, DepartureClaim};
pub use destinations::Destination;
pub use links::Lead;
pub use names::Name;
pub use pay::{Idr, Pay, Period, grouped};
pub use places::{Place, PlaceClaim, PlaceRole};
pub use routes::{Route, RouteClaim, Via};
pub use speech::{Speaker, SpeechAct};
pub use visas::{Visa, VisaClaim};

/// Everything read out of one text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// ISO 3166-1 alpha-2 codes of the countries of work named, in order of first mention.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destination: Vec<String>,
    /// Telephone numbers in E.164.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// Handles with their kind: `telegram:nama`, `line:nama`, `akun:nama`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<String>,
    /// Links as written, folded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Wages offered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pay: Vec<Pay>,
    /// What the worker is to pay, in rupiah where the currency is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<Idr>,
    /// Agencies named, and what the register says of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agency: Vec<AgencyClaim>,
    /// Kinds of visa named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub visa: Vec<VisaClaim>,
    /// Regions of Indonesia named, and what each is there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub origin: Vec<PlaceClaim>,
    /// The way out of the country.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub route: Vec<RouteClaim>,
    /// When somebody is to leave.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub departure: Vec<DepartureClaim>,
    /// What the post does, by the rules that fired: the heaviest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub speech: Vec<SpeechAct>,
    /// Who speaks, by the rules that fired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker: Option<Speaker>,
}

/// What was found in a text, each with its place; buffers of one worker.
#[derive(Debug, Default)]
pub struct Found {
    /// Countries named, in order.
    pub destinations: Vec<Destination>,
    /// Amounts of money, in order.
    pub amounts: Vec<Amount>,
    /// Phones, handles, links and addresses, in order.
    pub contacts: Vec<Contact>,
    /// Agencies named, in order.
    pub agencies: Vec<Agency>,
    /// Kinds of visa named, in order.
    pub visas: Vec<Visa>,
    /// Regions of Indonesia named, in order.
    pub places: Vec<Place>,
    /// Ways out of the country, in order.
    pub routes: Vec<Route>,
    /// When somebody is to leave, in order.
    pub departures: Vec<Departure>,
    /// Names of the tables, in order.
    names: Vec<Name>,
    /// Clear tokens with which something can begin, and what.
    begins: Sieve<(u32, Tags)>,
}

/// What can begin with a word; most words begin nothing.
const COUNTRY: Tags = Tags::nth(0);
const AMOUNT: Tags = Tags::nth(1);
const NAME: Tags = Tags::nth(2);
/// How many tags the facts give to words.
pub(crate) const TAGS: u32 = 3;
const ANYTHING: Tags = COUNTRY.and(AMOUNT).and(NAME);

impl Found {
    /// Whether there is no fact at all.
    pub fn is_empty(&self) -> bool {
        let Self {
            destinations,
            amounts,
            contacts,
            agencies,
            visas,
            places,
            routes,
            departures,
            names: _,
            begins: _,
        } = self;
        destinations.is_empty()
            && amounts.is_empty()
            && contacts.is_empty()
            && agencies.is_empty()
            && visas.is_empty()
            && places.is_empty()
            && routes.is_empty()
            && departures.is_empty()
    }
}

/// The days a text is read by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Days {
    /// When it was published.
    pub published: Option<Date>,
    /// The day it is; until it is said, no licence has run out.
    pub today: Option<Date>,
}

impl Days {
    /// How many days ago the text was published; 0 when that is not known.
    pub fn age(self) -> u64 {
        let days = self.today.zip(self.published).map(|(today, then)| (today - then).get_days());
        days.and_then(|days| u64::try_from(days).ok()).unwrap_or(0)
    }
}

/// Reads facts by a registry's tables. Prepared before the vocabulary is closed, so that its words
/// are in it; the readers of one rule set share that rule set's vocabulary.
#[derive(Debug)]
pub struct Reader {
    destinations: destinations::Reader,
    amounts: amounts::Reader,
    contacts: contacts::Reader,
    names: names::Names,
    tables: Tables,
}

/// What hangs on no word of the vocabulary.
#[derive(Debug)]
struct Tables {
    agencies: agencies::Reader,
    departures: departures::Reader,
    places: places::Reader,
    wages: wages::Reader,
    currencies: Vec<String>,
    countries: Vec<String>,
    visas: Vec<String>,
}

/// A reader whose words are interned and whose vocabulary is not closed yet.
#[derive(Debug)]
pub struct Prepared {
    destinations: destinations::Prepared,
    amounts: amounts::Reader,
    contacts: contacts::Reader,
    names: names::Collected,
    tables: Tables,
}

impl Reader {
    /// Interns the words of the tables.
    pub fn prepare(registry: &Registry, words: &mut VocabularyBuilder) -> Prepared {
        Prepared {
            destinations: destinations::Prepared::new(registry, words),
            amounts: amounts::Reader::new(registry, words),
            contacts: contacts::Reader::new(registry, words),
            names: names::Collected::of(registry, words),
            tables: Tables {
                agencies: agencies::Reader::new(registry, words),
                departures: departures::Reader::new(registry, words),
                places: places::Reader::new(registry),
                wages: wages::Reader::new(registry),
                currencies: codes(&registry.currencies, |currency| &currency.code),
                countries: codes(&registry.countries, |country| &country.code),
                visas: codes(&registry.readings.visa.class, |class| &class.id),
            },
        }
    }

    /// Reads the facts of a text, whose views these are, into `found`, which is emptied first.
    pub fn read(&self, views: &Views, text: &str, days: Days, found: &mut Found) {
        let Found {
            destinations,
            amounts,
            contacts,
            agencies,
            visas,
            places,
            routes,
            departures,
            names,
            begins,
        } = found;
        destinations.clear();
        amounts.clear();
        contacts.clear();
        agencies.clear();
        visas.clear();
        places.clear();
        routes.clear();
        departures.clear();
        names.clear();
        begins.clear();
        for (at, token) in (0..).zip(views.clear()) {
            begins.put((at, token.tags), token.tags.has(ANYTHING));
        }
        let beginning = |what| {
            let begins = begins.kept().iter().filter(move |(_, tags)| tags.has(what));
            begins.map(|(at, _)| *at as usize)
        };
        self.destinations.read(views, beginning(COUNTRY), destinations);
        self.contacts.read(views, contacts);
        self.amounts.read(views, beginning(AMOUNT), contacts, amounts);
        self.names.read(views.clear(), beginning(NAME), names);
        if names.is_empty() && destinations.is_empty() {
            return;
        }
        let Tables { agencies: register, wages, departures: leaving, places: regions, .. } =
            &self.tables;
        wages.read(names, destinations, amounts);
        register.read(views, text, names, contacts, days.today, agencies);
        visas::read(names, visas);
        regions.read(views, names, destinations, places);
        routes::read(views, names, places, destinations, routes);
        leaving.read(views, names, days.published.or(days.today), departures);
    }

    /// The facts of a text as they are shown and stored.
    pub fn facts(&self, found: &Found, views: &Views, text: &str) -> Facts {
        let mut facts = Facts::default();
        let Tables { agencies, places, currencies, countries, visas, .. } = &self.tables;
        for destination in &found.destinations {
            push_new(&mut facts.destination, countries[destination.country].clone());
        }
        for agency in &found.agencies {
            push_new(&mut facts.agency, agencies.claim(text, agency));
        }
        for visa in &found.visas {
            let class = visas[visa.class].clone();
            push_new(&mut facts.visa, VisaClaim { class, later: visa.later });
        }
        for place in &found.places {
            push_new(&mut facts.origin, places.claim(place));
        }
        for route in &found.routes {
            let via = match route.via {
                Via::Region(region) => places.code(region).to_owned(),
                Via::Country(country) => countries[country].clone(),
            };
            let text = written(views, text, route.from, route.to);
            push_new(&mut facts.route, RouteClaim { via, text });
        }
        for departure in &found.departures {
            let text = written(views, text, departure.from, departure.to);
            push_new(&mut facts.departure, DepartureClaim { text, days: departure.days });
        }
        for contact in &found.contacts {
            match contact.kind {
                ContactKind::Phone => push_new(&mut facts.phones, contact.value.clone()),
                ContactKind::Handle => push_new(&mut facts.handles, contact.value.clone()),
                ContactKind::Link | ContactKind::Email => {
                    push_new(&mut facts.links, contact.value.clone());
                }
                ContactKind::Official => {}
            }
        }
        for amount in &found.amounts {
            match amount.role {
                Role::Pay => push_new(
                    &mut facts.pay,
                    Pay {
                        amount: [amount.low, amount.high],
                        currency: currencies[amount.currency].clone(),
                        period: amount.period,
                        idr_month: Some(amount.idr_month),
                        vs_usual: amount.percent_of_usual.map(tenths),
                    },
                ),
                Role::Fee => push_new(&mut facts.fees, amount.idr),
                Role::Advance | Role::Debt | Role::Other => {}
            }
        }
        facts
    }

    /// Where personal contacts stand in the original: what lists mask until somebody asks.
    pub fn personal(found: &Found) -> Vec<Span> {
        found
            .contacts
            .iter()
            .filter(|contact| contact.kind.is_personal())
            .map(|contact| contact.span)
            .collect()
    }
}

impl Prepared {
    /// Completes the reader once the vocabulary is closed, and tags its words with what begins with
    /// them.
    pub fn build(self, vocabulary: &mut Vocabulary) -> Reader {
        let Self { destinations, amounts, contacts, names, tables } = self;
        let (destinations, names) = (destinations.build(vocabulary), names.build(vocabulary));
        for word in (0..offset(vocabulary.len())).map(WordId) {
            let all = [
                (destinations.begins(word), COUNTRY),
                (amounts.begins(word), AMOUNT),
                (names.begins(word), NAME),
            ];
            for (_, tag) in all.into_iter().filter(|(begins, _)| *begins) {
                vocabulary.tag(word, tag);
            }
        }
        Reader { contacts: contacts.build(vocabulary), destinations, amounts, names, tables }
    }
}

/// Clear tokens as written, on one line.
fn written(views: &Views, text: &str, from: usize, to: usize) -> String {
    views.clear_span(from, to).of(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn codes<T>(table: &[T], code: impl Fn(&T) -> &String) -> Vec<String> {
    table.iter().map(|entry| code(entry).clone()).collect()
}

/// Hundredths as a number with one decimal.
fn tenths(percent: u64) -> f64 {
    f64::from(u32::try_from(percent / 10).unwrap_or(u32::MAX)) / 10.0
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if !list.contains(&value) {
        list.push(value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// A reader over the shipped tables, and views that share its vocabulary.
    pub(super) fn reader() -> (Reader, Views) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/registry/");
        let texts: Vec<(String, String)> = crate::registry::TABLES
            .iter()
            .map(|name| {
                ((*name).to_owned(), std::fs::read_to_string(format!("{folder}{name}")).unwrap())
            })
            .collect();
        let registry = Registry::read(|name| {
            texts.iter().find(|(file, _)| file == name).map(|(_, text)| text.as_str())
        })
        .unwrap();
        let mut words = VocabularyBuilder::default();
        words.alias("bln", "bulan");
        words.alias("gj", "gaji");
        let prepared = Reader::prepare(&registry, &mut words);
        let mut vocabulary = words.build();
        let reader = prepared.build(&mut vocabulary);
        (reader, Views::new(Arc::new(vocabulary)))
    }

    pub(super) fn facts_on(days: Days, text: &str) -> Facts {
        let (reader, mut views) = reader();
        views.read(text);
        let mut found = Found::default();
        reader.read(&views, text, days, &mut found);
        reader.facts(&found, &views, text)
    }

    pub(super) fn facts(text: &str) -> Facts {
        facts_on(Days::default(), text)
    }

    #[test]
    fn pay_is_an_amount_a_currency_and_a_period() {
        use Period::{Day, Hour, Month};
        for (text, amount, currency, period, idr_month) in [
            ("gaji 12jt", [12_000_000, 12_000_000], "IDR", Month, 12_000_000),
            ("gj 9-14jt/bln + bonus", [9_000_000, 14_000_000], "IDR", Month, 14_000_000),
            ("gaji Rp12.000.000 per bulan", [12_000_000, 12_000_000], "IDR", Month, 12_000_000),
            ("Gaji Rp 12,5jt", [12_500_000, 12_500_000], "IDR", Month, 12_500_000),
            ("gaji 1500 riyal", [1_500, 1_500], "SAR", Month, 6_600_000),
            ("gaji RM1.700", [1_700, 1_700], "MYR", Month, 6_630_000),
            ("harian RM80-90", [80, 90], "MYR", Day, 9_126_000),
            ("gaji USD 800-1200 sebulan", [800, 1_200], "USD", Month, 19_800_000),
            ("gaji NT$20.000", [20_000, 20_000], "TWD", Month, 10_600_000),
            ("gaji 25 dollar per jam", [25, 25], "USD", Hour, 85_800_000),
            ("gaji 1.5oo sr", [1_500, 1_500], "SAR", Month, 6_600_000),
            (
                "gaji dua belas? bukan, gaji dua juta",
                [2_000_000, 2_000_000],
                "IDR",
                Month,
                2_000_000,
            ),
            ("12jt-15jt per bulan", [12_000_000, 15_000_000], "IDR", Month, 15_000_000),
            ("gaji 3rb riyal", [3_000, 3_000], "SAR", Month, 13_200_000),
        ] {
            let pay = facts(text).pay;
            assert_eq!(pay.len(), 1, "{text}: {pay:?}");
            assert_eq!(
                (pay[0].amount, pay[0].currency.as_str(), pay[0].period, pay[0].idr_month),
                (amount, currency, period, Some(Idr(idr_month))),
                "{text}"
            );
        }
    }

    #[test]
    fn a_fee_an_advance_and_a_number_are_not_pay() {
        for text in [
            "biaya 45 juta terima beres",
            "DP dulu 5jt buat booking seat",
            "uang saku 8 juta cash",
            "umur 18-45, 10 orang, 24 jam",
            "denda 25jt kalau pulang",
            "berangkat tahun 2026 lantai 3",
            "WA 0840 0000 0003",
        ] {
            assert!(facts(text).pay.is_empty(), "{text}: {:?}", facts(text).pay);
        }
        assert_eq!(facts("biaya 45 juta terima beres").fees, [Idr(45_000_000)]);
    }

    #[test]
    fn phones_are_read_in_their_disguises() {
        for (text, phone) in [
            ("WA 0840-0000-0001", "+6284000000001"),
            ("hub 0840 0000 0003.", "+6284000000003"),
            ("w.a 0 8 4 0 0 0 0 0 0 0 0 2", "+6284000000002"),
            ("telp 084O-OOOO-OOO7", "+6284000000007"),
            ("0️⃣8️⃣4️⃣0️⃣0️⃣0️⃣0️⃣0️⃣0️⃣0️⃣1️⃣1️⃣", "+6284000000011"),
            ("nol delapan empat nol 0000 00 12", "+6284000000012"),
            ("+62 840-0000-0013", "+6284000000013"),
            ("wa.me/6284000000014", "+6284000000014"),
            ("0840.0000.0015", "+6284000000015"),
            ("+855 00 000 0011", "+855000000011"),
            ("62840 0000 0016", "+6284000000016"),
            ("wa 0840\n0000\n0017", "+6284000000017"),
            ("0 . 8 . 4 . 0 . 0 . 0 . 0 . 0 . 0 . 0 . 1 . 8", "+6284000000018"),
            ("+delapan lima lima, nol nol nol nol nol nol nol satu satu", "+855000000011"),
            ("WA O84OOoOOoO2l", "+6284000000021"),
            ("084🔥0000🔥0002🔥3", "+6284000000023"),
            ("08*40*0000*0019", "+6284000000019"),
            ("910000000480 baca dari belakang", "+6284000000019"),
            ("kosong delapan empat nol, nol nol nol nol, nol nol dua satu", "+6284000000021"),
            ("084🔥0000🔥00022", "+6284000000022"),
        ] {
            assert_eq!(facts(text).phones, [phone], "{text}");
        }
    }

    #[test]
    fn hotlines_years_and_amounts_are_no_phones() {
        for text in [
            "hubungi 0800-1000",
            "WA 0811-8080-141",
            "tahun 2026 ada 12.000.000 orang",
            "Rp 08.000",
        ] {
            assert!(facts(text).phones.is_empty(), "{text}");
        }
    }

    #[test]
    fn handles_know_their_platform() {
        for (text, handle) in [
            ("PM tele @contoh_hr_kps", "telegram:contoh_hr_kps"),
            ("cek t.me/contoh_permit ya", "telegram:contoh_permit"),
            ("ig @contoh.agen", "instagram:contoh.agen"),
            ("chat @contoh_a", "akun:contoh_a"),
        ] {
            assert_eq!(facts(text).handles, [handle], "{text}");
        }
    }

    #[test]
    fn destinations_are_countries_not_flowers() {
        for (text, codes) in [
            ("kerja di Poipet", vec!["KH"]),
            ("job Malaysia dan 🇹🇼", vec!["MY", "TW"]),
            ("jual bunga kamboja", vec![]),
            ("timnas vs kamboja", vec![]),
        ] {
            assert_eq!(facts(text).destination, codes, "{text}");
        }
    }
}
