//! The public web preview of Telegram channels, `/s/<channel>`. A first visit walks back as far as
//! the settings say; later ones from the newest page down to what is known, whatever was posted in
//! between. Every message of a page ends as a post, as ignored, or set aside.

mod content;
mod message;
mod page;
mod settings;
mod walk;

use std::collections::BTreeSet;

use jiff::tz::Offset;
use url::Url;

use super::{Adapter, Coverage, Page, ShapeError, Visit, WebSource};
use crate::fetch::{Capture, Redirects, Request, decode};
use crate::post::Post;
use message::{Message, Reading};
use page::Preview;
use walk::{Limits, Sight, State};

pub use settings::Settings;

const ADAPTER: Adapter = Adapter { name: "telegram", version: 1 };
const ACCEPT: &str = "text/html";

/// Telegram's days and the operator's differ; the settings mean the operator's.
const WIB: Offset = Offset::constant(7);

/// A channel as read through its preview.
struct Channel {
    name: String,
    base: Url,
    limits: Limits,
    interval: (u64, u64),
}

impl Channel {
    fn new(settings: &Settings, interval: (u64, u64)) -> Self {
        let since =
            settings.backfill_since.and_then(|day| WIB.to_timestamp(day.at(0, 0, 0, 0)).ok());
        Self {
            name: settings.channel.clone(),
            base: settings.base.clone(),
            limits: Limits { posts: u64::from(settings.backfill_posts), since },
            interval,
        }
    }

    /// The newest page, or the messages whose numbers are lower than `before`.
    fn request(&self, before: Option<u64>) -> Request {
        let mut url = self.base.clone();
        url.set_query(None);
        url.set_fragment(None);
        // Only an address without a path refuses here, and the settings let none through.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["s", self.name.as_str()]);
        }
        if let Some(before) = before {
            url.query_pairs_mut().append_pair("before", &before.to_string());
        }
        // A channel without a preview is redirected to its contact page: an answer, not a detour.
        Request { redirects: Redirects::Report, ..Request::new(url, ACCEPT) }
    }
}

impl WebSource for Channel {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        Some(self.request(State::from(visit.cursor).resume_before()))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let shape = |reason| ShapeError { adapter: ADAPTER.name, reason };
        let html = decode(&capture.body, capture.header("content-type")).text;
        let preview = page::read(&html, &self.name).map_err(shape)?;
        let before = asked_before(&capture.url);
        let (messages, older) = match preview {
            Preview::Messages { messages, older } => (messages, older),
            Preview::Empty => (Vec::new(), false),
        };

        // Only the newest page tells a changed platform from a strange stretch of history, which
        // must not hold up the walk for ever; without any number there is no walking on.
        let fits = match before {
            None => messages.iter().any(Message::is_familiar),
            Some(_) => messages.iter().any(|message| !message.numbers.is_empty()),
        };
        if !messages.is_empty() && !fits {
            return Err(shape(format!(
                "none of its {} messages can be read; the first: {}",
                messages.len(),
                messages.iter().find_map(Message::trouble).unwrap_or_default()
            )));
        }

        let mut page = Page::default();
        let mut numbers = BTreeSet::new();
        for message in messages {
            numbers.extend(message.numbers);
            match message.reading {
                Reading::Post(post) => page.posts.push(*post),
                Reading::Ignored => page.ignored += 1,
                Reading::SetAside(item) => page.set_aside.push(item),
            }
        }

        let sight = Sight {
            before,
            span: numbers.first().copied().zip(numbers.last().copied()),
            older,
            posts: page.posts.len() as u64,
            oldest: page.posts.iter().filter_map(|post| post.created_at).min(),
        };
        let step = State::from(visit.cursor).step(&sight, &self.limits).map_err(shape)?;
        page.coverage = step.covered.map(|(from, to)| Coverage {
            from,
            to,
            seen: numbers.range(from..=to).count() as u64,
        });
        page.next = step.next_before.map(|before| self.request(Some(before)));
        page.cursor = Some(step.state.into());
        Ok(page)
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}

/// Reads the page of one message, as Telegram serves it for other sites to embed.
///
/// # Errors
/// What stands in place of the message.
pub fn single(capture: &Capture, channel: &str) -> Result<Post, ShapeError> {
    let shape = |reason| ShapeError { adapter: ADAPTER.name, reason };
    let html = decode(&capture.body, capture.header("content-type")).text;
    match page::read_one(&html, channel).map_err(shape)?.reading {
        Reading::Post(post) => Ok(*post),
        Reading::Ignored => Err(shape("it is a notice of the platform".to_owned())),
        Reading::SetAside(item) => Err(shape(item.reason)),
    }
}

fn asked_before(url: &Url) -> Option<u64> {
    url.query_pairs().find(|(key, _)| key == "before").and_then(|(_, value)| value.parse().ok())
}
