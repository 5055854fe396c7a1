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

/// One line of a text that may have many.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
