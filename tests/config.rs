//! The config as an operator meets it: every fault of a broken file at once, each with its place
//! and what would be right; the commands that show and check it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::Path;

use assert_cmd::Command;
use waspada::config::{Config, ConfigError};
use waspada::engine;

/// What an operator reads about a config of this text.
fn complaint(text: &str) -> String {
    match Config::parse(text, Path::new("waspada.toml")) {
        Ok(config) => panic!("no fault found: {config:?}"),
        Err(faults) => faults.to_string(),
    }
}

#[test]
fn broken_configs_are_explained() {
    for (name, text) in [
        ("bukan_toml", "[fetch\npace = 2s\n[store]\npath = \"a\"\npath = \"b\"\n"),
        (
            "kunci_salah_ketik",
            "[fetch]\npcae = \"2s\"\n[stroe]\npath = \"x.db\"\n[log]\nwarna = true\n",
        ),
        (
            "salah_jenis",
            "http = 3\n[fetch]\nmax_body = \"8 MiB\"\npace = 2\nallow_hosts = [\"a\", 1]\n\
             [log]\nformat = \"jsn\"\nlevel = \"inof\"\n[rules]\npath = false\n",
        ),
        (
            "waktu",
            "[fetch]\npace = \"0s\"\nbackoff = \"-5s\"\ntimeout = \"2 hari\"\nconnect_timeout = \"2m\"\n\
             [store]\nlease = \"100h\"\n",
        ),
        ("urutan_waktu", "[fetch]\ntimeout = \"5s\"\n"),
        (
            "batas_fetch",
            "[fetch]\ncontact = \"tim ops (kantor)\"\nmax_body = 0\nmax_redirects = 21\n\
             allow_hosts = [\"arsip.contoh.example\", \"http://x/\"]\n",
        ),
        (
            "pemilih_salah",
            "[fetch]\ncontact = \"ops@contoh.example\"\n\
             unpaced_hosts = [\"127.0.0.1:8080\", \"contoh.example\"]\n\n\
             [[source]]\nname = \"daftar\"\ntype = \"page\"\nurl = \"https://contoh.example/\"\n\
             item = \"article > h2[\"\ntitle = \"h2\"\n\n\
             [[source]]\nname = \"peta\"\ntype = \"sitemap\"\nurl = \"https://contoh.example/s.xml\"\n\
             text = \"//div\"\n\n\
             [[source]]\nname = \"tautan\"\ntype = \"page\"\nurl = \"https://contoh.example/a\"\n\
             link = \"a@href\"\n\n\
             [[source]]\nname = \"blog\"\ntype = \"blog\"\nurl = \"https://contoh.example/\"\n\
             system = \"drupal\"\n",
        ),
        ("ambang", "[thresholds]\ntinggi = 40\nsedang = 60\nrendah = 0\nflag = 30\n"),
        ("ambang_terlalu_tinggi", "[thresholds]\ntinggi = 101\nsedang = 300\n"),
        ("bagian", "[quality]\nunflagged_share = 2\nsecond_review_share = \"5%\"\n"),
        ("alamat_terbuka", "[http]\nlisten = \"0.0.0.0:9464\"\n"),
        (
            "penyedia_masuk",
            "[oidc]\nissuer = \"http://sso.contoh.example\"\nclient_id = \"waspada\"\n\
             console = \"https://konsol.contoh.example/waspada\"\n[oidc.roles]\nanalis = \"analis\"\n",
        ),
        (
            "penyedia_masuk_tanpa_peran",
            "[oidc]\nissuer = \"https://sso.contoh.example\"\nclient_id = \"waspada\"\n\
             secret_env = \"RAHASIA\"\nconsole = \"https://konsol.contoh.example\"\nroles = {}\n",
        ),
        ("bukan_alamat", "[http]\nlisten = \"localhost\"\npublic = \"ya\"\n"),
        (
            "berkas_tidak_ada",
            "[rules]\npath = \"aturan/tidak-ada\"\n[store]\npath = \"src\"\nevidence = \"Cargo.toml\"\n\
             [[source]]\nname = \"masuk\"\ntype = \"folder\"\npath = \"tidak/ada\"\n",
        ),
        (
            "sumber",
            "[[source]]\nname = \"Dua Kata\"\ntype = \"fed\"\n\n\
             [[source]]\ntype = \"feed\"\nulr = \"https://contoh.example/feed\"\nenabeld = false\n\n\
             [[source]]\nname = \"a\"\nurl = \"https://contoh.example/feed\"\n\n\
             [[source]]\nname = \"b\"\ntype = \"feed\"\nurl = \"contoh.example\"\nenabled = 0\n",
        ),
        (
            "sumber_dua_kali",
            "[[source]]\nname = \"a\"\ntype = \"feed\"\nenabled = false\nurl = \"http://127.0.0.1:8080/a\"\n\
             every = \"2h\"\nslowest = \"1h\"\n\n\
             [[source]]\nname = \"a\"\ntype = \"feed\"\nenabled = false\nurl = \"http://127.0.0.1:8080/b\"\n\
             every = \"0s\"\nslowest = \"9000h\"\n",
        ),
        ("sumber_bukan_daftar", "[source]\nname = \"a\"\ntype = \"folder\"\npath = \"x\"\n"),
        (
            "tanpa_kontak",
            "[[source]]\nname = \"kabar\"\ntype = \"feed\"\nurl = \"https://contoh.example/feed\"\n",
        ),
        (
            "kontak_kosong",
            "[fetch]\ncontact = \" \"\n\n\
             [[source]]\nname = \"kabar\"\ntype = \"feed\"\nurl = \"https://contoh.example/feed\"\n",
        ),
        (
            "tanpa_dasar_hukum",
            "[fetch]\ncontact = \"ops@contoh.example\"\n\n\
             [[source]]\nname = \"kanal\"\ntype = \"telegram\"\nchannel = \"contoh_kanal\"\n\n\
             [[source]]\nname = \"kanal-dua\"\ntype = \"telegram\"\nchannel = \"contoh_kanal2\"\n\
             legal_basis = \"\"\n",
        ),
        (
            "kanal_salah",
            "[fetch]\ncontact = \"ops@contoh.example\"\n\n\
             [[source]]\nname = \"kanal\"\ntype = \"telegram\"\nchannel = \"@k\"\n\
             legal_basis = \"surat tugas 1/2026\"\nbackfill_since = \"kemarin\"\nbase = \"https://\"\n\n\
             [[source]]\nname = \"kanal-dua\"\ntype = \"telegram\"\nchannel = \"@k\"\n\
             legal_basis = \"surat tugas 1/2026\"\n\n\
             [[source]]\nname = \"kanal-tiga\"\ntype = \"telegram\"\nchannel = \"contoh_kanal\"\n\
             enabled = false\nbackfill_since = 2026-01-31\n",
        ),
    ] {
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(name, complaint(text));
        });
    }
}

