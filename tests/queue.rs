//! The queue as an analyst works it without a browser: the real binary on a database filled by the
//! library with invented posts and real verdicts.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::PathBuf;

use assert_cmd::Command;
use jiff::Timestamp;
use serde_json::Value;
use waspada::engine::{Engine, RuleFiles, Thresholds};
use waspada::post::{Account, Container, ContainerKind, Platform, Post, Sha256};
use waspada::store::{CaptureRecord, PageCommit, ScoredPost, Settings, Store};

/// Texts of invented posts, the most suspect first.
const POSTS: &[(&str, &str)] = &[
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

struct Desk {
    folder: tempfile::TempDir,
}

struct Answer {
    status: i32,
    out: String,
    err: String,
}

impl Desk {
    /// A config and no database.
    fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("waspada.toml"),
            "[store]\npath = \"w.db\"\nevidence = \"bukti\"\n",
        )
        .unwrap();
        Self { folder }
    }

    /// A config and a database with the posts in it, scored by the embedded rules.
    fn filled(posts: &[(&str, &str)]) -> Self {
        let desk = Self::bare();
        desk.store().commit_page(page(&RuleFiles::embedded(), posts)).unwrap();
        desk
    }

    /// The same with rules of its own, which no change of the embedded ones disturbs.
    fn with_own_rules(posts: &[(&str, &str)]) -> Self {
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
        let rules = RuleFiles::read(&desk.path("aturan")).unwrap();
        desk.store().commit_page(page(&rules, posts)).unwrap();
        desk
    }

    fn sql(&self, statements: &str) {
        rusqlite::Connection::open(self.path("w.db")).unwrap().execute_batch(statements).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn store(&self) -> Store {
        let settings = Settings {
            path: self.path("w.db"),
            evidence: self.path("bukti"),
            ..Settings::default()
        };
        Store::open(&settings).unwrap()
    }

    fn run_as(&self, analyst: &str, arguments: &[&str]) -> Answer {
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

    fn run(&self, arguments: &[&str]) -> Answer {
        self.run_as("sari", arguments)
    }

    /// Takes the next item; its number and token.
    fn take(&self, analyst: &str) -> (String, String) {
        let next = self.run_as(analyst, &["queue", "next", "--json"]);
        assert_eq!(next.status, 0, "{}", next.err);
        let next: Value = serde_json::from_str(&next.out).unwrap();
        (next["lease"]["item"].to_string(), next["lease"]["token"].as_str().unwrap().to_owned())
    }

    fn decide(&self, outcome: &str) -> String {
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

/// A screen with what differs from run to run named instead of shown.
fn screen(answer: &Answer) -> String {
    let mut text = answer.out.clone();
    for (pattern, name) in [
        (r"token [0-9a-f]{32}", "token TOKEN"),
        (r"--token [0-9a-f]{32}", "--token TOKEN"),
        (r"sampai \d{4}-\d\d-\d\d \d\d:\d\d WIB", "sampai NANTI"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d WIB · ", "KINI · "),
        (r"aturan      versi [0-9a-f]{12}", "aturan      versi VERSI"),
    ] {
        text = regex::Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
    }
    text
}

/// The printed points of a screen, and the score under them.
fn contributions(screen: &str) -> (Vec<i32>, i32) {
    let line = regex::Regex::new(r"(?m)^ {1,3}(?:\[\d+\]| {4,5}) +([+-]\d+) ").unwrap();
    let score = regex::Regex::new(r"(?m)^ +(\d+)  SKOR ").unwrap();
    let points = line.captures_iter(screen).map(|found| found[1].parse().unwrap()).collect();
    (points, score.captures(screen).unwrap()[1].parse().unwrap())
}

#[test]
fn a_morning_at_the_desk() {
    let desk = Desk::filled(POSTS);
    let list = desk.run(&["queue", "list"]);
    assert_eq!((list.status, list.err.as_str()), (0, ""));
    assert!(
        list.out.contains("3 menunggu (1 di jalur victim), 0 sudah diputuskan"),
        "{}",
        list.out
    );

    // A person asking for help comes first.
    let next = desk.run(&["queue", "next"]);
    assert_eq!(next.status, 0, "{}", next.err);
    assert!(next.out.contains("BUTIR 3 · diduga permintaan tolong"), "{}", next.out);
    assert!(next.out.contains("bantu dahulu"), "{}", next.out);

    // What is printed to be typed works as typed.
    let typed = next.out.lines().find(|line| line.contains("queue decide")).unwrap().trim();
    let typed = typed.strip_prefix("waspada --config waspada.toml ").unwrap();
    let typed = typed.replace("KODE", "korban-dibantu").replace("\"…\"", "diteruskan");
    let decided = desk.run(&typed.split(' ').collect::<Vec<_>>());
    assert_eq!(decided.status, 0, "{}", decided.err);
    assert!(decided.out.contains("Butir 3: KORBAN_DIBANTU"), "{}", decided.out);
    assert!(decided.out.contains("oleh sari. Keputusan 1, baris 3 log kustodi"), "{}", decided.out);

    let offer = desk.decide("TAKEDOWN");
    let undone = desk.run(&["queue", "undo", &offer, "--reason", "salah tekan"]);
    assert_eq!(undone.status, 0, "{}", undone.err);
    assert!(undone.out.contains("Keputusan 2 (TAKEDOWN) dari sari dibatalkan oleh sari"));
    assert_eq!(desk.run(&["queue", "undo", &offer, "--reason", "lagi"]).status, 1);
    assert_eq!(desk.decide("RUJUK_POLRI"), offer);

    let history = desk.run(&["queue", "show", &offer]);
    for told in
        ["TAKEDOWN (diajukan untuk diturunkan) · sudah dibatalkan", "membatalkan keputusan 2"]
    {
        assert!(history.out.contains(told), "{}", history.out);
    }
    let decided = desk.run(&["queue", "list", "--state", "decided", "--json"]);
    assert_eq!(decided.out.lines().count(), 2, "{}", decided.out);

    let export = desk.run(&["queue", "export"]);
    assert_eq!(export.status, 0, "{}", export.err);
    let items: Vec<Value> =
        export.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcomes: Vec<&Value> = items.iter().map(|item| &item["outcome"]).collect();
    assert_eq!(outcomes, ["KORBAN_DIBANTU", "RUJUK_POLRI"]);
    assert!(items.iter().all(|item| item.get("analyst").is_none()));
    assert!(export.err.contains("2 butir diekspor"), "{}", export.err);

    let verified = desk.run(&["evidence", "verify"]);
    assert_eq!(verified.status, 0, "{}{}", verified.out, verified.err);
}

#[test]
fn what_an_analyst_sees() {
    let desk = Desk::with_own_rules(POSTS);
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("list", screen(&desk.run(&["queue", "list"])));
        insta::assert_snapshot!("show", screen(&desk.run(&["queue", "show", "1"])));
        insta::assert_snapshot!("next", screen(&desk.run(&["queue", "next"])));
        desk.decide("rujuk_kp2mi");
        insta::assert_snapshot!("decided", screen(&desk.run(&["queue", "show", "3"])));
        insta::assert_snapshot!("list_all", screen(&desk.run(&["queue", "list", "--all"])));
    });
}

#[test]
fn what_is_shown_adds_up_to_the_score() {
    for desk in [Desk::filled(POSTS), Desk::with_own_rules(POSTS)] {
        for item in ["1", "2", "3"] {
            let shown = desk.run(&["queue", "show", item]).out;
            let (points, score) = contributions(&shown);
            assert!(!points.is_empty());
            assert_eq!(points.iter().sum::<i32>(), score, "{shown}");
            assert!(shown.contains(&format!("· skor {score} (")), "{shown}");
        }
    }
}

#[test]
fn two_analysts_never_get_one_item() {
    let desk = Desk::filled(&POSTS[..2]);
    let (mine, token) = desk.take("sari");
    assert_eq!(desk.take("sari"), (mine.clone(), token.clone()), "who holds one keeps it");
    let (other, _) = desk.take("budi");
    assert_ne!(mine, other);

    let late = desk.run_as("tono", &["queue", "next"]);
    assert_eq!((late.status, late.out.as_str()), (1, ""));
    assert!(late.err.contains("Semua 2 butir yang menunggu sedang dipegang"), "{}", late.err);
    let list = desk.run(&["queue", "list"]).out;
    assert!(list.contains("dipegang sari") && list.contains("dipegang budi"), "{list}");

    // Nobody decides with another's token, and nobody twice.
    let arguments = ["queue", "decide", &mine, "EDUKASI", "--token", &token, "--reason", "cukup"];
    let refused = desk.run_as("budi", &arguments);
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains("tidak berlaku lagi"), "{}", refused.err);
    let named = [&arguments[..], &["--analyst", "sari"]].concat();
    assert_eq!(desk.run_as("budi", &named).status, 0, "the option goes before the environment");
    let again = desk.run(&arguments);
    assert_eq!(again.status, 1);
    assert!(again.err.contains("tidak terbuka lagi"), "{}", again.err);
}

#[test]
fn a_lease_that_ran_out_is_stale() {
    let desk = Desk::filled(&POSTS[..1]);
    let (item, token) = desk.take("sari");
    desk.sql("UPDATE queue_item SET lease_expires = '2026-01-01T00:00:00.000000Z'");
    let (again, other) = desk.take("budi");
    assert_eq!(again, item);
    assert_ne!(token, other);
    let arguments = ["queue", "decide", &item, "EDUKASI", "--token", &token, "--reason", "cukup"];
    let refused = desk.run(&arguments);
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains("waspada queue next"), "{}", refused.err);
}

