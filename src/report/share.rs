//! A share of a whole with its Wilson 95 % interval, which stays honest for few posts and for
//! shares near 0 and 1.

use serde::Serialize;

use crate::measure::wilson;

/// `count` of `of`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// Their ratio; `None` of nothing.
    pub value: Option<f64>,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Share {
    /// `count` of `of`.
    pub fn new(count: usize, of: usize) -> Self {
        if of == 0 {
            return Self { count, of, value: None, low: 0.0, high: 1.0 };
        }
        let share = real(count) / real(of);
        let (low, high) = wilson(share, real(of));
        Self { count, of, value: Some(share), low, high }
    }
}

/// A count as a real number; counts of posts are far below 2⁵³.
pub(super) fn real(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_wilson() {
        // Values of R's `binom::binom.wilson`.
        for (count, of, low, high) in [
            (0, 10, 0.0, 0.277_5),
            (10, 10, 0.722_5, 1.0),
            (45, 50, 0.786_4, 0.956_5),
            (1, 1, 0.206_5, 1.0),
        ] {
            let share = Share::new(count, of);
            assert!((share.low - low).abs() < 1e-4, "{share:?}");
            assert!((share.high - high).abs() < 1e-4, "{share:?}");
        }
        assert_eq!(Share::new(0, 0).value, None);
    }
}