#[test]
fn every_fault_has_its_line_and_column() {
    let text = "[fetch]\npcae = \"2s\"\n\n[thresholds]\ntinggi = 30\n";
    let faults = Config::parse(text, Path::new("waspada.toml")).unwrap_err();
    let places: Vec<_> = faults.iter().map(|(place, _)| (place.line, place.column)).collect();
    assert_eq!(places, [(2, 1), (5, 10), (5, 10)]);
}

#[test]
fn a_fault_is_not_told_twice_by_what_follows_from_it() {
    for text in [
        // With the default 70 in its place, `sedang` would seem too high.
        "[thresholds]\ntinggi = \"x\"\nsedang = 80\n",
        // Without it there would seem to be no contact.
        "[fetch]\ncontact = 3\n[[source]]\nname = \"a\"\ntype = \"feed\"\nurl = \"https://contoh.example/\"\n",
    ] {
        let faults = Config::parse(text, Path::new("waspada.toml")).unwrap_err();
        assert_eq!(faults.iter().count(), 1, "{faults}");
    }
}

#[test]
fn what_is_not_visited_is_not_asked_for_contact_ground_or_folder() {
    let text = r#"
        [[source]]
        name = "kabar"
        type = "feed"
        enabled = false
        url = "https://contoh.example/feed"
        [[source]]
        name = "kanal"
        type = "telegram"
        enabled = false
        channel = "contoh_kanal"
        [[source]]
        name = "masuk"
        type = "folder"
        enabled = false
        path = "tidak/ada"
    "#;
    let config = Config::parse(text, Path::new("waspada.toml")).unwrap();
    assert_eq!(config.sources.len(), 3);
}

