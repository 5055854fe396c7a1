//! `waspada registry import`: the register of licensed agencies brought as a CSV, and what it changes
//! in how posts are judged. Every agency here is invented.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use waspada::engine::RuleFiles;

const PLACE: &str = "aturan/local/registry/agencies.toml";
const FIRST: &str = "\
No;Nama P3MI;Nomor SIP3MI;Masa Berlaku;Status;Telp\n\
1;PT Teladan Bahari Nusantara;123/2023;31/12/2028;Aktif;0840-0000-0201\n\
2;PT Rekaan Jaya Abadi;124/2023;31 Desember 2027;Aktif;0840-0000-0202\n";

/// A rule folder with the shipped rules, and a place for lists.
struct Office(tempfile::TempDir);

impl Office {
    fn new() -> Self {
        let office = Self(tempfile::tempdir().unwrap());
        for (name, text) in RuleFiles::embedded().select(|_| true) {
            office.put(&format!("aturan/{name}"), text.as_bytes());
        }
        office
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    fn register(&self) -> Option<String> {
        fs::read_to_string(self.path(PLACE)).ok()
    }

    /// Runs a command on the rule folder; its exit status and what it said.
    fn waspada(&self, words: &[&str]) -> (i32, String) {
        let output = Command::cargo_bin("waspada")
            .unwrap()
            .current_dir(self.0.path())
            .args(["--rules", "aturan"])
            .args(words)
            .output()
            .unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code().unwrap(), said)
    }

    fn import(&self, list: &[u8], more: &[&str]) -> (i32, String) {
        self.put("daftar.csv", list);
        self.waspada(&[&["registry", "import", "daftar.csv"], more].concat())
    }

    /// Whatever stands beside the register, such as what a broken write would leave.
    fn left_beside(&self) -> Vec<String> {
        let folder = self.path(PLACE);
        let entries = fs::read_dir(folder.parent().unwrap_or(Path::new(".")));
        let names = entries.into_iter().flatten().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }
}

const AS_OF: &[&str] = &["--as-of", "2026-11-01"];

