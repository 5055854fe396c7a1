//! Agencies named in a text and the licence numbers beside them, held against the dated register. A
//! match alone clears nobody: a registered name with a contact that is not the agency's own is how
//! it is impersonated.

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::names::{Collected, Meaning, Name};
use super::{Contact, ContactKind};
use crate::registry::{Agency as Entry, LicenceStatus, Registry, comparable, without_form};
use crate::text::{Before, Span, Views, VocabularyBuilder, WordId};

/// Most words of a company's name.
const LONGEST_NAME: usize = 6;
/// Words a name needs to be one by itself, without "PT" before it.
const NAME_ALONE: usize = 3;
/// Tokens between a name and a licence number that belong together.
const LICENCE_REACH: usize = 12;
/// Tokens between "nomor izin" and the number.
const NUMBER_REACH: usize = 3;

/// What the register says of an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Name, number and contact agree with it, as far as they are told.
    #[serde(rename = "tercocok")]
    Matches,
    /// It does not know the name nor the number.
    #[serde(rename = "tidak ada")]
    Unlisted,
    /// The licence was withdrawn.
    #[serde(rename = "dicabut")]
    Revoked,
    /// The licence has run out.
    #[serde(rename = "habis masa")]
    Expired,
    /// The contact is not one of the agency's own.
    #[serde(rename = "kontak beda")]
    ContactDiffers,
    /// The licence number is another's.
    #[serde(rename = "nomor beda")]
    NumberDiffers,
}

impl Standing {
    /// As shown on screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matches => "tercocok",
            Self::Unlisted => "tidak ada",
            Self::Revoked => "dicabut",
            Self::Expired => "habis masa",
            Self::ContactDiffers => "kontak beda",
            Self::NumberDiffers => "nomor beda",
        }
    }

    /// Whether somebody goes by a name or number that is not his.
    pub const fn is_impersonation(self) -> bool {
        matches!(self, Self::ContactDiffers | Self::NumberDiffers)
    }
}

/// An agency as a text names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// Where its name stands.
    pub name: Option<Span>,
    /// Where its licence number stands.
    pub licence: Option<Span>,
    /// Its place in the register.
    entry: Option<usize>,
    /// What the register says.
    pub standing: Standing,
}

/// An agency as shown and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyClaim {
    /// The name as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The licence number as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// What the register says.
    pub register: Standing,
    /// The name it is registered by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_as: Option<String>,
}

#[derive(Debug)]
pub(super) struct Reader {
    register: Vec<Known>,
    by_licence: FxHashMap<String, usize>,
    stop: Vec<WordId>,
}

/// An entry of the register, ready to be compared.
#[derive(Debug)]
struct Known {
    name: String,
    licence: Option<String>,
    valid_until: Option<Date>,
    revoked: bool,
    phones: Vec<String>,
    domains: Vec<String>,
}

impl Known {
    fn of(entry: &Entry) -> Self {
        Self {
            name: entry.name.clone(),
            licence: entry.licence.as_deref().map(comparable),
            valid_until: entry.valid_until,
            revoked: entry.status == LicenceStatus::Dicabut,
            phones: entry.phones.iter().map(|phone| national(phone)).collect(),
            domains: entry.domains.iter().map(|domain| domain.to_lowercase()).collect(),
        }
    }

    /// Whether the text is reached only by contacts that are not this agency's.
    fn is_reached_elsewhere(&self, contacts: &[Contact]) -> bool {
        let of = |kind| contacts.iter().filter(move |contact: &&Contact| contact.kind == kind);
        let mut phones = of(ContactKind::Phone).map(|contact| national(&contact.value)).peekable();
        let mut links = of(ContactKind::Link).peekable();
        if !self.phones.is_empty() && phones.peek().is_some() {
            return !phones.any(|phone| self.phones.contains(&phone));
        }
        let is_own = |link: &Contact| self.domains.iter().any(|own| link.value.contains(own));
        !self.domains.is_empty() && links.peek().is_some() && !links.any(is_own)
    }
}

/// Interns the names of the register and the words around them.
pub(super) fn name(registry: &Registry, names: &mut Collected, words: &mut VocabularyBuilder) {
    for (index, entry) in registry.agencies.iter().enumerate() {
        let bare = [&entry.name].into_iter().chain(&entry.aliases).map(|name| without_form(name));
        let bare: Vec<String> = bare.collect();
        names.add(&bare, Meaning::Agency(index), words);
    }
    let around = &registry.readings.agency;
    names.add(&around.prefix, Meaning::CompanyFollows, words);
    names.add(&around.licence, Meaning::LicenceFollows, words);
}

impl Reader {
    pub(super) fn new(registry: &Registry, words: &mut VocabularyBuilder) -> Self {
        let register: Vec<Known> = registry.agencies.iter().map(Known::of).collect();
        let numbered = register
            .iter()
            .enumerate()
            .filter_map(|(index, known)| Some((known.licence.clone()?, index)));
        Self {
            by_licence: numbered.collect(),
            register,
            stop: registry
                .readings
                .agency
                .stop
                .iter()
                .flat_map(|word| words.words_of(word))
                .collect(),
        }
    }

