//! `waspada rules draft`: phrases proposed from confirmed posts that no rule caught, what they would
//! wrongly hit first, with an entry that can be pasted as it stands.
#![allow(clippy::unwrap_used, reason = "a test")]

mod desk;

use desk::Desk;
use serde_json::Value;

/// Invented posts; "jalur durian" is what no rule knows yet.
const POSTS: &[(&str, &str)] = &[
    ("loker_contoh/1", "kebun di seberang butuh orang, lewat jalur durian saja, WA 0840-0000-0001"),
    ("loker_contoh/2", "yang minat kerja jalur durian saja, langsung berangkat, WA 0840-0000-0002"),
    ("loker_contoh/3", "jalur durian saja buka lagi, dua orang"),
    ("loker_contoh/4", "makan durian di jalur puncak enak sekali"),
    ("loker_contoh/5", "panen raya lewat jalur durian saja di kampung kami, wisata petik buah"),
    ("loker_contoh/6", "selamat pagi semua"),
];

/// A desk on which an analyst found the first three by himself, with rules that have no word for it.
fn found_by_an_analyst() -> Desk {
    let desk = Desk::with_own_rules(POSTS);
    let path = desk.path("aturan/contoh.toml");
    let rules = std::fs::read_to_string(&path).unwrap();
    let all = rules.replace("\"visa turis\"]", "\"visa turis\", \"orang\", \"minat\"]");
    std::fs::write(&path, all).unwrap();
    let answer = desk.run(&["rules", "rescore"]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    for _ in 0..3 {
        desk.decide("TAKEDOWN");
    }
    std::fs::write(&path, rules).unwrap();
    desk
}

#[test]
fn a_phrase_is_proposed_from_what_analysts_confirmed_with_its_false_alarms_first() {
    let desk = found_by_an_analyst();
    let answer = desk.run(&["rules", "draft"]);
    assert_eq!((answer.status, answer.err.as_str()), (0, ""));
    let said = answer.out;
    assert!(
        said.starts_with("3 postingan yang dibenarkan, 3 di antaranya tidak tertangkap"),
        "{said}"
    );
    let phrase = said.find("\"jalur durian\"").unwrap();
    let wrong = said[phrase..].find("SALAH ALARM: 1\n     - panen raya lewat").unwrap();
    let right = said[phrase..].find("TERTANGKAP: 3\n").unwrap();
    assert!(wrong < right, "{said}");
    assert!(!said.contains("0840"), "contacts are masked: {said}");
    assert!(said.contains("status = \"shadow\""), "{said}");

    let json: Value = serde_json::from_str(&desk.run(&["rules", "draft", "--json"]).out).unwrap();
    let proposals = json["proposals"].as_array().unwrap();
    let phrases: Vec<&str> = proposals.iter().map(|it| it["phrase"].as_str().unwrap()).collect();
    assert!(!phrases.contains(&"jalur durian saja"), "it says nothing new: {phrases:?}");
    let scores: Vec<f64> = proposals.iter().map(|it| it["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
}

#[test]
fn what_is_written_is_a_rule_file_that_passes_its_own_examples() {
    let desk = found_by_an_analyst();
    std::fs::create_dir(desk.path("aturan/local")).unwrap();
    let write = ["rules", "draft", "--write", "aturan/local/usulan.toml"];
    let answer = desk.run(&write);
    assert_eq!(answer.status, 0, "{}", answer.err);
    let tested = desk.run(&["rules", "test"]);
    assert_eq!(tested.status, 0, "{}{}", tested.out, tested.err);
    let text = std::fs::read_to_string(desk.path("aturan/local/usulan.toml")).unwrap();
    assert!(text.contains("hit = [\"jalur durian saja buka lagi, dua orang\"]"), "{text}");
    let again = desk.run(&write);
    assert_eq!(again.status, 2);
    assert!(again.err.contains("tidak ditimpa"), "{}", again.err);
}

#[test]
fn files_do_as_well_as_the_store() {
    let desk = Desk::bare();
    let line = |(id, text): &(&str, &str), label: &str| {
        serde_json::json!({ "id": id, "text": text, "label": label }).to_string() + "\n"
    };
    let confirmed: String = POSTS[..3].iter().map(|post| line(post, "offer")).collect();
    let innocent: String = POSTS[3..].iter().map(|post| line(post, "Positif")).collect();
    std::fs::write(desk.path("benar.jsonl"), confirmed).unwrap();
    std::fs::write(desk.path("biasa.jsonl"), innocent).unwrap();
    let arguments =
        ["rules", "draft", "--confirmed", "benar.jsonl", "--innocent", "biasa.jsonl", "--json"];
    let answer = desk.run(&arguments);
    assert_eq!(answer.status, 0, "{}", answer.err);
    let json: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!((&json["confirmed"], &json["innocent"]), (&3.into(), &3.into()));
    assert!(answer.out.contains("jalur durian saja"), "{}", answer.out);

    // Pleas have a lane of their own; nothing is confirmed there.
    let victims = desk.run(&[&arguments[..], &["--lane", "victim"]].concat());
    assert_eq!(victims.status, 0, "{}", victims.err);
    assert!(victims.out.contains("\"proposals\":[]"), "{}", victims.out);

    let alone = desk.run(&["rules", "draft", "--confirmed", "benar.jsonl"]);
    assert_eq!(alone.status, 3, "neither innocent posts nor a database: {}", alone.err);
}
