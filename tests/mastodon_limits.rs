//! A stand-in of an instance that holds its clients to Mastodon's documented limits: 300 requests in
//! a window (five minutes there, two seconds here), pages by `Link`, `ETag`s. The real binary reads it;
//! one request too many fails the test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod fetch_server;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use fetch_server::{Asked, Reply, Server};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Requests a stranger may make in a window, and the window.
const ALLOWED: u32 = 300;
const WINDOW: SignedDuration = SignedDuration::from_secs(2);
/// The most posts on a page: few, so that there are many pages.
const PAGE: usize = 3;

/// The post of an author who does not wish to be found.
const HIDDEN: u32 = 77;

/// The hashtags searched for, as the rule set has them.
fn tags() -> Vec<String> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/lists/cari-tagar.txt");
    let text = std::fs::read_to_string(list).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// An instance and what it allows.
#[derive(Default)]
struct Instance {
    /// Numbers of the posts under each of the hashtags; a post's words follow from its number.
    posts: BTreeSet<u32>,
    edited: BTreeSet<u32>,
    window: Option<Timestamp>,
    asked: u32,
    exceeded: u32,
    not_modified: u32,
}

impl Instance {
    fn answer(&mut self, asked: &Asked, host: &str) -> Reply {
        if asked.path == "/robots.txt" {
            return Reply::new(200, &[], "User-agent: *\nDisallow: /api/\n");
        }
        let now = Timestamp::now();
        let window = self.window.filter(|end| now < *end);
        if window.is_none() {
            self.asked = 0;
        }
        let end = window.unwrap_or(now + WINDOW);
        self.window = Some(end);
        self.asked += 1;
        let limits = [
            ("x-ratelimit-limit", ALLOWED.to_string()),
            ("x-ratelimit-remaining", ALLOWED.saturating_sub(self.asked).to_string()),
            ("x-ratelimit-reset", end.to_string()),
            ("content-type", "application/json; charset=utf-8".to_owned()),
        ];
        let reply = |status, more: &[(&str, String)], body: &Value| {
            let headers: Vec<(&str, &str)> =
                limits.iter().chain(more).map(|(name, value)| (*name, value.as_str())).collect();
            let body = if status == 304 { String::new() } else { body.to_string() };
            Reply::new(status, &headers, body)
        };
        if self.asked > ALLOWED {
            self.exceeded += 1;
            return reply(429, &[], &json!({ "error": "Too many requests" }));
        }
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let (body, link) = if path == "/api/v2/instance" {
            (json!({ "domain": "contoh", "version": "4.6.0" }), None)
        } else if let Some(id) = path.strip_prefix("/api/v1/statuses/") {
            let Some(number) = self.number(id) else {
                return reply(404, &[], &json!({ "error": "Record not found" }));
            };
            (self.status(id.split('-').next().unwrap(), number), None)
        } else if let Some(tag) = path.strip_prefix("/api/v1/timelines/tag/") {
            self.timeline(tag, query, host)
        } else {
            return reply(404, &[], &json!({ "error": "no such page" }));
        };
        let etag = format!("W/\"{}\"", waspada::post::Sha256::of(body.to_string().as_bytes()));
        if asked.header("if-none-match") == Some(&etag) {
            self.not_modified += 1;
            return reply(304, &[("etag", etag)], &body);
        }
        let mut more = vec![("etag", etag)];
        more.extend(link.map(|link| ("link", link)));
        reply(200, &more, &body)
    }

    fn number(&self, id: &str) -> Option<u32> {
        let number = id.split('-').nth(1)?.parse().ok()?;
        self.posts.contains(&number).then_some(number)
    }

    fn timeline(&self, tag: &str, query: &str, host: &str) -> (Value, Option<String>) {
        let below = query.split('&').find_map(|pair| pair.strip_prefix("max_id="));
        let below = below.map_or(u32::MAX, |id| id.split('-').nth(1).unwrap().parse().unwrap());
        let numbers: Vec<u32> = self.posts.range(..below).rev().take(PAGE).copied().collect();
        let link = numbers.last().map(|last| {
            format!("<http://{host}/api/v1/timelines/tag/{tag}?max_id={tag}-{last}>; rel=\"next\"")
        });
        (numbers.into_iter().map(|number| self.status(tag, number)).collect(), link)
    }

