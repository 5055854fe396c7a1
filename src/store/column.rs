//! How the store's types stand in a column: times as text of fixed width (text order is time
//! order), hashes as 32 bytes, structures as JSON.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::{Band, Grade, Lane};
use crate::post::Sha256;

/// A time in a column: RFC 3339 in UTC, cut to microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp(pub(super) Timestamp);

impl Stamp {
    /// The text in the column.
    pub(super) fn text(self) -> String {
        format!("{:.6}", self.0)
    }
}

impl ToSql for Stamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(Value::Text(self.text())))
    }
}

impl FromSql for Stamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Self).map_err(FromSqlError::other)
    }
}

impl ToSql for Sha256 {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.as_bytes())))
    }
}

impl FromSql for Sha256 {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes: [u8; 32] = value.as_blob()?.try_into().map_err(FromSqlError::other)?;
        Ok(Self::from_bytes(bytes))
    }
}

/// A structure as JSON.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        serde_json::to_string(&self.0)
            .map(|text| ToSqlOutput::Owned(Value::Text(text)))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

/// A closed set of names, one of which stands in a column.
pub(super) trait Named: Copy + Sized + 'static {
    /// What the set is called in an error.
    const WHAT: &'static str;
    /// Every member.
    const ALL: &'static [Self];
    /// The name in the column.
    fn name(self) -> &'static str;
}

/// A [`Named`] in a column.
pub(super) struct Name<T>(pub(super) T);

impl<T: Named> ToSql for Name<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0.name().as_bytes())))
    }
}

impl<T: Named> FromSql for Name<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        T::ALL
            .iter()
            .find(|member| member.name() == text)
            .map(|member| Self(*member))
            .ok_or_else(|| FromSqlError::Other(format!("`{text}` is not a {}", T::WHAT).into()))
    }
}

impl Named for Lane {
    const WHAT: &'static str = "lane";
    const ALL: &'static [Self] = &[Self::Offer, Self::Victim];
    fn name(self) -> &'static str {
        self.as_str()
    }
}

impl Named for Band {
    const WHAT: &'static str = "band";
    const ALL: &'static [Self] = &[Self::Rendah, Self::Sedang, Self::Tinggi];
    fn name(self) -> &'static str {
        self.as_str()
    }
}

impl Named for Grade {
    const WHAT: &'static str = "severity";
    const ALL: &'static [Self] = &[Self::S1, Self::S2, Self::S3, Self::S4];
    fn name(self) -> &'static str {
        self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_order_is_time_order() {
        let mut times: Vec<Timestamp> = [
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.5Z",
            "2026-01-02T03:04:05.000001Z",
            "1999-12-31T23:59:59.999999Z",
            "2026-01-02T03:04:06Z",
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        times.sort();
        let texts: Vec<String> = times.iter().map(|time| Stamp(*time).text()).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(texts[1], "2026-01-02T03:04:05.000000Z");
    }
}
