//! Regions of Indonesia named in a text and what they are there: where the wanted come from, where
//! the work is, where the border is crossed. For routing, never for suspicion.

use serde::{Deserialize, Serialize};

use super::Destination;
use super::names::{Collected, Meaning, Name};
use crate::registry::Registry;
use crate::text::{Before, Views, VocabularyBuilder};

/// Tokens between a word of crossing and the place.
const CROSSING_REACH: usize = 4;
/// Tokens between two places of one list ("Indramayu, Cirebon dan Subang").
const LIST_REACH: usize = 1;

/// What a region is in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlaceRole {
    /// The wanted come from there.
    #[serde(rename = "asal")]
    Origin,
    /// The work is there.
    #[serde(rename = "tempat kerja")]
    Workplace,
    /// The border is crossed there.
    #[serde(rename = "transit")]
    Transit,
    /// Nothing says.
    #[serde(rename = "disebut")]
    Mentioned,
}

impl PlaceRole {
    /// As shown on screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "asal",
            Self::Workplace => "tempat kerja",
            Self::Transit => "transit",
            Self::Mentioned => "disebut",
        }
    }
}

/// A region in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index in the registry's table of regions.
    pub region: usize,
    /// What it is there.
    pub role: PlaceRole,
    /// First clear token.
    pub from: usize,
    /// One past the last clear token.
    pub to: usize,
}

/// A region as shown and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceClaim {
    /// Kemendagri's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is in the text.
    pub role: PlaceRole,
}

/// Interns the names of the regions and the words around them.
pub(super) fn name(registry: &Registry, names: &mut Collected, words: &mut VocabularyBuilder) {
    for (index, region) in registry.regions.iter().enumerate() {
        // Of a kabupaten and a city of one name the kabupaten is meant, unless "kota" stands before.
        let written = region.names.iter().filter(|name| {
            let other = |other: &crate::registry::Region| other.names.contains(name);
            !(region.is_city() && registry.regions[..index].iter().any(other))
        });
        names.add(written, Meaning::Region(index), words);
    }
    let around = &registry.readings.place;
    names.add(&around.origin, Meaning::OriginBefore, words);
    names.add(&around.origin_after, Meaning::OriginAfter, words);
    names.add(&around.workplace, Meaning::WorkplaceBefore, words);
    names.add(&around.crossing, Meaning::Crossing, words);
    names.add(&around.place_follows, Meaning::PlaceFollows, words);
}

/// What is known of each region.
#[derive(Debug)]
pub(super) struct Reader {
    regions: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    code: String,
    title: String,
    everyday: bool,
    transit: bool,
    /// The city of the same name.
    city: Option<usize>,
}

impl Reader {
    pub(super) fn new(registry: &Registry) -> Self {
        let regions = &registry.regions;
        let city = |index: usize| {
            let name = regions[index].names.first()?;
            let same = |other: &crate::registry::Region| {
                other.names.first() == Some(name) && other.is_city()
            };
            regions.iter().skip(index + 1).position(same).map(|after| index + 1 + after)
        };
        let known = |(index, region): (usize, &crate::registry::Region)| Known {
            code: region.code.clone(),
            title: region.title.clone(),
            everyday: region.everyday,
            transit: region.transit,
            city: city(index),
        };
        Self { regions: regions.iter().enumerate().map(known).collect() }
    }

    pub(super) fn read(
        &self,
        views: &Views,
        names: &[Name],
        destinations: &[Destination],
        found: &mut Vec<Place>,
    ) {
        for name in names {
            let Meaning::Region(region) = name.meaning else { continue };
            let taken = |one: &Destination| one.from < name.to && name.from < one.to;
            let announced = names
                .iter()
                .any(|other| other.meaning == Meaning::PlaceFollows && other.to == name.from);
            if destinations.iter().any(taken) || (self.regions[region].everyday && !announced) {
                continue;
            }
            let says_city = name.from > 0 && views.is_written(name.from - 1, "kota");
            let region = self.regions[region].city.filter(|_| says_city).unwrap_or(region);
            let mut role = self.role(views, names, name, region);
            if let Some(before) = found.last()
                && role == PlaceRole::Mentioned
                && name.from - before.to <= LIST_REACH
                && together(views, before.from, name.to)
            {
                role = before.role;
            }
            found.push(Place { region, role, from: name.from, to: name.to });
        }
        // "Indramayu Cirebon merapat" says it of both.
        for at in (1..found.len()).rev() {
            let (before, place) = (found[at - 1], found[at]);
            if before.role == PlaceRole::Mentioned
                && place.role == PlaceRole::Origin
                && place.from - before.to <= LIST_REACH
                && together(views, before.from, place.to)
            {
                found[at - 1].role = PlaceRole::Origin;
            }
        }
    }