#[test]
fn what_cannot_be_meant_is_explained() {
    let desk = Desk::filled(&POSTS[..1]);
    let (item, token) = desk.take("sari");
    let decide = |rest: &[&str]| {
        let arguments = [&["queue", "decide", &item][..], rest].concat();
        desk.run(&arguments)
    };
    let token = token.as_str();
    for (answer, status, says) in [
        (decide(&["TEKDOWN", "--token", token, "--reason", "x"]), 2, "diajukan untuk diturunkan"),
        (decide(&["EDUKASI", "--token", token, "--reason", " "]), 2, "perlu alasan"),
        (decide(&["DUPLIKAT", "--token", token, "--reason", "x"]), 2, "--of NOMOR"),
        (decide(&["DUPLIKAT", "--of", "9", "--token", token, "--reason", "x"]), 2, "butir 9"),
        (decide(&["EDUKASI", "--token", "12", "--reason", "x"]), 2, "bukan token"),
        (decide(&["EDUKASI", "--token", token]), 2, "--reason"),
        (desk.run(&["queue", "show", "99"]), 1, "tidak ada butir 99"),
        (desk.run(&["queue", "undo", &item, "--reason", "x"]), 1, "tidak punya keputusan"),
        (desk.run(&["queue", "next", "--lane", "victim"]), 1, "di jalur ini"),
        (desk.run_as("", &["queue", "next", "--analyst", " "]), 2, "tidak dapat dipakai"),
        (Desk::bare().run(&["queue", "list"]), 3, "waspada run --once"),
    ] {
        assert_eq!((answer.status, answer.out.as_str()), (status, ""), "{}", answer.err);
        assert!(answer.err.contains(says), "{}", answer.err);
    }
    let help = desk.run(&["queue", "decide", "--help"]);
    assert!(help.out.contains("BUKAN_umrah           paket umrah"), "{}", help.out);
}

