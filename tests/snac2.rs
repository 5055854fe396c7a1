//! Against a Mastodon-API server we did not write: snac2 from Debian, on loopback. What is written,
//! edited and deleted with its own tools is found by hashtag and public timeline through the real
//! binary. Its robots.txt turns all crawlers away: a client of its API may ask, a crawler may not.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const TAG: &str = "lokerkamboja";

/// Where `.ci/snac2` puts the server.
fn program() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    Some(target.join("snac2/usr/bin/snac")).filter(|program| program.is_file())
}

/// A server with one account, until it is dropped.
struct Snac {
    program: PathBuf,
    data: PathBuf,
    port: u16,
    password: String,
    httpd: Child,
}

impl Drop for Snac {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.httpd.id().to_string()).status();
        let _ = self.httpd.wait();
    }
}

/// Runs it with these answers to its questions; what it printed.
fn run(program: &Path, arguments: &[&str], answers: &str) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "snac {arguments:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

impl Snac {
    fn start(program: PathBuf, dir: &Path) -> Self {
        let data = dir.join("snac");
        let folder = data.to_str().unwrap().to_owned();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let answers = format!("127.0.0.1\n{port}\nsnac.localhost\n\nadmin@contoh.example\n");
        run(&program, &["init", &folder], &answers);
        let settings = data.join("server.json");
        let mut server: Value = serde_json::from_slice(&std::fs::read(&settings).unwrap()).unwrap();
        server["host"] = format!("127.0.0.1:{port}").into();
        server["protocol"] = "http".into();
        server["show_instance_timeline"] = true.into();
        // Its workers wait for other servers, of which there are none here.
        server["num_threads"] = 16.into();
        server["queue_timeout"] = 1.into();
        server["queue_timeout_2"] = 1.into();
        std::fs::write(&settings, server.to_string()).unwrap();
        let told = run(&program, &["adduser", &folder, "agen"], "agen\n");
        let password =
            told.split("password is ").nth(1).unwrap().split_whitespace().next().unwrap();
        let log = File::create(dir.join("snac.log")).unwrap();
        let httpd = Command::new(&program)
            .args(["httpd", &folder])
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let snac = Self { password: password.to_owned(), program, data, port, httpd };
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "snac2 does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        snac
    }

    /// Publishes a note with the server's own tool.
    fn note(&self, text: &str) {
        run(&self.program, &["note", self.data.to_str().unwrap(), "agen", text], "");
    }

