//! What the config says of a page, and what of it can be.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{List, Listing};
use crate::sources::site::article::Reader;
use crate::sources::site::pick::Pick;
use crate::sources::site::seen::Mark;
use crate::sources::site::{pages_of_a_visit, web_address};
use crate::sources::{Door, Given, OpenError, SourceSettings};

/// The shortest time between visits when the config names none.
const EVERY: Duration = Duration::from_secs(30 * 60);
/// The longest time between visits when the config names none.
const SLOWEST: Duration = Duration::from_secs(12 * 3600);

/// What only a page knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address of the page.
    pub url: Url,
    /// Selector of the items of a list; without it the page is one post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Selector of an item's link, within the item; the first link when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Whether the items only lead to the pages that are the posts.
    #[serde(default)]
    pub follow: bool,
    /// Selector of the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Selector of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Selector of the date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Selector of the author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Selector of the link to the next, older page of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many older pages the first visit walks back.
    #[serde(default)]
    pub backfill_pages: u32,
    /// The most that one visit fetches; the rest waits for the next.
    #[serde(default = "pages")]
    pub pages: u32,
    /// Whether a page that asks not to be listed or kept is left out.
    #[serde(default = "obey_noindex")]
    pub obey_noindex: bool,
}

const fn pages() -> u32 {
    30
}

const fn obey_noindex() -> bool {
    true
}

impl Settings {
    /// Settings of one page, without selectors.
    pub fn of(url: Url) -> Self {
        Self {
            url,
            item: None,
            link: None,
            follow: false,
            title: None,
            text: None,
            date: None,
            author: None,
            next: None,
            backfill_pages: 0,
            pages: pages(),
            obey_noindex: obey_noindex(),
        }
    }
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        web_address("url", &self.url)?;
        pages_of_a_visit(self.pages)?;
        let list_only =
            [("link", self.link.is_some()), ("next", self.next.is_some()), ("follow", self.follow)];
        let needs_item = list_only.iter().find(|(_, is)| *is && self.item.is_none());
        if let Some((key, _)) = needs_item {
            let reason = format!(
                "`{key}` hanya berarti bagi daftar: tulis juga `item`, pemilih tiap butir daftar"
            );
            return Err(OpenError::new(key, reason));
        }
        let list = match &self.item {
            None => None,
            Some(item) => Some(List {
                item: Pick::read("item", item)?,
                link: Pick::read_some("link", self.link.as_ref())?,
                next: Pick::read_some("next", self.next.as_ref())?,
                follow: self.follow,
            }),
        };
        let [title, text, date, author] =
            [&self.title, &self.text, &self.date, &self.author].map(Option::as_ref);
        let mut url = self.url.clone();
        url.set_fragment(None);
        // What bounds a visit changes nothing of what a page means.
        let meant = Self { pages: 0, backfill_pages: 0, ..self.clone() };
        let meant = serde_json::to_string(&meant).unwrap_or_default();
        Ok(Door::Web(Box::new(Listing {
            url,
            list,
            reader: Reader::new(title, text, date, author, self.obey_noindex)?,
            pages: self.pages,
            backfill_pages: self.backfill_pages,
            settings: Mark::of(&[&meant]),
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}
