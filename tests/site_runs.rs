//! Sites through the real program: killed while it walks a sitemap, and its `source probe`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod fetch_server;

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use fetch_server::{Reply, Server};

const PAGES: u32 = 200;
const KILLS: u32 = 15;

async fn site() -> Server {
    Server::start(|asked| {
        if asked.path == "/sitemap.xml" {
            let host = asked.header("host").unwrap().to_owned();
            let mut map = String::from("<urlset>");
            for number in 1..=PAGES {
                write!(map, "<url><loc>http://{host}/pos/{number}</loc><lastmod>2026-07-01</lastmod></url>").unwrap();
            }
            return Reply::html(&(map + "</urlset>"));
        }
        if asked.path == "/loker" {
            return Reply::html(
                "<article class=l><h2><a href=/pos/7>Operator Poipet</a></h2><p class=isi>Dicari admin di \
                 Poipet, masuk pelancong dulu, gaji 9-14jt/bln. WA 0840-0000-0001</p></article>",
            );
        }
        match asked.path.strip_prefix("/pos/") {
            Some(number) => Reply::html(&format!("<title>Pos {number}</title><article><p class=isi>isi {number}</p></article>")),
            None => Reply::not_found(),
        }
    })
    .await
}

fn waspada(config: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waspada"));
    command
        .args(arguments)
        .arg("--config")
        .arg(config)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn config(dir: &Path, server: &Server) -> std::path::PathBuf {
    let config = dir.join("waspada.toml");
    std::fs::write(
        &config,
        format!(
            "[fetch]\ncontact = \"ops@contoh.example\"\npace = \"4ms\"\nallow_hosts = [\"{}\"]\n\
             [[source]]\nname = \"peta\"\ntype = \"sitemap\"\nurl = \"{}\"\npages = 1000\n",
            server.address,
            server.url("/sitemap.xml")
        ),
    )
    .unwrap();
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sitemap_walk_killed_again_and_again_reads_every_page_once() {
    let server = site().await;
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path(), &server);
    for _ in 0..KILLS {
        let mut child = waspada(&config, &["run", "--once"]).spawn().unwrap();
        let asked = server.asked().len();
        while server.asked().len() == asked && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_micros(fastrand::u64(0..150_000))).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let last = {
        let config = config.clone();
        tokio::task::spawn_blocking(move || waspada(&config, &["run", "--once"]).output().unwrap())
    };
    let last = last.await.unwrap();
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));
    let database = rusqlite::Connection::open(dir.path().join("data/waspada.db")).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM post"), PAGES);
    assert_eq!(count("SELECT count(*) FROM post_version"), PAGES);
    // A page may be asked for twice only where a kill fell between its answer and its commit.
    let pages = server.paths().iter().filter(|path| path.starts_with("/pos/")).count();
    assert!(pages <= (PAGES + KILLS) as usize, "{pages}");
}

async fn probe(config: &Path, arguments: &[&str]) -> Output {
    let mut command = waspada(config, &["source", "probe"]);
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn selectors_are_tried_out_before_they_stand_in_the_config() {
    let server = site().await;
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path(), &server);
    let text = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();

    let list = server.url("/loker").to_string();
    let tried = probe(
        &config,
        &["--url", &list, "--item", ".l", "--title", "h2", "--text", ".isi", "--date", "time"],
    )
    .await;
    assert!(tried.status.success(), "{}", String::from_utf8_lossy(&tried.stderr));
    let shown = text(&tried);
    for line in [
        "item = \".l\": 1 ditemukan",
        "      Operator Poipet",
        "date = \"time\": tidak menemukan apa pun",
        "diduga offer",
        "[[source]]\nname = \"127.0.0.1\"\ntype = \"page\"\n",
        "text = \".isi\"",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(!shown.contains("pages = "), "only what differs from the defaults\n{shown}");

    // What was printed is a source that works.
    let pasted = shown.split_once("[[source]]").unwrap().1;
    let before = std::fs::read_to_string(&config).unwrap();
    std::fs::write(
        &config,
        format!("{before}[[source]]{}", pasted.replace("127.0.0.1\"\n", "tempel\"\n")),
    )
    .unwrap();
    let again = probe(&config, &["tempel"]).await;
    assert!(text(&again).contains("diduga offer"), "{}", String::from_utf8_lossy(&again.stderr));

    // Rules named on the command line are those it is scored by.
    let rules = dir.path().join("rusak");
    std::fs::create_dir(&rules).unwrap();
    std::fs::write(rules.join("uji.toml"), "[family").unwrap();
    let broken = probe(&config, &["tempel", "--rules", rules.to_str().unwrap()]).await;
    assert_eq!(broken.status.code(), Some(2), "{}", text(&broken));
    let told = String::from_utf8_lossy(&broken.stderr);
    assert!(told.contains("galat[E001]"), "{told}");

    let map = server.url("/sitemap.xml").to_string();
    let tried = probe(&config, &["--url", &map, "--sitemap", "--text", ".isi"]).await;
    let shown = text(&tried);
    assert!(shown.contains("/sitemap.xml") && shown.contains("/pos/1\n"), "{shown}");
    assert!(shown.contains("text = \".isi\": 1 ditemukan") && shown.contains("type = \"sitemap\""));

    let nothing = probe(&config, &["--url", &list, "--item", ".tidak-ada"]).await;
    assert_eq!(nothing.status.code(), Some(1));
    assert!(text(&nothing).contains("item = \".tidak-ada\": tidak menemukan apa pun"));
    let wrong = probe(&config, &["--url", &list, "--item", "div..x"]).await;
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("tidak dapat dibaca"));
    for refused in [&["--item", "li"][..], &["--url", "x"], &["peta", "--url", list.as_str()], &[]]
    {
        assert_eq!(probe(&config, refused).await.status.code(), Some(2), "{refused:?}");
    }
}
