//! The queue as an analyst works it without a browser: the real binary on a database filled by the
//! library with invented posts and real verdicts.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod desk;

use assert_cmd::Command;
use desk::{Answer, Desk, POSTS};
use serde_json::Value;

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
        // Parts too long to stand in a random token by chance.
        for secret in ["0840-0000", "6284000", "kontak_contoh", "Penulis Contoh"] {
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
