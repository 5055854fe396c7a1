//! One page of a web site as posts: structured job ads first; else what the operator's selectors
//! pick; else what pages commonly mark as their title, text, date and author. A page that asks not
//! to be listed or kept gives no post.

use jiff::Timestamp;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::pick::Pick;
use super::{dates, jobs, one_line, quiet};
use crate::fetch::{Capture, decode};
use crate::post::{Account, Container, ContainerKind, Media, MediaKind, Platform, Post, PostKind};
use crate::sources::feed::body::Body;
use crate::sources::feed::walk::same_host;
use crate::sources::{Finding, OpenError, Page, SetAside, html};

/// Elements a page may call by one of these before it is not asked any more.
const MOST_TEXTS: usize = 500;

/// Where the text of an article commonly stands, best first.
const BODIES: &[&str] = &[
    "[itemprop~=articleBody]",
    ".entry-content",
    ".post-body",
    ".post-content",
    ".article-content",
    "article",
    "main",
    "[role=main]",
    "body",
];
const TITLES: &[&str] = &["meta[property='og:title']@content", "h1", "title"];
const DESCRIPTIONS: &[&str] =
    &["meta[property='og:description']@content", "meta[name=description]@content"];
const DATES: &[&str] = &[
    "meta[property='article:published_time']",
    "meta[itemprop=datePublished]",
    "[itemprop=datePublished]",
    "article time[datetime]",
    "time[datetime]",
];
const AUTHORS: &[&str] =
    &["meta[name=author]@content", "[rel=author]", "[itemprop=author]", ".author"];

/// How the pages of one source are read.
#[derive(Debug, Clone, Default)]
pub(in crate::sources) struct Reader {
    /// The operator's selectors.
    pub title: Option<Pick>,
    /// The text; several elements are joined.
    pub text: Option<Pick>,
    /// When it was published.
    pub date: Option<Pick>,
    /// Who published it.
    pub author: Option<Pick>,
    /// Whether a page that asks not to be kept is kept all the same.
    pub keep_unlisted: bool,
    /// A person pointed at this very page: a title alone is kept, and what the page tells of itself
    /// stands before a text that lacks it.
    pub pointed_at: bool,
}

/// What a page gave.
#[derive(Debug, Default)]
pub(in crate::sources) struct Reading {
    /// Its posts.
    pub posts: Vec<Post>,
    /// What could not be read of it.
    pub set_aside: Vec<SetAside>,
    /// One when it asked not to be kept.
    pub ignored: u64,
}

impl From<Reading> for Page {
    fn from(Reading { posts, set_aside, ignored }: Reading) -> Self {
        Self { posts, set_aside, ignored, ..Self::default() }
    }
}