#[test]
fn this_machine_may_be_read_without_a_contact() {
    for host in ["127.0.0.1:8080", "[::1]:8080", "localhost:8080", "kabar.localhost"] {
        let text = format!("[[source]]\nname = 'a'\ntype = 'feed'\nurl = 'http://{host}/feed'\n");
        assert!(Config::parse(&text, Path::new("waspada.toml")).is_ok(), "{host}");
    }
    for host in ["127.0.0.1.contoh.example", "notlocalhost", "10.0.0.1"] {
        let text = format!("[[source]]\nname = 'a'\ntype = 'feed'\nurl = 'http://{host}/feed'\n");
        assert!(Config::parse(&text, Path::new("waspada.toml")).is_err(), "{host}");
    }
    for (base, fits) in [("ws://127.0.0.1:8080", true), ("wss://jetstream.contoh.example", false)] {
        let text = format!("[[source]]\nname = 'a'\ntype = 'bluesky-jetstream'\nbase = '{base}'\n");
        assert_eq!(Config::parse(&text, Path::new("waspada.toml")).is_ok(), fits, "{base}");
    }
}

#[test]
fn a_password_in_an_address_is_refused_and_not_printed() {
    let text = "[[source]]\nname = \"a\"\ntype = \"feed\"\nenabled = false\n\
                url = \"https://ops:rahasia@contoh.example/feed\"\n";
    let complaint = complaint(text);
    assert!(complaint.contains("`url` pada sumber `a`"), "{complaint}");
    assert!(!complaint.contains("rahasia"), "{complaint}");
}

#[test]
fn paths_start_from_the_folder_of_the_config() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("etc/aturan")).unwrap();
    std::fs::create_dir(dir.path().join("etc/masuk")).unwrap();
    let path = dir.path().join("etc/waspada.toml");
    std::fs::write(
        &path,
        "[rules]\npath = \"aturan\"\n[store]\npath = \"../x.db\"\nevidence = \"/var/lib/bukti\"\n\
         [[source]]\nname = \"masuk\"\ntype = \"folder\"\npath = \"masuk\"\nevery = \"1m\"\n",
    )
    .unwrap();
    let config = Config::load(&path).unwrap();
    assert_eq!(config.path.as_deref(), Some(path.as_path()));
    assert_eq!(config.rules.path, Some(dir.path().join("etc/aturan")));
    assert_eq!(config.store.path, dir.path().join("etc/../x.db"));
    assert_eq!(config.store.evidence, Path::new("/var/lib/bukti"));
    let given = config.sources[0].given(&config);
    assert_eq!((given.name.as_str(), given.folder), ("masuk", dir.path().join("etc")));
    assert_eq!(given.every, Some(std::time::Duration::from_secs(60)));
}

#[test]
fn a_missing_file_and_one_that_is_not_text_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("waspada.toml");
    assert!(matches!(Config::load(&path), Err(ConfigError::Unreadable { .. })));
    std::fs::write(&path, b"[log]\nlevel = \"\xff\"\n").unwrap();
    let error = Config::load(&path).unwrap_err();
    assert!(error.to_string().contains("waspada.toml"), "{error}");
}

#[test]
fn thresholds_are_those_of_the_engine() {
    let config = Config::parse("", Path::new("waspada.toml")).unwrap();
    assert_eq!(engine::Thresholds::from(config.thresholds), engine::Thresholds::default());
    let text = "[thresholds]\ntinggi = 90\nsedang = 50\nrendah = 10\nflag = 30\n";
    let config = Config::parse(text, Path::new("waspada.toml")).unwrap();
    assert_eq!(
        engine::Thresholds::from(config.thresholds),
        engine::Thresholds { flag: 30, tinggi: 90, sedang: 50, rendah: 10 }
    );
}

