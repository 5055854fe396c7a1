//! X by its recent search, which costs money for every post and every author read: a hard daily cap
//! in dollars is kept across restarts, and a search goes out only when its dearest outcome still fits.
//! X's terms forbid surveillance and inferring crimes: it needs an agreement, and so a legal basis.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{
    Adapter, Cursor, Door, Given, OpenError, Page, Rejection, ShapeError, SourceSettings, Turn,
    Visit, WebSource, api,
};
use crate::budget::{Billed, Budget, Spend, Unit, Window};
use crate::fetch::{Capture, Credential, Request, Secret, SecretPlace};
use crate::post::{Account, Link, Media, MediaKind, Platform, Post, PostKind};

const ADAPTER: Adapter = Adapter { name: "x", version: 1 };
/// What a post read costs, in millionths of a dollar.
const A_POST: u64 = 5_000;
/// What an author read costs, in millionths of a dollar.
const AN_AUTHOR: u64 = 10_000;
/// The longest query X takes.
const LONGEST_QUERY: usize = 480;
/// What every query ends with.
const ONLY: &str = ") lang:id -is:retweet";
/// How far back the first search of a query looks: every post of it costs.
const BACK: SignedDuration = SignedDuration::from_hours(24);
/// Recent search reaches this far back, and refuses what lies before.
const FARTHEST: SignedDuration = SignedDuration::from_hours(7 * 24 - 1);
/// Pages read of one query in one round.
const MOST_PAGES: u32 = 10;
const EVERY: Duration = Duration::from_secs(3600);
const SLOWEST: Duration = Duration::from_secs(12 * 3600);

/// What only X knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The environment variable with the bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_env: Option<String>,
    /// The file with the bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// The most that may be spent in a day (UTC), in US dollars.
    pub dollars_a_day: f64,
    /// Posts of one page, 10 to 100.
    #[serde(default = "page_size")]
    pub page_size: u64,
    /// Whether authors are read as well: they cost twice as much as posts.
    #[serde(default)]
    pub authors: bool,
    /// Where the API is.
    #[serde(default = "base")]
    pub base: Url,
}

const fn page_size() -> u64 {
    50
}

fn base() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    Url::parse("https://api.x.com/2/").expect("a constant that parses")
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = true;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        if !(10..=100).contains(&self.page_size) {
            return Err(OpenError::new("page_size", "tulis bilangan dari 10 sampai 100"));
        }
        let cap = micro_dollars(self.dollars_a_day).ok_or_else(|| {
            OpenError::new(
                "dollars_a_day",
                "tulis jumlah dolar sehari, misalnya 2.5, paling banyak 10000",
            )
        })?;
        let dearest = self.page_size * (A_POST + if self.authors { AN_AUTHOR } else { 0 });
        if cap < dearest {
            return Err(OpenError::new(
                "dollars_a_day",
                format!(
                    "kurang untuk satu halaman pun: {} posting dapat berharga US${}.{:03}; naikkan, atau kecilkan page_size",
                    self.page_size,
                    dearest / 1_000_000,
                    dearest % 1_000_000 / 1_000
                ),
            ));
        }
        let place =
            SecretPlace { env: self.token_env.as_deref(), file: self.token_file.as_deref() };
        Ok(Door::Web(Box::new(X {
            base: api::base("base", &self.base)?,
            token: given.secret("token_env", place)?,
            budget: Budget {
                name: format!("x-dolar@{}", place.holder()),
                limit: cap,
                window: Window::UtcDay,
                unit: Unit::MicroDollars,
            },
            dearest,
            page_size: self.page_size,
            authors: self.authors,
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}

/// Dollars as millionths, where that is a cap that can be meant.
fn micro_dollars(dollars: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 10,000 dollars"
    )]
    (dollars > 0.0 && dollars <= 10_000.0).then(|| (dollars * 1e6).floor() as u64)
}

/// X's search as the config describes it.
struct X {
    base: Url,
    token: Secret,
    budget: Budget,
    /// What a page may cost at most.
    dearest: u64,
    page_size: u64,
    authors: bool,
    interval: (u64, u64),
}

/// A page of a query to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Task {
    turn: Turn,
    /// From when on, fixed for all pages of a query.
    since: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(default)]
    page: u32,
    /// The newest post of this reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<Timestamp>,
}