impl Reader {
    /// Reads the operator's selectors.
    ///
    /// # Errors
    /// The first that cannot be read.
    pub fn new(
        title: Option<&String>,
        text: Option<&String>,
        date: Option<&String>,
        author: Option<&String>,
        obey_noindex: bool,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            title: Pick::read_some("title", title)?,
            text: Pick::read_some("text", text)?,
            date: Pick::read_some("date", date)?,
            author: Pick::read_some("author", author)?,
            keep_unlisted: !obey_noindex,
            pointed_at: false,
        })
    }

    /// The page as a tree.
    ///
    /// # Errors
    /// It is no page, or one that only means harm.
    pub fn tree(capture: &Capture) -> Result<Html, String> {
        let kind = capture.header("content-type").unwrap_or("text/html").to_ascii_lowercase();
        if !["html", "xml", "text/plain"].iter().any(|it| kind.contains(it)) {
            return Err(format!("expected an HTML page, found `{kind}`"));
        }
        let text = decode(&capture.body, capture.header("content-type")).text;
        html::document(&text).ok_or_else(|| "its elements are nested beyond all reason".to_owned())
    }

    /// Whether the page may not be kept, by its own word.
    pub fn is_quiet(&self, capture: &Capture, page: &Html) -> bool {
        !self.keep_unlisted && quiet::asked(capture, page)
    }

    /// Reads a page that is one article, or holds structured job ads.
    pub fn read(&self, capture: &Capture) -> Reading {
        let aside = |reason: String| Reading {
            set_aside: vec![unreadable(capture, reason)],
            ..Reading::default()
        };
        if is_sent_home(&capture.url, &capture.final_url) {
            return aside(format!("the page is gone: {} answered", capture.final_url));
        }
        let page = match Self::tree(capture) {
            Ok(page) => page,
            Err(reason) => return aside(reason),
        };
        if self.is_quiet(capture, &page) {
            return Reading { ignored: 1, ..Reading::default() };
        }
        let address = canonical(&page, &capture.final_url);
        let container = site(&page, &capture.final_url);
        let (mut posts, mut set_aside) = jobs::read(&page, &address, capture.fetched_at);
        if posts.is_empty() {
            let post = self.article(page.root_element(), &address, capture.fetched_at, true);
            let titled = self.pointed_at && post.title.is_some();
            match post.text.is_empty() && !titled {
                true => set_aside.push(unreadable(capture, self.no_text())),
                false => posts.push(post),
            }
        }
        for post in &mut posts {
            post.container = Some(container.clone());
        }
        Reading { posts, set_aside, ignored: 0 }
    }

    fn no_text(&self) -> String {
        match &self.text {
            Some(_) => "the selector `text` finds nothing on it".to_owned(),
            None => "no text was found on it; name its place with `text`".to_owned(),
        }
    }

    /// The article in `scope`. In a whole page what the selectors do not find is looked for where
    /// pages commonly have it; in an item of a list the item is the text.
    pub fn article(
        &self,
        scope: ElementRef<'_>,
        address: &Url,
        now: Timestamp,
        whole_page: bool,
    ) -> Post {
        let mut post = Post::new(Platform::Web, address.as_str(), "");
        post.kind = if whole_page { PostKind::Page } else { PostKind::Post };
        post.url = Some(address.to_string());
        let common = |list: &[&str]| {
            let found =
                list.iter().filter(|_| whole_page).find_map(|css| common_pick(css)?.value(scope));
            found.map(|text| one_line(&text))
        };
        let chosen = |pick: &Option<Pick>| Some(one_line(&pick.as_ref()?.value(scope)?));
        post.title = chosen(&self.title).or_else(|| common(TITLES));

        let bodies: Vec<Body> = match &self.text {
            Some(pick) => pick
                .all(scope)
                .take(MOST_TEXTS)
                .map(|element| match pick.value_of(element) {
                    Some(text) => Body { text, ..Body::of(element, address) },
                    None => Body::default(),
                })
                .collect(),
            None if whole_page => BODIES
                .iter()
                .filter_map(|css| Selector::parse(css).ok())
                .find_map(|css| {
                    let found = scope.select(&css).map(|it| Body::of(it, address));
                    found.into_iter().find(|body| !body.text.is_empty())
                })
                .into_iter()
                .collect(),
            None => vec![Body::of(scope, address)],
        };
        let texts: Vec<&str> =
            bodies.iter().map(|body| body.text.as_str()).filter(|text| !text.is_empty()).collect();
        post.text = texts.join("\n");
        // Of a page that a script makes, this is often all that stands in it, but for "Memuat…".
        if self.text.is_none()
            && (post.text.is_empty() || self.pointed_at)
            && let Some(told) = common(DESCRIPTIONS)
            && !one_line(&post.text).contains(&told)
        {
            post.text = if post.text.is_empty() { told } else { format!("{told}\n{}", post.text) };
        }
        for body in bodies {
            post.links.extend(body.links);
            let image = |url| Media { kind: MediaKind::Image, url: Some(url) };
            post.media.extend(body.images.into_iter().map(image));
        }

        let read = |pick: &Pick| pick.dates(scope).find_map(|date| dates::read(&date, now));
        post.created_at = match &self.date {
            Some(pick) => read(pick),
            None if whole_page => DATES.iter().find_map(|css| read(&common_pick(css)?)),
            None => None,
        };
        let author = chosen(&self.author).or_else(|| common(AUTHORS));
        post.author = author.map(|name| Account { name: Some(name), ..Account::default() });
        post.name_missing(&[
            ("title", post.title.is_some() || !(whole_page || self.title.is_some())),
            ("text", !post.text.is_empty()),
            ("created_at", post.created_at.is_some()),
            ("author", post.author.is_some() || self.author.is_none()),
        ]);
        post
    }

    /// What each selector finds in these scopes.
    pub fn findings(&self, scopes: &[ElementRef<'_>]) -> Vec<Finding> {
        [
            ("title", &self.title),
            ("text", &self.text),
            ("date", &self.date),
            ("author", &self.author),
        ]
        .into_iter()
        .filter_map(|(key, pick)| Some(pick.as_ref()?.finding(key, scopes)))
        .collect()
    }
}

fn common_pick(css: &str) -> Option<Pick> {
    Pick::read("", css).ok()
}

fn unreadable(capture: &Capture, reason: String) -> SetAside {
    SetAside { place: capture.url.to_string(), reason, raw: String::new() }
}

/// The address the page itself calls its own, if it is of the same site.
fn canonical(page: &Html, answered: &Url) -> Url {
    let named =
        common_pick("link[rel=canonical]@href").and_then(|it| it.value(page.root_element()));
    let mut address = named
        .and_then(|it| same_host(&it, answered, answered))
        // Many a site calls its front page the canonical address of everything.
        .filter(|it| it.path() != "/" || answered.path() == "/")
        .unwrap_or_else(|| answered.clone());
    address.set_fragment(None);
    address
}

/// A page that is gone is often "found" at the front page.
fn is_sent_home(asked: &Url, answered: &Url) -> bool {
    asked.path() != "/" && answered.path() == "/" && answered.query().is_none()
}

/// The site a page belongs to.
pub(in crate::sources) fn site(page: &Html, address: &Url) -> Container {
    let name = common_pick("meta[property='og:site_name']@content");
    Container {
        kind: ContainerKind::Site,
        native_id: address.host_str().unwrap_or_default().to_owned(),
        name: name.and_then(|it| it.value(page.root_element())),
        url: address.join("/").ok().map(|it| it.to_string()),
    }
}
