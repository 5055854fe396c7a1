//! An analyst's desk: a folder with a config and a database of invented posts with real verdicts,
//! and the real binary run in it.
#![allow(dead_code, reason = "not every test uses all of the desk")]

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use assert_cmd::Command;
use jiff::Timestamp;
use serde_json::Value;
use waspada::engine::{Engine, RuleFiles, Thresholds};
use waspada::post::{Account, Container, ContainerKind, Platform, Post, Sha256};
use waspada::store::{CaptureRecord, PageCommit, ScoredPost, Settings, Store};

/// Texts of invented posts, the most suspect first.
pub const POSTS: &[(&str, &str)] = &[
    (
        "loker_contoh/11",
        "🔥 LOKER KAMBOJA 🔥\nDicari admin & operator di Poipet, tanpa pengalaman.\n\
         Masuk pelancong dulu, permit nyusul. Gaji 12-18jt/bln, tiket ditanggung.\n\
         Minat? WA 0840-0000-0001 atau tele @kontak_contoh",
    ),
    (
        "loker_contoh/12",
        "Kerja di Poipet, visa turis, gaji $1.000/bulan. Hubungi WA 0840-0000-0001",
    ),
    (
        "loker_contoh/13",
        "Tolong, adik saya disekap di Myawaddy, paspor ditahan, tidak boleh pulang. \
         Tolong bantu pulangkan. WA 0840-0000-0002",
    ),
    ("loker_contoh/14", "Selamat pagi, semoga hari ini menyenangkan"),
];

const RULES: &str = r#"
    [family]
    id = "contoh"
    title = "Keluarga contoh"
    cap = 55
    [[rule]]
    id = "visa-contoh"
    title = "Visa bukan visa kerja"
    points = 45
    phrases = ["masuk pelancong", "pelancong dulu", "visa turis"]
    legal = ["uu18-2017-13f", "uu18-2017-30"]
    [[rule]]
    id = "gaji-contoh"
    title = "Upah tinggi"
    points = 30
    when = "pay.idr_month >= 10_000_000"
    [[rule]]
    id = "pengalaman-contoh"
    title = "Meminta pengalaman kerja"
    points = -5
    phrases = ["tanpa pengalaman"]
    [[rule]]
    id = "lantai-contoh"
    title = "Pusat penipuan dan visa turis"
    floor = 80
    when = "visa-contoh and destination in ['KH']"
"#;

const VICTIM_RULES: &str = r#"
    [family]
    id = "korban-contoh"
    title = "Korban"
    cap = 100
    lane = "victim"
    [[rule]]
    id = "tolong-contoh"
    title = "Meminta pertolongan"
    points = 70
    phrases = ["tolong bantu", "disekap"]
    legal = ["uu21-2007-44"]
"#;

pub struct Desk {
    pub folder: tempfile::TempDir,
}

