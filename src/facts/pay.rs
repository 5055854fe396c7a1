//! Money as a fact: an amount, a currency and a period, and what that is in rupiah a month.

use serde::{Deserialize, Serialize};

/// A wage: an amount, a currency and a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pay {
    /// Lowest and highest amount, in whole units of the currency; equal when only one is named.
    pub amount: [u64; 2],
    /// ISO 4217.
    pub currency: String,
    /// What the amount is paid for.
    pub period: Period,
    /// The higher amount in rupiah a month by the dated table, when the currency is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idr_month: Option<Idr>,
    /// How many times what is usually paid for that work in that country, to one decimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vs_usual: Option<f64>,
}

impl Pay {
    /// The amounts as Indonesians write them: `12.000.000–18.000.000`.
    pub fn range(&self) -> String {
        self.range_in(grouped)
    }

    /// The amounts, each written so.
    pub fn range_in(&self, written: impl Fn(u64) -> String) -> String {
        let [low, high] = self.amount.map(written);
        if low == high { low } else { format!("{low}–{high}") }
    }

    /// What it is worth in rupiah a month, where that is not what stands there already.
    pub fn worth(&self) -> Option<Idr> {
        self.idr_month.filter(|_| self.currency != "IDR" || self.period != Period::Month)
    }
}

/// Whole rupiah.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Idr(pub u64);

/// A number as Indonesians write it: `15.000.000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// The period an amount is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

impl Period {
    /// The period of this name; a month for any other.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "year" => Self::Year,
            _ => Self::Month,
        }
    }

    /// This many of it, times rupiah, in rupiah a month: 26 working days of 8 hours.
    pub(super) fn monthly(self, idr: u64) -> Idr {
        Idr(match self {
            Self::Hour => idr.saturating_mul(208),
            Self::Day => idr.saturating_mul(26),
            Self::Week => idr.saturating_mul(52) / 12,
            Self::Month => idr,
            Self::Year => idr / 12,
        })
    }
}
