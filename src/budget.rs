//! What may be spent of what a service allows: calls, units, distinct things asked about, money.
//! Pure: who keeps the account (the store) and who spends (a request) both speak in these words.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How far the service's clock may be from ours, and a request under way from its count: around
/// each end of a window, what is spent counts on both sides.
pub const MARGIN: SignedDuration = SignedDuration::from_mins(5);

/// A limit of a service, kept across restarts. Sources that name the same budget share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Its name, with whose it is: `youtube-unit@WASPADA_YOUTUBE_KEY`. Two sources with one key
    /// must come to one name.
    pub name: String,
    /// The most that may be spent within a window.
    pub limit: u64,
    /// Within what time.
    pub window: Window,
    /// What is counted.
    pub unit: Unit,
}

/// Within what time a limit holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Any stretch of this length.
    Rolling(SignedDuration),
    /// A calendar day in UTC.
    UtcDay,
    /// A calendar day in California, whose midnight resets Google's quotas.
    PacificDay,
}

/// What a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Requests.
    Calls,
    /// Units of a quota.
    Units,
    /// Distinct things asked about: asking again about one of them costs nothing.
    Items,
    /// Millionths of a US dollar.
    MicroDollars,
}

/// What a request may spend at most. It is booked before the request goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spend {
    /// The name of the budget.
    pub budget: String,
    /// The most it may cost; for a budget of items, 1.
    pub amount: u64,
    /// The thing asked about, for a budget of items.
    pub item: Option<String>,
    /// Whether an answer that says no costs as much as a good one.
    pub billed: Billed,
}

/// When a request is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billed {
    /// For being asked.
    Asked,
    /// For a good answer only: an error answer costs nothing. No answer at all counts as spent.
    Answered,
}

impl Spend {
    /// This much of a budget, charged for being asked.
    pub fn new(budget: impl Into<String>, amount: u64) -> Self {
        Self { budget: budget.into(), amount, item: None, billed: Billed::Asked }
    }

    /// One thing asked about.
    pub fn item(budget: impl Into<String>, item: impl Into<String>) -> Self {
        Self { item: Some(item.into()), ..Self::new(budget, 1) }
    }
}

impl Window {
    /// From when on spending counts at this time.
    pub fn start(self, now: Timestamp) -> Timestamp {
        let before = |time: Timestamp, span| time.checked_sub(span).unwrap_or(Timestamp::MIN);
        match self.midnight(before(now, MARGIN)) {
            None => match self {
                Self::Rolling(length) => before(before(now, length), MARGIN),
                Self::UtcDay | Self::PacificDay => Timestamp::MIN,
            },
            Some(midnight) => before(midnight, MARGIN),
        }
    }

    /// When what was spent at `spent` no longer counts.
    pub fn over(self, spent: Timestamp) -> Timestamp {
        let after = |time: Timestamp, span| time.checked_add(span).unwrap_or(Timestamp::MAX);
        let moment = SignedDuration::from_micros(1);
        let over = match self {
            Self::Rolling(length) => after(after(spent, length), MARGIN),
            // Spending close before midnight counts for the next day too.
            Self::UtcDay | Self::PacificDay => self
                .midnight(after(spent, MARGIN))
                .map_or(Timestamp::MAX, |midnight| after(self.next(midnight), MARGIN)),
        };
        after(over, moment)
    }

    /// The last midnight, for a window that is a day.
    fn midnight(self, at: Timestamp) -> Option<Timestamp> {
        let zoned = at.to_zoned_datetime(self.zone()?);
        zoned.start_of_day().ok().map(|midnight| midnight.timestamp())
    }

    /// The midnight after this one.
    fn next(self, midnight: Timestamp) -> Timestamp {
        let next = || {
            let zone = self.zone()?;
            let day = midnight.to_zoned_datetime(zone.clone()).date().tomorrow().ok()?;
            let midnight = day.to_datetime(Time::midnight()).to_zoned_datetime(zone).ok()?;
            Some(midnight.timestamp())
        };
        next().unwrap_or(Timestamp::MAX)
    }

    fn zone(self) -> Option<TimeZone> {
        match self {
            Self::Rolling(_) => None,
            Self::UtcDay => Some(TimeZone::UTC),
            // By rule and not by name: a machine may lack the time zone database.
            Self::PacificDay => TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").ok(),
        }
    }
}

/// What is left of a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The budget.
    pub budget: Budget,
    /// How much of it is spent in the present window.
    pub spent: u64,
    /// When the first of that is free again; `None` when nothing is spent.
    pub opens: Option<Timestamp>,
}

impl Left {
    /// How much may still be spent now.
    pub fn left(&self) -> u64 {
        self.budget.limit.saturating_sub(self.spent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn windows_begin_and_end_with_a_margin() {
        let rolling = Window::Rolling(SignedDuration::from_hours(24));
        for (window, now, start) in [
            (rolling, "2026-11-28T12:00:00Z", "2026-11-27T11:55:00Z"),
            (Window::UtcDay, "2026-11-28T12:00:00Z", "2026-11-27T23:55:00Z"),
            // The old day lasts until the margin is over.
            (Window::UtcDay, "2026-11-28T00:04:59Z", "2026-11-26T23:55:00Z"),
            (Window::PacificDay, "2026-11-28T12:00:00Z", "2026-11-28T07:55:00Z"),
            (Window::PacificDay, "2026-07-01T07:04:00Z", "2026-06-30T06:55:00Z"),
            (Window::PacificDay, "2026-07-01T07:05:00Z", "2026-07-01T06:55:00Z"),
        ] {
            assert_eq!(window.start(at(now)), at(start), "{window:?} {now}");
        }
        for (window, spent, over) in [
            (rolling, "2026-11-28T12:00:00Z", "2026-11-29T12:05:00.000001Z"),
            (Window::UtcDay, "2026-11-28T12:00:00Z", "2026-11-29T00:05:00.000001Z"),
            (Window::UtcDay, "2026-11-28T23:56:00Z", "2026-11-30T00:05:00.000001Z"),
            (Window::PacificDay, "2026-11-28T12:00:00Z", "2026-11-29T08:05:00.000001Z"),
            (Window::PacificDay, "2026-10-31T12:00:00Z", "2026-11-01T07:05:00.000001Z"),
            // The day the clocks go back has 25 hours.
            (Window::PacificDay, "2026-11-01T12:00:00Z", "2026-11-02T08:05:00.000001Z"),
        ] {
            assert_eq!(window.over(at(spent)), at(over), "{window:?} {spent}");
        }
    }

    #[test]
    fn what_is_over_no_longer_counts_and_not_a_moment_before() {
        let moment = SignedDuration::from_micros(2);
        for window in
            [Window::Rolling(SignedDuration::from_hours(168)), Window::UtcDay, Window::PacificDay]
        {
            for hours in 0..60 {
                let spent = at("2026-10-30T23:57:00Z") + SignedDuration::from_hours(hours);
                let over = window.over(spent);
                assert!(window.start(over) > spent, "{window:?} {spent}");
                assert!(window.start(over - moment) <= spent, "{window:?} {spent}");
            }
        }
    }
}
