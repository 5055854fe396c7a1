//! The watch on a Jetstream that stalls, breaks off in the middle of a message, sends again what it
//! has sent, forgets, and is faster than the database: the real binary, nothing lost, nothing twice.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

mod fetch_server;
mod jetstream_server;
mod shared;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jetstream_server::{Act, Asked, Jetstream};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use waspada::config::Config;
use waspada::pipeline::{Observer, SourceReport, Watch, once};

const OFFER: &str =
    "Dicari admin di Poipet, masuk pelancong dulu, gaji 9-14jt/bln. WA 0812-0000-0001";
/// Time of the first invented message, in microseconds.
const START: i64 = 1_793_000_000_000_000;

/// A watch in a folder of its own, on one stream.
struct Desk {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Desk {
    fn new(server: &Jetstream, settings: &str) -> Self {
        Self::allowing(&format!("\"{}\"", server.address), server, settings)
    }

    fn allowing(allowed: &str, server: &Jetstream, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("waspada.toml");
        let text = format!(
            "[fetch]\ncontact = \"ops@contoh.example\"\npace = \"1ms\"\nbackoff = \"10ms\"\n\
             connect_timeout = \"2s\"\ntimeout = \"5s\"\nallow_hosts = [{allowed}]\n\
             [http]\nlisten = \"127.0.0.1:0\"\n\
             [[source]]\nname = \"langit\"\ntype = \"bluesky-jetstream\"\nbase = \"{}\"\n{settings}\n",
            server.url()
        );
        std::fs::write(&config, text).unwrap();
        Self { folder, config }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waspada"));
        command.args(words).arg("--config").arg(&self.config);
        command
    }

    /// Runs a command to its end without holding up the server: status, output, errors.
    async fn run(&self, words: &[&str]) -> (i32, String, String) {
        let mut command = self.command(words);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// Runs once; the exit status and the report of the stream.
    async fn once(&self) -> (i32, Value) {
        let (status, out, error) = self.run(&["run", "--once", "--json"]).await;
        let reports: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{error}"));
        (status, reports[0].clone())
    }

    fn query(&self, sql: &str) -> Vec<String> {
        let path = self.folder.path().join("data/waspada.db");
        let database = rusqlite::Connection::open(path).unwrap();
        let mut statement = database.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Every post with its number of versions, and whether it is gone.
    fn posts(&self) -> BTreeMap<String, (u64, bool)> {
        let rows = self.query(
            "SELECT native_id || ' ' || (SELECT count(*) FROM post_version v WHERE v.post_id = p.id)
                 || ' ' || (deleted_at IS NOT NULL) FROM post p",
        );
        rows.iter().map(|row| parse_post(row)).collect()
    }

    fn captures(&self) -> usize {
        let open = |path: &Path| {
            std::fs::read_dir(path).map(|entries| entries.flatten().collect()).unwrap_or_default()
        };
        let mut folders: Vec<PathBuf> = vec![self.folder.path().join("data/evidence")];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            let entries: Vec<std::fs::DirEntry> = open(&folder);
            for entry in entries {
                match entry.path() {
                    path if path.is_dir() => folders.push(path),
                    _ => files += 1,
                }
            }
        }
        files
    }
}

fn parse_post(row: &str) -> (String, (u64, bool)) {
    let parts: Vec<&str> = row.split(' ').collect();
    (parts[0].to_owned(), (parts[1].parse().unwrap(), parts[2] == "1"))
}

/// What the network did, with what must be stored of it when all posts are kept.
struct Network {
    messages: Vec<(i64, String)>,
}

impl Network {
    fn of(lines: impl Iterator<Item = String>) -> Self {
        let mut messages: Vec<(i64, String)> = lines
            .map(|line| {
                let message: Value = serde_json::from_str(&line).unwrap();
                (message["time_us"].as_i64().unwrap(), line)
            })
            .collect();
        messages.sort_by_key(|(time, _)| *time);
        Self { messages }
    }

