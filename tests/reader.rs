//! The second reader in the engine: trained here on a handful of invented posts, it moves scores
//! within its limits, shows why, and leaves everything working when it is not there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use waspada::engine::{
    Engine, Example, Lane, Lesson, Model, READER_RULE, RuleFiles, Thresholds, learn,
};
use waspada::report::labelled;

const POSTS: &[(&str, Option<Lane>)] = &[
    ("Butuh orang kerja di seberang, tinggal 3 kursi, besok terbang, inbox", Some(Lane::Offer)),
    ("Siapa mau ikut kerja ke Malaysia, lewat jalur malam, chat saja", Some(Lane::Offer)),
    ("Dicari admin Poipet gaji 12jt, tiket ditanggung, japri", Some(Lane::Offer)),
    ("Lowongan kapal luar, tanpa buku pelaut, terbang lusa, inbox", Some(Lane::Offer)),
    ("Tolong adik saya disekap di Myawaddy, paspor diambil", Some(Lane::Victim)),
    ("Mohon bantuan, kami dikurung bos di Poipet, tidak digaji", Some(Lane::Victim)),
    ("Ibu saya sakit di Riyadh, majikan tidak kasih pulang, tolong", Some(Lane::Victim)),
    ("Polisi menangkap perekut pekerja ke Kamboja, ujar Kapolres", None),
    ("Tiket feri ke Johor pulang pergi, liburan keluarga, chat", None),
    ("Dibutuhkan kasir di Bekasi, gaji UMR, kirim lamaran", None),
    ("Kerja di Malaysia dulu lewat jalur resmi, sekarang sudah pulang", None),
];

fn files() -> RuleFiles {
    let mut files = RuleFiles::embedded();
    files.set_model(None);
    files
}

fn engine(files: &RuleFiles) -> Engine {
    Engine::compile(files, Thresholds::default()).unwrap_or_else(|fault| panic!("{fault}"))
}

fn model(engine: &Engine) -> Model {
    let mut scratch = engine.scratch();
    let examples: Vec<Example> =
        POSTS.iter().map(|(text, _)| engine.example(&mut scratch, text).unwrap()).collect();
    let lessons: Vec<Lesson<'_>> = examples
        .iter()
        .zip(POSTS)
        .enumerate()
        .map(|(number, (example, (_, lane)))| Lesson {
            example,
            lane: *lane,
            group: Some(number % 3),
            weight: 1.0,
            calibrates: true,
        })
        .collect();
    learn(&lessons)
}

/// Every example of the shipped rules.
fn texts(engine: &Engine) -> Vec<String> {
    engine.rules().iter().flat_map(|rule| rule.hit.iter().chain(&rule.miss)).cloned().collect()
}

#[test]
fn learning_twice_gives_the_same_file() {
    let engine = engine(&files());
    assert_eq!(model(&engine).write().unwrap(), model(&engine).write().unwrap());
}

#[test]
fn contributions_sum_to_the_score_and_spans_stand_in_the_text() {
    let mut engine = engine(&files());
    let model = model(&engine);
    engine.set_reader(Some(model));
    let mut scratch = engine.scratch();
    let mut heard = 0;
    for text in texts(&engine) {
        let verdict = engine.score(&mut scratch, &text);
        let hits: i32 = verdict.hits.iter().map(|hit| hit.points.0).sum();
        let lines: i32 = verdict.adjustments.iter().map(|line| line.points.0).sum();
        assert_eq!(hits + lines, i32::from(verdict.score), "{text}");
        for hit in verdict.hits.iter().filter(|hit| hit.rule.0 == READER_RULE) {
            heard += 1;
            for (span, shown) in hit.spans.iter().zip(&hit.text) {
                assert_eq!(&text[span.start()..span.end()], shown);
            }
        }
    }
    assert!(heard > 20, "{heard}");
}

#[test]
fn strong_evidence_stays_flagged() {
    let mut engine = engine(&files());
    let alone: Vec<_> = {
        let mut scratch = engine.scratch();
        texts(&engine).iter().map(|text| engine.judge(&mut scratch, text)).collect()
    };
    let model = model(&engine);
    engine.set_reader(Some(model));
    let mut scratch = engine.scratch();
    for (text, before) in texts(&engine).iter().zip(alone) {
        let after = engine.judge(&mut scratch, text);
        assert_eq!(after.rules_alone.offer, before.lanes.offer, "{text}");
        let held = before.verdict.hits.iter().any(|hit| hit.rule.0 == "kamuflase");
        if before.verdict.flagged && before.verdict.lane == Some(Lane::Offer) && held {
            assert!(after.verdict.flagged, "{text}");
        }
        if !before.verdict.flagged {
            assert!(after.verdict.score < Thresholds::default().tinggi, "{text}");
        }
    }
}

#[test]
fn a_model_comes_with_the_rule_files_and_is_part_of_their_version() {
    let mut files = files();
    let without = engine(&files);
    assert!(without.reader().is_none());
    files.set_model(Some(model(&without).write().unwrap()));
    let with = engine(&files);
    assert!(with.reader().is_some());
    assert_ne!(with.version(), without.version());
    files.set_model(Some(b"something else".to_vec()));
    let fault = Engine::compile(&files, Thresholds::default()).unwrap_err();
    assert_eq!(fault.diagnostics[0].code, "E020");
}

#[test]
fn the_shipped_model_is_there() {
    assert!(engine(&RuleFiles::embedded()).reader().is_some());
}

/// Where this fails after training anew, the margins `SETTLED` of the reader are too small for the new
/// model.
#[test]
fn what_a_glance_settles_is_not_flagged_by_a_whole_reading() {
    let engine = engine(&RuleFiles::embedded());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus");
    let files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|file| file.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    labelled(&files).unwrap().par_iter().for_each_init(
        || engine.scratch(),
        |scratch, post| {
            let whole = engine.score(scratch, &post.text);
            let flagged = engine.score_flagged(scratch, &post.text);
            assert_eq!(flagged, whole.flagged.then_some(whole), "{}", post.text);
        },
    );
}
