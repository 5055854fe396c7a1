//! `waspada scan` as a person uses it: the fixed output, bad lines, order, exit status.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod shared;

use std::io::Write;

use assert_cmd::Command;
use serde_json::Value;

const OFFER: &str =
    "Dicari admin di Poipet, masuk pelancong dulu, gaji 9-14jt/bln. WA 0840-0000-0001";

fn scan(arguments: &[&str], input: &str) -> (i32, Vec<Value>, String) {
    let output = Command::cargo_bin("waspada")
        .unwrap()
        .arg("scan")
        .args(arguments)
        .write_stdin(input)
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let values = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code().unwrap(), values, String::from_utf8(output.stderr).unwrap())
}

fn post(id: &str, text: &str) -> String {
    serde_json::json!({ "id": id, "text": text }).to_string()
}

#[test]
fn a_flagged_post_is_printed_as_promised() {
    let (status, lines, _) = scan(&[], &post("a", OFFER));
    assert_eq!((status, lines.len()), (0, 1));
    let verdict = &lines[0];
    assert_eq!(verdict["id"], "a");
    assert_eq!(verdict["flagged"], true);
    assert_eq!(verdict["lane"], "offer");
    assert_eq!(verdict["band"], "tinggi");
    assert!(verdict["score"].as_u64().unwrap() >= 70);
    assert_eq!(verdict["facts"]["destination"], serde_json::json!(["KH"]));
    assert_eq!(verdict["facts"]["phones"], serde_json::json!(["+6284000000001"]));
    assert_eq!(verdict["facts"]["pay"][0]["amount"], serde_json::json!([9_000_000, 14_000_000]));
    assert_eq!(verdict["facts"]["pay"][0]["currency"], "IDR");
    assert_eq!(verdict["facts"]["pay"][0]["period"], "month");
    assert!(!verdict["ruleset"].as_str().unwrap().is_empty());
    for hit in verdict["hits"].as_array().unwrap() {
        let spans = hit["spans"].as_array().unwrap();
        let texts = hit["text"].as_array().unwrap();
        assert_eq!(spans.len(), texts.len());
        for (span, text) in spans.iter().zip(texts) {
            let at = |end: usize| usize::try_from(span[end].as_u64().unwrap()).unwrap();
            assert_eq!(&OFFER[at(0)..at(1)], text.as_str().unwrap());
        }
    }
}

#[test]
fn innocent_posts_are_printed_only_on_demand_and_have_no_lane() {
    let input = post("b", "Selamat pagi, semoga hari ini menyenangkan");
    assert_eq!(scan(&[], &input).1.len(), 0);
    let (status, lines, _) = scan(&["--all"], &input);
    assert_eq!(status, 0);
    assert_eq!((&lines[0]["flagged"], &lines[0]["lane"]), (&Value::from(false), &Value::Null));
}

#[test]
fn a_bad_line_is_named_by_its_number_and_the_rest_is_done() {
    let input =
        format!("{}\nbukan json\n\n{}\n{{\"id\":\"d\"}}\n", post("a", OFFER), post("c", OFFER));
    let (status, lines, _) = scan(&[], &input);
    assert_eq!(status, 1);
    let ids: Vec<&Value> = lines.iter().map(|line| &line["id"]).collect();
    assert_eq!(ids[0], "a");
    assert!(lines[1]["error"].is_string(), "{}", lines[1]);
    assert_eq!(lines[1]["line"], 2);
    assert_eq!(ids[2], "c");
    assert_eq!(lines[3]["line"], 5);
}

#[test]
fn many_posts_keep_their_order() {
    let input: String = (0..3_000)
        .map(|number| {
            post(&number.to_string(), if number % 7 == 0 { OFFER } else { "halo" }) + "\n"
        })
        .collect();
    let (_, lines, _) = scan(&["--all"], &input);
    let ids: Vec<String> =
        lines.iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, (0..3_000).map(|number| number.to_string()).collect::<Vec<_>>());
    assert!(lines.iter().enumerate().all(|(at, line)| line["flagged"] == (at % 7 == 0)));
}

#[test]
fn plain_lines_are_posts_too() {
    let (status, lines, _) = scan(&["--text", "--all"], &format!("{OFFER}\nhalo\n"));
    assert_eq!((status, lines.len()), (0, 2));
    assert_eq!(lines[0]["flagged"], true);
}

#[test]
fn a_missing_file_and_a_broken_rule_set_say_so() {
    let (status, _, errors) = scan(&["tidak-ada.jsonl"], "");
    assert_eq!(status, 3);
    assert!(errors.contains("tidak-ada.jsonl"), "{errors}");

    let folder = tempfile::tempdir().unwrap();
    let mut file = std::fs::File::create(folder.path().join("visa.toml")).unwrap();
    writeln!(file, "[family]\nid = \"visa\"\ntitle = \"Visa\"\npoin = 3").unwrap();
    let (status, _, errors) = scan(&["--rules", folder.path().to_str().unwrap()], "");
    assert_eq!(status, 2, "{errors}");
}

#[test]
fn the_development_posts_run_clean() {
    let Some(file) = shared::shared("corpus/dev.jsonl") else { return };
    let (status, lines, errors) = scan(&["--all", file.to_str().unwrap()], "");
    assert_eq!((status, errors.as_str()), (0, ""));
    assert_eq!(lines.len(), std::fs::read_to_string(&file).unwrap().lines().count());
}
