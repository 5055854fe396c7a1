//! What the config says of a server, whatever its kind: where it is and how often to ask.

use std::time::Duration;

use url::Url;

use crate::sources::{Given, OpenError};

/// The shortest time between visits, in seconds: servers let an answer be as old as this.
const SHORTEST: u64 = 15;
/// Time between two visits when the config names none.
const EVERY: Duration = Duration::from_secs(15 * 60);
const SLOWEST: Duration = Duration::from_secs(6 * 3600);

/// How far a first visit goes back in each listing when the config does not say.
pub(super) const fn backfill_posts() -> u32 {
    80
}

/// The address of a server, without a path.
pub(super) fn server(written: &Url) -> Result<Url, OpenError> {
    let is_server = matches!(written.scheme(), "http" | "https")
        && written.has_host()
        && written.username().is_empty()
        && written.password().is_none()
        && matches!(written.path(), "" | "/")
        && written.query().is_none()
        && written.fragment().is_none();
    if is_server {
        return Ok(written.clone());
    }
    Err(OpenError::new(
        "server",
        format!(
            "`{written}` bukan alamat server: tulis alamat depannya saja, misalnya \
             https://server.example"
        ),
    ))
}

/// The shortest and longest time between visits, in seconds.
pub(super) fn interval(given: &Given) -> Result<(u64, u64), OpenError> {
    let (every, slowest) = given.interval(EVERY, SLOWEST);
    if every < SHORTEST {
        let reason = format!("{every} detik terlalu sering; paling cepat {SHORTEST} detik sekali");
        return Err(OpenError::new("every", reason));
    }
    Ok((every, slowest))
}

/// An address on a server.
pub(super) fn address<'a>(
    server: &Url,
    path: &str,
    more: impl IntoIterator<Item = &'a str>,
    query: &[(&str, &str)],
) -> Url {
    let mut url = server.clone();
    url.set_path(path);
    // Only an address without a path refuses here, and the settings let none through.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.extend(more);
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}