#[test]
fn a_file_from_another_editor_is_read_alike() {
    let plain = toml::to_string(&example(EXAMPLE)).unwrap();
    for text in [EXAMPLE.replace('\n', "\r\n"), format!("\u{feff}{EXAMPLE}")] {
        assert_eq!(toml::to_string(&example(&text)).unwrap(), plain);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    /// Whatever a hand or an editor did to the file: an answer, and every fault inside the file.
    #[test]
    fn a_damaged_file_is_explained(cuts in proptest::collection::vec((0..6000_usize, 0..40_usize, "[\\[\\]\"'=#\n.0-9a-zé\u{0}…-]{0,4}"), 1..6)) {
        let mut text = everything_written();
        for (at, length, put) in cuts {
            let start = text.floor_char_boundary(at);
            let end = text.ceil_char_boundary(start + length);
            text.replace_range(start..end, &put);
        }
        if let Err(faults) = Config::parse(&text, Path::new("waspada.toml")) {
            proptest::prop_assert!(faults.iter().count() > 0);
            proptest::prop_assert!(faults.to_string().contains("waspada.toml:"));
            for (_, fault) in faults.iter() {
                proptest::prop_assert!(fault.span.start <= text.len());
            }
        }
    }
}

fn waspada(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("waspada").unwrap().args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn check_says_no_with_status_2_and_yes_with_0() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.toml");
    let name = path.to_str().unwrap();
    std::fs::write(&path, "[fetch]\npcae = \"2s\"\n").unwrap();
    let (status, out, err) = waspada(&["config", "check", "--config", name]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains(&format!("{name}:2:1")) && err.contains("maksud Anda `pace`?"), "{err}");
    std::fs::write(&path, "[fetch]\npace = \"3s\"\n").unwrap();
    let (status, out, _) = waspada(&["--config", name, "config", "check"]);
    assert_eq!(status, 0);
    assert!(out.contains("tanpa kesalahan"), "{out}");
    assert_eq!(waspada(&["config", "check"]).0, 2);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(waspada(&["config", "check", "--config", name]).0, 2);
}

#[test]
fn what_show_prints_is_a_config_that_means_the_same() {
    let (status, shown, _) = waspada(&["config", "show", "--config", "config.example.toml"]);
    assert_eq!(status, 0);
    let again = Config::parse(&shown, Path::new("waspada.toml")).unwrap();
    assert_eq!(
        toml::to_string(&again).unwrap(),
        toml::to_string(&Config::load(Path::new("config.example.toml")).unwrap()).unwrap()
    );
    let (_, defaults, _) = waspada(&["config", "show"]);
    assert!(defaults.contains("pace = \"2s\""), "{defaults}");
}

#[test]
fn thresholds_of_the_config_hold_for_scan() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.toml");
    std::fs::write(&path, "[thresholds]\ntinggi = 100\nsedang = 99\nrendah = 98\nflag = 100\n")
        .unwrap();
    // A set of its own, without a second reader: what the shipped one says of a post may change.
    let rules = dir.path().join("rules");
    std::fs::create_dir_all(rules.join("registry")).unwrap();
    for table in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/registry")).unwrap()
    {
        let table = table.unwrap();
        std::fs::copy(table.path(), rules.join("registry").join(table.file_name())).unwrap();
    }
    std::fs::write(
        rules.join("uji.toml"),
        "[family]\nid = 'uji'\ntitle = 'Uji'\ncap = 60\n[[rule]]\nid = 'satu'\ntitle = 'Satu'\npoints = 60\nphrases = ['lowongan kerja']\n",
    )
    .unwrap();
    let post = "Ada lowongan kerja di Malaysia";
    for (config, is_flagged) in [(None, true), (path.to_str(), false)] {
        let mut scan = Command::cargo_bin("waspada").unwrap();
        scan.args(["scan", "--text", "--all", "--rules"]).arg(&rules).write_stdin(post);
        if let Some(config) = config {
            scan.args(["--config", config]);
        }
        let out = String::from_utf8(scan.output().unwrap().stdout).unwrap();
        let verdict: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(verdict["flagged"], is_flagged, "{verdict}");
    }
}

#[test]
fn sources_are_listed_for_a_person_and_for_a_machine() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.toml");
    std::fs::write(
        &path,
        "[fetch]\ncontact = \"ops@contoh.example\"\n\
         [[source]]\nname = \"kanal\"\ntype = \"telegram\"\nchannel = \"contoh_kanal\"\n\
         legal_basis = \"surat tugas 1/2026\"\n\
         [[source]]\nname = \"masuk\"\ntype = \"folder\"\nenabled = false\npath = \"masuk\"\n",
    )
    .unwrap();
    let list = ["source", "list", "--config", path.to_str().unwrap()];
    let (status, out, _) = waspada(&list);
    assert_eq!(status, 0);
    let words: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        words[1],
        [
            "kanal", "telegram", "ya", "-", "-", "-", "-", "-", "-", "-", "-", "-", "surat",
            "tugas", "1/2026"
        ]
    );
    assert_eq!(
        words[2],
        ["masuk", "folder", "tidak", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"]
    );
    let (_, out, _) = waspada(&[&list[..], &["--json"]].concat());
    let first: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(
        first,
        serde_json::json!({
            "name": "kanal", "type": "telegram", "enabled": true,
            "legal_basis": "surat tugas 1/2026"
        })
    );
    let (status, out, err) = waspada(&["source", "list"]);
    assert_eq!((status, out.as_str()), (0, ""));
    assert!(err.contains("[[source]]"), "{err}");
}

const EXAMPLE: &str = include_str!("../config.example.toml");

fn example(text: &str) -> Config {
    match Config::parse(text, Path::new("config.example.toml")) {
        Ok(config) => config,
        Err(faults) => panic!("{faults}"),
    }
}