    fn status(&self, tag: &str, number: u32) -> Value {
        let edited = self.edited.contains(&number);
        json!({
            "id": format!("{tag}-{number}"),
            "uri": format!("https://contoh.example/{tag}/{number}"),
            "url": format!("https://contoh.example/{tag}/{number}"),
            "created_at": Timestamp::from_second(1_790_000_000 + i64::from(number)).unwrap(),
            "edited_at": edited.then(Timestamp::now),
            "visibility": "public",
            "content": format!("<p>kabar {number}{}</p>", if edited { " disunting" } else { "" }),
            "account": {
                "acct": "agen", "url": "https://contoh.example/@agen", "indexable": number != HIDDEN,
            },
        })
    }
}

fn config(dir: &Path, server: &Server) -> PathBuf {
    let path = dir.join("waspada.toml");
    let text = format!(
        "[fetch]\ncontact = \"ops@contoh.example\"\npace = \"1ms\"\nbackoff = \"10ms\"\n\
         allow_hosts = [\"{0}\"]\n[http]\nlisten = \"127.0.0.1:0\"\n\
         [[source]]\nname = \"contoh\"\ntype = \"mastodon\"\nserver = \"http://{0}\"\nbackfill_posts = 30\n",
        server.address
    );
    std::fs::write(&path, text).unwrap();
    path
}

async fn once(config: &Path) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waspada"));
    command.args(["run", "--once", "--json", "--config"]).arg(config);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let reports: Vec<Value> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(reports[0]["errors"], json!([]), "{}", reports[0]);
    reports[0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_of_an_instance_are_kept() {
    let instance = Arc::new(Mutex::new(Instance::default()));
    let answering = Arc::clone(&instance);
    let server = Server::start(move |asked| {
        let host = asked.header("host").unwrap().to_owned();
        answering.lock().unwrap().answer(asked, &host)
    })
    .await;
    let change = |change: &dyn Fn(&mut Instance)| change(&mut instance.lock().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path(), &server);
    let tags = tags().len() as u64;
    assert!(tags > 25, "enough to need more requests than a window allows");

    // The first visit goes back 30 posts in each timeline: ten pages.
    change(&|it| it.posts = (1..=100).collect());
    let first = once(&config).await;
    assert_eq!((&first["new"], &first["pages"]), (&(29 * tags).into(), &(1 + 10 * tags).into()));
    assert_eq!(first["withheld"], tags);
    let mut verify = Command::new(env!("CARGO_BIN_EXE_waspada"));
    verify.args(["evidence", "verify", "--config"]).arg(&config);
    assert!(
        verify.status().unwrap().success(),
        "what is taken out of a page leaves the evidence whole"
    );
    assert!(first["pages"].as_u64().unwrap() > u64::from(ALLOWED), "a window was not enough");

    // Nothing happened: every page is asked for conditionally and not sent again.
    let before = server.asked().len();
    let again = once(&config).await;
    assert_eq!((&again["new"], &again["edited"]), (&0.into(), &0.into()));
    assert_eq!(instance.lock().unwrap().not_modified as u64, 1 + tags);
    assert_eq!(server.asked().len() - before, usize::try_from(1 + tags).unwrap());

    // Four arrive, more than a page; one is edited, and one is deleted.
    change(&|it| {
        it.posts.extend([101, 102, 103, 104]);
        it.posts.remove(&99);
        it.edited.insert(98);
    });
    let later = once(&config).await;
    assert_eq!((&later["new"], &later["edited"]), (&(4 * tags).into(), &tags.into()), "{later}");

    let instance = instance.lock().unwrap();
    assert_eq!(instance.exceeded, 0, "no request too many");
    assert!(server.paths().iter().all(|path| path != "/robots.txt"), "an API has rules of its own");
    let database = rusqlite::Connection::open(dir.path().join("data/waspada.db")).unwrap();
    let deleted = "SELECT count(*) FROM post WHERE deleted_at NOT NULL";
    let deleted: u64 = database.query_row(deleted, [], |row| row.get(0)).unwrap();
    assert_eq!(deleted, 5, "few are asked about at a visit");
}
