//! Pages by selectors: one page that is read as it is, or a list whose items are posts themselves or
//! lead to the pages that are. New items are told from known ones by their address, so a list is
//! walked back only as far as it holds something new.

mod settings;
mod state;

use std::collections::HashSet;

use scraper::{ElementRef, Html};
use url::Url;

use super::feed::walk::same_host;
use super::site::article::{Reader, site};
use super::site::pick::Pick;
use super::site::seen::Mark;
use super::site::trail::{self, Stop};
use super::site::{ACCEPT_HTML, jobs};
use super::{
    Adapter, Cursor, Finding, IfMissed, IfUnchanged, Missed, Page, SetAside, ShapeError, Visit,
    WebSource,
};
use crate::engine::SearchTerms;
use crate::fetch::{Capture, Request};
use crate::post::{Post, Sha256};
use state::State;

pub use settings::Settings;

const ADAPTER: Adapter = Adapter { name: "page", version: 1 };

/// What a page of a list that is followed is kept as: an item, or a part of the list.
const ITEM: &str = "item";
const LIST: &str = "list";
/// The most items of one page.
const MOST_ITEMS: usize = 1_000;
/// One page or list.
struct Listing {
    url: Url,
    /// Where the items of a list are; the page is one post where there is none.
    list: Option<List>,
    reader: Reader,
    /// The most a visit fetches.
    pages: u32,
    backfill_pages: u32,
    /// The settings that decide what is read, as one mark.
    settings: Mark,
    interval: (u64, u64),
}

/// How a list is read.
struct List {
    item: Pick,
    link: Option<Pick>,
    next: Option<Pick>,
    /// The items only lead to the pages that are the posts.
    follow: bool,
}

/// What a page of a list holds.
#[derive(Default)]
struct Items {
    posts: Vec<Post>,
    stops: Vec<Stop>,
    set_aside: Vec<SetAside>,
    found: usize,
}

impl Listing {
    fn state(&self, cursor: Option<&Cursor>) -> State {
        State::resume(&self.url, &self.settings, cursor)
    }

    /// Completes a page: what comes next, and the cursor.
    fn then(&self, mut state: State, page: Page) -> Page {
        let goes_on = state.trail.count(self.pages);
        let front = state.trail.owes_front().then_some(&self.url);
        let next = state.next().or(front).filter(|_| goes_on).cloned();
        if next.is_none() {
            state.trail.rest();
        }
        let next = next.map(|url| Request::new(url, ACCEPT_HTML));
        Page { next, cursor: Some(state.cursor()), ..page }
    }

    /// Breaks the visit off; the next one goes on from this state.
    fn ends(&self, mut state: State, page: Page) -> IfMissed {
        state.trail.break_off();
        IfMissed::Ends(Box::new(Page { cursor: Some(state.cursor()), ..page }))
    }

    fn read_list(
        &self,
        list: &List,
        capture: &Capture,
        mut state: State,
    ) -> Result<Page, ShapeError> {
        let shape = |reason: String| ShapeError { adapter: ADAPTER.name, reason };
        let is_front = capture.url == self.url;
        let tree = Reader::tree(capture).map_err(shape)?;
        let mut items = self.items(list, &tree, capture);
        let mut ignored = 0;
        let quiet = self.reader.is_quiet(capture, &tree);
        if quiet {
            // Neither what it holds nor what cannot be read of it: both would keep the page.
            let held = items.posts.len() + items.set_aside.len();
            ignored = u64::try_from(held.max(1)).unwrap_or(u64::MAX);
            items.posts.clear();
            items.set_aside.clear();
        }
        let Items { posts, stops, set_aside, found } = items;
        if is_front && !quiet && found == 0 {
            return Err(shape("the selector `item` finds nothing on the page".into()));
        }
        if is_front && !quiet && list.follow && stops.is_empty() {
            return Err(shape("none of the items has a link to a page of this site".into()));
        }
        let mut fresh = false;
        if list.follow {
            let new: Vec<Stop> = stops.into_iter().filter(|it| state.is_new(&it.mark)).collect();
            fresh |= !new.is_empty();
            state.trail.add(new);
        }
        for post in &posts {
            let mark = Mark::of(&[&post.key.native_id]);
            fresh |= state.is_new(&mark);
            state.note(&mark);
        }
        let older = list.next.as_ref().and_then(|next| next.link(tree.root_element()));
        let older = older
            .and_then(|it| same_host(&it, &self.url, &capture.final_url))
            .filter(|it| *it != capture.url && *it != self.url && fresh);
        state.step(is_front, older, self.backfill_pages);
        Ok(self.then(state, Page { posts, set_aside, ignored, ..Page::default() }))
    }

