//! Rules from the console, the whole way: why a rule does not fire, proposals, what they would change,
//! acceptance, and the daemon that takes the new rule up by itself.
#![allow(clippy::unwrap_used, reason = "a test")]

mod console_client;
mod desk;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use console_client::{Console, between, location};
use desk::{Desk, POSTS};
use reqwest::StatusCode;

impl Console {
    async fn asked(&self, path: &str, who: &str) -> (StatusCode, String) {
        let answer = self.open(path, who).await;
        (answer.status(), answer.text().await.unwrap())
    }

    async fn answered(&self, path: &str, who: &str, form: &[(&str, &str)]) -> (StatusCode, String) {
        let answer = self.post(path, who, form).await;
        (answer.status(), answer.text().await.unwrap())
    }

    /// Proposes a phrase on an item and answers the proposal's number.
    async fn propose(&self, who: &str, item: i64, form: &[(&str, &str)]) -> String {
        let answer = self.post(&format!("/items/{item}/proposals"), who, form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        location(&answer).rsplit("made=").next().unwrap().to_owned()
    }
}

/// What stands in the text field of a page, as a browser reads it.
fn draft(page: &str) -> String {
    let text = page.split("<textarea name=\"text\"").nth(1).unwrap_or_default();
    let text = text.split_once('>').unwrap().1.split("</textarea>").next().unwrap();
    let signs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    signs.iter().fold(text.to_owned(), |text, (code, sign)| text.replace(code, sign))
}

fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn item(desk: &Desk, post: &str) -> i64 {
    let database = rusqlite::Connection::open(desk.path("w.db")).unwrap();
    database
        .query_row(
            "SELECT q.id FROM queue_item q JOIN post p ON p.id = q.post_id WHERE p.native_id = ?1",
            [post],
            |row| row.get(0),
        )
        .unwrap()
}

fn count(desk: &Desk, query: &str) -> i64 {
    let database = rusqlite::Connection::open(desk.path("w.db")).unwrap();
    database.query_row(query, [], |row| row.get(0)).unwrap()
}

/// Waits, as long as a slow machine may take, until a page says what it should.
async fn until(mut holds: impl AsyncFnMut() -> bool, what: &str) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Invented posts of today: the first names its recruiter, the second is not caught.
const NEWER: &[(&str, &str)] = &[
    (
        "loker_contoh/21",
        "Kerja di Poipet, visa turis, gaji $1.000, paspor pisang aman. Hubungi Pak Budi WA 0840-0000-0001",
    ),
    ("loker_contoh/22", "Berangkat pakai paspor pisang saja, WA 0840-0000-0009"),
];

fn desk_with_a_folder() -> Desk {
    let desk = Desk::with_own_rules(&[&POSTS[..2], NEWER].concat());
    let config = desk.path("waspada.toml");
    let text = fs::read_to_string(&config).unwrap();
    let source = "[[source]]\nname = \"kotak\"\ntype = \"folder\"\npath = \"masuk\"\nsettle = \"0s\"\n\
                  every = \"1s\"\n";
    fs::create_dir(desk.path("masuk")).unwrap();
    fs::write(config, text + source).unwrap();
    desk
}

#[tokio::test]
async fn a_missing_phrase_is_proposed_tried_accepted_and_catches_the_next_post() {
    let desk = desk_with_a_folder();
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let ops = console.invited(&admin, "ops", "rini").await;
    let analyst = console.invited(&admin, "analyst", "budi").await;
    let other = console.invited(&admin, "analyst", "tono").await;
    let seen = item(&desk, "loker_contoh/21");

    let form = [
        ("kind", "missing_phrase"),
        ("words", "  paspor\tpisang "),
        ("of", "rule:visa-contoh"),
        ("note", "Sebutan baru"),
    ];
    let number = console.propose(&analyst, seen, &form).await;
    let page = format!("/proposals/{number}");
    let mine = console.get("/proposals", &analyst).await;
    assert!(mine.contains("paspor pisang") && mine.contains("menunggu"), "{mine}");
    assert!(!console.get("/proposals", &other).await.contains("paspor pisang"), "only her own");
    assert_eq!(console.asked(&page, &other).await.0, StatusCode::NOT_FOUND);
    assert!(console.get("/proposals", &ops).await.contains("1 menunggu"));

    let at_item = console.get(&format!("/items/{seen}"), &analyst).await;
    let wrong = format!("/items/{seen}/rules?rule=visa-contoh&#38;words=visa%20turis");
    assert!(at_item.contains(&wrong) || at_item.contains(&wrong.replace("&#38;", "&amp;")));
    let rules = console.get(&format!("/items/{seen}/rules?phrase=aman"), &analyst).await;
    assert!(rules.contains("value=\"aman\"") && rules.contains("value=\"rule:visa-contoh\""));

    // The page of whoever tends the rules: masked, with a draft whose example names nobody.
    let shown = console.get(&page, &ops).await;
    assert!(shown.contains("paspor pisang aman") && !shown.contains("0840-0000-0001"), "{shown}");
    let text = draft(&shown);
    for part in [
        "id = \"contoh\"",
        "points = 45",
        "legal = [\"uu18-2017-13f\", \"uu18-2017-30\"]",
        "phrases = [\"paspor pisang\"]",
        "owner = \"rini\"",
        "Pak Fulan WA 0840-0000-0000",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("Budi"), "{text}");
    let slug = between(&shown, "name=\"slug\" value=\"", "\"").to_owned();
    assert_eq!(slug, format!("usulan-paspor-pisang-{number}"));
    let edit = [("slug", slug.as_str()), ("text", text.as_str())];

    // Nothing is accepted that was not tried, and trying changes nothing.
    let accept = format!("{page}/accept");
    let (status, told) = console.answered(&accept, &ops, &edit).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(told.contains("Belum dicoba persis seperti ini"), "{told}");
    let attempt = format!("{page}/try");
    let faulty = text.replace("points = 45", "point = 45");
    let (status, told) = console.answered(&attempt, &ops, &[edit[0], ("text", &faulty)]).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(told.contains("E002") && told.contains(&format!("local/{slug}.toml:8:1")), "{told}");
    assert!(
        told.contains("maksud Anda `points`?") && draft(&told).contains("point = 45"),
        "{told}"
    );
    let failing = text.replace("hit = [", "hit = [\"halo\", ");
    let (status, told) = console.answered(&attempt, &ops, &[edit[0], ("text", &failing)]).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(told.contains("contoh tidak dipenuhi"), "{told}");

    let (status, tried) = console.answered(&attempt, &ops, &edit).await;
    assert_eq!(status, StatusCode::OK, "{tried}");
    assert!(tried.contains("4 postingan tersimpan yang terbaru, dari 4 seluruhnya"), "{tried}");
    assert!(tried.contains("Baru tertangkap</th><td>1<"), "{tried}");
    assert!(tried.contains("Hilang dari antrean</th><td>0<"), "{tried}");
    assert!(tried.contains("+45</span> ") || tried.contains("– → +45"), "{tried}");
    assert!(tried.contains("paspor pisang saja") && !tried.contains("0840-0000-0009"), "{tried}");
    assert_eq!(files(&desk.path("aturan/local")), [""; 0], "nothing was written");

    // What was changed since is another thing.
    let more = text.clone() + "# lagi\n";
    let (status, _) = console.answered(&accept, &ops, &[edit[0], ("text", &more)]).await;
    assert_eq!(status, StatusCode::CONFLICT);

    // A browser sends other line ends; accepted, it is written whole, with where it comes from.
    let windows = text.replace('\n', "\r\n");
    let answer = console.post(&accept, &ops, &[edit[0], ("text", &windows)]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(files(&desk.path("aturan/local")), [format!("{slug}.toml")]);
    let written = fs::read_to_string(desk.path(&format!("aturan/local/{slug}.toml"))).unwrap();
    assert!(
        written.starts_with(&format!("# Usulan {number} dari konsol, diterima 20")),
        "{written}"
    );
    assert!(written.ends_with(&format!(" oleh rini.\n{}\n", text.trim_end())), "{written}");
    let (status, _) = console.answered(&accept, &ops, &edit).await;
    assert_eq!(status, StatusCode::CONFLICT, "once");
    let after = console.get(&page, &ops).await;
    assert!(
        after.contains("diterima") && after.contains("waspada --config waspada.toml rules rescore")
    );
    assert!(console.get("/proposals?state=accepted", &analyst).await.contains("diterima"));

    // The daemon takes it up by itself, and the next post is flagged by it.
    until(
        async || console.get(&page, &ops).await.contains("Sudah berlaku"),
        "the daemon took the new rule up",
    )
    .await;
    fs::write(
        desk.path("masuk/baru.jsonl"),
        "{\"id\":\"x\",\"text\":\"ke sana cukup paspor pisang, kabari saya\"}\n",
    )
    .unwrap();
    until(
        async || console.get(&format!("/queue?rule={slug}"), &admin).await.contains("1 butir"),
        "a new post is flagged by the new rule",
    )
    .await;

    // Each change of its state is a line of the log, and the log verifies.
    let lines = format!("SELECT count(*) FROM custody WHERE subject = 'proposal:{number}'");
    assert_eq!(count(&desk, &lines), 2);
    assert_eq!(
        count(
            &desk,
            "SELECT count(*) FROM custody WHERE action = 'proposal_accepted' AND actor = 'analyst:rini'"
        ),
        1
    );
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);
}

#[tokio::test]
async fn a_wrong_word_becomes_an_exception_and_a_trial_is_stale_once_rules_changed() {
    let desk = Desk::with_own_rules(&[&POSTS[..2], NEWER].concat());
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let seen = item(&desk, "loker_contoh/12");
    let form = [("kind", "wrong_word"), ("words", "visa turis"), ("of", "rule:visa-contoh")];
    let number = console.propose(&admin, seen, &form).await;
    let page = format!("/proposals/{number}");
    let shown = console.get(&page, &admin).await;
    let text = draft(&shown);
    assert!(
        text.contains("[[exception]]\nrule = \"visa-contoh\"\nphrases = [\"visa turis\"]"),
        "{text}"
    );
    assert!(text.contains("miss = [\"Kerja di Poipet, visa turis"), "{text}");
    let slug = between(&shown, "name=\"slug\" value=\"", "\"").to_owned();
    let edit = [("slug", slug.as_str()), ("text", text.as_str())];
    let (attempt, accept) = (format!("{page}/try"), format!("{page}/accept"));

    let (status, tried) = console.answered(&attempt, &admin, &edit).await;
    assert_eq!(status, StatusCode::OK, "{tried}");
    assert!(tried.contains("Hilang dari antrean</th><td>2<"), "{tried}");
    assert!(
        tried.contains("2 postingan hilang yang tidak pernah dinyatakan salah alarm"),
        "{tried}"
    );

    // Somebody changes the rules meanwhile: what was shown is no longer what would come.
    let other = desk.path("aturan/korban.toml");
    fs::write(&other, fs::read_to_string(&other).unwrap() + "# catatan\n").unwrap();
    let (status, told) = console.answered(&accept, &admin, &edit).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(told.contains("sudah berubah sejak dicoba"), "{told}");
    assert_eq!(files(&desk.path("aturan/local")), [""; 0], "nothing half written");

    // A folder that cannot be written leaves everything as it was.
    console.answered(&attempt, &admin, &edit).await;
    fs::remove_dir_all(desk.path("aturan/local")).ok();
    fs::write(desk.path("aturan/local"), "kosong").unwrap();
    let (status, told) = console.answered(&accept, &admin, &edit).await;
    assert_eq!(status, StatusCode::CONFLICT, "{told}");
    assert!(told.contains("gagal ditulis; tidak ada yang berubah"), "{told}");
    assert!(console.get("/proposals", &admin).await.contains("1 menunggu"));
    fs::remove_file(desk.path("aturan/local")).unwrap();
    assert_eq!(
        console.post(&accept, &admin, &edit).await.status(),
        StatusCode::SEE_OTHER,
        "the same rules as tried"
    );
    assert_eq!(files(&desk.path("aturan/local")), [format!("{slug}.toml")]);
    assert_eq!(desk.run(&["rules", "check"]).status, 0);
    assert_eq!(desk.run(&["rules", "test"]).status, 0);

    // An example with a number in it is told of; where the post goes, what was drafted from it goes too.
    let number = console.propose(&admin, seen, &form).await;
    let named = text.replace("0840-0000-0000", "0812-3456-7890");
    let form_of = [("slug", "lain"), ("text", named.as_str())];
    let (_, told) = console.answered(&format!("/proposals/{number}/try"), &admin, &form_of).await;
    assert!(told.contains("Sebuah contoh di berkas ini memuat nomor"), "{told}");
    assert!(!tried.contains("Sebuah contoh di berkas ini memuat nomor"), "{tried}");
    let kept = "SELECT count(*) FROM proposal WHERE edit IS NOT NULL";
    assert_eq!(count(&desk, kept), 2);
    desk.sql("UPDATE post_version SET content = NULL");
    assert_eq!(count(&desk, kept), 0);

    // A name that is taken is not overwritten.
    let number = console.propose(&admin, seen, &form).await;
    let (status, told) = console.answered(&format!("/proposals/{number}/try"), &admin, &edit).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(told.contains("sudah ada di local/"), "{told}");
}

#[tokio::test]
async fn roles_names_and_tricks_hold() {
    let desk = Desk::with_own_rules(POSTS);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let analyst = console.invited(&admin, "analyst", "budi").await;
    let supervisor = console.invited(&admin, "supervisor", "tono").await;
    let viewer = console.invited(&admin, "viewer", "wati").await;
    let seen = item(&desk, "loker_contoh/11");
    let rules = format!("/items/{seen}/rules");
    let propose = format!("/items/{seen}/proposals");

    // Whoever only looks sees why, and proposes nothing.
    let shown = console.get(&rules, &viewer).await;
    assert!(!shown.contains("/proposals"), "{shown}");
    let phrase = [("kind", "missing_phrase"), ("words", "permit nyusul")];
    assert_eq!(console.post(&propose, &viewer, &phrase).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(console.asked("/proposals", &viewer).await.0, StatusCode::FORBIDDEN);

    // Why not: told of the text as it is, shown as it is masked.
    let why = console.get(&format!("{rules}?rule=lantai-contoh"), &analyst).await;
    assert!(why.contains("Aturan ini menyala"), "{why}");
    let why = console.get(&format!("{rules}?rule=tolong-contoh"), &analyst).await;
    assert!(why.contains("tidak menyala") && why.contains("tidak ada frasa atau pola"), "{why}");
    let why = console.get(&format!("{rules}?rule=tidak-ada"), &analyst).await;
    assert!(why.contains("Aturan itu tidak ada"), "{why}");
    assert!(!why.contains("0840-0000-0001") && !why.contains("@kontak_contoh"), "{why}");

    // No number, account or link reaches a rule by a proposal, and no rule that is none.
    for (words, of) in [
        ("WA 0840-0000-0001", ""),
        ("@kontak_contoh", ""),
        ("t.me/kontak", ""),
        ("…", ""),
        ("", ""),
        ("permit nyusul", "rule:tidak-ada"),
        ("permit nyusul", "family:tidak-ada"),
    ] {
        let form = [("kind", "missing_phrase"), ("words", words), ("of", of)];
        let status = console.post(&propose, &analyst, &form).await.status();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{words} {of}");
    }
    let form = [("kind", "wrong_word"), ("words", "gaji")];
    assert_eq!(console.post(&propose, &analyst, &form).await.status(), StatusCode::BAD_REQUEST);
    let lost = console.post("/items/999/proposals", &analyst, &phrase).await;
    assert_eq!(lost.status(), StatusCode::NOT_FOUND);

    let number = console.propose(&analyst, seen, &phrase).await;
    let page = format!("/proposals/{number}");
    let edit = [("slug", "coba"), ("text", "[family]\nid = \"kita\"\ntitle = \"Kita\"\n")];
    for who in [&analyst, &supervisor, &viewer] {
        for act in ["try", "accept", "decline"] {
            let status = console.post(&format!("{page}/{act}"), who, &edit).await.status();
            assert_eq!(status, StatusCode::FORBIDDEN, "{act}");
        }
    }
    assert!(!console.get(&page, &analyst).await.contains("<textarea"));
    let theirs = console.post(&format!("{page}/withdraw"), &supervisor, &[]).await;
    assert_eq!(theirs.status(), StatusCode::NOT_FOUND, "only whoever made it takes it back");

    // No name leads out of the folder, tried or accepted.
    for slug in ["../coba", "a/b", "/tmp/coba", "severity", "coba.toml", "..", "", "%2e%2e", "COBA"]
    {
        for act in ["try", "accept"] {
            let form = [("slug", slug), edit[1]];
            let (status, told) = console.answered(&format!("{page}/{act}"), &admin, &form).await;
            assert_eq!(status, StatusCode::CONFLICT, "{act} {slug}");
            assert!(told.contains("Nama berkas hanya boleh"), "{told}");
        }
    }

    // Declined with a reason, taken back by whoever made it: both once.
    let bare = console.post(&format!("{page}/decline"), &admin, &[("reason", " ")]).await;
    assert_eq!(bare.status(), StatusCode::BAD_REQUEST);
    let decline = [("reason", "Sudah ada")];
    let done = console.post(&format!("{page}/decline"), &admin, &decline).await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    assert!(console.get(&page, &analyst).await.contains("Sudah ada"));
    let late = console.post(&format!("{page}/withdraw"), &analyst, &[]).await;
    assert_eq!(late.status(), StatusCode::BAD_REQUEST);
    let number = console.propose(&analyst, seen, &phrase).await;
    let done = console.post(&format!("/proposals/{number}/withdraw"), &analyst, &[]).await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    let (status, told) = console.answered(&format!("/proposals/{number}/try"), &admin, &edit).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(told.contains("sudah ditutup"), "{told}");
    for action in ["proposed", "proposal_declined", "proposal_withdrawn"] {
        let lines = format!("SELECT count(*) FROM custody WHERE action = '{action}'");
        assert_eq!(count(&desk, &lines), if action == "proposed" { 2 } else { 1 }, "{action}");
    }

    // In English too.
    console.post("/language", &admin, &[("language", "en")]).await;
    let english = console.get(&page, &admin).await;
    assert!(
        english.contains("This phrase is missing") && english.contains("declined"),
        "{english}"
    );
}

#[tokio::test]
async fn without_a_rule_folder_it_is_tried_and_told_what_to_configure() {
    let desk = Desk::filled(&POSTS[..2]);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let seen = item(&desk, "loker_contoh/11");
    let form = [
        ("kind", "missing_phrase"),
        ("words", "permit nyusul"),
        ("of", "rule:visa-kunjungan-untuk-kerja"),
    ];
    let number = console.propose(&admin, seen, &form).await;
    let page = format!("/proposals/{number}");
    let shown = console.get(&page, &admin).await;
    assert!(shown.contains("aturan bawaan program") && shown.contains("[rules]"), "{shown}");
    let text = draft(&shown);
    let edit = [("slug", "permit-nyusul"), ("text", text.as_str())];
    let (status, tried) = console.answered(&format!("{page}/try"), &admin, &edit).await;
    assert_eq!(status, StatusCode::OK, "{tried}");
    assert!(!tried.contains("id=\"accept\""), "{tried}");
    let (status, told) = console.answered(&format!("{page}/accept"), &admin, &edit).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(told.contains("[rules]"), "{told}");
    assert!(console.get("/proposals", &admin).await.contains("1 menunggu"));
}