pub struct Answer {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    /// A config and no database.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("waspada.toml"),
            "[store]\npath = \"w.db\"\nevidence = \"bukti\"\n\
             [quality]\nunflagged_share = 0\nsecond_review_share = 0\n",
        )
        .unwrap();
        Self { folder }
    }

    /// A config and a database with the posts in it, scored by the embedded rules.
    pub fn filled(posts: &[(&str, &str)]) -> Self {
        let desk = Self::bare();
        desk.add(posts);
        desk
    }

    /// The source shows these posts, scored by the embedded rules.
    pub fn add(&self, posts: &[(&str, &str)]) {
        self.store().commit_page(page(&RuleFiles::embedded(), posts)).unwrap();
    }

    /// A source of this platform shows these posts at this time.
    pub fn add_at(&self, store: &Store, at: Timestamp, platform: &str, posts: &[(&str, &str)]) {
        let mut page = page(&RuleFiles::embedded(), posts);
        page.source = format!("sumber-{platform}");
        page.at = at;
        page.capture = None;
        for scored in &mut page.posts {
            scored.post.key.platform = Platform::from(platform);
        }
        store.commit_page(page).unwrap();
    }

    /// The same with rules of its own, which no change of the embedded ones disturbs.
    pub fn with_own_rules(posts: &[(&str, &str)]) -> Self {
        let desk = Self::bare();
        let embedded = RuleFiles::embedded();
        let tables = embedded.select(|name| name.starts_with("registry/"));
        for (name, text) in tables.chain([("contoh.toml", RULES), ("korban.toml", VICTIM_RULES)]) {
            let path = desk.path("aturan").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let config = desk.path("waspada.toml");
        let text = std::fs::read_to_string(&config).unwrap() + "[rules]\npath = \"aturan\"\n";
        std::fs::write(config, text).unwrap();
        desk.add_by_own_rules(posts);
        desk
    }

    /// The source of such a desk shows these posts.
    pub fn add_by_own_rules(&self, posts: &[(&str, &str)]) {
        let rules = RuleFiles::read(&self.path("aturan")).unwrap();
        self.store().commit_page(page(&rules, posts)).unwrap();
    }

    pub fn sql(&self, statements: &str) {
        rusqlite::Connection::open(self.path("w.db")).unwrap().execute_batch(statements).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn store(&self) -> Store {
        let settings = Settings {
            path: self.path("w.db"),
            evidence: self.path("bukti"),
            ..Settings::default()
        };
        Store::open(&settings).unwrap()
    }

    pub fn run_as(&self, analyst: &str, arguments: &[&str]) -> Answer {
        let output = Command::cargo_bin("waspada")
            .unwrap()
            .current_dir(self.folder.path())
            .env("WASPADA_ANALYST", analyst)
            .env_remove("CLICOLOR_FORCE")
            .args(["--config", "waspada.toml"])
            .args(arguments)
            .output()
            .unwrap();
        Answer {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub fn run(&self, arguments: &[&str]) -> Answer {
        self.run_as("sari", arguments)
    }

    /// Takes the next item; its number and token.
    pub fn take(&self, analyst: &str) -> (String, String) {
        let next = self.run_as(analyst, &["queue", "next", "--json"]);
        assert_eq!(next.status, 0, "{}", next.err);
        let next: Value = serde_json::from_str(&next.out).unwrap();
        (next["lease"]["item"].to_string(), next["lease"]["token"].as_str().unwrap().to_owned())
    }

    pub fn decide(&self, outcome: &str) -> String {
        let (item, token) = self.take("sari");
        let decided = self.run(&[
            "queue",
            "decide",
            &item,
            outcome,
            "--token",
            &token,
            "--reason",
            "jelas sekali",
        ]);
        assert_eq!(decided.status, 0, "{}", decided.err);
        item
    }
}

/// A daemon on a desk's database, as long as it is held.
pub struct Daemon {
    child: Child,
    /// Where it answers, without a slash at the end.
    pub address: String,
    /// The link that makes the first administrator.
    pub link: String,
}

impl Daemon {
    /// Starts one that nobody can sign in to yet.
    pub fn start(desk: &Desk) -> Self {
        Self::start_with(desk, "")
    }

    /// The same with more lines in the `[http]` table, or after it.
    pub fn start_with(desk: &Desk, more: &str) -> Self {
        Self::start_at(desk, 0, more)
    }

    /// The same at this port.
    pub fn start_at(desk: &Desk, port: u16, more: &str) -> Self {
        let path = desk.path("waspada.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}\n[http]\nlisten = \"127.0.0.1:{port}\"\n{more}\n"))
            .unwrap();
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_waspada"))
            .args(["run", "--config"])
            .arg(&path)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(desk.path("penjaga.log")).unwrap())
            .spawn()
            .unwrap();
        let told = BufReader::new(child.stdout.take().unwrap()).lines().take(2);
        let told: Vec<String> = told.map(Result::unwrap).collect();
        let last = |line: &str| line.split_whitespace().last().unwrap().to_owned();
        let address = last(&told[0]).trim_end_matches('/').to_owned();
        Self { child, address, link: last(&told[1]) }
    }
}

impl Daemon {
    /// Tells it to read its files again.
    pub fn hang_up(&self) {
        let id = self.child.id().to_string();
        let told = std::process::Command::new("kill").args(["-HUP", &id]).status().unwrap();
        assert!(told.success());
    }

    /// Asks it to end, and waits so long for it; whether it did.
    pub fn ends_within(&mut self, patience: std::time::Duration) -> bool {
        let number = self.child.id().to_string();
        let asked = std::process::Command::new("kill").args(["-TERM", &number]).status().unwrap();
        assert!(asked.success());
        let deadline = std::time::Instant::now() + patience;
        while std::time::Instant::now() < deadline {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        false
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn page(rules: &RuleFiles, posts: &[(&str, &str)]) -> PageCommit {
    let engine = Engine::compile(rules, Thresholds::default()).unwrap();
    let mut scratch = engine.scratch();
    let at: Timestamp = "2026-11-23T22:30:00Z".parse().unwrap();
    let posts: Vec<ScoredPost> = posts
        .iter()
        .map(|(id, text)| {
            let mut post = Post::new(Platform::Telegram, *id, *text);
            post.url = Some(format!("https://t.me/{id}"));
            post.created_at = "2026-11-23T17:05:00Z".parse().ok();
            post.author =
                Some(Account { name: Some("Penulis Contoh".into()), ..Account::default() });
            post.container = Some(Container {
                kind: ContainerKind::Channel,
                native_id: "loker_contoh".into(),
                name: Some("Loker Contoh".into()),
                url: None,
            });
            let verdict = engine.score(&mut scratch, &post.reading());
            ScoredPost { post, verdict }
        })
        .collect();
    let body = bytes::Bytes::from_static(b"<html>halaman contoh</html>");
    PageCommit {
        source: "saluran-contoh".into(),
        adapter: "telegram",
        adapter_version: 1,
        capture: Some(CaptureRecord {
            url: "https://t.me/s/loker_contoh".into(),
            final_url: "https://t.me/s/loker_contoh".into(),
            status: Some(200),
            fetched_at: at,
            headers: Vec::new(),
            sha256: Sha256::of(&body),
            body,
            grounds: Default::default(),
        }),
        posts,
        deleted: Vec::new(),
        set_aside: Vec::new(),
        ignored: 0,
        cursor: None,
        validators: None,
        coverage: None,
        file_done: None,
        at,
    }
}