    fn items(&self, list: &List, tree: &Html, capture: &Capture) -> Items {
        let root = tree.root_element();
        let base = &capture.final_url;
        let (ads, set_aside) = jobs::read(tree, base, capture.fetched_at);
        let container = site(tree, base);
        let mut items = Items { posts: ads, set_aside, ..Items::default() };
        let mut known: HashSet<String> =
            items.posts.iter().map(|post| post.key.native_id.clone()).collect();
        // Lists put the newest first.
        let elements: Vec<ElementRef<'_>> = list.item.all(root).take(MOST_ITEMS).collect();
        items.found = elements.len();
        for element in elements.into_iter().rev() {
            let link = match &list.link {
                Some(link) => link.link(element),
                None => element
                    .descendent_elements()
                    .find_map(|it| it.value().attr("href"))
                    .map(str::to_owned),
            };
            if list.follow {
                let url = link.and_then(|link| same_host(&link, &self.url, base));
                if let Some(url) = url.filter(|url| known.insert(url.to_string())) {
                    let mark = Mark::of(&[url.as_str()]);
                    items.stops.push(Stop::new(url, mark, 0));
                }
                continue;
            }
            let mut address = link
                .and_then(|link| base.join(link.trim()).ok())
                .filter(|url| matches!(url.scheme(), "http" | "https"));
            // An anchor of another page is still that page; one of this page tells items apart.
            if let Some(url) = address.as_mut().filter(|url| url.path() != base.path()) {
                url.set_fragment(None);
            }
            let mut post = self.reader.article(
                element,
                address.as_ref().unwrap_or(base),
                capture.fetched_at,
                false,
            );
            if post.reading().trim().is_empty() {
                let reason = "an item in which the selectors find neither title nor text";
                items.set_aside.push(SetAside::new(capture.url.as_str(), reason, element.html()));
                continue;
            }
            if address.is_none() {
                let mark = Sha256::of(post.reading().as_bytes()).to_string();
                post.key.native_id = format!("{base}#sha256:{mark}");
                post.missing_fields.push("url".into());
            }
            if known.insert(post.key.native_id.clone()) {
                items.posts.push(post);
            }
        }
        for post in &mut items.posts {
            post.container = Some(container.clone());
        }
        items
    }
}

impl WebSource for Listing {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        let state = self.state(visit.cursor);
        Some(Request::new(state.next().unwrap_or(&self.url).clone(), ACCEPT_HTML))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let mut state = self.state(visit.cursor);
        let is_detail = state.trail.is_at(&capture.url);
        if capture.url == self.url && !is_detail {
            state.trail.saw_front();
        }
        if let Some(list) = self.list.as_ref().filter(|_| !is_detail) {
            return self.read_list(list, capture, state);
        }
        let reading = self.reader.read(capture);
        if let Some(stop) = is_detail.then(|| state.trail.step()).flatten() {
            state.note(&stop.mark);
        } else if reading.posts.is_empty() && reading.ignored == 0 {
            let reason = reading.set_aside.into_iter().next().map(|aside| aside.reason);
            return Err(ShapeError { adapter: ADAPTER.name, reason: reason.unwrap_or_default() });
        }
        Ok(self.then(state, reading.into()))
    }

    /// By its address alone no page of a list that is followed is told from an item.
    fn manner(&self, capture: &Capture, visit: Visit<'_>) -> Option<String> {
        let follows = self.list.as_ref().is_some_and(|list| list.follow);
        let is_item = || self.state(visit.cursor).trail.is_at(&capture.url);
        (follows && capture.url != self.url).then(|| if is_item() { ITEM } else { LIST }.to_owned())
    }

    fn again(
        &self,
        capture: &Capture,
        manner: Option<&str>,
        _terms: &SearchTerms,
    ) -> Result<Page, ShapeError> {
        match self.list.as_ref().filter(|_| manner != Some(ITEM)) {
            Some(list) => self.read_list(list, capture, self.state(None)),
            None => Ok(self.reader.read(capture).into()),
        }
    }

    fn if_unchanged(&self, request: &Request, visit: Visit<'_>) -> IfUnchanged {
        let url = &request.url;
        let mut state = self.state(visit.cursor);
        state.trail.saw_front();
        // Whatever the front held is in the cursor by then; but it must have been read, and with
        // these settings.
        match *url == self.url && State::is_of(&self.url, &self.settings, visit.cursor) {
            true => IfUnchanged::GoesOn(Box::new(self.then(state, Page::default()))),
            false => IfUnchanged::Unasked,
        }
    }

    fn if_missed(&self, request: &Request, missed: &Missed, visit: Visit<'_>) -> IfMissed {
        let url = &request.url;
        let mut state = self.state(visit.cursor);
        let mut page = Page::default();
        if state.trail.is_at(url) {
            let Some(loss) = state.trail.miss(missed) else { return IfMissed::Waits };
            if let Some((stop, aside)) = loss.given_up {
                state.note(&stop.mark);
                page.set_aside.push(aside);
            }
            if loss.ends {
                return self.ends(state, page);
            }
        } else if *url == self.url {
            return IfMissed::Fails;
        } else if !trail::was_asked_for(missed) {
            return IfMissed::Waits;
        } else if matches!(missed, Missed::Transient(_)) && state.older_may_fail_again() {
            return self.ends(state, page);
        } else {
            // An older page of the list that is gone must not hold up the newest for ever.
            state.step(false, None, self.backfill_pages);
            page.set_aside.push(SetAside {
                place: url.to_string(),
                reason: format!("the older page cannot be had: {missed}"),
                raw: String::new(),
            });
        }
        IfMissed::GoesOn(Box::new(self.then(state, page)))
    }

    fn findings(&self, capture: &Capture) -> Vec<Finding> {
        let Ok(tree) = Reader::tree(capture) else { return Vec::new() };
        let root = tree.root_element();
        let Some(list) = self.list.as_ref().filter(|_| capture.url == self.url) else {
            return self.reader.findings(&[root]);
        };
        let items: Vec<ElementRef<'_>> = list.item.all(root).take(MOST_ITEMS).collect();
        let mut findings = vec![list.item.finding("item", &[root])];
        findings.extend(list.link.as_ref().map(|link| link.finding("link", &items)));
        if !list.follow {
            findings.extend(self.reader.findings(&items));
        }
        findings.extend(list.next.as_ref().map(|next| next.finding("next", &[root])));
        findings
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}
