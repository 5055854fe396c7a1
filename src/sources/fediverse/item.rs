//! One item of an API's answer, read field by field: what is absent or of another type than
//! documented is noted and never in the way of the rest.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::sources::folder::values;

/// An object of an answer.
pub(super) struct Item<'a> {
    fields: &'a Map<String, Value>,
    missing: Vec<String>,
}

impl<'a> Item<'a> {
    /// The object, if it is one.
    pub fn of(value: &'a Value) -> Option<Self> {
        Some(Self { fields: value.as_object()?, missing: Vec::new() })
    }

    /// The object under this name; none for `null` and other types.
    pub fn object(&self, name: &str) -> Option<Item<'a>> {
        Item::of(self.fields.get(name)?)
    }

    /// The members of the list under this name.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.fields.get(name).and_then(Value::as_array).into_iter().flatten()
    }

    /// The objects in the list under this name.
    pub fn objects(&self, name: &str) -> impl Iterator<Item = Item<'a>> + use<'a> {
        self.list(name).filter_map(Item::of)
    }

    /// A text that is not empty.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.fields.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    }

    /// The same as an owned text.
    pub fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// An id, which some servers write as a number.
    pub fn identity(&self, name: &str) -> Option<String> {
        values::identity(self.fields.get(name)?).filter(|id| !id.is_empty())
    }

    /// Whether the field says so; `None` where it says nothing.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.fields.get(name).and_then(Value::as_bool)
    }

    /// A time; one without a zone is in UTC.
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        values::time(self.fields.get(name)?)
    }

    /// A web address.
    pub fn address(&self, name: &str) -> Option<String> {
        self.owned(name).filter(|address| {
            url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
        })
    }

    /// Notes a field as missing when nothing was found in it.
    pub fn expect<T>(&mut self, name: &str, found: Option<T>) -> Option<T> {
        if found.is_none() {
            self.missing.push(name.to_owned());
        }
        found
    }

    /// The text the item must have a field for, which may be empty.
    pub fn expect_text(&mut self, name: &str) -> &'a str {
        let found = self.fields.get(name).and_then(Value::as_str);
        self.expect(name, found).unwrap_or("")
    }

    /// Whether there is such a field at all.
    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// The names of the fields that were expected and not found.
    pub fn missing(self) -> Vec<String> {
        self.missing
    }
}
