//! Typed facts read out of the views of a text: pay, phones, handles, links, destinations.

use serde::{Deserialize, Serialize};

/// Everything read out of one text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// ISO 3166-1 alpha-2 codes of the countries of work named, in order of first mention.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destination: Vec<String>,
    /// Telephone numbers in E.164.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// Handles with their kind: `telegram:nama`, `line:nama`, `instagram:nama`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<String>,
    /// Links as written, with a scheme added where it was missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Wages offered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pay: Vec<Pay>,
}

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
}

/// Whole rupiah.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Idr(pub u64);

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