    /// One exchange over HTTP; the status and the body.
    fn ask(&self, head: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let request = format!(
            "{head}\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// The statuses under the hashtag as the server tells of them.
    fn statuses(&self) -> Vec<Value> {
        let (status, body) =
            self.ask(&format!("GET /api/v1/timelines/tag/{TAG}?limit=40 HTTP/1.1"), "");
        assert_eq!(status, 200);
        serde_json::from_str(&body).unwrap()
    }

    /// The `uri` of the status that says this.
    fn uri(&self, text: &str) -> String {
        let statuses = self.statuses();
        let says = |status: &&Value| status["content"].as_str().unwrap().contains(text);
        statuses.iter().find(says).unwrap()["uri"].as_str().unwrap().to_owned()
    }

    /// Sends one of the forms of the account's own page.
    fn form(&self, page: &str, fields: &[(&str, &str)]) {
        let body: String = fields
            .iter()
            .map(|(name, value)| {
                format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            })
            .collect();
        let head = format!(
            "POST /agen/admin/{page} HTTP/1.1\r\nauthorization: Basic {}\r\n\
             content-type: multipart/form-data; boundary=x",
            base64(&format!("agen:{}", self.password))
        );
        let (status, answer) = self.ask(&head, &format!("{body}--x--\r\n"));
        assert_eq!(status, 303, "{answer}");
    }

    fn edit(&self, uri: &str, text: &str) {
        self.form("note", &[("content", text), ("edit_id", uri)]);
    }

    fn delete(&self, uri: &str) {
        let actor = format!("http://127.0.0.1:{}/agen", self.port);
        self.form(
            "action",
            &[("id", uri), ("actor", &actor), ("action", "Delete"), ("redir", "x")],
        );
    }
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |chunk: &[u8], at: usize| {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        let index = usize::try_from(bits >> (18 - 6 * at) & 63).unwrap();
        if at > chunk.len() { '=' } else { char::from(DIGITS[index]) }
    };
    let chunks = text.as_bytes().chunks(3);
    chunks.flat_map(|chunk| (0..4).map(move |at| digit(chunk, at))).collect()
}

fn config(dir: &Path, port: u16, source: &str) -> PathBuf {
    let path = dir.join("waspada.toml");
    let text = format!(
        "[fetch]\ncontact = \"ops@contoh.example\"\npace = \"1ms\"\nbackoff = \"10ms\"\n\
         allow_hosts = [\"127.0.0.1:{port}\"]\n[http]\nlisten = \"127.0.0.1:0\"\n{source}"
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn once(config: &Path) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_waspada"))
        .args(["run", "--once", "--json", "--config"])
        .arg(config)
        .output()
        .unwrap();
    let reports: Vec<Value> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    reports[0].clone()
}

/// The count of these posts, as the store has them.
fn stored(dir: &Path, which: &str) -> u64 {
    let database = rusqlite::Connection::open(dir.join("data/waspada.db")).unwrap();
    let count = format!(
        "SELECT count(*) FROM post p JOIN post_version v ON v.id = p.version_id WHERE {which}"
    );
    database.query_row(&count, [], |row| row.get(0)).unwrap()
}

#[test]
fn what_is_written_edited_and_deleted_is_seen_by_hashtag() {
    written_edited_and_deleted("hashtags = true");
}

#[test]
fn what_is_written_edited_and_deleted_is_seen_on_the_public_timeline() {
    written_edited_and_deleted("hashtags = false\npublic = \"all\"");
}

fn written_edited_and_deleted(timeline: &str) {
    let Some(program) = program() else {
        eprintln!("skipped: snac2 is not there; `.ci/snac2` fetches it");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let snac = Snac::start(program, dir);
    for number in 1..=50 {
        snac.note(&format!(
            "Dicari admin ke Poipet, masuk pelancong dulu, gaji 9-14jt/bln, batch {number}. \
             WA 0840-0000-00{number:02} #{TAG}"
        ));
    }
    let source = format!(
        "[[source]]\nname = \"snac\"\ntype = \"mastodon\"\nserver = \"http://127.0.0.1:{}\"\n{timeline}\n",
        snac.port
    );
    let config = config(dir, snac.port, &source);
    let first = once(&config);
    assert_eq!(first["new"], 50, "over two pages, without a Link header: {first}");
    assert!(first["flagged"].as_u64().unwrap() > 0, "{first}");
    assert_eq!((&first["errors"], &first["set_aside"]), (&Value::Array(vec![]), &0.into()));

    let again = once(&config);
    assert_eq!(
        (&again["new"], &again["edited"], &again["flagged"]),
        (&0.into(), &0.into(), &0.into()),
        "nothing twice: {again}"
    );

    snac.edit(&snac.uri("batch 49."), &format!("Lowongan sudah ditutup #{TAG}"));
    snac.delete(&snac.uri("batch 48."));
    snac.note(&format!("Batch baru, berangkat besok #{TAG}"));
    assert_eq!(snac.statuses().len(), 40);
    let later = once(&config);
    assert_eq!((&later["new"], &later["edited"]), (&1.into(), &1.into()), "{later}");
    assert_eq!(stored(dir, "v.content LIKE '%sudah ditutup%'"), 1);
    assert_eq!(stored(dir, "p.deleted_at NOT NULL"), 1);
    assert_eq!(stored(dir, "v.content LIKE '%batch 48.%'"), 0, "its text is gone");
    assert_eq!(stored(dir, "p.deleted_at IS NULL"), 50);

    // A gap of more than a page, and the newest known post deleted meanwhile.
    for number in 1..=45 {
        snac.note(&format!("Susulan {number} #{TAG}"));
    }
    snac.delete(&snac.uri("Susulan 45 "));
    let gap = once(&config);
    assert_eq!((&gap["new"], &gap["edited"]), (&44.into(), &0.into()), "{gap}");
    let end = once(&config);
    assert_eq!((&end["new"], &end["edited"]), (&0.into(), &0.into()), "{end}");
}

#[test]
fn a_crawler_is_turned_away_where_a_client_of_the_api_may_ask() {
    let Some(program) = program() else {
        eprintln!("skipped: snac2 is not there; `.ci/snac2` fetches it");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let snac = Snac::start(program, dir);
    snac.note(&format!("Butuh operator #{TAG}"));
    assert!(snac.ask("GET /robots.txt HTTP/1.1", "").1.contains("Disallow: /"));
    let server = format!("http://127.0.0.1:{}", snac.port);
    let source =
        format!("[[source]]\nname = \"umpan\"\ntype = \"feed\"\nurl = \"{server}/agen.rss\"\n");
    let crawler = once(&config(dir, snac.port, &source));
    assert_eq!(crawler["new"], 0);
    let errors = crawler["errors"].to_string();
    assert!(errors.contains("robots.txt"), "{errors}");
    let source =
        format!("[[source]]\nname = \"api\"\ntype = \"mastodon\"\nserver = \"{server}\"\n");
    let client = once(&config(dir, snac.port, &source));
    assert_eq!((&client["new"], &client["errors"]), (&1.into(), &Value::Array(vec![])), "{client}");
}
