//! What files under `rules/local/` change, and that an update of the shipped rules leaves it so.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use waspada::engine::{Engine, RuleFiles, RuleId, Thresholds};

fn engine(files: &[(&str, &str)]) -> Engine {
    let mut set = RuleFiles::embedded();
    for (name, text) in files {
        set.set(*name, *text);
    }
    Engine::compile(&set, Thresholds::default())
        .unwrap_or_else(|fault| panic!("{}", fault.rendered))
}

fn fires(engine: &Engine, rule: &str, text: &str) -> bool {
    engine.fires(&mut engine.scratch(), &RuleId(rule.into()), text)
}

const VISA: &str = "[family]\nid = \"visa\"\ntitle = \"Visa\"\n";

#[test]
fn a_local_rule_takes_the_place_of_the_shipped_one() {
    let shipped = engine(&[]);
    let rule = format!(
        "{VISA}[[rule]]\nid = \"visa-kunjungan-untuk-kerja\"\ntitle = \"Milik kita\"\npoints = 7\nrequires = [\"tawaran\"]\nphrases = [\"paspor pisang\"]\n"
    );
    let local = engine(&[("local/visa.toml", &rule)]);
    assert_eq!(shipped.rules().len(), local.rules().len());
    let replaced = local.rule(&RuleId("visa-kunjungan-untuk-kerja".into())).unwrap();
    assert_eq!((replaced.points.0, replaced.file.as_str()), (7, "local/visa.toml"));
    let text = "kerja kilang Johor, masuk pelancong dulu, inbox";
    assert!(fires(&shipped, "visa-kunjungan-untuk-kerja", text));
    assert!(!fires(&local, "visa-kunjungan-untuk-kerja", text));
    // A family the local file only names keeps its cap.
    assert_eq!(local.family(replaced).cap, shipped.family(replaced).cap);
}

#[test]
fn a_local_cap_counts_and_that_of_a_second_shipped_file_does_not() {
    let rule = "[[rule]]\nid = \"x\"\ntitle = \"X\"\npoints = 1\nrequires = [\"luar-negeri\"]\n";
    let text = format!("{}cap = 33\n{rule}", VISA);
    for (file, cap) in [("local/x.toml", 33), ("visa2.toml", 60)] {
        let engine = engine(&[(file, &text)]);
        let rule = engine.rule(&RuleId("x".into())).unwrap();
        assert_eq!(engine.family(rule).cap.0, cap, "{file}");
    }
}

#[test]
fn what_is_written_for_a_name_the_rule_had_before_still_holds() {
    let shipped = RuleFiles::embedded();
    let renamed = shipped
        .text("bujukan.toml")
        .unwrap()
        .replace("id = \"mendesak\"", "id = \"desakan\"\nwas = [\"mendesak\"]");
    let exception = "[[exception]]\nrule = \"mendesak\"\nphrases = [\"urgent care\"]\nowner = \"ops\"\nreason = \"klinik\"\nuntil = \"2099-01-01\"\n";
    let user = "[family]\nid = \"kita\"\ntitle = \"Kita\"\n[[rule]]\nid = \"pakai\"\ntitle = \"Pakai\"\nrequires = [\"mendesak\"]\n";
    let engine = engine(&[
        ("bujukan.toml", &renamed),
        ("local/pengecualian.toml", exception),
        ("local/kita.toml", user),
    ]);
    let (plain, excepted) =
        ("URGENT kerja Malaysia RM1800 inbox", "urgent care kerja Malaysia RM1800 inbox");
    assert!(fires(&engine, "desakan", plain) && fires(&engine, "pakai", plain));
    assert!(!fires(&engine, "desakan", excepted));

    let rule = "[family]\nid = \"bujukan\"\ntitle = \"Bujukan\"\n[[rule]]\nid = \"mendesak\"\ntitle = \"Kita\"\npoints = 1\nrequires = [\"luar-negeri\"]\nphrases = [\"ayo cepat\"]\n";
    let replaced = self::engine(&[("bujukan.toml", &renamed), ("local/bujukan.toml", rule)]);
    assert!(replaced.rule(&RuleId("desakan".into())).is_none(), "not both the old and the new");
    assert!(fires(&replaced, "mendesak", "ayo cepat kerja Malaysia RM1800 inbox"));
}

#[test]
fn lists_spelling_and_tables_can_be_added_to() {
    let text = "kerja kilang Johor, paspor turizm, inbox";
    let rule = "visa-kunjungan-untuk-kerja";
    assert!(!fires(&engine(&[]), rule, text));
    assert!(fires(&engine(&[("local/spelling.txt", "turis = turizm")]), rule, text));
    let lists = [("local/lists/visa-non-kerja.txt", "turizm")];
    assert!(fires(&engine(&lists), rule, "kerja kilang Johor, visa turizm, inbox"));

    let legal = RuleFiles::embedded().text("registry/legal.toml").unwrap().replace(
        "basis = [",
        "basis = [\n  { id = \"perda-contoh\", title = \"Perda\", says = \"Contoh\", checked = \"ingatan\" },",
    );
    let based = format!(
        "{VISA}[[rule]]\nid = \"x\"\ntitle = \"X\"\nrequires = [\"tawaran\"]\nlegal = [\"perda-contoh\"]\n"
    );
    let engine = engine(&[("local/registry/legal.toml", &legal), ("local/x.toml", &based)]);
    assert!(engine.registry().legal_basis("perda-contoh").is_some());
}

#[test]
fn two_shipped_rules_of_one_name_are_refused() {
    let mut set = RuleFiles::embedded();
    let rule =
        format!("{VISA}[[rule]]\nid = \"mendesak\"\ntitle = \"X\"\nrequires = [\"tawaran\"]\n");
    set.set("x.toml", rule);
    let fault = Engine::compile(&set, Thresholds::default()).unwrap_err();
    assert_eq!(fault.diagnostics[0].code, "E003");
}

#[test]
fn an_exception_holds_on_the_posts_it_is_there_for() {
    let exception = |miss: &str| {
        format!(
            "[[exception]]\nrule = \"visa-kunjungan-untuk-kerja\"\nphrases = [\"pelancong dulu kata berita\"]\nowner = \"ops\"\nreason = \"berita\"\nuntil = \"2099-01-01\"\nmiss = [\"{miss}\"]\n"
        )
    };
    for (miss, failed) in [
        ("kerja kilang Johor, masuk pelancong dulu kata berita, inbox", 0),
        ("kerja kilang Johor, masuk pelancong dulu, inbox", 1),
    ] {
        let engine = engine(&[("local/berita.toml", &exception(miss))]);
        let report = engine.run_examples();
        assert_eq!(report.failed.len(), failed, "{miss}: {:?}", report.failed);
        assert!(report.failed.iter().all(|failed| failed.file == "local/berita.toml"));
    }
}