impl Task {
    /// What it looks for, as operators know it.
    fn place(&self) -> String {
        format!("pencarian {}", self.turn.term)
    }
}

/// Where the source stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct State {
    tasks: VecDeque<Task>,
    turn: Option<Turn>,
    /// The newest post known of each query.
    known: BTreeMap<String, Timestamp>,
}

/// Queries that ask for as many words as fit into each: a search costs by what it finds, not by
/// what it asks.
fn queries(words: &[String]) -> Vec<String> {
    let mut queries: Vec<String> = Vec::new();
    for word in words {
        let word = format!("\"{}\"", fitting(&word.replace('"', " ")));
        match queries.last_mut() {
            Some(query) if query.len() + word.len() + 4 + ONLY.len() <= LONGEST_QUERY => {
                query.push_str(" OR ");
                query.push_str(&word);
            }
            _ => queries.push(format!("({word}")),
        }
    }
    queries.into_iter().map(|query| query + ONLY).collect()
}

/// As much of a word as fits into a query of its own, cut between two words where it has several: what
/// is cut finds all the whole would find.
fn fitting(word: &str) -> &str {
    // The bracket and the quotes stand around it.
    let head = &word[..word.floor_char_boundary(LONGEST_QUERY - ONLY.len() - 3)];
    match head.rsplit_once(' ') {
        Some((whole, _)) if head.len() < word.len() => whole.trim_end(),
        _ => head,
    }
}

impl X {
    fn round(&self, visit: Visit<'_>) -> State {
        let read = |cursor: &Cursor| State::deserialize(&cursor.0).ok();
        let mut state = visit.cursor.and_then(read).unwrap_or_default();
        let before = |span| visit.now.checked_sub(span).unwrap_or(visit.now);
        // A round that was broken off long ago: what lies too far back is refused.
        for task in state.tasks.iter_mut().filter(|task| task.since < before(FARTHEST)) {
            (task.since, task.next) = (before(FARTHEST), None);
        }
        if state.tasks.is_empty() {
            let queries = queries(&visit.terms.words);
            // One word more or less makes other queries of the same words: those are read up to where
            // the one read least far stands.
            let floor = state.known.values().min().copied();
            let before_it = state.known.len();
            state.known.retain(|query, _| queries.contains(query));
            if let Some(floor) = floor.filter(|_| state.known.len() < before_it) {
                for query in &queries {
                    state.known.entry(query.clone()).or_insert(floor);
                }
            }
            let mut last = state.turn.clone();
            for _ in 0..queries.len() {
                last = Turn::after(last.as_ref(), &queries);
                state.tasks.extend(last.clone().map(|turn| {
                    let known = state.known.get(&turn.term).copied();
                    let since = known.unwrap_or_else(|| before(BACK)).max(before(FARTHEST));
                    Task { turn, since, next: None, page: 0, newest: None }
                }));
            }
        }
        state
    }

    fn request(&self, task: &Task) -> Request {
        let since = task.since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let size = self.page_size.to_string();
        let mut query = vec![
            ("query", task.turn.term.as_str()),
            ("max_results", size.as_str()),
            ("start_time", since.as_str()),
            (
                "tweet.fields",
                "created_at,author_id,lang,entities,note_tweet,referenced_tweets,edit_history_tweet_ids",
            ),
        ];
        if self.authors {
            query.push(("expansions", "author_id"));
            query.push(("user.fields", "username,name"));
        }
        if let Some(next) = &task.next {
            query.push(("next_token", next));
        }
        let spend = Spend::new(&self.budget.name, self.dearest);
        Request::api(api::address(&self.base, &["tweets", "search", "recent"], &query), &self.base)
            .with(Credential::Bearer(self.token.clone()))
            .costing(Spend { billed: Billed::Answered, ..spend })
    }

