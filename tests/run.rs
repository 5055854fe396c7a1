//! `waspada run` as an operator uses it: the real binary, a config, sources on loopback and in a
//! folder. Sources that misbehave fail alone; a bad rule file or config never stops the watch.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod fetch_server;
mod shared;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fetch_server::{Reply, Server};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

const OFFER: &str =
    "Dicari admin di Poipet, masuk pelancong dulu, gaji 9-14jt/bln. WA 0840-0000-0001";

fn waspada() -> Command {
    Command::new(env!("CARGO_BIN_EXE_waspada"))
}

/// A config in a folder of its own, with these sources; loopback servers may be asked.
fn config(dir: &Path, servers: &[&Server], more: &str) -> PathBuf {
    let allowed: Vec<String> =
        servers.iter().map(|server| format!("\"{}\"", server.address)).collect();
    let path = dir.join("waspada.toml");
    std::fs::write(
        &path,
        format!(
            "[fetch]\ncontact = \"ops@contoh.example\"\npace = \"1ms\"\nbackoff = \"10ms\"\n\
             connect_timeout = \"1s\"\ntimeout = \"2s\"\nmax_body = 65536\nallow_hosts = [{}]\n\
             [http]\nlisten = \"127.0.0.1:0\"\n{more}",
            allowed.join(", ")
        ),
    )
    .unwrap();
    path
}

fn feed_source(name: &str, server: &Server) -> String {
    format!(
        "[[source]]\nname = \"{name}\"\ntype = \"feed\"\nurl = \"{}\"\n",
        server.url("/feed.xml")
    )
}

/// Runs once; the exit status and the report of each source.
async fn once(config: &Path) -> (i32, BTreeMap<String, Value>) {
    let mut command = waspada();
    command.args(["run", "--once", "--json", "--config"]).arg(config);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let reports: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr))
    });
    let by_name = reports
        .into_iter()
        .map(|report| (report["source"].as_str().unwrap().to_owned(), report))
        .collect();
    (output.status.code().unwrap(), by_name)
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

fn feed(text: &str) -> String {
    format!(
        "<rss version='2.0'><channel><title>Contoh</title><link>https://contoh.example/</link>\
         <item><guid>urn:contoh:1</guid><title>Info</title><description>{text}</description></item>\
         </channel></rss>"
    )
}

