//! The promise "nothing lost, nothing twice": the real binary is killed at random moments, more
//! than fifty times, while it takes in 5,000 posts, and in the end each is there once.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test"
)]

mod fetch_server;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fetch_server::{Reply, Server};
use waspada::store::{Settings, Store};

const POSTS: u64 = 5_000;
const A_PAGE: u64 = 5;
const KILLS: u32 = 50;
const OFFER: &str =
    "Dicari admin di Poipet, masuk pelancong dulu, gaji 9-14jt/bln. WA 0840-0000-0001";

fn is_offer(number: u64) -> bool {
    number.is_multiple_of(7)
}

fn page(before: Option<u64>) -> String {
    let high = before.map_or(POSTS, |before| before - 1);
    let low = high.saturating_sub(A_PAGE - 1).max(1);
    let mut html = String::from("<section class=tgme_channel_history>");
    if low > 1 {
        html.push_str(&format!("<a class=tme_messages_more data-before={low}></a>"));
    }
    for number in low..=high {
        let text = if is_offer(number) { OFFER } else { "kabar hari ini" };
        html.push_str(&format!(
            "<div class=tgme_widget_message data-post=loker_contoh/{number}>\
             <div class=tgme_widget_message_text>{text} {number}</div></div>"
        ));
    }
    html
}

fn run(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waspada"));
    command.args(["run", "--once", "--config"]).arg(config);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_fifty_times_nothing_is_lost_and_nothing_is_twice() {
    let server = Server::start(|asked| {
        if asked.path == "/robots.txt" {
            return Reply::not_found();
        }
        let before = asked.path.strip_prefix("/s/loker_contoh?before=");
        Reply::html(&page(before.map(|before| before.parse().unwrap())))
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("waspada.toml");
    // The pace makes the walk last long enough to be killed that often on a fast machine.
    std::fs::write(
        &config,
        format!(
            "[fetch]\ncontact = \"ops@contoh.example\"\npace = \"8ms\"\nallow_hosts = [\"{}\"]\n\
             [[source]]\nname = \"kanal\"\ntype = \"telegram\"\nchannel = \"loker_contoh\"\n\
             base = \"{}\"\nlegal_basis = \"uji\"\nbackfill_posts = 100000\n",
            server.address,
            server.url("/")
        ),
    )
    .unwrap();

    let mut killed = 0;
    let mut runs = 0;
    while killed < KILLS {
        runs += 1;
        assert!(runs < 500, "{killed} kills in {runs} runs");
        let mut child = run(&config).spawn().unwrap();
        let asked = server.asked().len();
        // From the first request of this run on, every moment is as likely.
        while server.asked().len() == asked && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_micros(fastrand::u64(0..250_000))).await;
        assert!(child.try_wait().unwrap().is_none(), "the walk ended before {KILLS} kills");
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
    }
    let last = tokio::task::spawn_blocking(move || run(&config).output()).await.unwrap().unwrap();
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));

    let settings = Settings {
        path: dir.path().join("data/waspada.db"),
        evidence: dir.path().join("data/evidence"),
        ..Settings::default()
    };
    let database = rusqlite::Connection::open(&settings.path).unwrap();
    let numbers = |sql: &str| -> Vec<u64> {
        let mut statement = database.prepare(sql).unwrap();
        let ids = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let mut numbers: Vec<u64> = ids
            .map(|id| id.unwrap().strip_prefix("loker_contoh/").unwrap().parse().unwrap())
            .collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(numbers("SELECT native_id FROM post"), (1..=POSTS).collect::<Vec<_>>());
    let versions = "SELECT native_id FROM post_version v JOIN post p ON p.id = v.post_id";
    assert_eq!(numbers(versions), (1..=POSTS).collect::<Vec<_>>());
    let queued = "SELECT native_id FROM queue_item q JOIN post p ON p.id = q.post_id";
    let offers: Vec<u64> = (1..=POSTS).filter(|number| is_offer(*number)).collect();
    assert_eq!(numbers(queued), offers);

    let store = Store::open_existing(&settings).unwrap();
    let seen = store.sources().unwrap()[0].seen.unwrap();
    assert_eq!((seen.covered, seen.shown.round() as u64), (POSTS, POSTS));
    let verified = store.verify(None).unwrap();
    assert!(verified.findings.is_empty(), "{:?}", verified.findings);
    assert!(store.check().unwrap().faults.is_empty());
    eprintln!(
        "{killed} kills, {} requests, {} strays",
        server.asked().len(),
        verified.strays.len()
    );
}
