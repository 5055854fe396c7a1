//! What the items of an answer turned out to be, and the page they make.

use serde_json::{Map, Value, json};

use super::item::Item;
use super::walk::Seen;
use crate::post::{Post, PostKey};
use crate::sources::{Page, SetAside};

/// The field that stands in place of what is withheld.
const MARK: &str = "withheld_by";

/// What an item turned out to be.
#[derive(Debug, PartialEq)]
pub(super) enum Reading {
    /// A post.
    Post(Box<Post>),
    /// Not to be kept: its author does not wish to be found, or it is not for everybody.
    Withheld(PostKey),
    /// Taken out of the evidence, when it was withheld.
    TakenOut,
    /// Deleted or taken down.
    Gone(PostKey),
    /// Of the right kind but without anything to read.
    Nothing,
    /// Not of the kind, and why.
    Bad(&'static str),
}

impl Reading {
    /// Something without what every post has, and why it is none: what is read may be evidence.
    pub fn no_post(item: &Item<'_>, reason: &'static str) -> Self {
        if item.has(MARK) { Self::TakenOut } else { Self::Bad(reason) }
    }
}

/// The items of one answer, newest first.
#[derive(Default)]
pub(super) struct Harvest {
    /// What the walk needs to know of them.
    pub seen: Vec<Seen>,
    page: Page,
}

impl Harvest {
    /// Reads the entries of an answer. `read` gives what each holds, the entry itself first, and what
    /// the walk is to know it by; `read_one` what is at one place of an entry.
    pub fn of(
        entries: &[Value],
        read: impl Fn(&Value) -> (Option<Seen>, Vec<Reading>),
        read_one: impl Fn(&Value) -> Reading,
    ) -> Self {
        let mut harvest = Self::default();
        for (place, entry) in (1..).zip(entries) {
            let (seen, readings) = read(entry);
            harvest.seen.extend(seen);
            for reading in readings {
                harvest.add(reading, || {
                    let mut raw = entry.clone();
                    redact(&mut raw, &read_one);
                    (format!("item {place}"), raw.to_string())
                });
            }
        }
        harvest
    }

    fn add(&mut self, reading: Reading, kept: impl FnOnce() -> (String, String)) {
        match reading {
            Reading::Post(post) => self.page.posts.push(*post),
            // What was kept before goes as well.
            Reading::Withheld(key) => {
                self.page.withheld += 1;
                self.page.deleted.push(key);
            }
            Reading::TakenOut => self.page.withheld += 1,
            Reading::Gone(key) => self.page.deleted.push(key),
            Reading::Nothing => self.page.ignored += 1,
            Reading::Bad(reason) => {
                let (place, raw) = kept();
                self.page.set_aside.push(SetAside::new(&place, reason, &raw));
            }
        }
    }

    /// Why the answer as a whole is not what it should be, if none of its items could be read.
    pub fn trouble(&self) -> Option<String> {
        let first = self.page.set_aside.first()?;
        let page = &self.page;
        let passed = usize::try_from(page.ignored + page.withheld).ok()?;
        let read = page.posts.len() + page.deleted.len() + passed;
        (read == 0).then(|| format!("none of its items can be read; the first: {}", first.reason))
    }

    /// The page they make, oldest first. `body` is the answer as it came: what of it is withheld goes
    /// from the evidence too, also where it is not read.
    pub fn page(mut self, body: &[u8], read: impl Fn(&Value) -> Reading) -> Page {
        if let Ok(mut answer) = serde_json::from_slice(body)
            && redact(&mut answer, &read)
        {
            self.page.redacted = Some(answer.to_string().into());
        }
        self.page.posts.reverse();
        self.page
    }
}

/// Takes out what is withheld, wherever in an answer it stands; true if there was any.
fn redact(value: &mut Value, read: &impl Fn(&Value) -> Reading) -> bool {
    let is_withheld = value.is_object() && matches!(read(value), Reading::Withheld(_));
    let inside = match value {
        Value::Object(fields) => {
            fields.values_mut().fold(false, |any, inner| redact(inner, read) | any)
        }
        Value::Array(items) => items.iter_mut().fold(false, |any, item| redact(item, read) | any),
        _ => false,
    };
    if is_withheld {
        let mut left = others(value, read).unwrap_or_else(|| json!({}));
        left[MARK] = "waspada".into();
        *value = left;
    }
    is_withheld || inside
}

/// The posts of others in something withheld, which are read by themselves: a boost's original.
fn others(value: &Value, read: &impl Fn(&Value) -> Reading) -> Option<Value> {
    let fields = value.as_object()?;
    let left = fields.iter().filter_map(|(name, inner)| {
        let left = match read(inner) {
            Reading::Post(_) => Some(inner.clone()),
            _ => others(inner, read),
        };
        Some((name.clone(), left?))
    });
    let left: Map<_, _> = left.collect();
    (!left.is_empty()).then_some(Value::Object(left))
}