    fn go_on(&self, mut page: Page, state: &State) -> Page {
        page.next = state.tasks.front().map(|task| self.request(task));
        page.cursor = serde_json::to_value(state).ok().map(Cursor);
        page
    }
}

impl WebSource for X {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        self.round(visit).tasks.front().map(|task| self.request(task))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let answer = api::document(ADAPTER.name, capture)?;
        // Without a hit there is no list, only the count.
        let none = api::count(&answer, "/meta/result_count") == Some(0);
        let items = if none { &[] } else { api::list(ADAPTER.name, &answer, "/data")? };
        let users = answer.pointer("/includes/users").and_then(Value::as_array);
        let users = users.map(Vec::as_slice).unwrap_or_default();
        let count = |items: &[Value]| u64::try_from(items.len()).unwrap_or(u64::MAX);
        let cost = count(items) * A_POST + count(users) * AN_AUTHOR;
        let mut state = self.round(visit);
        let mut page = Page { spent: vec![(self.budget.name.clone(), cost)], ..Page::default() };
        let Some(mut task) = state.tasks.pop_front() else { return Ok(page) };
        for item in items {
            match post(item, users, self.authors) {
                Some(post) => {
                    task.newest = task.newest.max(post.created_at);
                    page.posts.push(post);
                }
                None => page.set_aside.push(api::set_aside("data".into(), "tidak ada id", item)),
            }
        }
        let next =
            api::owned(&answer, "/meta/next_token").filter(|next| task.next.as_ref() != Some(next));
        match api::within(MOST_PAGES, task.page, next, task.place(), &mut page) {
            Some(next) => {
                let (next, page) = (Some(next), task.page + 1);
                state.tasks.push_front(Task { next, page, ..task });
            }
            None => {
                if let Some(newest) = task.newest {
                    state.known.insert(task.turn.term.clone(), newest);
                }
                state.turn = Some(task.turn);
            }
        }
        Ok(self.go_on(page, &state))
    }

    fn manner(&self, _capture: &Capture, visit: Visit<'_>) -> Option<String> {
        let tasks = self.round(visit).tasks.into_iter().take(1).collect();
        api::manner(&State { tasks, ..State::default() })
    }

    fn rejected(&self, capture: &Capture, visit: Visit<'_>) -> Rejection {
        let answer: Value = serde_json::from_slice(&capture.body).unwrap_or_default();
        let status = capture.status.unwrap_or_default();
        let why = ["/detail", "/title", "/errors/0/message"];
        let why =
            why.iter().find_map(|field| api::text(&answer, field)).unwrap_or("no reason given");
        let told = format!("X {status}: {why}");
        match status {
            401 | 403 => Rejection::Credentials(told),
            // Credits bought beforehand are gone, or the month's cap is met: X knows best.
            402 => Rejection::UsedUp { budget: Some(self.budget.name.clone()), until: None },
            _ => {
                let mut state = self.round(visit);
                let is_wrong = |task: &Task| status == 400 || task.next.is_some();
                match state.tasks.pop_front().filter(is_wrong) {
                    // A query that X does not take, or a mark that is too old: the others go on.
                    Some(task) => {
                        let refused = api::refused(task.place(), &told);
                        let page = Page { set_aside: vec![refused], ..Page::default() };
                        state.turn = Some(task.turn);
                        Rejection::Unavailable(Box::new(self.go_on(page, &state)))
                    }
                    None => Rejection::Blocked(told),
                }
            }
        }
    }

    fn budgets(&self) -> Vec<Budget> {
        vec![self.budget.clone()]
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}