#[test]
fn the_name_is_found_or_asked_for() {
    let desk = Desk::filled(&POSTS[..1]);
    let run = |user: Option<&str>| {
        let mut command = Command::cargo_bin("waspada").unwrap();
        command.current_dir(desk.folder.path()).args(["--config", "waspada.toml", "queue", "next"]);
        for variable in ["WASPADA_ANALYST", "USER", "LOGNAME"] {
            command.env_remove(variable);
        }
        if let Some(user) = user {
            command.env("USER", user);
        }
        command.output().unwrap()
    };
    let found = run(Some("wati"));
    assert!(found.status.success());
    assert!(String::from_utf8_lossy(&found.stderr).contains("analis: wati (nama login"));
    assert!(String::from_utf8_lossy(&found.stdout).contains("Dipegang wati"));
    let unknown = run(None);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("--analyst NAMA"));
}

#[test]
fn an_empty_queue_says_so() {
    let desk = Desk::filled(&[("a/1", "Selamat pagi")]);
    let list = desk.run(&["queue", "list"]);
    assert_eq!(list.status, 0);
    assert!(list.out.contains("Antrean kosong"), "{}", list.out);
    assert_eq!(desk.run(&["queue", "list", "--json"]).out, "");
    let next = desk.run(&["queue", "next"]);
    assert_eq!((next.status, next.out.as_str()), (1, ""));
    assert!(next.err.contains("Tidak ada butir yang menunggu"), "{}", next.err);
}

