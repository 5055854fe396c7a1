//! Sitemaps: which pages a site has and when each changed last. A page is fetched when it is new or
//! its date changed, oldest first, as many in a visit as the settings say; the rest waits in the
//! cursor, so that nothing is lost and nothing fetched twice, whenever the visit is cut off.

mod file;
mod state;

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use url::Url;

use super::site::article::Reader;
use super::site::{ACCEPT_HTML, pages_of_a_visit, web_address};
use super::{
    Adapter, Door, Finding, Given, IfMissed, IfUnchanged, Missed, OpenError, Page, ShapeError,
    SourceSettings, Visit, WebSource,
};
use crate::engine::SearchTerms;
use crate::fetch::{self, BlockReason, Capture, Request};
use crate::post::{Platform, PostKey};
use file::Entry;
use state::State;

const ADAPTER: Adapter = Adapter { name: "sitemap", version: 1 };

const ACCEPT_XML: &str = "application/xml, text/xml, application/gzip;q=0.9, text/plain;q=0.8, \
     */*;q=0.1";

/// The shortest time between visits when the config names none.
const EVERY: Duration = Duration::from_secs(30 * 60);
/// The longest time between visits when the config names none.
const SLOWEST: Duration = Duration::from_secs(24 * 3600);

/// What is kept of a site: its pages, and the files that name them.
const PAGE: &str = "page";
const FILE: &str = "file";

const WIB: Offset = Offset::constant(7);

/// What only a sitemap knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address of the sitemap or of the index of sitemaps.
    pub url: Url,
    /// Paths to fetch, as in a robots.txt: from the start, `*` for anything, `$` for the end. All
    /// when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Paths to leave out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// The most that one visit fetches, files of the sitemap included.
    #[serde(default = "pages")]
    pub pages: u32,
    /// Pages that changed last before this day, in WIB, are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// Selector of a page's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Selector of a page's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Selector of a page's date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Selector of a page's author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Whether a page that asks not to be listed or kept is left out.
    #[serde(default = "obey_noindex")]
    pub obey_noindex: bool,
}

const fn pages() -> u32 {
    100
}

const fn obey_noindex() -> bool {
    true
}

