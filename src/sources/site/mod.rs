//! What every door to a web site shares: selectors, dates, structured job ads, the reading of one
//! page, and the trail of pages yet to fetch. Parsing only; a hostile page costs no more than others.

pub(super) mod article;
mod countries;
pub(super) mod dates;
pub(super) mod jobs;
mod json_ld;
pub(super) mod pick;
pub(super) mod quiet;
pub(super) mod seen;
pub(super) mod trail;

use url::Url;

use crate::sources::OpenError;

/// The `Accept` of a page for people.
pub(super) const ACCEPT_HTML: &str = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1";

/// The most pages one visit may be allowed: the pipeline breaks off longer ones.
const MOST_PAGES: u32 = 1_500;

/// Refuses an address that is none of the web.
///
/// # Errors
/// Which key, and what would be right.
pub(super) fn web_address(key: &'static str, url: &Url) -> Result<(), OpenError> {
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        return Ok(());
    }
    let reason =
        format!("`{url}` bukan alamat web; tulis alamat yang dimulai dengan https:// atau http://");
    Err(OpenError::new(key, reason))
}

/// Refuses a number of pages that one visit cannot fetch.
///
/// # Errors
/// Which numbers can be.
pub(super) fn pages_of_a_visit(pages: u32) -> Result<(), OpenError> {
    if (1..=MOST_PAGES).contains(&pages) {
        return Ok(());
    }
    Err(OpenError::new("pages", format!("tulis bilangan dari 1 sampai {MOST_PAGES}")))
}

/// One line of a text that may have many.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
