//! One page of a listing: its entries are read one by one, and the walk through it is taken on.

use serde_json::Value;

use super::reading::{Harvest, Reading};
use super::tour::Tour;
use super::walk::{Seen, Sight};
use crate::fetch::Capture;
use crate::sources::{Page, SetAside, ShapeError};

/// A page of a listing that came.
pub(super) struct Answer<'a> {
    /// The adapter that reads it.
    pub adapter: &'static str,
    /// The listing's name.
    pub listing: &'a str,
    /// The page as it came.
    pub capture: &'a Capture,
    /// How many entries were asked for.
    pub asked: usize,
    /// How many entries a first visit reads.
    pub backfill: u64,
}

impl Answer<'_> {
    /// Reads the entries and takes the walk on. `read` gives what an entry holds, the entry itself
    /// first, and what the walk is to know it by; `read_one` what is at one place of an entry; `older`
    /// is where the next older page is.
    ///
    /// # Errors
    /// It is no listing, and no page of this visit could be read either: else it is kept to look at,
    /// and the others are read all the same.
    pub fn take(
        &self,
        entries: Result<&[Value], String>,
        read: impl Fn(&Value) -> (Option<Seen>, Vec<Reading>),
        read_one: impl Fn(&Value) -> Reading,
        older: Option<String>,
        tour: &mut Tour,
    ) -> Result<Page, ShapeError> {
        let harvest = entries.and_then(|entries| {
            let harvest = Harvest::of(entries, read, &read_one);
            harvest.trouble().map_or(Ok((harvest, entries)), Err)
        });
        let (harvest, entries) = match harvest {
            Ok(harvest) => harvest,
            Err(reason) => return self.unreadable(reason, tour),
        };
        let sight = Sight {
            items: harvest.seen.clone(),
            at: self.capture.fetched_at,
            older: older.filter(|_| !entries.is_empty()),
            short: entries.len() < self.asked / 2,
        };
        let mut page = harvest.page(&self.capture.body, read_one);
        if tour.read(sight, self.backfill) {
            let reason = "server menjawab setiap halaman dengan posting yang sama: yang lebih lama tidak dapat dibaca";
            page.set_aside.push(SetAside::new(self.listing, reason, ""));
        }
        Ok(page)
    }

    fn unreadable(&self, reason: String, tour: &mut Tour) -> Result<Page, ShapeError> {
        tour.unreadable();
        if tour.is_over_unread() {
            return Err(ShapeError { adapter: self.adapter, reason });
        }
        let raw = String::from_utf8_lossy(&self.capture.body);
        Ok(Page { set_aside: vec![SetAside::new(self.listing, reason, &raw)], ..Page::default() })
    }
}

/// The list in an answer, in which it may stand under one of these names; an answer without a name
/// is a list itself.
pub(super) fn entries(body: &[u8], names: &[&str]) -> Result<Vec<Value>, String> {
    let found = match serde_json::from_slice(body) {
        Ok(Value::Array(entries)) if names.is_empty() => return Ok(entries),
        Ok(Value::Object(mut fields)) => {
            let list = names.iter().find_map(|name| match fields.get_mut(*name) {
                Some(Value::Array(entries)) => Some(std::mem::take(entries)),
                _ => None,
            });
            if let Some(entries) = list {
                return Ok(entries);
            }
            let keys: Vec<_> = fields.keys().take(8).map(String::as_str).collect();
            format!("an object of {}", keys.join(", "))
        }
        Ok(Value::Array(_)) => "a bare list".to_owned(),
        Ok(_) => "a bare value".to_owned(),
        Err(why) => format!("broken JSON: {why}"),
    };
    Err(format!("expected a list of posts, found {found}"))
}