impl Settings {
    /// Settings of one sitemap, without filters and selectors.
    pub fn of(url: Url) -> Self {
        Self {
            url,
            include: Vec::new(),
            exclude: Vec::new(),
            pages: pages(),
            since: None,
            title: None,
            text: None,
            date: None,
            author: None,
            obey_noindex: obey_noindex(),
        }
    }
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        web_address("url", &self.url)?;
        for (key, patterns) in [("include", &self.include), ("exclude", &self.exclude)] {
            let wrong = patterns.iter().find(|it| !it.starts_with(['/', '*']));
            if let Some(pattern) = wrong {
                let reason = format!(
                    "`{pattern}` bukan jalur: mulai dengan `/` atau `*`, misalnya \"/lowongan/\" \
                     atau \"*/loker-*\""
                );
                return Err(OpenError::new(key, reason));
            }
        }
        pages_of_a_visit(self.pages)?;
        let [title, text, date, author] =
            [&self.title, &self.text, &self.date, &self.author].map(Option::as_ref);
        let mut url = self.url.clone();
        url.set_fragment(None);
        Ok(Door::Web(Box::new(Sitemap {
            url,
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            pages: self.pages,
            since: self.since.and_then(|day| WIB.to_timestamp(day.at(0, 0, 0, 0)).ok()),
            reader: Reader::new(title, text, date, author, self.obey_noindex)?,
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}

/// One site by its sitemap.
struct Sitemap {
    url: Url,
    include: Vec<String>,
    exclude: Vec<String>,
    pages: u32,
    since: Option<Timestamp>,
    reader: Reader,
    interval: (u64, u64),
}

impl Sitemap {
    fn request(&self, state: &State, url: &Url) -> Request {
        if state.trail.is_at(url) {
            return Request::new(url.clone(), ACCEPT_HTML);
        }
        Request { max_body: Some(file::LARGEST), ..Request::new(url.clone(), ACCEPT_XML) }
    }

    fn is_wanted(&self, entry: &Entry) -> bool {
        let path = &entry.url[url::Position::BeforePath..url::Position::AfterQuery];
        let any = |patterns: &[String]| patterns.iter().any(|it| fetch::path_matches(path, it));
        let recent = self.since.is_none_or(|since| entry.at.is_none_or(|at| at >= since));
        recent && (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }

    /// Completes a page: what comes next, and the cursor.
    fn then(&self, mut state: State, page: Page) -> Page {
        let goes_on = state.trail.count(self.pages);
        let front = state.trail.owes_front().then_some(&self.url);
        let next = state.next().or(front).filter(|_| goes_on).map(|url| self.request(&state, url));
        if next.is_none() {
            state.trail.rest();
        }
        Page { next, cursor: Some(state.cursor()), ..page }
    }

    fn read_file(&self, capture: &Capture, mut state: State) -> Result<Page, ShapeError> {
        let is_root = capture.url == self.url;
        if is_root {
            state.trail.saw_front();
        }
        let aside = |reason: String| super::SetAside {
            place: capture.url.to_string(),
            reason,
            raw: String::new(),
        };
        let file = match file::read(capture, &self.url) {
            Ok(file) if file.is_index && !is_root => {
                state.skip(&capture.url);
                let set_aside = vec![aside("an index inside of an index".into())];
                return Ok(self.then(state, Page { set_aside, ..Page::default() }));
            }
            Ok(file) => file,
            Err(reason) if is_root => return Err(ShapeError { adapter: ADAPTER.name, reason }),
            // One file of many must not hold up the others.
            Err(reason) => {
                state.skip(&capture.url);
                let set_aside = vec![aside(reason)];
                return Ok(self.then(state, Page { set_aside, ..Page::default() }));
            }
        };
        let set_aside = if file.is_index {
            state.read_index(file)
        } else {
            // This file is one of the visit's pages itself.
            let most = state.trail.left(self.pages).saturating_sub(1);
            state.read_pages(&capture.url, file, |entry| self.is_wanted(entry), most.max(1))
        };
        Ok(self.then(state, Page { set_aside, ..Page::default() }))
    }
}

impl WebSource for Sitemap {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        let state = State::resume(&self.url, visit.cursor);
        Some(self.request(&state, state.next().unwrap_or(&self.url)))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let mut state = State::resume(&self.url, visit.cursor);
        if !state.trail.is_at(&capture.url) {
            return self.read_file(capture, state);
        }
        let reading = self.reader.read(capture);
        if let Some(stop) = state.trail.step() {
            state.note(&stop);
        }
        Ok(self.then(state, reading.into()))
    }

    /// A file that is broken looks like a page.
    fn manner(&self, capture: &Capture, visit: Visit<'_>) -> Option<String> {
        let is_page = || State::resume(&self.url, visit.cursor).trail.is_at(&capture.url);
        (capture.url != self.url).then(|| if is_page() { PAGE } else { FILE }.to_owned())
    }

    fn again(
        &self,
        capture: &Capture,
        manner: Option<&str>,
        _terms: &SearchTerms,
    ) -> Result<Page, ShapeError> {
        match manner {
            Some(PAGE) => Ok(self.reader.read(capture).into()),
            _ => self.read_file(capture, State::resume(&self.url, None)),
        }
    }

    fn if_unchanged(&self, request: &Request, visit: Visit<'_>) -> IfUnchanged {
        let url = &request.url;
        let mut state = State::resume(&self.url, visit.cursor);
        if state.trail.is_at(url) {
            if let Some(stop) = state.trail.step() {
                state.note(&stop);
            }
        } else if state.is_file(url) {
            if !state.is_settled(url) {
                return IfUnchanged::Unasked;
            }
            state.skip(url);
            if *url == self.url {
                state.trail.saw_front();
                state.same_index();
            }
        }
        IfUnchanged::GoesOn(Box::new(self.then(state, Page::default())))
    }

    fn if_missed(&self, request: &Request, missed: &Missed, visit: Visit<'_>) -> IfMissed {
        let url = &request.url;
        let mut state = State::resume(&self.url, visit.cursor);
        let mut page = Page::default();
        if state.trail.is_at(url) {
            let Some(loss) = state.trail.miss(missed) else { return IfMissed::Waits };
            if let Some((stop, aside)) = loss.given_up {
                if *missed == Missed::Blocked(BlockReason::Status(410)) {
                    let native_id = stop.url.to_string();
                    page.deleted.push(PostKey { platform: Platform::Web, native_id });
                }
                state.note(&stop);
                page.set_aside.push(aside);
            }
            if loss.ends {
                state.trail.break_off();
                return IfMissed::Ends(Box::new(Page { cursor: Some(state.cursor()), ..page }));
            }
        } else if *url == self.url {
            return IfMissed::Fails;
        } else {
            state.skip(url);
            page.set_aside.push(super::SetAside {
                place: url.to_string(),
                reason: format!("the file cannot be had: {missed}"),
                raw: String::new(),
            });
        }
        IfMissed::GoesOn(Box::new(self.then(state, page)))
    }

    fn findings(&self, capture: &Capture) -> Vec<Finding> {
        // The files of the sitemap hold nothing that a selector is meant for.
        let page = file::read(capture, &self.url).is_err().then(|| Reader::tree(capture).ok());
        let page = page.flatten();
        page.map_or(Vec::new(), |page| self.reader.findings(&[page.root_element()]))
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}
