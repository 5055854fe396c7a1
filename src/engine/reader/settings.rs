//! How much the second reader may say, as operations staff set it in `model/pembaca.toml`.

use serde::Deserialize;

/// The limits of the reader's line of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::engine) struct Settings {
    /// Points for each unit of log-odds.
    pub(super) points_per_odds: f32,
    /// The most it adds to, or takes from, what the rules say.
    pub(super) cap: i32,
    /// Log-odds from which it holds a post for an offer.
    pub(super) from_offer: f32,
    /// Log-odds from which it holds a post for a plea.
    pub(super) from_victim: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { points_per_odds: 14.0, cap: 80, from_offer: 0.3, from_victim: 0.3 }
    }
}
