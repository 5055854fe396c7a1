//! Facts of the later kinds as numbers and sets that a condition asks for, with the places they
//! were read from: agencies, departures, visas, wages against the usual, the age of a post.

use super::score::Scratch;
use crate::facts::{Agency, PlaceRole, Role, Standing};
use crate::text::Span;

/// A number that a condition asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Typed {
    AgencyNamed,
    AgencyRegistered,
    AgencyImpersonated,
    AgencyRevoked,
    AgencyExpired,
    AgencyUnlisted,
    AgencyLicence,
    PayTimesUsual,
    PayPercentOfUsual,
    DepartureCount,
    DepartureDays,
    VisaLater,
    OriginCount,
    WorkplaceCount,
    TransitCount,
    RouteCount,
    AgeDays,
}

/// The names by which conditions ask.
pub(super) const NAMES: &[(&str, Typed)] = &[
    ("agency.named", Typed::AgencyNamed),
    ("agency.registered", Typed::AgencyRegistered),
    ("agency.impersonated", Typed::AgencyImpersonated),
    ("agency.revoked", Typed::AgencyRevoked),
    ("agency.expired", Typed::AgencyExpired),
    ("agency.unlisted", Typed::AgencyUnlisted),
    ("agency.licence", Typed::AgencyLicence),
    ("pay.times_usual", Typed::PayTimesUsual),
    ("pay.percent_of_usual", Typed::PayPercentOfUsual),
    ("departure.count", Typed::DepartureCount),
    ("departure.days", Typed::DepartureDays),
    ("visa.later", Typed::VisaLater),
    ("origin.count", Typed::OriginCount),
    ("workplace.count", Typed::WorkplaceCount),
    ("transit.count", Typed::TransitCount),
    ("route.count", Typed::RouteCount),
    ("age.days", Typed::AgeDays),
];

impl Typed {
    /// The role of a region that it counts.
    const fn place(self) -> Option<PlaceRole> {
        match self {
            Self::OriginCount => Some(PlaceRole::Origin),
            Self::WorkplaceCount => Some(PlaceRole::Workplace),
            Self::TransitCount => Some(PlaceRole::Transit),
            _ => None,
        }
    }

    fn picks(self, agency: &Agency) -> bool {
        match self {
            Self::AgencyNamed => agency.name.is_some(),
            Self::AgencyRegistered => agency.standing == Standing::Matches,
            Self::AgencyImpersonated => agency.standing.is_impersonation(),
            Self::AgencyRevoked => agency.standing == Standing::Revoked,
            Self::AgencyExpired => agency.standing == Standing::Expired,
            Self::AgencyUnlisted => agency.standing == Standing::Unlisted,
            Self::AgencyLicence => agency.licence.is_some(),
            _ => false,
        }
    }
}

/// A number read out of the text last read. A departure of which no day is told is as far off as
/// can be, so that "within a week" does not hold of it.
pub(super) fn number(fact: Typed, scratch: &Scratch) -> u64 {
    let found = scratch.found();
    let percent = || {
        let pay = found.amounts.iter().filter(|amount| amount.role == Role::Pay);
        pay.filter_map(|amount| amount.percent_of_usual).max().unwrap_or(0)
    };
    let count = match fact {
        Typed::PayTimesUsual => return percent() / 100,
        Typed::PayPercentOfUsual => return percent(),
        Typed::AgeDays => return scratch.days().age(),
        Typed::DepartureDays => {
            let days = found.departures.iter().filter_map(|departure| departure.days);
            return days.min().map_or(u64::MAX, u64::from);
        }
        Typed::DepartureCount => found.departures.len(),
        Typed::RouteCount => found.routes.len(),
        Typed::VisaLater => found.visas.iter().filter(|visa| visa.later).count(),
        other => match other.place() {
            Some(role) => found.places.iter().filter(|place| place.role == role).count(),
            None => found.agencies.iter().filter(|one| other.picks(one)).count(),
        },
    };
    count as u64
}

/// Where that number was read from.
pub(super) fn spans(fact: Typed, scratch: &Scratch, spans: &mut Vec<Span>) {
    let (found, views) = (scratch.found(), scratch.views());
    match fact {
        Typed::PayTimesUsual | Typed::PayPercentOfUsual => spans.extend(
            found
                .amounts
                .iter()
                .filter(|amount| amount.percent_of_usual.is_some())
                .map(|amount| views.clear_span(amount.from, amount.to)),
        ),
        Typed::DepartureCount | Typed::DepartureDays => {
            spans.extend(found.departures.iter().map(|one| views.clear_span(one.from, one.to)))
        }
        Typed::VisaLater => spans.extend(
            found
                .visas
                .iter()
                .filter(|visa| visa.later)
                .map(|visa| views.clear_span(visa.from, visa.to)),
        ),
        Typed::RouteCount => {
            spans.extend(found.routes.iter().map(|one| views.clear_span(one.from, one.to)));
        }
        Typed::AgeDays => {}
        other => match other.place() {
            Some(role) => spans.extend(
                found
                    .places
                    .iter()
                    .filter(|place| place.role == role)
                    .map(|place| views.clear_span(place.from, place.to)),
            ),
            None => spans.extend(
                found
                    .agencies
                    .iter()
                    .filter(|one| other.picks(one))
                    .filter_map(|one| one.name.or(one.licence)),
            ),
        },
    }
}