    /// The invented messages that can be read.
    fn invented() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bluesky");
        let lines = std::fs::read_to_string(folder.join("jetstream-v1.jsonl")).unwrap();
        let lines: Vec<String> = lines.lines().take(17).map(str::to_owned).collect();
        Self::of(lines.into_iter())
    }

    /// A busy stretch: posts, edits soon after them, deletions, an account taken down.
    fn busy(count: i64) -> Self {
        let mut lines = Vec::new();
        for number in 0..count {
            let author = author(number % 7);
            let mut push = |operation: &str, rkey: i64, text: Option<String>| {
                let time = START + i64::try_from(lines.len()).unwrap() * 200_000;
                lines.push(commit(&author, operation, rkey, text.as_deref(), time));
            };
            let text = if number % 11 == 0 { OFFER.to_owned() } else { format!("kabar {number}") };
            push("create", number, Some(text.clone()));
            if number % 5 == 0 {
                push("update", number, Some(format!("{text} (diperbarui)")));
            }
            if number % 6 == 0 {
                push("delete", number, None);
            }
            if number == count / 2 {
                let time = START + i64::try_from(lines.len()).unwrap() * 200_000;
                lines.push(account_gone(&self::author(3), time));
            }
        }
        Self::of(lines.into_iter())
    }

    /// What a server sends that is asked to go on from a time.
    fn since(&self, asked: &Asked) -> impl Iterator<Item = &String> {
        let cursor = asked.cursor().unwrap_or_default();
        self.messages.iter().filter(move |(time, _)| *time >= cursor).map(|(_, line)| line)
    }

    fn send(&self, asked: &Asked, most: usize) -> Vec<Act> {
        self.since(asked).take(most).cloned().map(Act::Send).collect()
    }