fn post(item: &Value, users: &[Value], expects_author: bool) -> Option<Post> {
    let id = api::text(item, "/id")?;
    // What is longer than the old limit is cut off in `text`.
    let text = api::owned(item, "/note_tweet/text").or_else(|| api::owned(item, "/text"));
    let created_at = api::time(item, "/created_at");
    let author_id = api::owned(item, "/author_id");
    let user = users
        .iter()
        .find(|user| author_id.is_some() && api::text(user, "/id") == author_id.as_deref());
    let handle = user.and_then(|user| api::owned(user, "/username"));
    let mut post = Post::new(Platform::X, id, text.clone().unwrap_or_default());
    post.name_missing(&[
        ("text", text.is_some()),
        ("created_at", created_at.is_some()),
        ("author", author_id.is_some() && (handle.is_some() || !expects_author)),
    ]);
    post.url = Some(format!("https://x.com/{}/status/{id}", handle.as_deref().unwrap_or("i")));
    post.author = author_id.map(|id| Account {
        url: Some(match &handle {
            Some(handle) => format!("https://x.com/{handle}"),
            None => format!("https://x.com/i/user/{id}"),
        }),
        native_id: Some(id),
        name: user.and_then(|user| api::owned(user, "/name")),
        handle,
    });
    post.created_at = created_at;
    let edits = item.pointer("/edit_history_tweet_ids").and_then(Value::as_array);
    post.edited = edits.is_some_and(|edits| edits.len() > 1);
    let referenced = item.pointer("/referenced_tweets").and_then(Value::as_array);
    let reply = referenced
        .into_iter()
        .flatten()
        .find(|other| api::text(other, "/type") == Some("replied_to"));
    if let Some(reply) = reply {
        post.kind = PostKind::Reply;
        post.reply_to = api::owned(reply, "/id");
    }
    let urls = ["/note_tweet/entities/urls", "/entities/urls"]
        .iter()
        .find_map(|urls| item.pointer(urls).and_then(Value::as_array));
    for url in urls.into_iter().flatten() {
        let target = ["/unwound_url", "/expanded_url", "/url"];
        let Some(target) = target.iter().find_map(|field| api::owned(url, field)) else { continue };
        // A picture is a link of the post to itself.
        if api::text(url, "/media_key").is_some() {
            post.media.push(Media { kind: MediaKind::Image, url: None });
            continue;
        }
        let shown = api::owned(url, "/display_url").filter(|shown| *shown != target);
        post.links.push(Link { url: target, text: shown });
    }
    Some(post)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_words_as_fit_go_into_one_query() {
        let words: Vec<String> =
            (0..60).map(|number| format!("loker contoh \"kota {number}\"")).collect();
        let queries = queries(&words);
        assert!((3..8).contains(&queries.len()), "{}", queries.len());
        for query in &queries {
            assert!(query.len() <= LONGEST_QUERY && query.ends_with(ONLY), "{query}");
        }
        let all = queries.concat();
        assert!(words.iter().all(|word| all.contains(&word.replace('"', " "))));
    }

    #[test]
    fn a_word_longer_than_a_query_is_cut_to_one() {
        for letter in ["a", "é"] {
            let long = format!("loker {} kamboja", letter.repeat(LONGEST_QUERY));
            let whole = format!("{} {}", "loker ".repeat(80), letter.repeat(LONGEST_QUERY));
            // The first is cut to `loker`, which fits beside the other word.
            for (word, expected) in [(long, 1), (whole, 2), (letter.repeat(LONGEST_QUERY), 2)] {
                let queries = queries(&["kerja".to_owned(), word]);
                assert_eq!(queries.len(), expected, "{queries:?}");
                assert!(queries.iter().all(|it| it.len() <= LONGEST_QUERY), "{queries:?}");
            }
        }
    }

    #[test]
    fn a_cap_is_a_sum_that_can_be_meant() {
        for (dollars, cap) in [
            (2.5, Some(2_500_000)),
            (0.0, None),
            (-1.0, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            assert_eq!(micro_dollars(dollars), cap, "{dollars}");
        }
    }
}