/// Answers a feed with an `ETag`, and `304` to whoever knows it.
async fn good_server() -> Server {
    Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::not_found(),
        _ if asked.header("if-none-match") == Some("\"1\"") => {
            Reply::new(304, &[("etag", "\"1\"")], "")
        }
        _ => Reply::new(
            200,
            &[("content-type", "application/rss+xml"), ("etag", "\"1\"")],
            feed(OFFER),
        ),
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_source_in_one_run_and_nothing_twice() {
    let channel = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::not_found(),
        "/s/loker_contoh" => Reply::new(200, &[], fixture("telegram/loker_contoh.html")),
        "/s/loker_contoh?before=101" => {
            Reply::new(200, &[], fixture("telegram/loker_contoh-before-101.html"))
        }
        _ => Reply::not_found(),
    })
    .await;
    let good = good_server().await;
    let dir = tempfile::tempdir().unwrap();
    let drop = dir.path().join("drop");
    std::fs::create_dir(&drop).unwrap();
    for name in ["kiriman.jsonl", "ekspor-grup.csv", "salinan-pesan.txt"] {
        std::fs::write(drop.join(name), fixture(&format!("drop/{name}"))).unwrap();
    }
    let sources = format!(
        "{}[[source]]\nname = \"kanal\"\ntype = \"telegram\"\nchannel = \"loker_contoh\"\nbase = \"{}\"\n\
         legal_basis = \"uji\"\n[[source]]\nname = \"folder\"\ntype = \"folder\"\npath = \"drop\"\nsettle = \"0s\"\n",
        feed_source("umpan", &good),
        channel.url("/"),
    );
    let config = config(dir.path(), &[&channel, &good], &sources);
    let (status, first) = once(&config).await;
    assert_eq!(status, 0, "{first:?}");
    assert_eq!((&first["umpan"]["new"], &first["umpan"]["flagged"]), (&1.into(), &1.into()));
    assert!(first["kanal"]["new"].as_u64().unwrap() > 5, "{first:?}");
    assert_eq!(first["kanal"]["pages"], 2);
    assert!(first["folder"]["new"].as_u64().unwrap() > 50, "{first:?}");
    assert_eq!(first["folder"]["set_aside"], 2, "the two bad rows of the JSONL file");
    assert!(drop.join("done/kiriman.jsonl").exists());

    let (status, second) = once(&config).await;
    assert_eq!(status, 0);
    for (name, report) in &second {
        let sum = [&report["new"], &report["edited"], &report["flagged"], &report["set_aside"]];
        assert!(sum.iter().all(|count| **count == 0), "{name}: {report}");
    }
    assert_eq!(second["umpan"]["not_modified"], true);

    let list =
        waspada().args(["source", "list", "--json", "--config"]).arg(&config).output().unwrap();
    assert!(list.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_that_misbehave_fail_alone() {
    type Answer = fn() -> Reply;
    let bomb = || {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut gz, &vec![b' '; 8 << 20]).unwrap();
        Reply::new(200, &[("content-encoding", "gzip")], gz.finish().unwrap())
    };
    let cases: &[(&str, Answer, &str)] = &[
        ("pelan", || Reply::new(429, &[("retry-after", "3600")], ""), "429"),
        ("rusak", || Reply::new(503, &[], ""), "503"),
        ("putar", || Reply::redirect("/feed.xml?lagi"), "redirects"),
        ("lokal", || Reply::redirect("http://127.0.0.1:9/"), "address refused"),
        ("pribadi", || Reply::redirect("http://10.0.0.1/"), "address refused"),
        ("bom", bomb, "exceeds the limit"),
        (
            "menetes",
            || {
                Reply::script(&[], |mut stream| async move {
                    while stream.write_all(b" ").await.is_ok() {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                })
            },
            "connection failed",
        ),
        (
            "putus",
            || {
                Reply::script(&[("content-length", "1000")], |mut stream| async move {
                    let _ = stream.write_all(b"<rss>").await;
                })
            },
            "connection failed",
        ),
        (
            "tantangan",
            || Reply::new(403, &[("cf-mitigated", "challenge")], "<title>Just a moment...</title>"),
            "challenge",
        ),
        ("html", || Reply::html("<html><title>Bukan umpan</title></html>"), "another shape"),
        ("hilang", || Reply::new(410, &[], ""), "410"),
    ];
    let mut servers = vec![good_server().await];
    let mut sources = feed_source("baik", &servers[0]);
    for (name, answer, _) in cases {
        let answer = *answer;
        let server = Server::start(move |asked| match asked.path.as_str() {
            // A page in place of robots.txt says nothing, so all is allowed.
            "/robots.txt" => Reply::html("<html>halo</html>"),
            _ => answer(),
        })
        .await;
        sources.push_str(&feed_source(name, &server));
        servers.push(server);
    }
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path(), &servers.iter().collect::<Vec<_>>(), &sources);
    let (status, reports) = once(&config).await;
    assert_eq!(status, 3);
    assert_eq!((&reports["baik"]["new"], &reports["baik"]["flagged"]), (&1.into(), &1.into()));
    for (name, _, expected) in cases {
        let errors = reports[*name]["errors"].to_string();
        assert!(errors.contains(expected), "{name}: {errors}");
    }
    for server in &servers {
        assert!(server.asked().len() < 30, "{:?}", server.paths());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pace_is_kept_between_pages() {
    let server = Server::start(|asked| {
        let before = asked.path.strip_prefix("/s/loker_contoh?before=");
        match (asked.path.as_str(), before) {
            ("/robots.txt", _) => Reply::not_found(),
            ("/s/loker_contoh", _) => Reply::html(&channel_page("loker_contoh", 100, 96, 1)),
            (_, Some(before)) => {
                let high = before.parse::<u64>().unwrap() - 1;
                Reply::html(&channel_page("loker_contoh", high, high - 4, 1))
            }
            _ => Reply::not_found(),
        }
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let source = format!(
        "[[source]]\nname = \"kanal\"\ntype = \"telegram\"\nchannel = \"loker_contoh\"\nbase = \"{}\"\n\
         legal_basis = \"uji\"\nbackfill_posts = 25\n",
        server.url("/")
    );
    let config = config(dir.path(), &[&server], &source);
    let text = std::fs::read_to_string(&config).unwrap().replace("\"1ms\"", "\"200ms\"");
    std::fs::write(&config, text).unwrap();
    let (status, reports) = once(&config).await;
    assert_eq!((status, &reports["kanal"]["new"]), (0, &25.into()));
    let times: Vec<Instant> = server.asked().iter().map(|asked| asked.at).collect();
    for pair in times.windows(2) {
        let gap = pair[1].duration_since(pair[0]);
        // The server notes a request a moment after the client sent it, sooner or later.
        assert!(gap > Duration::from_millis(150), "{gap:?}");
    }
}

/// A page of a channel with messages `low..=high`; `first` is the channel's oldest.
fn channel_page(channel: &str, high: u64, low: u64, first: u64) -> String {
    let mut html = String::from("<section class=tgme_channel_history>");
    if low > first {
        html.push_str(&format!("<a class=tme_messages_more data-before={low}></a>"));
    }
    for number in low..=high {
        let text = if number % 10 == 0 { OFFER } else { "kabar hari ini" };
        html.push_str(&format!(
            "<div class=tgme_widget_message data-post={channel}/{number}>\
             <div class=tgme_widget_message_text>{text} {number}</div></div>"
        ));
    }
    html
}

/// A daemon that is killed when the test ends, however it ends.
struct Daemon(Child);

impl Daemon {
    fn start(config: &Path, log: &Path) -> Self {
        let log = std::fs::File::create(log).unwrap();
        let mut command = waspada();
        command.args(["run", "--config"]).arg(config).stderr(Stdio::from(log));
        command.env("NOTIFY_SOCKET", config.with_file_name("notify"));
        command.env("WATCHDOG_USEC", "400000");
        Self(command.spawn().unwrap())
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until the log holds this text as often as wanted; the log.
async fn wait_for(log: &Path, text: &str, times: usize) -> String {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let so_far = std::fs::read_to_string(log).unwrap_or_default();
        if so_far.matches(text).count() >= times {
            return so_far;
        }
        assert!(Instant::now() < deadline, "no `{text}` {times} times in:\n{so_far}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn get(address: &str, path: &str) -> (u16, String) {
    let response = reqwest::get(format!("http://{address}{path}")).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

const RULES: &str = "[family]\nid = \"uji\"\ntitle = \"Uji\"\ncap = 90\n[[rule]]\nid = \"uji-kata\"\n\
    title = \"Uji\"\npoints = 80\nphrases = [\"KATA\"]\nlegal = []\nhit = [\"KATA\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_reloads_without_a_stop_and_ends_when_told() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().unwrap();
    let (drop, rules, log) =
        (dir.path().join("drop"), dir.path().join("rules"), dir.path().join("log"));
    std::fs::create_dir(&drop).unwrap();
    std::fs::create_dir(&rules).unwrap();
    let registry = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/registry");
    std::fs::create_dir(rules.join("registry")).unwrap();
    for entry in std::fs::read_dir(registry).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, rules.join("registry").join(path.file_name().unwrap())).unwrap();
    }
    let write_rules =
        |word: &str| std::fs::write(rules.join("uji.toml"), RULES.replace("KATA", word)).unwrap();
    let post = |name: &str, text: &str| {
        let aside = drop.join(format!(".{name}.part"));
        std::fs::write(&aside, serde_json::json!({ "id": name, "text": text }).to_string())
            .unwrap();
        std::fs::rename(aside, drop.join(format!("{name}.jsonl"))).unwrap();
    };
    write_rules("mangga");
    let more = "[rules]\npath = \"rules\"\n[[source]]\nname = \"folder\"\ntype = \"folder\"\n\
                path = \"drop\"\nsettle = \"0s\"\nevery = \"1s\"\n";
    let config = config(dir.path(), &[], more);
    let systemd = std::os::unix::net::UnixDatagram::bind(dir.path().join("notify")).unwrap();
    systemd.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    // As systemd does, read at once: the daemon waits for whoever does not.
    let told = std::thread::spawn(move || {
        let mut told = Vec::new();
        let mut datagram = [0; 256];
        while let Ok(length) = systemd.recv(&mut datagram) {
            told.push(String::from_utf8_lossy(&datagram[..length]).into_owned());
        }
        told
    });
    let mut daemon = Daemon::start(&config, &log);
    let started = wait_for(&log, "the watch runs", 1).await;
    let address = started.split("listen=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    post("a", "jual mangga");
    wait_for(&log, "unchanged=0 queued=1", 1).await;
    assert_eq!(get(&address, "/healthz").await.0, 200);
    assert!(
        get(&address, "/metrics")
            .await
            .1
            .contains("waspada_items_queued_total{source=\"folder\"} 1")
    );

    // A second daemon is told who holds the database.
    let second = waspada().args(["run", "--once", "--config"]).arg(&config).output().unwrap();
    assert_eq!(second.status.code(), Some(3));
    assert!(
        String::from_utf8_lossy(&second.stderr).contains(&format!("process {}", daemon.0.id()))
    );

    // A bad rule file leaves the good set in force, and says so.
    std::fs::write(rules.join("uji.toml"), "[family\n").unwrap();
    daemon.signal("-HUP");
    wait_for(&log, "rules refused", 1).await;
    let (status, health) = get(&address, "/healthz").await;
    assert!(
        status == 200 && health.contains("degraded") && health.contains("uji.toml"),
        "{health}"
    );
    let metrics = get(&address, "/metrics").await.1;
    assert!(metrics.contains("waspada_rules_broken 1"), "{metrics}");
    for kind in waspada::store::Alarm::KINDS {
        let gauge = format!("waspada_source_alarm{{source=\"folder\",alarm=\"{kind}\"}} 0");
        assert!(metrics.contains(&gauge), "{metrics}");
    }
    assert!(metrics.contains("waspada_source_complete_percent{source=\"folder\"} 100"));
    post("b", "jual mangga lagi");
    wait_for(&log, "unchanged=0 queued=1", 2).await;

    // A mended one is in force from the next page on; so is a changed config, a bad one is not.
    write_rules("durian");
    daemon.signal("-HUP");
    wait_for(&log, "rules loaded", 2).await;
    post("c", "jual durian");
    wait_for(&log, "unchanged=0 queued=1", 3).await;
    let good = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, good.replace("every", "tiap")).unwrap();
    daemon.signal("-HUP");
    wait_for(&log, "config refused", 1).await;
    post("d", "jual durian lagi");
    wait_for(&log, "unchanged=0 queued=1", 4).await;

    // A changed rule file is taken up without a signal, once it has settled.
    std::fs::write(&config, &good).unwrap();
    write_rules("salak");
    // At the start, when mended, with the bad config, and now.
    wait_for(&log, "rules loaded", 4).await;
    post("e", "jual salak");
    wait_for(&log, "unchanged=0 queued=1", 5).await;

    let asked = Instant::now();
    daemon.signal("-TERM");
    let status = tokio::task::spawn_blocking(move || daemon.0.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());

    let told = told.join().unwrap();
    for state in ["READY=1", "WATCHDOG=1", "RELOADING=1", "STOPPING=1"] {
        assert!(told.iter().any(|told| told.contains(state)), "{state}: {told:?}");
    }
    assert!(told[0].contains("READY=1"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_feeds_and_messages_are_crawled_to_the_end() {
    let Some(fixtures) = shared::shared("fixtures") else { return };
    let mut feeds = Vec::new();
    let mut folders = vec![fixtures.join("feeds")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|extension| extension.to_str()) {
                _ if path.is_dir() => folders.push(path),
                Some("xml" | "json") => feeds.push(path),
                _ => {}
            }
        }
    }
    feeds.sort();
    // Beside the feeds lie what a parser expects of them, as JSON of another kind.
    feeds.retain(|path| {
        path.extension().is_some_and(|extension| extension == "xml")
            || std::fs::read_to_string(path).is_ok_and(|text| text.contains("jsonfeed.org/version"))
    });
    let served: Vec<Vec<u8>> = feeds.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let count = served.len();
    let server = Server::start(move |asked| {
        let number = asked.path.strip_prefix("/f").and_then(|number| number.parse::<usize>().ok());
        match number.and_then(|number| served.get(number)) {
            Some(feed) => Reply::new(200, &[], feed),
            None => Reply::not_found(),
        }
    })
    .await;
    let sources: String = (0..count)
        .map(|number| {
            let url = server.url(&format!("/f{number}"));
            format!("[[source]]\nname = \"f{number}\"\ntype = \"feed\"\nurl = \"{url}\"\n")
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path(), &[&server], &sources);
    let (_, reports) = once(&config).await;
    let mut read = 0;
    for (name, report) in &reports {
        let errors = report["errors"].to_string();
        let posts = report["new"].as_u64().unwrap() + report["unchanged"].as_u64().unwrap();
        read += u64::from(posts > 0);
        assert!(
            posts > 0 || errors.contains("another shape") || errors == "[]",
            "{name}: {report}"
        );
    }
    eprintln!("{count} real feeds: {read} with posts");
    assert!(read * 10 >= u64::try_from(count).unwrap() * 8, "{read} of {count}");
}