    fn role(&self, views: &Views, names: &[Name], place: &Name, region: usize) -> PlaceRole {
        let has = |meaning: Meaning, near: &dyn Fn(&Name) -> bool| {
            names.iter().any(|name| {
                name.meaning == meaning
                    && near(name)
                    && together(views, name.from.min(place.from), name.to.max(place.to))
            })
        };
        let kind_between =
            names.iter().any(|name| name.meaning == Meaning::PlaceFollows && name.to == place.from);
        let before =
            |name: &Name| name.to == place.from || (kind_between && name.to + 1 == place.from);
        let after = |name: &Name| (place.to..=place.to + 1).contains(&name.from);
        let near = |name: &Name| {
            let gap = place.from.saturating_sub(name.to).max(name.from.saturating_sub(place.to));
            gap <= CROSSING_REACH
        };
        if self.regions[region].transit && has(Meaning::Crossing, &near) {
            PlaceRole::Transit
        } else if has(Meaning::WorkplaceBefore, &before) {
            PlaceRole::Workplace
        } else if has(Meaning::OriginBefore, &before) || has(Meaning::OriginAfter, &after) {
            PlaceRole::Origin
        } else {
            PlaceRole::Mentioned
        }
    }

    pub(super) fn code(&self, region: usize) -> &str {
        &self.regions[region].code
    }

    pub(super) fn claim(&self, place: &Place) -> PlaceClaim {
        let known = &self.regions[place.region];
        PlaceClaim { code: known.code.clone(), name: known.title.clone(), role: place.role }
    }
}

/// Whether the clear tokens `from..to` stand in one sentence.
fn together(views: &Views, from: usize, to: usize) -> bool {
    let inside = views.clear().get(from + 1..to).unwrap_or(&[]);
    inside.iter().all(|token| token.before < Before::Sentence)
}

#[cfg(test)]
mod tests {
    use super::super::tests::facts;
    use super::PlaceRole::{Mentioned, Origin, Transit, Workplace};

    #[test]
    fn a_region_is_an_origin_a_workplace_or_a_crossing() {
        for (text, expected) in [
            ("loker Kamboja, khusus Indramayu merapat", vec![("32.12", Origin)]),
            ("khusus Indramayu Cirebon merapat", vec![("32.12", Origin), ("32.09", Origin)]),
            ("Ponorogo dan Blitar merapat", vec![("35.02", Origin), ("35.05", Origin)]),
            ("warga Cilacap", vec![("33.01", Origin)]),
            ("wilayah NTB", vec![("52", Origin)]),
            ("orang lotim", vec![("52.03", Origin)]),
            ("warga Kota Cirebon", vec![("32.74", Origin)]),
            ("penempatan Bekasi", vec![("32.16", Workplace)]),
            ("lokasi kerja di Batam", vec![("21.71", Workplace)]),
            ("lewat Batam naik feri", vec![("21.71", Transit)]),
            ("tekong jemput di Entikong", vec![("61.03.21", Transit)]),
            ("saya di Surabaya", vec![("35.78", Mentioned)]),
            ("need CS 2 org WFO Jakbar", vec![("31.73", Mentioned)]),
            ("khusus kab Malang", vec![("35.07", Origin)]),
            ("batu akik dan landak", vec![]),
            ("warga Pati", vec![("33.18", Origin)]),
            ("kerja di Subang Jaya", vec![]),
        ] {
            let found = facts(text).origin;
            let found: Vec<_> = found.iter().map(|one| (one.code.as_str(), one.role)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