    /// Every post with its number of versions, and whether it is gone.
    fn posts(&self) -> BTreeMap<String, (u64, bool)> {
        let mut posts: BTreeMap<String, (u64, bool)> = BTreeMap::new();
        for (_, line) in &self.messages {
            let message: Value = serde_json::from_str(line).unwrap();
            let did = message["did"].as_str().unwrap();
            if message["account"]["active"] == false
                && message["account"]["status"] != "desynchronized"
            {
                let of_account = format!("at://{did}/");
                for (uri, (_, gone)) in &mut posts {
                    *gone |= uri.starts_with(&of_account);
                }
            }
            let commit = &message["commit"];
            if commit["collection"] != "app.bsky.feed.post" {
                continue;
            }
            let rkey = commit["rkey"].as_str().unwrap();
            let uri = format!("at://{did}/app.bsky.feed.post/{rkey}");
            if commit["operation"] != "delete" {
                posts.entry(uri).or_default().0 += 1;
            } else if let Some((_, gone)) = posts.get_mut(&uri) {
                *gone = true;
            }
        }
        posts
    }
}

fn author(number: i64) -> String {
    format!("did:plc:contoh{number}")
}

fn commit(did: &str, operation: &str, rkey: i64, text: Option<&str>, time_us: i64) -> String {
    let mut commit = json!({
        "rev": format!("3r{time_us}"), "operation": operation,
        "collection": "app.bsky.feed.post", "rkey": format!("3k{rkey}"),
    });
    if let Some(text) = text {
        commit["record"] = json!({ "text": text, "createdAt": "2026-10-26T07:00:00Z" });
    }
    json!({ "did": did, "time_us": time_us, "kind": "commit", "commit": commit }).to_string()
}

fn account_gone(did: &str, time_us: i64) -> String {
    let account = json!({ "active": false, "status": "takendown", "did": did, "seq": time_us });
    json!({ "did": did, "time_us": time_us, "kind": "account", "account": account }).to_string()
}

/// What stands in the store and should not, or should and does not. A post that was deleted before
/// it could be stored need not be there.
fn differences(desk: &Desk, expected: &BTreeMap<String, (u64, bool)>) -> Vec<String> {
    let stored = desk.posts();
    let missing = expected.iter().filter_map(|(post, (versions, gone))| {
        let fits = match stored.get(post) {
            Some((stored, was_gone)) if *gone => *was_gone && stored <= versions,
            Some(found) => *found == (*versions, *gone),
            None => *gone,
        };
        (!fits).then(|| format!("{post}: {:?}, not {:?}", stored.get(post), (versions, gone)))
    });
    let invented = stored.keys().filter(|post| !expected.contains_key(*post)).cloned();
    missing.chain(invented).collect()
}

/// Sends what is left in the worst of ways, a part at each connection, and then all of it.
fn misbehaving(network: &Network, number: usize, asked: &Asked) -> Vec<Act> {
    let mut acts = network.send(asked, [30, 45, 40, 50].get(number).copied().unwrap_or(usize::MAX));
    match number {
        0 => {
            if let Some(Act::Send(last)) = acts.pop() {
                acts.push(Act::Half(last));
            }
        }
        1 => {
            // The same again within one breath.
            let again: Vec<Act> = acts.iter().skip(20).take(15).cloned().collect();
            acts.extend(again);
            acts.insert(5, Act::Stall(Duration::from_millis(1500)));
            acts.push(Act::Drop);
        }
        2 => {
            acts.insert(0, Act::Ping);
            acts.push(Act::Close);
        }
        3 => acts.push(Act::Drop),
        _ => {}
    }
    acts
}

/// Everything sent, in the worst of ways, stands in the store once; a second run adds nothing.
async fn survives(network: Network) {
    let expected = network.posts();
    let server = Jetstream::start(move |number, asked| misbehaving(&network, number, asked)).await;
    let desk = Desk::new(&server, "keep = \"all\"\nonce_for = \"8s\"");
    let (status, report) = desk.once().await;
    assert_eq!(status, 0, "{report}");
    assert_eq!(differences(&desk, &expected), [""; 0]);
    let asked = server.asked();
    assert!(asked.len() >= 5, "{asked:#?}");
    assert_eq!(asked[0].cursor(), None);
    assert!(asked[1..].iter().all(|asked| asked.cursor().is_some()));
    let agent = concat!("waspada/", env!("CARGO_PKG_VERSION"), " (+mailto:ops@contoh.example)");
    assert!(asked.iter().all(|asked| asked.user_agent == agent && asked.protocol.is_none()));

    let lines = desk.query("SELECT count(*) || '' FROM custody");
    let (status, report) = desk.once().await;
    assert_eq!(status, 0, "{report}");
    assert_eq!(
        (&report["new"], &report["edited"], &report["flagged"]),
        (&json!(0), &json!(0), &json!(0))
    );
    assert_eq!(differences(&desk, &expected), [""; 0]);
    assert_eq!(desk.query("SELECT count(*) || '' FROM custody"), lines, "nothing happened again");
    let (status, verified, error) = desk.run(&["evidence", "verify"]).await;
    assert_eq!(status, 0, "{verified}{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn invented_messages_survive_a_misbehaving_server() {
    survives(Network::busy(120)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_messages_survive_a_misbehaving_server() {
    let Some(folder) = shared::shared("fixtures/bluesky") else { return };
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let lines = read("jetstream_v1_golden.jsonl") + &read("jetstream_v1_corpus.jsonl");
    let network = Network::of(lines.lines().map(str::to_owned));
    assert_eq!((network.messages.len(), network.posts().len()), (162, 18));
    survives(network).await;
}

/// A database that refuses one post ends the visit; what it took stands, and the rest comes with the
/// next one.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_the_database_refuses_is_read_again() {
    let network = Network::busy(80);
    let expected = network.posts();
    let server = Jetstream::start(move |number, asked| {
        network.send(asked, if number == 0 { 10 } else { usize::MAX })
    })
    .await;
    let desk = Desk::new(&server, "keep = \"all\"\nonce_for = \"2s\"");
    assert_eq!(desk.once().await.0, 0);
    let database = rusqlite::Connection::open(desk.folder.path().join("data/waspada.db")).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON post WHEN NEW.native_id LIKE '%3k55'
                  BEGIN SELECT RAISE(ABORT, 'penuh'); END";
    database.execute_batch(refuse).unwrap();
    let (status, report) = desk.once().await;
    assert!(status == 3 && report["errors"][0].as_str().unwrap().contains("penuh"), "{report}");
    assert_ne!(differences(&desk, &expected), [""; 0]);
    database.execute_batch("DROP TRIGGER refuse").unwrap();
    assert_eq!(desk.once().await.0, 0);
    assert_eq!(differences(&desk, &expected), [""; 0]);
}

/// Killed while messages stream in, again and again, and none is lost, none twice, and no edit or
/// deletion undone by what is sent again.
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_loses_nothing() {
    let network = Network::busy(300);
    let expected = network.posts();
    let slow = move |number: usize, asked: &Asked| {
        let mut acts = Vec::new();
        for act in network.send(asked, usize::MAX) {
            acts.push(act);
            if number < 5 {
                acts.push(Act::Stall(Duration::from_millis(15)));
            }
        }
        acts
    };
    let server = Jetstream::start(slow).await;
    let desk = Desk::new(&server, "keep = \"all\"\nonce_for = \"6s\"");
    for round in 0..5 {
        let before = server.sent();
        let mut child =
            desk.command(&["run"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let patience = Instant::now() + Duration::from_secs(60);
        while server.sent() < before + 40 + round * 13 && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let cursors: Vec<_> = server.asked().iter().map(Asked::cursor).collect();
    assert!(cursors.len() == 5 && cursors[4] > cursors[1], "it goes on each time: {cursors:?}");
    let (status, report) = desk.once().await;
    assert_eq!(status, 0, "{report}");
    assert_eq!(differences(&desk, &expected), [""; 0]);
}

/// Notes how far the server is ahead whenever a page has been stored, and takes its time.
struct SlowStore {
    server: Arc<Jetstream>,
    ahead: Mutex<Vec<(usize, u64)>>,
}

impl Observer for SlowStore {
    fn page(&self, report: &SourceReport) {
        std::thread::sleep(Duration::from_millis(150));
        self.ahead.lock().unwrap().push((self.server.sent(), report.new));
    }
    fn ended(&self, _report: &SourceReport) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_database_slows_the_server_and_loses_nothing() {
    const MESSAGES: i64 = 6000;
    let fast = |_: usize, asked: &Asked| {
        assert_eq!(asked.cursor(), None, "it is never cut off");
        // A field nobody knows makes them large: buffers on the way must not hide the pressure.
        let padding = "x".repeat(8 << 10);
        let line = |number| {
            let line = commit(&author(1), "create", number, Some("kabar"), START + number);
            line.replacen('{', &format!("{{\"isi\":\"{padding}\","), 1)
        };
        (0..MESSAGES).map(|number| Act::Send(line(number))).collect()
    };
    let server = Arc::new(Jetstream::start(fast).await);
    let desk = Desk::new(&server, "keep = \"all\"\nonce_for = \"40s\"");
    let slow = Arc::new(SlowStore { server: Arc::clone(&server), ahead: Mutex::default() });
    let config = Config::load(&desk.config).unwrap();
    let watch = Watch::start(&config, Arc::clone(&slow) as Arc<dyn Observer>).unwrap();
    let stop = CancellationToken::new();
    let enough = stop.clone();
    let (database, server) = (Arc::clone(watch.store()), Arc::clone(&slow));
    tokio::spawn(async move {
        let full = u64::try_from(MESSAGES).unwrap();
        while database.sources().unwrap().first().is_none_or(|source| source.posts_new < full) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        enough.cancel();
    });
    let reports = once(&watch, &stop).await;
    assert_eq!((reports[0].new, reports[0].edited), (u64::try_from(MESSAGES).unwrap(), 0));
    let ahead = server.ahead.lock().unwrap();
    let most = ahead.iter().map(|(sent, stored)| *sent as u64 - stored.min(&(*sent as u64))).max();
    eprintln!("{} pages, the server at most {most:?} messages ahead", ahead.len());
    assert!(ahead.len() >= 12);
    assert!(most.unwrap() < 3000, "{ahead:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_post_and_a_closed_account_leave_no_text() {
    let at = |number: i64| START + number * 1_000_000;
    let first = vec![
        commit(&author(1), "create", 1, Some(OFFER), at(0)),
        commit(&author(1), "create", 2, Some(OFFER), at(1)),
        commit(&author(2), "create", 3, Some(&format!("{OFFER} Segera")), at(2)),
        commit(&author(22), "create", 4, Some(&format!("{OFFER} Cepat")), at(3)),
    ];
    let then = vec![
        commit(&author(1), "delete", 1, None, at(4)),
        account_gone(&author(2), at(5)),
        // Published and deleted within one breath.
        commit(&author(3), "create", 5, Some(&format!("{OFFER} Sekarang")), at(6)),
        commit(&author(3), "delete", 5, None, at(7)),
        // Deleted and published anew under the same key.
        commit(&author(22), "delete", 4, None, at(8)),
        commit(&author(22), "create", 4, Some(&format!("{OFFER} Lagi")), at(9)),
    ];
    let server = Jetstream::start(move |number, _| {
        let lines = if number == 0 { &first } else { &then };
        lines.iter().cloned().map(Act::Send).collect()
    })
    .await;
    let desk = Desk::new(&server, "once_for = \"2s\"");
    let (status, report) = desk.once().await;
    assert_eq!((status, &report["flagged"]), (0, &json!(4)), "{report}");
    assert_eq!(desk.captures(), 4, "each message by itself");
    let (status, report) = desk.once().await;
    assert_eq!(status, 0, "{report}");
    let texts = desk.query("SELECT content FROM post_version WHERE content NOT NULL");
    assert_eq!(texts.len(), 2, "{texts:#?}");
    assert!(texts.iter().any(|text| text.contains("3k2")), "the author's other post stays");
    assert!(texts.iter().any(|text| text.contains("Lagi")), "what is there again is kept");
    assert_eq!(desk.captures(), 2);
    let mut states = desk.query("SELECT state FROM queue_item");
    states.sort();
    states.dedup();
    assert_eq!(states, ["deleted_by_source", "open"]);
    let (status, verified, error) = desk.run(&["evidence", "verify"]).await;
    assert_eq!(status, 0, "{verified}{error}");
}

/// A watched account passed on what its author deletes later.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_takes_reposts_along() {
    let server = Jetstream::start(|number, _| {
        let did = "did:plc:wargacontoh222222222222b";
        let delete = commit(did, "delete", 0, None, START + i64::try_from(number).unwrap());
        vec![Act::Send(delete.replace("\"3k0\"", "\"3kcontohabb2b\""))]
    })
    .await;
    let api = fetch_server::Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => fetch_server::Reply::not_found(),
        _ => {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bluesky");
            let feed = std::fs::read(folder.join("author-feed.json")).unwrap();
            fetch_server::Reply::new(200, &[], feed)
        }
    })
    .await;
    let allowed = format!("\"{}\", \"{}\"", server.address, api.address);
    let author = format!(
        "once_for = \"2s\"\n[[source]]\nname = \"akun\"\ntype = \"bluesky-author\"\n\
         actor = \"agen.contoh.example\"\nbase = \"{}\"",
        api.url("/")
    );
    let desk = Desk::allowing(&allowed, &server, &author);
    // The stream of the first run may be over before the account is read.
    for _ in 0..2 {
        assert_eq!(desk.once().await.0, 0);
    }
    let gone: Vec<_> = desk.posts().into_iter().filter(|(_, (_, gone))| *gone).collect();
    assert_eq!(gone.len(), 1, "{:?}", desk.posts());
    assert!(
        gone[0].0.contains("3kcontohabb2b?repost=did:plc:agencontoh2222222222222a"),
        "{gone:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_was_not_named_is_never_connected_to() {
    let server = Jetstream::start(|_, _| Vec::new()).await;
    for allowed in ["", "\"127.0.0.2\"", "\"127.0.0.1:1\""] {
        let desk = Desk::allowing(allowed, &server, "once_for = \"2s\"");
        let (status, report) = desk.once().await;
        let error = report["errors"][0].as_str().unwrap();
        assert_eq!(status, 3);
        assert!(error.contains("fetch.allow_hosts"), "{error}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_follows_the_config() {
    let network = Network::invented();
    let server = Jetstream::start(move |_, asked| network.send(asked, usize::MAX)).await;
    for (keep, new) in [("flagged", 1), ("indonesian", 3), ("all", 8)] {
        let desk = Desk::new(&server, &format!("keep = \"{keep}\"\nonce_for = \"2s\""));
        let (status, report) = desk.once().await;
        assert_eq!((status, &report["new"]), (0, &json!(new)), "{keep}: {report}");
        assert_eq!((&report["edited"], &report["flagged"]), (&json!(1), &json!(1)), "{keep}");
        let handles = desk.query(
            "SELECT content ->> '$.author.handle' FROM post_version
             WHERE content ->> '$.author.handle' NOT NULL",
        );
        assert_eq!(handles, ["agen.contoh.example", "agen.contoh.example"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_forgot_leaves_a_gap_that_is_told() {
    let message = |seq: i64, payload: Value| {
        let mut payload = payload;
        payload["seq"] = json!(seq);
        payload["did"] = json!(author(1));
        payload["time"] = json!(format!("2026-10-26T07:33:{:02}.000000Z", seq % 60));
        json!({ "$type": "message", "payload": payload }).to_string()
    };
    let post = move |seq: i64, text: &str| {
        message(
            seq,
            json!({
                "$type": "network.bsky.jetstream.subscribeEvents#commit", "rev": format!("3r{seq}"),
                "operation": "create", "collection": "app.bsky.feed.post",
                "rkey": format!("3k{seq}"), "record": { "text": text },
            }),
        )
    };
    let info = json!({ "$type": "message", "payload": {
        "$type": "network.bsky.jetstream.subscribeEvents#info",
        "name": "OutdatedCursor", "message": "resumed from seq 9050",
    } });
    let server = Jetstream::start(move |number, _| match number {
        0 => vec![Act::Send(post(9001, "satu")), Act::Send(post(9002, "dua")), Act::Drop],
        1 => vec![Act::Decline(400, r#"{"error":"CursorTooOld","message":"floor is 9050"}"#)],
        _ => vec![Act::Send(info.to_string()), Act::Send(post(9050, "lima"))],
    })
    .await;
    let desk = Desk::new(&server, "protocol = \"v2\"\nkeep = \"all\"\nonce_for = \"3s\"");
    let (status, report) = desk.once().await;
    assert_eq!((status, &report["new"]), (0, &json!(3)), "{report}");
    let cursors: Vec<_> = server.asked().iter().map(Asked::cursor).collect();
    assert_eq!(cursors, [None, Some(9002), Some(1_792_999_977_000_000)], "by number, then by time");
    let asked = server.asked();
    assert!(asked.iter().all(|asked| asked.protocol.as_deref() == Some("xrpc.v1.json")));
    let reasons = desk.query("SELECT reason FROM set_aside ORDER BY id");
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[0].contains("floor is 9050"), "{reasons:?}");
    assert!(reasons[1].contains("resumed from seq 9050"), "{reasons:?}");
    let (_, list, _) = desk.run(&["source", "list"]).await;
    assert!(list.contains("langit"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_kept_in_measure() {
    let server = Jetstream::start(|number, _| {
        let strange = |number: i64| Act::Send(format!("{{\"berita\":{number}}}"));
        let post = Act::Send(commit(&author(1), "create", 1, Some("satu"), START));
        match number {
            // Some among others, and then a stream that is none of ours.
            0 => std::iter::once(post).chain((0..150).map(strange)).collect(),
            _ => (1000..1400).map(strange).collect(),
        }
    })
    .await;
    let desk = Desk::new(&server, "keep = \"all\"\nonce_for = \"3s\"");
    let (status, report) = desk.once().await;
    assert_eq!((status, &report["new"], &report["set_aside"]), (0, &json!(1), &json!(100)));
    let (status, report) = desk.once().await;
    assert_eq!((status, &report["new"], &report["set_aside"]), (3, &json!(0), &json!(3)));
    let error = report["errors"][0].as_str().unwrap();
    assert!(error.contains("no message of the stream can be read"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_too_large_is_passed_over_in_the_end() {
    let server = Jetstream::start(|number, _| {
        let post = |number: i64, text: &str| {
            Act::Send(commit(&author(1), "create", number, Some(text), START + number))
        };
        match number {
            0..3 => vec![post(1, "satu"), post(2, &"x".repeat(200 << 10))],
            _ => vec![post(3, "tiga")],
        }
    })
    .await;
    let desk = Desk::new(&server, "keep = \"all\"\nonce_for = \"6s\"");
    let (status, report) = desk.once().await;
    assert_eq!(
        (status, &report["new"], &report["set_aside"]),
        (0, &json!(2), &json!(1)),
        "{report}"
    );
    assert_eq!(server.asked()[3].cursor(), None, "from now on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_no_ends_the_visit() {
    for (status, answer, part) in [
        (403, "", "403"),
        (404, "", "404"),
        (400, r#"{"error":"InvalidRequest"}"#, "InvalidRequest"),
        (503, "", "503"),
    ] {
        let server = Jetstream::start(move |_, _| vec![Act::Decline(status, answer)]).await;
        let desk = Desk::new(&server, "once_for = \"4s\"");
        let (exit, report) = desk.once().await;
        let error = report["errors"][0].as_str().unwrap();
        assert!(exit == 3 && error.contains(part), "{report}");
        let tries = if status == 503 { 3 } else { 1 };
        assert_eq!(server.asked().len(), tries, "{status}");
    }
}

/// A certificate for this machine, made by `openssl` in this folder, and the server's side of TLS.
fn certificate(folder: &Path) -> Option<(PathBuf, TlsAcceptor)> {
    let (key, certificate) = (folder.join("key.pem"), folder.join("cert.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status();
    if !made.is_ok_and(|status| status.success()) {
        return None;
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let chain = vec![CertificateDer::from_pem_file(&certificate).unwrap()];
    let key = PrivateKeyDer::from_pem_file(&key).unwrap();
    let config =
        rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    Some((certificate, TlsAcceptor::from(Arc::new(config))))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_read_through_tls_and_its_certificate_checked() {
    let folder = tempfile::tempdir().unwrap();
    let Some((certificate, tls)) = certificate(folder.path()) else {
        eprintln!("skipped: openssl is absent");
        return;
    };
    let network = Network::busy(40);
    let expected = network.posts();
    let script = move |number, asked: &Asked| misbehaving(&network, number, asked);
    let server = Jetstream::start_with(Some(tls), script).await;
    for trusted in [false, true] {
        let desk = Desk::new(&server, "keep = \"all\"\nonce_for = \"4s\"");
        let config = std::fs::read_to_string(&desk.config).unwrap().replace("ws://", "wss://");
        std::fs::write(&desk.config, config).unwrap();
        let mut command = desk.command(&["run", "--once", "--json"]);
        if trusted {
            command.env("SSL_CERT_FILE", &certificate);
        }
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let reports: Value = serde_json::from_slice(&output.stdout).unwrap();
        if trusted {
            assert_eq!(reports[0]["errors"], json!([]));
            assert_eq!(differences(&desk, &expected), [""; 0]);
        } else {
            let error = reports[0]["errors"][0].as_str().unwrap();
            assert!(error.contains("certificate"), "{error}");
            assert!(server.asked().is_empty(), "nothing is said to whom it does not know");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_shows_what_streams_by_and_stores_nothing() {
    let network = Network::busy(40);
    let server = Jetstream::start(move |_, asked| network.send(asked, usize::MAX)).await;
    let desk = Desk::new(&server, "");
    let (status, shown, error) = desk.run(&["source", "probe", "langit"]).await;
    assert_eq!(status, 0, "{error}");
    assert!(shown.contains("kabar 1") && shown.contains("20 postingan"), "{shown}");
    assert!(!desk.folder.path().join("data").exists());
}
