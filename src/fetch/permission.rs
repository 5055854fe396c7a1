//! Whether a site lets us ask: fetches its robots.txt, once and before anything else, and keeps what
//! it says for a day. What cannot be had means "not now" (RFC 9309 section 2.3.1).

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use tokio::time::Instant;
use url::Url;

use super::asking::{Asking, Hop, Purpose, Unanswered, ask};
use super::client::Shared;
use super::outcome::{BlockReason, Outcome, RefuseReason, TransientReason};
use super::redirect::{self, Target};
use super::robots::Rules;
use super::sites::{CachedRobots, ROBOTS_FOR};

/// The name robots.txt files know us by.
pub const PRODUCT: &str = "waspada";

/// Redirects of a robots.txt that are followed (RFC 9309 section 2.3.1.2).
const ROBOTS_REDIRECTS: usize = 5;

impl Shared {
    /// What the robots.txt of this hop's scheme, host and port says; fetched once, by whoever
    /// comes first, before anything else is asked of it.
    pub(super) async fn rules(&self, hop: &Hop) -> Result<Arc<Rules>, Outcome> {
        let cell = hop.site.robots(&hop.url);
        let mut cached = cell.lock().await;
        let known_delay = match &*cached {
            Some(known) if Instant::now() < known.expires => return Ok(Arc::clone(&known.rules)),
            Some(expired) => self.crawl_delay(&expired.rules),
            None => None,
        };
        let rules = Arc::new(self.fetch_rules(hop, known_delay).await?);
        if let Some(wanted) = rules.crawl_delay().filter(|&wanted| wanted > self.max_crawl_delay) {
            tracing::warn!(
                host = hop.site.name(),
                ?wanted,
                kept = ?self.max_crawl_delay,
                "Crawl-delay is longer than fetch.max_crawl_delay and is cut to it"
            );
        }
        *cached =
            Some(CachedRobots { rules: Arc::clone(&rules), expires: Instant::now() + ROBOTS_FOR });
        Ok(rules)
    }

    async fn fetch_rules(&self, page: &Hop, delay: Option<Duration>) -> Result<Rules, Outcome> {
        let unreachable = |why: String, retry_at| Outcome::Transient {
            reason: TransientReason::RobotsUnreachable(why),
            retry_at,
        };
        let mut hop = Hop {
            url: robots_url(&page.url),
            clearance: page.clearance,
            site: Arc::clone(&page.site),
        };
        for followed in 0..=ROBOTS_REDIRECTS {
            let delay = delay.filter(|_| followed == 0);
            let headers =
                HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/plain, */*;q=0.1"))]);
            let asking = Asking { headers, ..Asking::default() };
            let answer = match ask(&self.wire, &hop, Purpose::Robots, delay, asking).await {
                Ok(answer) => answer,
                // The very host of the page: its page would be refused or deferred for the same reason.
                Err(Unanswered::Refused(reason @ RefuseReason::Address(_))) if followed == 0 => {
                    return Err(Outcome::Refused(reason));
                }
                Err(Unanswered::NotNow(reason, retry_at)) => {
                    return Err(Outcome::Transient { reason, retry_at });
                }
                Err(Unanswered::Transient(reason, retry_at)) => {
                    return Err(unreachable(reason.to_string(), retry_at));
                }
                Err(Unanswered::Refused(reason)) => {
                    return Err(unreachable(reason.to_string(), page.site.failed(None)));
                }
                Err(Unanswered::Challenge(whose)) => {
                    return Err(Outcome::Blocked(BlockReason::Challenge(whose)));
                }
            };
            if answer.status.is_success() {
                return Ok(Rules::parse(&answer.body, PRODUCT));
            }
            let to = match redirect::target(&hop.url, answer.status, &answer.headers) {
                Some(Target::To(to)) => to,
                Some(Target::Unreadable(_)) | None => return Ok(Rules::allow_all()),
            };
            let next = if redirect::is_downgrade(&hop.url, &to) {
                Err(RefuseReason::Address("it redirects from https to http".to_owned()))
            } else {
                self.hop(to)
            };
            hop = next.map_err(|reason| unreachable(reason.to_string(), page.site.failed(None)))?;
        }
        // RFC 9309: after five redirects a robots.txt may be taken as not there.
        Ok(Rules::allow_all())
    }

    /// The Crawl-delay to keep.
    pub(super) fn crawl_delay(&self, rules: &Rules) -> Option<Duration> {
        rules.crawl_delay().map(|delay| delay.min(self.max_crawl_delay))
    }
}

fn robots_url(page: &Url) -> Url {
    let mut url = page.clone();
    url.set_path("/robots.txt");
    url.set_query(None);
    url
}