#[test]
fn an_imported_register_judges_posts() {
    let office = Office::new();
    let (status, said) = office.import(FIRST.as_bytes(), &["--as-of", "2026-11-01", "--dry-run"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("BARU: 2\n  baris 2: PT Teladan Bahari Nusantara (123/2023)"), "{said}");
    assert_eq!(office.register(), None, "a dry run writes nothing");

    let (status, said) = office.import(FIRST.as_bytes(), AS_OF);
    assert_eq!(status, 0, "{said}");
    let register = office.register().unwrap();
    assert!(register.contains("as-of = \"2026-11-01\""), "{register}");
    assert_eq!(office.left_beside(), ["agencies.toml"]);
    for (phone, standing) in [("0840-0000-0201", "tercocok"), ("0840-0000-0077", "kontak beda")] {
        let post = format!("PT Teladan Bahari Nusantara butuh operator kilang Johor, WA {phone}");
        let (_, said) = office.waspada(&["rules", "explain", &post]);
        assert!(said.contains(standing), "{said}");
    }
    assert_eq!(office.waspada(&["rules", "check"]).0, 0);

    // What was added by hand stays where the next list has no column for it.
    let next = "\
Nama PT,No. Izin,Berlaku s.d.\n\
PT TELADAN BAHARI NUSANTARA,123/2023,31-12-2030\n\
PT Contoh Ketiga Sentosa,200/2026,31-12-2030\n\
PT Rekaan Jaya Abadi,124/2023,31-12-2027\n";
    let (status, said) = office.import(next.as_bytes(), &["--as-of", "2026-11-20"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("berlaku sampai: 2028-12-31 → 2030-12-31"), "{said}");
    assert!(said.contains("BARU: 1\n") && said.contains("TETAP: 1\n"), "{said}");
    assert!(office.register().unwrap().contains("084000000201"));
}

#[test]
fn the_doctor_tells_how_old_the_register_is() {
    let office = Office::new();
    let told = || {
        let (_, said) = office.waspada(&["doctor", "--json"]);
        let answer: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
        let checks = answer["checks"].as_array().unwrap();
        let found = checks.iter().find(|check| check["name"] == "daftar P3MI").unwrap();
        (found["state"].clone(), found["what"].as_str().unwrap().to_owned())
    };
    let (state, what) = told();
    assert!(state == "ok" && what.contains("belum ada"), "{what}");
    assert_eq!(office.import(FIRST.as_bytes(), &["--as-of", "2026-01-02"]).0, 0);
    let (state, what) = told();
    assert!(state == "perhatian" && what.contains("per 2026-01-02"), "{what}");
}

#[test]
fn what_is_refused_changes_nothing() {
    let office = Office::new();
    assert_eq!(office.import(FIRST.as_bytes(), AS_OF).0, 0);
    let before = office.register();
    let broken = FIRST.replace("31/12/2028", "31/13/2028");
    let shorter: String = FIRST.lines().take(2).map(|line| format!("{line}\n")).collect();
    let cases: [(&[u8], &[&str], i32, &str); 8] = [
        (FIRST.as_bytes(), &[], 2, "--as-of"),
        (FIRST.as_bytes(), &["--as-of", "2999-01-01"], 2, "tanggal daftar belum tiba"),
        (FIRST.as_bytes(), &["--as-of", "2026-10-01"], 1, "bertanggal 2026-11-01, lebih baru"),
        (broken.as_bytes(), AS_OF, 1, "baris 2: tanggal `31/13/2028` tidak terbaca"),
        (shorter.as_bytes(), AS_OF, 1, "1 dari 2 perusahaan akan hilang"),
        (b"PK\x03\x04lembar", AS_OF, 2, "simpan sebagai \"CSV UTF-8\""),
        (b"halo\n", AS_OF, 2, "tidak ada baris judul"),
        (FIRST.as_bytes(), &["--as-of", "2026-11-01", "--column", "x=y"], 2, "ISI adalah"),
    ];
    for (list, more, expected, says) in cases {
        let (status, said) = office.import(list, more);
        assert!(status == expected && said.contains(says), "{more:?} {status}: {said}");
        assert_eq!(office.register(), before, "{says}");
        assert_eq!(office.left_beside(), ["agencies.toml"]);
    }
    let (status, said) = office.import(shorter.as_bytes(), &[AS_OF, &["--force"]].concat());
    assert_eq!(status, 0, "{said}");
    let (status, said) =
        office.import(broken.as_bytes(), &[AS_OF, &["--skip-faulty", "--force"]].concat());
    assert!(status == 0 && said.contains("SALAH: 1"), "{said}");
    assert!(!office.register().unwrap().contains("Teladan"));
}

/// Spreadsheets write other charsets than ours; the letters must survive.
#[test]
fn a_list_of_another_charset_is_read() {
    let office = Office::new();
    let text = "\u{feff}nama\tizin\nPT Café Rekaan Jaya\t9/2024\n";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (status, said) = office.import(&utf16, AS_OF);
    assert!(status == 0 && said.contains("PT Café Rekaan Jaya"), "{said}");
}

/// Where the register cannot be written nothing is half there.
#[test]
fn a_write_that_fails_leaves_what_was_there() {
    let office = Office::new();
    office.put("aturan/local", b"a file where a folder should be");
    let (status, said) = office.import(FIRST.as_bytes(), AS_OF);
    assert_eq!(status, 3, "{said}");
    assert!(said.contains("tidak dapat ditulis"), "{said}");
    assert_eq!(fs::read(office.path("aturan/local")).unwrap(), b"a file where a folder should be");

    let office = Office::new();
    fs::create_dir_all(office.path(PLACE)).unwrap();
    let (status, said) = office.import(FIRST.as_bytes(), AS_OF);
    assert_ne!(status, 0, "{said}");
    assert_eq!(office.left_beside(), ["agencies.toml"], "nothing aside is left");
    assert!(office.path(PLACE).is_dir());
}

#[test]
fn the_built_in_rules_cannot_be_given_a_register() {
    let office = Office::new();
    office.put("daftar.csv", FIRST.as_bytes());
    let output = Command::cargo_bin("waspada")
        .unwrap()
        .current_dir(office.0.path())
        .args(["registry", "import", "daftar.csv", "--as-of", "2026-11-01"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--rules FOLDER"));
}
