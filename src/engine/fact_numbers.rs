//! Facts as the numbers that conditions ask for, each with the places it was read from.

use super::expression::FactNumber;
use super::score::Scratch;
use crate::facts::{Agency, Contact, ContactKind, Found, PlaceRole, Role, Standing};
use crate::text::Span;

/// A number of a kind of fact that hangs on the registry's tables, or of the post's age.
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

/// Kinds of fact, one bit each: most posts hold few, and what asks for others need not be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    const AMOUNT: Self = Self(1);
    const CONTACT: Self = Self(2);
    pub(super) const DESTINATION: Self = Self(4);
    const AGENCY: Self = Self(8);
    const VISA: Self = Self(16);
    const PLACE: Self = Self(32);
    const ROUTE: Self = Self(64);
    const DEPARTURE: Self = Self(128);

    /// The kinds that were found.
    pub(super) fn of(found: &Found) -> Self {
        let kinds = [
            (found.amounts.is_empty(), Self::AMOUNT),
            (found.contacts.is_empty(), Self::CONTACT),
            (found.destinations.is_empty(), Self::DESTINATION),
            (found.agencies.is_empty(), Self::AGENCY),
            (found.visas.is_empty(), Self::VISA),
            (found.places.is_empty(), Self::PLACE),
            (found.routes.is_empty(), Self::ROUTE),
            (found.departures.is_empty(), Self::DEPARTURE),
        ];
        let found = kinds.into_iter().filter(|(is_empty, _)| !is_empty);
        found.fold(Self::default(), |all, (_, kind)| all.and(kind))
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The kind of fact that a number is read from, where it is read from one, and what it is without any.
pub(super) const fn kind(fact: FactNumber) -> Option<(Kinds, u64)> {
    let kind = match fact {
        FactNumber::PayIdrMonth
        | FactNumber::PayCount
        | FactNumber::FeeIdr
        | FactNumber::FeeCount
        | FactNumber::AdvanceCount
        | FactNumber::DebtCount
        | FactNumber::Typed(Typed::PayTimesUsual | Typed::PayPercentOfUsual) => Kinds::AMOUNT,
        FactNumber::PhonesCount
        | FactNumber::PhonesForeign
        | FactNumber::PhonesDisguised
        | FactNumber::HandlesCount
        | FactNumber::LinksCount
        | FactNumber::ContactCount
        | FactNumber::OfficialCount => Kinds::CONTACT,
        FactNumber::DestinationCount => Kinds::DESTINATION,
        FactNumber::Typed(
            Typed::AgencyNamed
            | Typed::AgencyRegistered
            | Typed::AgencyImpersonated
            | Typed::AgencyRevoked
            | Typed::AgencyExpired
            | Typed::AgencyUnlisted
            | Typed::AgencyLicence,
        ) => Kinds::AGENCY,
        FactNumber::Typed(Typed::DepartureCount) => Kinds::DEPARTURE,
        FactNumber::Typed(Typed::DepartureDays) => return Some((Kinds::DEPARTURE, NEVER)),
        FactNumber::Typed(Typed::VisaLater) => Kinds::VISA,
        FactNumber::Typed(Typed::OriginCount | Typed::WorkplaceCount | Typed::TransitCount) => {
            Kinds::PLACE
        }
        FactNumber::Typed(Typed::RouteCount) => Kinds::ROUTE,
        FactNumber::DisguiseCount | FactNumber::Words | FactNumber::Typed(Typed::AgeDays) => {
            return None;
        }
    };
    Some((kind, 0))
}

/// How far off a departure is of which no day is told.
const NEVER: u64 = u64::MAX;

/// A number read out of the text last read.
pub(super) fn number(fact: FactNumber, scratch: &Scratch) -> u64 {
    let Found { destinations, amounts, contacts, .. } = scratch.found();
    let of_role = |role| amounts.iter().filter(move |amount| amount.role == role);
    let of_kind = |kind| contacts.iter().filter(move |contact| contact.kind == kind).count();
    let count = match fact {
        FactNumber::PayIdrMonth => {
            return of_role(Role::Pay).map(|amount| amount.idr_month.0).max().unwrap_or(0);
        }
        FactNumber::FeeIdr => {
            return of_role(Role::Fee).map(|amount| amount.idr.0).max().unwrap_or(0);
        }
        FactNumber::DisguiseCount => return scratch.disguised(),
        FactNumber::Typed(fact) => return typed_number(fact, scratch),
        FactNumber::PayCount => of_role(Role::Pay).count(),
        FactNumber::FeeCount => of_role(Role::Fee).count(),
        FactNumber::AdvanceCount => of_role(Role::Advance).count(),
        FactNumber::DebtCount => of_role(Role::Debt).count(),
        FactNumber::PhonesCount => of_kind(ContactKind::Phone),
        FactNumber::PhonesForeign => contacts.iter().filter(|contact| is_foreign(contact)).count(),
        FactNumber::PhonesDisguised => contacts.iter().filter(|contact| contact.disguised).count(),
        FactNumber::HandlesCount => of_kind(ContactKind::Handle),
        FactNumber::LinksCount => of_kind(ContactKind::Link),
        FactNumber::ContactCount => {
            contacts.iter().filter(|contact| contact.kind.is_personal()).count()
        }
        FactNumber::OfficialCount => of_kind(ContactKind::Official),
        FactNumber::DestinationCount => destinations.len(),
        FactNumber::Words => scratch.views().clear().len(),
    };
    count as u64
}

/// Where that number was read from.
pub(super) fn spans(fact: FactNumber, scratch: &Scratch, spans: &mut Vec<Span>) {
    let (found, views) = (scratch.found(), scratch.views());
    let mut contacts = |passes: &dyn Fn(&Contact) -> bool| {
        spans.extend(
            found.contacts.iter().filter(|contact| passes(contact)).map(|contact| contact.span),
        );
    };
    match fact {
        FactNumber::PayIdrMonth | FactNumber::PayCount => amount_spans(scratch, Role::Pay, spans),
        FactNumber::FeeIdr | FactNumber::FeeCount => amount_spans(scratch, Role::Fee, spans),
        FactNumber::AdvanceCount => amount_spans(scratch, Role::Advance, spans),
        FactNumber::DebtCount => amount_spans(scratch, Role::Debt, spans),
        FactNumber::PhonesCount => contacts(&|contact| contact.kind == ContactKind::Phone),
        FactNumber::PhonesForeign => contacts(&is_foreign),
        FactNumber::PhonesDisguised => contacts(&|contact| contact.disguised),
        FactNumber::HandlesCount => contacts(&|contact| contact.kind == ContactKind::Handle),
        FactNumber::LinksCount => contacts(&|contact| contact.kind == ContactKind::Link),
        FactNumber::ContactCount => contacts(&|contact| contact.kind.is_personal()),
        FactNumber::OfficialCount => contacts(&|contact| contact.kind == ContactKind::Official),
        FactNumber::DestinationCount => spans.extend(
            found
                .destinations
                .iter()
                .map(|destination| views.clear_span(destination.from, destination.to)),
        ),
        FactNumber::DisguiseCount => spans.extend(
            views
                .clear()
                .iter()
                .enumerate()
                .filter(|(_, token)| {
                    token.marks.is_disguise() && views.vocabulary().is_sensitive(token.word)
                })
                .map(|(at, _)| views.clear_span(at, at + 1)),
        ),
        FactNumber::Typed(fact) => typed_spans(fact, scratch, spans),
        FactNumber::Words => {}
    }
}

fn amount_spans(scratch: &Scratch, role: Role, spans: &mut Vec<Span>) {
    spans.extend(
        scratch
            .found()
            .amounts
            .iter()
            .filter(|amount| amount.role == role)
            .map(|amount| scratch.views().clear_span(amount.from, amount.to)),
    );
}

fn is_foreign(contact: &Contact) -> bool {
    contact.kind == ContactKind::Phone && !contact.value.starts_with("+62")
}

/// A departure of which no day is told is as far off as
/// can be, so that "within a week" does not hold of it.
fn typed_number(fact: Typed, scratch: &Scratch) -> u64 {
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
            return days.min().map_or(NEVER, u64::from);
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

fn typed_spans(fact: Typed, scratch: &Scratch, spans: &mut Vec<Span>) {
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