    pub(super) fn read(
        &self,
        views: &Views,
        text: &str,
        names: &[Name],
        contacts: &[Contact],
        today: Option<Date>,
        found: &mut Vec<Agency>,
    ) {
        let companies = self.companies(views, text, names);
        let mut licences: Vec<(usize, Span)> = names
            .iter()
            .filter(|name| name.meaning == Meaning::LicenceFollows)
            .filter_map(|name| Some((name.from, number_after(views, name.to)?)))
            .collect();
        licences.dedup_by_key(|(_, span)| *span);
        for (from, to, entry) in companies {
            let near = licences.iter().position(|(at, _)| at.abs_diff(to) <= LICENCE_REACH);
            let licence = near.map(|near| licences.remove(near).1);
            let name = Some(views.clear_span(from, to));
            found.push(self.judged(text, name, licence, entry, contacts, today));
        }
        for (_, licence) in licences {
            found.push(self.judged(text, None, Some(licence), None, contacts, today));
        }
    }

    /// Where companies are named, and which entry of the register each is.
    fn companies(
        &self,
        views: &Views,
        text: &str,
        names: &[Name],
    ) -> Vec<(usize, usize, Option<usize>)> {
        let mut companies: Vec<(usize, usize, Option<usize>)> = Vec::new();
        let announced = |at: usize| {
            let before = |name: &&Name| name.meaning == Meaning::CompanyFollows && name.to == at;
            names.iter().find(before).map(|name| name.from)
        };
        for name in names {
            let company = match name.meaning {
                Meaning::Agency(entry) => {
                    let from = announced(name.from);
                    let words = name.to - name.from;
                    // Of a short name that goes on with capitals only the beginning is known.
                    let goes_on = words < NAME_ALONE
                        && self.unlisted(views, text, name.from).is_some_and(|to| to > name.to);
                    let enough = (from.is_some() && !goes_on) || words >= NAME_ALONE;
                    enough.then(|| (from.unwrap_or(name.from), name.to, Some(entry)))
                }
                Meaning::CompanyFollows => {
                    self.unlisted(views, text, name.to).map(|to| (name.from, to, None))
                }
                _ => None,
            };
            let Some(company) = company else { continue };
            let same = |known: &&mut (usize, usize, Option<usize>)| {
                known.1 > company.0 || (known.2.is_some() && known.2 == company.2)
            };
            match companies.iter_mut().find(same) {
                Some(known) if known.2.is_none() && company.2.is_some() => *known = company,
                Some(_) => {}
                None => companies.push(company),
            }
        }
        companies
    }

    /// Where the name of a company that begins at the clear token `at` ends, when it looks like one:
    /// two words or more with capital letters, before punctuation and before what is not a name.
    fn unlisted(&self, views: &Views, text: &str, at: usize) -> Option<usize> {
        let tokens = views.clear();
        let mut to = at;
        while let Some(token) = tokens.get(to) {
            let written = views.clear_span(to, to + 1).of(text);
            let goes_on = to < at + LONGEST_NAME
                && token.before <= Before::Space
                && written.chars().next().is_some_and(char::is_uppercase)
                && !self.stop.contains(&token.word)
                && !interrupted(views, to);
            if !goes_on {
                break;
            }
            to += 1;
        }
        (to >= at + 2).then_some(to)
    }

    fn judged(
        &self,
        text: &str,
        name: Option<Span>,
        licence: Option<Span>,
        by_name: Option<usize>,
        contacts: &[Contact],
        today: Option<Date>,
    ) -> Agency {
        let number = licence.map(|span| comparable(span.of(text)));
        let by_number = number.as_ref().and_then(|number| self.by_licence.get(number)).copied();
        let entry = by_name.or(by_number);
        let standing = entry.map_or(Standing::Unlisted, |entry| {
            let known = &self.register[entry];
            let other_number =
                number.is_some() && known.licence.is_some() && number != known.licence;
            if known.revoked {
                Standing::Revoked
            } else if known.valid_until.zip(today).is_some_and(|(until, today)| until < today) {
                Standing::Expired
            } else if other_number || (by_name.is_none() && name.is_some()) {
                Standing::NumberDiffers
            } else if known.is_reached_elsewhere(contacts) {
                Standing::ContactDiffers
            } else {
                Standing::Matches
            }
        });
        Agency { name, licence, entry, standing }
    }

    pub(super) fn claim(&self, text: &str, agency: &Agency) -> AgencyClaim {
        let written = |span: Option<Span>| {
            span.map(|span| span.of(text).split_whitespace().collect::<Vec<_>>().join(" "))
        };
        AgencyClaim {
            name: written(agency.name),
            licence: written(agency.licence),
            register: agency.standing,
            registered_as: agency.entry.map(|entry| self.register[entry].name.clone()),
        }
    }
}

