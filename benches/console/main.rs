//! Twenty analysts at work while the daemon takes in 500 posts a second, on one database: how long
//! pages and decisions take, and that none is lost or made twice. How to run it stands in
//! docs/performance.md.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a bench")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, StatusCode};

const ANALYSTS: usize = 20;
const POSTS_A_SECOND: usize = 500;
/// One in so many posts is an invented ad, victim or near miss of `waspada dev synth`.
const ONE_IN: usize = 5;
/// Posts that wait when the analysts come.
const BEFOREHAND: usize = 15_000;
const LASTS: Duration = Duration::from_mins(1);
/// How long an analyst looks before deciding; people take ten times as long.
const THINKS: Duration = Duration::from_millis(500);
const PASSWORD: &str = "kata sandi yang panjang";

const ORDINARY: &[&str] = &[
    "Harga cabai di pasar naik lagi minggu ini, pedagang berharap panen segera tiba.",
    "Dicari penjahit borongan di Bandung, upah harian, datang langsung ke bengkel.",
    "Warga bergotong royong membersihkan selokan sebelum musim hujan.",
    "Tim sepak bola desa menang dua kosong di laga pembuka.",
];

/// The posts of the whole run, a line each.
fn posts() -> Vec<String> {
    let seconds = usize::try_from(LASTS.as_secs()).unwrap();
    let all = BEFOREHAND + POSTS_A_SECOND * seconds;
    let synth = Command::new(env!("CARGO_BIN_EXE_waspada"))
        .args(["dev", "synth", "--count", &(all / ONE_IN + 1).to_string()])
        .output()
        .unwrap();
    let mut synth = synth.stdout.lines().map(Result::unwrap);
    (0..all)
        .map(|number| match number % ONE_IN {
            0 => synth.next().unwrap(),
            _ => {
                let text = ORDINARY[number % ORDINARY.len()];
                format!("{{\"id\":\"biasa-{number}\",\"text\":\"{text} ({number})\"}}")
            }
        })
        .collect()
}

/// Puts a file into the drop folder whole.
fn drop_in(folder: &Path, name: &str, lines: &[String]) {
    let waiting = folder.join(format!(".{name}"));
    std::fs::write(&waiting, lines.join("\n")).unwrap();
    std::fs::rename(waiting, folder.join(name)).unwrap();
}

struct Daemon {
    child: Child,
    address: String,
    link: String,
}

