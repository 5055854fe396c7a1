//! What sources may still spend of their services' budgets, in words for the screen. (Indonesian: an
//! operator reads it.)

use jiff::Timestamp;

use crate::budget::{Left, Unit};
use crate::config::{Config, SourceConfig};
use crate::registry::wib;
use crate::sources::Door;
use crate::store::{Store, StoreError};

/// What is left of each budget of a source; none for a source that cannot be opened or has none.
///
/// # Errors
/// The database refused.
pub fn left(
    config: &Config,
    source: &SourceConfig,
    store: &Store,
    now: Timestamp,
) -> Result<Vec<Left>, StoreError> {
    let budgets = match source.settings.open(&source.given(config)) {
        Ok(Door::Web(source)) => source.budgets(),
        Ok(Door::Files(_) | Door::Stream(_)) | Err(_) => Vec::new(),
    };
    store.left(&budgets, now)
}

/// `97 dari 100 panggilan tersisa`, and when a budget that is used up opens.
pub fn told(left: &Left) -> String {
    let unit = match left.budget.unit {
        Unit::Calls => "panggilan",
        Unit::Units => "unit",
        Unit::Items => "hal berbeda",
        Unit::MicroDollars => "",
    };
    let amount = |amount: u64| match left.budget.unit {
        Unit::MicroDollars => {
            format!("US${}.{:04}", amount / 1_000_000, amount % 1_000_000 / 100)
        }
        Unit::Calls | Unit::Units | Unit::Items => amount.to_string(),
    };
    let all = format!("{} {unit}", amount(left.budget.limit));
    let told = format!("{} dari {} tersisa", amount(left.left()), all.trim_end());
    match left.opens.filter(|_| left.left() == 0) {
        Some(opens) => {
            let opens = opens.to_zoned_datetime(wib()).strftime("%d-%m %H:%M WIB").to_string();
            format!("{told}; bertambah lagi {opens}")
        }
        None => told,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::budget::{Budget, Window};

    #[test]
    fn what_is_left_is_told_in_its_unit() {
        let opens = "2026-11-29T08:05:00Z".parse().ok();
        for (unit, limit, spent, expected) in [
            (Unit::Calls, 100, 3, "97 dari 100 panggilan tersisa"),
            (
                Unit::Units,
                10_000,
                10_001,
                "0 dari 10000 unit tersisa; bertambah lagi 29-11 15:05 WIB",
            ),
            (Unit::Items, 30, 0, "30 dari 30 hal berbeda tersisa"),
            (Unit::MicroDollars, 5_000_000, 765_000, "US$4.2350 dari US$5.0000 tersisa"),
        ] {
            let window = Window::Rolling(SignedDuration::from_hours(24));
            let budget = Budget { name: "x".into(), limit, window, unit };
            assert_eq!(told(&Left { budget, spent, opens }), expected);
        }
    }
}