/// Whether punctuation other than a full stop or an ampersand stands before the clear token.
fn interrupted(views: &Views, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let (left, right) = (&views.clear()[before], &views.clear()[at]);
    let from = views.raw()[left.raw_end as usize - 1].end;
    let to = views.raw()[right.raw_start as usize].start;
    let between = views.folded().get(from..to).unwrap_or("");
    between.contains(|letter: char| !letter.is_whitespace() && !matches!(letter, '.' | '&' | '-'))
}

/// A number with all that is glued to it, at the clear token `at` or a little after it: the full
/// stop of "No." ends no sentence.
fn number_after(views: &Views, at: usize) -> Option<Span> {
    let (tokens, raw) = (views.clear(), views.raw());
    let short_for_number = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let before = before.and_then(|token| raw.get(token.raw_start as usize));
        before.is_some_and(|token| matches!(views.raw_text(token), "no" | "nomor"))
    };
    let near = (at..tokens.len().min(at + NUMBER_REACH)).take_while(|place| {
        tokens[*place].before < Before::Line
            || (tokens[*place].before == Before::Sentence && short_for_number(*place))
    });
    let first = near.into_iter().find(|place| tokens[*place].word == WordId::NUMBER)?;
    let start = tokens[first].raw_start as usize;
    let glued = raw.iter().skip(start + 1).take_while(|token| token.before == Before::Glue);
    Some(views.raw_span(start, start + 1 + glued.count()))
}

/// The digits of an Indonesian number after the leading 0 or 62.
fn national(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let rest = digits.strip_prefix("62").or_else(|| digits.strip_prefix('0'));
    rest.map_or(digits.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::Days;
    use super::super::tests::facts_on;
    use super::*;

    fn claims(text: &str) -> Vec<AgencyClaim> {
        let today = Some("2026-11-28".parse().unwrap());
        facts_on(Days { published: None, today }, text).agency
    }

    #[test]
    fn an_agency_is_held_against_the_register() {
        use Standing::{ContactDiffers, Expired, Matches, NumberDiffers, Revoked, Unlisted};
        for (text, name, licence, standing) in [
            (
                "PT Contoh Karya Mandiri (SIP3MI No. 000/2024) membuka pendaftaran, info 0840-0000-0012",
                Some("PT Contoh Karya Mandiri"),
                Some("000/2024"),
                Matches,
            ),
            ("PT CONTOH KARYA MANDIRI buka", Some("PT CONTOH KARYA MANDIRI"), None, Matches),
            (
                "pt c0nt0h k4ry4 mandiri, WA 0840-0000-0077",
                Some("pt c0nt0h k4ry4 mandiri"),
                None,
                ContactDiffers,
            ),
            (
                "Kami dari Contoh Karya Mandiri, daftar wa.me/6284000000077",
                Some("Contoh Karya Mandiri"),
                None,
                ContactDiffers,
            ),
            ("P3MI Contoh Nusa Gemilang resmi", Some("P3MI Contoh Nusa Gemilang"), None, Revoked),
            ("PT. Contoh Bahtera Sejahtera", Some("PT. Contoh Bahtera Sejahtera"), None, Expired),
            (
                "PT Contoh Karya Mandiri nomor izin 999/2024",
                Some("PT Contoh Karya Mandiri"),
                Some("999/2024"),
                NumberDiffers,
            ),
            (
                "PT Bohong Sekali Jaya SIP3MI 000/2024 terpercaya",
                Some("PT Bohong Sekali Jaya"),
                Some("000/2024"),
                NumberDiffers,
            ),
            ("PT Maju Terus Pantang, loker", Some("PT Maju Terus Pantang"), None, Unlisted),
            ("PT Contoh Karya membuka lowongan", Some("PT Contoh Karya"), None, Matches),
            ("PT Contoh Karya Migrasi buka", Some("PT Contoh Karya Migrasi"), None, Unlisted),
            ("CV Sumber Rejeki membuka lowongan", Some("CV Sumber Rejeki"), None, Unlisted),
            ("ada sip3mi no 123/2020 kak", None, Some("123/2020"), Unlisted),
            ("SIP3MI: 000/2024", None, Some("000/2024"), Matches),
        ] {
            let expected = (name, licence, standing);
            let found = claims(text);
            let first = found
                .first()
                .map(|claim| (claim.name.as_deref(), claim.licence.as_deref(), claim.register));
            assert_eq!((found.len(), first), (1, Some(expected)), "{text}: {found:?}");
        }
    }

    #[test]
    fn not_every_pt_is_an_agency() {
        for text in [
            "berangkat lewat PT resmi ya",
            "TANPA PT TANPA BLK LANGSUNG MAJIKAN",
            "pt mana yang bagus",
            "contoh karya tulis",
            "nomor izin belum keluar",
            "kerja di pt pembantu rumah tangga",
        ] {
            assert_eq!(claims(text), [], "{text}");
        }
    }
}
