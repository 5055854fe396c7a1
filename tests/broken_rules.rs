//! What `rules check` prints of each deliberately broken file of `fixtures/broken-rules/`: as an
//! ops officer who is no programmer reads it. A `.txt` fixture is a word list used by one rule, other
//! spellings (`ejaan`), or words of every day (`sehari-hari`).
#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use waspada::engine::RuleFiles;

/// A small sound rule set around the broken file.
const GATES: &str = r#"[family]
id = "gerbang"
title = "Gerbang"

[[rule]]
id = "tawaran"
title = "Ada tawaran"
phrases = ["{cari}"]

[[rule]]
id = "luar-negeri"
title = "Tawaran kerja di luar negeri"
requires = ["tawaran"]
when = "destination.count >= 1"

[[rule]]
id = "kontak-pribadi"
title = "Kontak pribadi"
points = 5
requires = ["luar-negeri"]
when = "contact.count >= 1"
hit = ["dicari admin Poipet, WA 0840-0000-0001"]
miss = ["dicari admin Bekasi"]
"#;

/// The rule that uses a broken list.
fn user_of(list: &str) -> String {
    format!(
        r#"[family]
id = "visa"
title = "Visa"

[[rule]]
id = "visa-turis"
title = "Bekerja dengan visa turis"
points = 20
requires = ["luar-negeri"]
phrases = ["visa {{{list}}}"]
hit = ["dicari admin Poipet, visa turis"]
miss = ["urus visa turis ke Angkor Wat"]
"#
    )
}

fn printed(fixture: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for (name, text) in RuleFiles::embedded().select(|name| name.starts_with("registry/")) {
        put(name, text);
    }
    put("gerbang.toml", GATES);
    put("lists/cari.txt", "dicari\ndibutuhkan\n");
    let name = fixture.file_name().unwrap().to_str().unwrap();
    let text = fs::read_to_string(fixture).unwrap();
    put("common.txt", "kamu\n");
    match name.strip_suffix(".txt") {
        Some(list) if list.contains("ejaan") => put("spelling.txt", &text),
        Some(list) if list.contains("sehari-hari") => put("common.txt", &text),
        Some(list) => {
            put(&format!("lists/{name}"), &text);
            put("visa.toml", &user_of(list));
        }
        None => put(name, &text),
    }
    let output = Command::cargo_bin("waspada")
        .unwrap()
        .args(["--rules", folder.path().to_str().unwrap(), "rules", "check", "--strict"])
        .output()
        .unwrap();
    let status = output.status.code().unwrap();
    assert!(status == 1 || status == 2, "{name} is not broken");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let said: Vec<&str> = said
        .lines()
        .map(|line| line.split_once(" (versi ").map_or(line, |(before, _)| before).trim_end())
        .collect();
    format!("status keluar {status}\n\n{}", said.join("\n"))
}

#[test]
fn every_fault_is_said_so_that_it_can_be_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken-rules");
    let mut fixtures: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    fixtures.sort();
    assert!(fixtures.len() >= 25);
    for fixture in fixtures {
        let name = fixture.file_stem().unwrap().to_str().unwrap();
        insta::assert_snapshot!(name, printed(&fixture));
    }
}
