//! What makes an item of a feed the same item on the next visit: its id, else its link, else what
//! it says. Ids that mean something only within their site are put under its host; an id that
//! several items of a page share is not believed.

use std::collections::HashMap;

use jiff::Timestamp;
use url::Url;

use crate::post::{Hasher, Sha256};

/// The longest id kept as it is, in bytes.
const LONGEST: usize = 512;

/// What an item offers to be known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marks {
    /// Its `guid` or `id`.
    pub id: Option<String>,
    /// Its own address.
    pub link: Option<String>,
    /// A digest of its title (its text when it has none) and date.
    pub digest: Sha256,
}

/// The digest of an item without id and link.
pub(super) fn digest(title: Option<&str>, text: &str, at: Option<Timestamp>) -> Sha256 {
    let mut hasher = Hasher::new();
    hasher.field(title.unwrap_or(text).as_bytes());
    hasher.field(at.map(|at| at.to_string()).unwrap_or_default().as_bytes());
    hasher.finish()
}

/// The native ids of the items of one page, in order.
pub(super) fn native_ids(feed: &Url, items: &[Marks]) -> Vec<String> {
    let mut links: HashMap<&str, Option<&str>> = HashMap::new();
    let mut shared: HashMap<&str, bool> = HashMap::new();
    for marks in items {
        let Some(id) = marks.id.as_deref() else { continue };
        let link = marks.link.as_deref();
        let first = *links.entry(id).or_insert(link);
        *shared.entry(id).or_default() |= first != link;
    }
    items
        .iter()
        .map(|marks| {
            let believed = marks.id.as_deref().filter(|id| shared.get(id) != Some(&true));
            match believed.or(marks.link.as_deref()).or(marks.id.as_deref()) {
                Some(id) => scoped(feed, id),
                None => scoped(feed, &format!("sha256:{}", marks.digest)),
            }
        })
        .collect()
}

fn scoped(feed: &Url, id: &str) -> String {
    let is_global = ["http://", "https://", "tag:", "urn:"].iter().any(|s| id.starts_with(s));
    let id = match id.len() <= LONGEST {
        true if is_global => return id.to_owned(),
        true => id.to_owned(),
        false => format!("sha256:{}", Sha256::of(id.as_bytes())),
    };
    format!("{}#{id}", feed.host_str().unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(id: Option<&str>, link: Option<&str>) -> Marks {
        let [id, link] = [id, link].map(|text| text.map(str::to_owned));
        Marks { id, link, digest: Sha256::of(b"") }
    }

    #[test]
    fn what_an_item_is_known_by() {
        let feed = "https://loker.example/feed".parse().unwrap();
        let one = |id, link| native_ids(&feed, &[marks(id, link)]).remove(0);
        let link = Some("https://loker.example/a");
        assert_eq!(one(Some("https://loker.example/?p=7"), link), "https://loker.example/?p=7");
        assert_eq!(one(Some("tag:loker.example,2026:7"), link), "tag:loker.example,2026:7");
        assert_eq!(one(Some("7"), link), "loker.example#7");
        assert_eq!(one(None, link), "https://loker.example/a");
        assert!(one(None, None).starts_with("loker.example#sha256:e3b0c442"));
        assert!(one(Some(&"x".repeat(600)), None).starts_with("loker.example#sha256:"));
    }

    #[test]
    fn an_id_shared_by_items_with_other_links_is_not_believed() {
        let feed = "https://loker.example/feed".parse().unwrap();
        let [a, b] = ["https://loker.example/a", "https://loker.example/b"];
        let site = Some("https://loker.example");
        let ids = native_ids(&feed, &[marks(site, Some(a)), marks(site, Some(b))]);
        assert_eq!(ids, [a, b]);
        let ids = native_ids(&feed, &[marks(Some("7"), Some(a)), marks(Some("7"), Some(a))]);
        assert_eq!(ids, ["loker.example#7", "loker.example#7"], "one item, twice");
    }
}