#[test]
fn a_list_is_narrowed_and_says_what_it_leaves_out() {
    let desk = Desk::filled(POSTS);
    for (rest, rows, says) in [
        (&["--lane", "victim"][..], 1, "BUTIR"),
        (&["--lane", "offer"], 2, ""),
        (&["--source", "saluran-contoh"], 3, ""),
        (&["--source", "lain"], 0, "cocok dengan saringan"),
        (&["--state", "decided"], 0, "cocok dengan saringan"),
        (&["--limit", "2"], 2, "2 teratas saja"),
        (&["--limit", "3"], 3, ""),
    ] {
        let list = desk.run(&[&["queue", "list"], rest].concat()).out;
        let shown = list.lines().filter(|line| line.contains("saluran-contoh")).count();
        assert_eq!(shown, rows, "{rest:?}: {list}");
        assert!(says == "BUTIR" || list.contains(says), "{list}");
        assert_eq!(list.contains("teratas saja"), says.contains("teratas"), "{list}");
        let json = desk.run(&[&["queue", "list", "--json"], rest].concat()).out;
        assert_eq!(json.lines().count(), rows, "{rest:?}: {json}");
    }
}

#[test]
fn contacts_are_shown_only_on_demand_and_that_is_logged() {
    let desk = Desk::filled(POSTS);
    for arguments in [
        &["queue", "list"][..],
        &["queue", "show", "1"],
        &["queue", "show", "1", "--json"],
        &["queue", "next"],
    ] {
        let shown = desk.run(arguments).out;
        for secret in ["0840", "6284", "kontak_contoh", "Penulis Contoh"] {
            assert!(!shown.contains(secret), "{arguments:?}: {shown}");
        }
    }
    let shown = desk.run(&["queue", "show", "1", "--reveal"]).out;
    for secret in ["0840-0000-0001", "+6284000000001", "kontak_contoh", "Penulis Contoh"] {
        assert!(shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("diperlihatkan kepada sari"), "{shown}");
    let log = rusqlite::Connection::open(desk.path("w.db")).unwrap();
    let reveals: i64 = log
        .query_row(
            "SELECT count(*) FROM custody WHERE action = 'reveal' AND actor = 'analyst:sari'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(reveals, 1);
}

#[test]
fn colour_stands_in_for_brackets() {
    let desk = Desk::filled(POSTS);
    let show = |variable: &str| {
        let output = Command::cargo_bin("waspada")
            .unwrap()
            .current_dir(desk.folder.path())
            .env("WASPADA_ANALYST", "sari")
            .env_remove("NO_COLOR")
            .env(variable, "1")
            .args(["--config", "waspada.toml", "queue", "show", "1"])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let (coloured, plain) = (show("CLICOLOR_FORCE"), show("NO_COLOR"));
    assert!(coloured.contains('\u{1b}') && !coloured.contains('⟦'), "{coloured}");
    assert!(!plain.contains('\u{1b}') && plain.contains('⟦'), "{plain}");
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(stripped, plain.replace(['⟦', '⟧'], ""));
}

#[test]
fn a_post_cannot_write_on_the_screen() {
    let text = format!("{}\u{1b}]0;judul\u{7}\u{1b}[2J\u{202e}\r\nSKOR", POSTS[0].1);
    let desk = Desk::filled(&[("a/1", &text)]);
    for arguments in [&["queue", "list"][..], &["queue", "show", "1", "--reveal"]] {
        let output = Command::cargo_bin("waspada")
            .unwrap()
            .current_dir(desk.folder.path())
            .env("WASPADA_ANALYST", "sari")
            .env("CLICOLOR_FORCE", "1")
            .args(["--config", "waspada.toml"])
            .args(arguments)
            .output()
            .unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        for forbidden in ["\u{1b}]", "\u{1b}[2J", "\u{7}", "\u{202e}", "\r"] {
            assert!(!shown.contains(forbidden), "{shown:?}");
        }
    }
}

#[test]
fn a_verdict_of_other_rules_says_so() {
    let desk = Desk::with_own_rules(POSTS);
    let rules = desk.path("aturan/contoh.toml");
    let text = std::fs::read_to_string(&rules).unwrap();
    let renamed = text
        .replace("id = \"visa-contoh\"", "id = \"visa-baru\"\nwas = [\"visa-contoh\"]")
        .replace("when = \"visa-contoh", "when = \"visa-baru")
        .replace("\"gaji-contoh\"", "\"gaji-baru\"");
    std::fs::write(&rules, renamed).unwrap();
    let shown = desk.run(&["queue", "show", "1"]).out;
    for says in [
        "Dinilai dengan aturan versi",
        "Visa bukan visa kerja  contoh/visa-contoh",
        "(aturan ini tidak ada lagi)  contoh/gaji-contoh",
    ] {
        assert!(shown.contains(says), "{says}: {shown}");
    }

    // Broken rules keep nobody from his work.
    std::fs::write(&rules, "[family").unwrap();
    let shown = desk.run(&["queue", "next"]);
    assert_eq!(shown.status, 0, "{}", shown.err);
    assert!(shown.out.contains("rules check"), "{}", shown.out);
}

#[test]
fn an_export_is_written_once_with_its_custody_beside_it() {
    let posts = [("a/1", "=cmd|' /C calc'!A0 kerja di Poipet, visa turis. WA 0840-0000-0001")];
    let desk = Desk::filled(&posts);
    desk.decide("TAKEDOWN");
    let export = |rest: &[&str]| desk.run(&[&["queue", "export"], rest].concat());

    let csv = export(&["--format", "csv", "--with-reviewers"]);
    assert_eq!(csv.status, 0, "{}", csv.err);
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    let cell = |name: &str| &row[header.iter().position(|column| column == name).unwrap()];
    assert_eq!((cell("outcome"), cell("analyst"), cell("state")), ("TAKEDOWN", "sari", "decided"));
    assert_eq!(cell("phones"), "'+6284000000001");
    assert!(cell("text").starts_with("'=cmd"), "{}", cell("text"));
    assert!(!export(&["--format", "csv"]).out.contains("analyst"));

    let written = export(&["--output", "serah.jsonl"]);
    assert_eq!((written.status, written.out.as_str()), (0, ""), "{}", written.err);
    let bytes = std::fs::read(desk.path("serah.jsonl")).unwrap();
    let item: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(item["post"]["text"], posts[0].1);
    let beside = std::fs::read(desk.path("serah.jsonl.custody.json")).unwrap();
    let beside: Value = serde_json::from_slice(&beside).unwrap();
    assert_eq!(beside["sha256"], Sha256::of(&bytes).to_string());
    assert_eq!((&beside["items"], &beside["file"]), (&1.into(), &"serah.jsonl".into()));

    // The head beside the file is one that a later look finds in the log.
    let anchor =
        format!("{}:{}", beside["custody"]["seq"], beside["custody"]["hash"].as_str().unwrap());
    let again = export(&["--output", "serah.jsonl"]);
    assert_eq!(again.status, 3);
    assert!(again.err.contains("sudah ada"), "{}", again.err);
    assert_eq!(desk.run(&["evidence", "verify", "--anchor", &anchor]).status, 0);
    assert_eq!(export(&["--state", "open"]).out, "");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(desk.path("serah.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "personal data are for the owner alone");
    }
}

#[test]
fn tampering_is_found() {
    let decided = || {
        let desk = Desk::filled(POSTS);
        desk.decide("KORBAN_DIBANTU");
        desk
    };
    let sound = decided();
    let verified = sound.run(&["evidence", "verify"]);
    assert_eq!(verified.status, 0, "{}", verified.out);
    assert!(verified.out.contains("Utuh"), "{}", verified.out);
    let head = verified.out.lines().find_map(|line| line.strip_prefix("Ujung log: ")).unwrap();
    sound.run(&["queue", "show", "1"]);
    assert_eq!(sound.run(&["evidence", "verify", "--anchor", head]).status, 0);
    assert_eq!(sound.run(&["evidence", "verify", "--anchor", "12"]).status, 2);

    let capture = |desk: &Desk| {
        let mut folders = vec![desk.path("bukti")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    return path;
                }
                folders.push(path);
            }
        }
        panic!("no capture")
    };
    type Tamper<'a> = &'a dyn Fn(&Desk);
    for (tamper, says) in [
        (&(|desk: &Desk| std::fs::remove_file(capture(desk)).unwrap()) as Tamper<'_>, "tangkapan"),
        (&|desk| desk.sql("UPDATE decision SET reason = 'lain'"), "keputusan 1"),
        (
            &|desk| {
                desk.sql("UPDATE post_version SET content = replace(content, 'Poipet', 'Bali')")
            },
            "isinya diubah",
        ),
    ] {
        let desk = decided();
        tamper(&desk);
        let verified = desk.run(&["evidence", "verify"]);
        assert_eq!(verified.status, 1, "{says}: {}{}", verified.out, verified.err);
        assert!(
            verified.out.contains("TIDAK UTUH") && verified.out.contains(says),
            "{}",
            verified.out
        );
        let json = desk.run(&["evidence", "verify", "--json"]);
        let json: Value = serde_json::from_str(&json.out).unwrap();
        assert!(!json["findings"].as_array().unwrap().is_empty());
    }

    let desk = decided();
    let other = format!("1:{}", "0".repeat(64));
    assert_eq!(desk.run(&["evidence", "verify", "--anchor", &other]).status, 1);
    std::fs::write(desk.path("w.db"), "bukan basis data").unwrap();
    assert_eq!(desk.run(&["evidence", "verify"]).status, 3);
}

#[test]
fn the_database_is_copied_and_checked() {
    let desk = Desk::filled(POSTS);
    let copied = desk.run(&["db", "backup", "salinan.db"]);
    assert_eq!(copied.status, 0, "{}", copied.err);
    assert!(copied.out.contains("bukti"), "{}", copied.out);
    assert_eq!(desk.run(&["db", "backup", "salinan.db"]).status, 3);
    std::fs::rename(desk.path("salinan.db"), desk.path("w.db")).unwrap();
    let _ = std::fs::remove_file(desk.path("w.db-wal"));
    assert_eq!(desk.run(&["queue", "list", "--json"]).out.lines().count(), 3);

    let sound = desk.run(&["db", "check"]);
    assert_eq!(sound.status, 0, "{}", sound.err);
    assert!(sound.out.contains("tanpa kesalahan"), "{}", sound.out);
    desk.sql("PRAGMA foreign_keys = off; UPDATE queue_item SET source_id = 99");
    let faulty = desk.run(&["db", "check"]);
    assert_eq!(faulty.status, 1, "{}", faulty.out);
    assert!(faulty.out.contains("queue_item"), "{}", faulty.out);
}