impl Daemon {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_waspada"))
            .args(["--config", "waspada.toml", "run"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address_after = |mark: &str| {
            let line = told.by_ref().map(Result::unwrap).find(|line| line.contains(mark)).unwrap();
            line.rsplit(' ').next().unwrap().trim_end_matches('/').to_owned()
        };
        let address = address_after("Konsol");
        let link = address_after("/invitation/");
        Self { child, address, link }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// What was done and how long each took.
#[derive(Default)]
struct Times(BTreeMap<&'static str, Vec<Duration>>);

impl Times {
    fn add(&mut self, what: &'static str, since: Instant) {
        self.0.entry(what).or_default().push(since.elapsed());
    }

    fn print(&mut self) {
        println!(
            "| what | times | p50 ms | p95 ms | p99 ms | longest ms |\n|---|---|---|---|---|---|"
        );
        for (what, times) in &mut self.0 {
            times.sort();
            let at = |share: usize| {
                let place = (times.len() * share / 100).min(times.len() - 1);
                times[place].as_secs_f64() * 1e3
            };
            println!(
                "| {what} | {} | {:.1} | {:.1} | {:.1} | {:.1} |",
                times.len(),
                at(50),
                at(95),
                at(99),
                at(100)
            );
        }
    }
}

/// A browser of one person.
struct Browser {
    client: Client,
    address: String,
    cookie: String,
}

impl Browser {
    async fn get(&self, path: &str) -> Response {
        let url = format!("{}{path}", self.address);
        self.client.get(url).header(COOKIE, &self.cookie).send().await.unwrap()
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.client
            .post(format!("{}{path}", self.address))
            .header(COOKIE, &self.cookie)
            .header("origin", &self.address)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    async fn join(address: &str, link: &str, name: &str) -> Self {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let mut browser = Self { client, address: address.to_owned(), cookie: String::new() };
        let path = link.strip_prefix(address).unwrap_or(link);
        let joined = browser.post(path, &[("name", name), ("password", PASSWORD)]).await;
        let cookie = joined.headers()[SET_COOKIE].to_str().unwrap();
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        browser
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(found, _)| found)
}

fn leads_to(answer: &Response) -> String {
    answer.headers()[LOCATION].to_str().unwrap().to_owned()
}

/// An analyst's minute: the next item, a look, a decision; the queue and a search now and then.
/// Gives back what she decided.
async fn work(browser: Browser, until: Instant, number: usize) -> (Times, Vec<String>) {
    let (mut times, mut decided) = (Times::default(), Vec::new());
    // They do not all begin at once.
    tokio::time::sleep(THINKS.mul_f64(number as f64 / ANALYSTS as f64)).await;
    while Instant::now() < until {
        let round = decided.len();
        if round.is_multiple_of(5) {
            let path = if round.is_multiple_of(2) { "/queue" } else { "/queue?q=kamboja" };
            let began = Instant::now();
            let page = browser.get(path).await;
            assert_eq!(page.status(), StatusCode::OK);
            page.text().await.unwrap();
            times.add(if path.contains('?') { "search" } else { "queue" }, began);
        }
        let began = Instant::now();
        let next = browser.get("/work").await;
        let path = leads_to(&next);
        times.add("next", began);
        let began = Instant::now();
        let page = browser.get(&path).await.text().await.unwrap();
        times.add("item", began);
        tokio::time::sleep(THINKS).await;
        let Some(token) = between(&page, "name=\"token\" value=\"", "\"") else { continue };
        let item = path.trim_start_matches("/items/").split('?').next().unwrap().to_owned();
        let form = [("token", token), ("outcome", "EDUKASI")];
        let began = Instant::now();
        let answer = browser.post(&format!("/items/{item}/decide"), &form).await;
        times.add("decide", began);
        match answer.status() {
            StatusCode::SEE_OTHER => decided.push(item),
            // An edit or a lease that ran out; the analyst is told.
            StatusCode::CONFLICT => {}
            other => panic!("{other}: {}", answer.text().await.unwrap()),
        }
    }
    (times, decided)
}

#[tokio::main]
async fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let inbox = folder.path().join("masuk");
    std::fs::create_dir(&inbox).unwrap();
    let config = "[store]\npath = \"w.db\"\nevidence = \"bukti\"\n[http]\nlisten = \"127.0.0.1:0\"\n\
         [[source]]\nname = \"buatan\"\ntype = \"folder\"\npath = \"masuk\"\nsettle = \"0s\"\nevery = \"1s\"\n";
    std::fs::write(folder.path().join("waspada.toml"), config).unwrap();
    let posts = posts();
    drop_in(&inbox, "awal.jsonl", &posts[..BEFOREHAND]);
    let once = Command::new(env!("CARGO_BIN_EXE_waspada"))
        .args(["--config", "waspada.toml", "run", "--once"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(once.status.success());

    let daemon = Daemon::start(folder.path());
    let admin = Browser::join(&daemon.address, &daemon.link, "penyelia").await;
    let mut analysts = Vec::new();
    for number in 0..ANALYSTS {
        let page = admin.post("/people/invite", &[("role", "analyst")]).await.text().await.unwrap();
        let link = between(&page, "<code id=\"link\">", "<").unwrap().to_owned();
        analysts.push(Browser::join(&daemon.address, &link, &format!("analis {number}")).await);
    }

    let fed = posts[BEFOREHAND..].chunks(POSTS_A_SECOND).map(<[String]>::to_vec);
    let fed: Vec<Vec<String>> = fed.collect();
    let feeder = std::thread::spawn({
        let inbox = inbox.clone();
        move || {
            let began = Instant::now();
            for (second, lines) in (0_u32..).zip(fed) {
                let due = Duration::from_secs(1) * second;
                std::thread::sleep(due.saturating_sub(began.elapsed()));
                drop_in(&inbox, &format!("{second:04}.jsonl"), &lines);
            }
        }
    });
    let until = Instant::now() + LASTS;
    let working = analysts
        .into_iter()
        .enumerate()
        .map(|(number, browser)| tokio::spawn(work(browser, until, number)));
    let (mut times, mut decided) = (Times::default(), Vec::new());
    for analyst in working.collect::<Vec<_>>() {
        let (hers, items) = analyst.await.unwrap();
        decided.extend(items);
        for (what, taken) in hers.0 {
            times.0.entry(what).or_default().extend(taken);
        }
    }
    feeder.join().unwrap();
    let database = rusqlite::Connection::open(folder.path().join("w.db")).unwrap();
    let count = |sql: &str| database.query_row(sql, (), |row| row.get::<_, usize>(0)).unwrap();
    let caught_up = Instant::now();
    while count("SELECT count(*) FROM post") < posts.len() {
        assert!(
            caught_up.elapsed() < LASTS,
            "not all posts were taken in: see {:?}",
            folder.keep()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    println!(
        "{} posts in {:.0} s, all stored {:.1} s after the last was handed in; {} items, {} decisions\n",
        posts.len() - BEFOREHAND,
        LASTS.as_secs_f64(),
        caught_up.elapsed().as_secs_f64(),
        count("SELECT count(*) FROM queue_item"),
        decided.len(),
    );
    times.print();
    drop(daemon);

    // Some are asked of a second analyst, whose opinion stands beside the decision.
    let told = decided.len();
    decided.sort();
    decided.dedup();
    let (first, second) = (
        count("SELECT count(*) FROM decision"),
        count("SELECT count(*) FROM review_ruling WHERE kind = 'second'"),
    );
    assert_eq!(first, decided.len(), "a decision was lost, or an item decided twice");
    assert_eq!(first + second, told, "an opinion was lost or given twice");
    assert_eq!(count("SELECT count(*) FROM queue_item WHERE state = 'decided'"), first);
    let verified = Command::new(env!("CARGO_BIN_EXE_waspada"))
        .args(["--config", "waspada.toml", "evidence", "verify"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    std::io::stdout().flush().unwrap();
}