/// The example with every key that is only an example switched on.
fn everything_written() -> String {
    let is_key = |line: &str| {
        line.strip_prefix('#')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '['))
    };
    let lines = EXAMPLE.lines().map(|line| if is_key(line) { &line[1..] } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_holds_the_defaults() {
    let mut config = example(EXAMPLE);
    let enabled: Vec<_> = config.sources.iter().filter(|source| source.enabled).collect();
    assert_eq!(enabled.len(), 1, "only the folder on the project's own fixtures is visited");
    assert_eq!(enabled[0].kind, "folder");
    config.sources.clear();
    let written = toml::to_string(&config).unwrap();
    assert_eq!(written, toml::to_string(&Config::default()).unwrap());
}

#[test]
fn the_example_holds_what_a_source_defaults_to() {
    let sources = example(EXAMPLE).sources;
    let kinds = [
        ("folder", "path = 'fixtures/drop'", vec!["keep", "settle"]),
        ("feed", "url = 'https://contoh.example/feed.xml'", vec![]),
        ("page", "url = 'https://contoh.example/lowongan/'", vec![]),
        ("sitemap", "url = 'https://contoh.example/sitemap.xml'", vec![]),
        ("blog", "url = 'https://blog.contoh.example/'\nsystem = 'wordpress'", vec![]),
        ("telegram", "channel = 'contoh_kanal'", vec![]),
        ("bluesky-jetstream", "", vec![]),
        ("bluesky-author", "actor = 'agen.contoh.example'", vec![]),
        ("youtube", "", vec![]),
        ("threads", "", vec![]),
        ("instagram", "user_id = '17841000000000000'", vec![]),
        ("facebook", "pages = ['contoh.loker']", vec![]),
        ("x", "dollars_a_day = 1.0", vec![]),
        ("reddit", "subreddits = ['indonesia']", vec![]),
        ("mastodon", "server = 'https://mastodon.example/'", vec![]),
        ("misskey", "server = 'https://misskey.example/'", vec![]),
        ("lemmy", "server = 'https://lemmy.example/'", vec![]),
    ];
    let mut named = kinds.each_ref().map(|(kind, ..)| *kind).to_vec();
    let mut known = waspada::sources::KINDS.to_vec();
    named.sort_unstable();
    known.sort_unstable();
    assert_eq!(named, known);
    for (kind, required, not_default) in kinds {
        let shown = sources.iter().find(|source| source.kind == kind).unwrap();
        let text = format!(
            "[[source]]\nname = '{}'\ntype = '{kind}'\nenabled = {}\n{required}\n",
            shown.name, shown.enabled
        );
        let table = |source| toml::Table::try_from(source).unwrap();
        let (mut shown, mut least) = (table(shown), table(&example(&text).sources[0]));
        for key in not_default {
            assert_ne!(shown.remove(key), least.remove(key));
        }
        assert_eq!(shown, least);
    }
}

#[test]
fn the_example_is_right_with_every_key_written() {
    let config = example(&everything_written());
    assert!(config.fetch.contact.is_some() && config.rules.path.is_some());
    for source in config.sources {
        assert!(source.legal_basis.is_some() && source.every.is_some() && source.slowest.is_some());
    }
}

/// The strict reader itself says which keys there are: it names them to whoever writes another.
#[test]
fn the_example_leaves_no_key_out() {
    let known = |text: &str| -> Vec<String> {
        let faults = Config::parse(text, Path::new("waspada.toml")).unwrap_err();
        let help = faults.iter().find_map(|(_, fault)| {
            fault.title.contains("`xyzzy`").then(|| fault.help.clone().unwrap())
        });
        help.unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let written: toml::Table = everything_written().parse().unwrap();
    let assert_written = |place: &toml::Table, keys: Vec<String>, of: &str| {
        assert!(!keys.is_empty(), "{of}");
        for key in keys {
            assert!(place.contains_key(&key), "`{key}` of {of} is not in config.example.toml");
        }
    };
    assert_written(&written, known("xyzzy = 1"), "the file");
    for (name, table) in &written {
        if let toml::Value::Table(table) = table {
            assert_written(table, known(&format!("[{name}]\nxyzzy = 1")), name);
        }
    }
    let sources = written["source"].as_array().unwrap();
    for kind in waspada::sources::KINDS {
        let of_kind = |source: &&toml::Value| source["type"].as_str() == Some(kind);
        let source = sources.iter().find(of_kind).unwrap().as_table().unwrap();
        let text = format!("[[source]]\nname = 'a'\ntype = '{kind}'\nxyzzy = 1");
        assert_written(source, known(&text), kind);
    }
}
