//! The way out of the country as a text tells it: a word of crossing and the place right after it,
//! in Indonesia ("lewat Batam") or on the way ("transit Singapura").

use serde::{Deserialize, Serialize};

use super::names::{Meaning, Name};
use super::{Destination, Place};
use crate::text::{Before, Views};

/// Tokens between the word and the place ("lewat jalur Batam").
const REACH: usize = 2;

/// Where a way leads through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A region, by its index in the registry.
    Region(usize),
    /// A country, by its index in the registry.
    Country(usize),
}

/// A way in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Where it leads through.
    pub via: Via,
    /// First clear token.
    pub from: usize,
    /// One past the last clear token.
    pub to: usize,
}

/// A way as shown and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteClaim {
    /// Kemendagri's code of a region, ISO 3166-1 alpha-2 of a country.
    pub via: String,
    /// As written.
    pub text: String,
}

pub(super) fn read(
    views: &Views,
    names: &[Name],
    places: &[Place],
    destinations: &[Destination],
    found: &mut Vec<Route>,
) {
    for name in names.iter().filter(|name| name.meaning == Meaning::Crossing) {
        let near = |from: usize| (name.to..=name.to + REACH).contains(&from);
        let regions = places.iter().map(|place| (Via::Region(place.region), place.from, place.to));
        let countries =
            destinations.iter().map(|one| (Via::Country(one.country), one.from, one.to));
        let next = regions.chain(countries).filter(|(_, from, _)| near(*from));
        let Some((via, _, to)) = next.min_by_key(|(_, from, _)| *from) else { continue };
        let inside = views.clear().get(name.from + 1..to).unwrap_or(&[]);
        if inside.iter().all(|token| token.before < Before::Sentence)
            && !found.iter().any(|known| known.to == to)
        {
            found.push(Route { via, from: name.from, to });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::facts;

    #[test]
    fn a_way_is_a_word_of_crossing_and_a_place() {
        for (text, via, written) in [
            ("masuk lewat Batam", "21.71", "lewat Batam"),
            ("transit Singapura dulu", "SG", "transit Singapura"),
            ("nyebrang dari Nunukan", "65.03", "nyebrang dari Nunukan"),
        ] {
            let found = facts(text).route;
            let first = found.first().map(|way| (way.via.as_str(), way.text.as_str()));
            assert_eq!((found.len(), first), (1, Some((via, written))), "{text}: {found:?}");
        }
        for text in ["loker Batam", "lewat disnaker. Batam panas", "kirim via pos"] {
            assert_eq!(facts(text).route, [], "{text}");
        }
    }
}
