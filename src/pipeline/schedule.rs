//! When a source is visited next: sooner when it brought something, later when it did not, never
//! sooner than it asks, with jitter so that sources do not march in step.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The longest a source may ask to be left alone, in seconds: a day.
const LONGEST_WISH: u64 = 24 * 3600;

/// The shortest and longest time between visits, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) shortest: u64,
    pub(super) longest: u64,
}

/// How a visit went, as far as the schedule is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Went {
    /// It brought posts.
    Brought,
    /// All was known.
    NothingNew,
    /// It failed; a server may have said until when to stay away.
    Failed { until: Option<Timestamp> },
    /// It failed in a way that is known to be wrong for hours or days.
    Doubted,
    /// The server does not want us.
    Blocked,
    /// It was broken off to be taken up again at once.
    Unfinished,
}

/// The next interval in seconds, given the last one. `wish` is the source's own word on it.
pub(super) fn interval(bounds: Bounds, last: Option<u64>, went: Went, wish: Option<u64>) -> u64 {
    let shortest = bounds.shortest.max(1);
    let longest = bounds.longest.max(shortest);
    let last = last.unwrap_or(shortest).clamp(shortest, longest);
    let chosen = match went {
        Went::Brought | Went::Unfinished => shortest,
        Went::NothingNew | Went::Doubted => last.saturating_mul(3).div_ceil(2).min(longest),
        Went::Failed { .. } => last,
        Went::Blocked => longest,
    };
    chosen.max(wish.unwrap_or(0).min(LONGEST_WISH))
}

/// When the next visit is due. `dice` is in 0–1: up to a tenth of the interval is added.
pub(super) fn due(now: Timestamp, interval: u64, went: Went, dice: f64) -> Timestamp {
    if went == Went::Unfinished {
        return now;
    }
    let wait = Duration::from_secs(interval).mul_f64(1.0 + dice.clamp(0.0, 1.0) / 10.0);
    let due = SignedDuration::try_from(wait)
        .ok()
        .and_then(|wait| now.checked_add(wait).ok())
        .unwrap_or(now);
    match went {
        Went::Failed { until: Some(until) } => due.max(until),
        _ => due,
    }
}

/// How long to wait for a due time that was stored: not beyond what the config allows now.
pub(super) fn wait(now: Timestamp, due: Option<Timestamp>, bounds: Bounds) -> Duration {
    let due = due.map_or(Duration::ZERO, |due| {
        Duration::try_from(due.duration_since(now)).unwrap_or(Duration::ZERO)
    });
    due.min(Duration::from_secs(bounds.longest.max(LONGEST_WISH)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { shortest: 600, longest: 3600 };

    #[test]
    fn the_interval_follows_what_visits_bring() {
        let failed = Went::Failed { until: None };
        for (last, went, wish, expected) in [
            (None, Went::Brought, None, 600),
            (Some(3600), Went::Brought, None, 600),
            (None, Went::NothingNew, None, 900),
            (Some(900), Went::NothingNew, None, 1350),
            (Some(3000), Went::NothingNew, None, 3600),
            (Some(5), Went::NothingNew, None, 900),
            (Some(900), failed, None, 900),
            (Some(900), Went::Doubted, None, 1350),
            (Some(900), Went::Blocked, None, 3600),
            (None, Went::Brought, Some(7200), 7200),
            (None, Went::Brought, Some(10), 600),
            (None, Went::Brought, Some(u64::MAX), 86_400),
        ] {
            assert_eq!(interval(BOUNDS, last, went, wish), expected, "{last:?} {went:?} {wish:?}");
        }
    }

    #[test]
    fn a_due_time_is_never_before_the_interval_or_what_the_server_asked() {
        let now: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let at = |seconds| now + SignedDuration::from_secs(seconds);
        for (went, dice, expected) in [
            (Went::Brought, 0.0, at(600)),
            (Went::Brought, 1.0, at(660)),
            (Went::Failed { until: Some(at(900)) }, 0.0, at(900)),
            (Went::Failed { until: Some(at(5)) }, 0.0, at(600)),
            (Went::Unfinished, 1.0, now),
        ] {
            assert_eq!(due(now, 600, went, dice), expected, "{went:?} {dice}");
        }
        assert_eq!(wait(now, Some(at(-5)), BOUNDS), Duration::ZERO);
        assert_eq!(wait(now, Some(at(60)), BOUNDS), Duration::from_secs(60));
        assert_eq!(wait(now, Some(at(1_000_000)), BOUNDS), Duration::from_secs(86_400));
        assert_eq!(wait(now, None, BOUNDS), Duration::ZERO);
    }
}
