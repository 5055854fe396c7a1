//! Files other programs exported, as `waspada import` and the drop folder read them: golden pages
//! over invented twins, what must not be kept, what is refused.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

mod shared;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use waspada::post::{Platform, Post};
use waspada::sources::folder::{Handed, Wanted};
use waspada::sources::{FilePage, FileSource, KeptPart, Pseudonyms, Terms, Ways, Zone};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/exports").join(name)
}

fn terms() -> Terms {
    Terms { pseudonyms: Pseudonyms::new([7; 32]), legal_basis: Some("uji".into()) }
}

/// A fixture named by whoever is not there, of the folder of captured answers.
fn foreign(name: &str) -> Option<PathBuf> {
    shared::shared(&format!("fixtures/{name}"))
}

fn ways(columns: &[(&str, &str)]) -> Ways {
    let columns = columns.iter().map(|(field, name)| ((*field).into(), (*name).into())).collect();
    Ways { columns, ..Ways::default() }
}

fn pages_of(path: &Path, wanted: Wanted, ways: Ways, terms: &Terms) -> Vec<FilePage> {
    let file = Handed::waiting_file(path).unwrap();
    let handed = Handed::new(wanted, ways);
    handed.pages(&file, None, terms).unwrap().map(Result::unwrap).collect()
}

fn pages(path: &Path) -> Vec<FilePage> {
    pages_of(path, Wanted::Auto, Ways::default(), &terms())
}

fn posts(pages: &[FilePage]) -> Vec<Post> {
    pages.iter().flat_map(|page| page.page.posts.clone()).collect()
}

fn kept(pages: &[FilePage]) -> String {
    let bytes: Vec<u8> = pages.iter().flat_map(|page| page.bytes.to_vec()).collect();
    String::from_utf8(bytes).unwrap()
}

/// All that a file gave, for a golden page.
fn shown(pages: &[FilePage]) -> String {
    let mut lines = Vec::new();
    for page in pages {
        lines
            .extend(page.page.posts.iter().map(|post| serde_json::to_string_pretty(post).unwrap()));
        for item in &page.page.set_aside {
            lines.push(format!("disisihkan: {}: {}", item.place, item.reason));
        }
        if page.page.ignored > 0 {
            lines.push(format!("tanpa isi: {}", page.page.ignored));
        }
        if let Some(end) = &page.end {
            lines.push(format!("selesai: {end:?}"));
        }
    }
    lines.join("\n")
}

#[test]
fn every_twin_is_read_as_written_down() {
    for name in [
        "zeeschuimer-tiktok.ndjson",
        "zeeschuimer-x.ndjson",
        "zeeschuimer-instagram-threads.ndjson",
        "zeeschuimer-facebook.ndjson",
        "4cat-tiktok.csv",
        "4cat-instagram.csv",
        "telegram-kanal.json",
        "telegram-penuh.json",
        "telegram-pribadi.json",
        "Chat WhatsApp dengan Loker Contoh.txt",
        "whatsapp-ios.txt",
        "whatsapp-android-en.txt",
    ] {
        insta::assert_snapshot!(name, shown(&pages(&fixture(name))));
    }
}

#[test]
fn a_format_is_known_by_its_content_not_by_its_name() {
    for name in
        ["zeeschuimer-tiktok.ndjson", "4cat-tiktok.csv", "telegram-kanal.json", "whatsapp-ios.txt"]
    {
        let folder = tempfile::tempdir().unwrap();
        let renamed = folder.path().join("unduhan.csv");
        fs::copy(fixture(name), &renamed).unwrap();
        assert_eq!(posts(&pages(&renamed)), posts(&pages(&fixture(name))), "{name}");
    }
}

#[test]
fn device_ids_and_tokens_are_not_kept() {
    for entry in fs::read_dir(fixture("")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("zeeschuimer") {
            let original = fs::read_to_string(&path).unwrap();
            assert!(original.contains("msToken") && original.contains("Mozilla"), "{path:?}");
            let kept = kept(&pages(&path));
            assert!(!kept.contains("msToken") && !kept.contains("device_id"), "{path:?}");
            assert!(!kept.contains("Mozilla"), "{path:?}");
            assert_eq!(kept.lines().count(), original.lines().count(), "{path:?}");
        }
    }
}

#[test]
fn columns_of_other_names_are_mapped() {
    let csv = [("text", "isi pesan"), ("author", "Pengirim"), ("created_at", "TGL"), ("id", "No")];
    let read = pages_of(&fixture("kolom-sendiri.csv"), Wanted::Auto, ways(&csv), &terms());
    let posts = posts(&read);
    let texts: Vec<&str> = posts.iter().map(|post| post.text.as_str()).collect();
    assert_eq!(texts, ["Dicari tukang ke Malaysia; visa turis dulu", "Selamat pagi"]);
    assert_eq!(posts[0].key.native_id, "1");
    assert_eq!(posts[0].author.as_ref().unwrap().name.as_deref(), Some("Pak Contoh"));
    assert_eq!(posts[0].created_at.unwrap().to_string(), "2025-12-31T17:00:00Z");

    let jsonl = [("text", "isi_laporan"), ("id", "nomor"), ("author", "pelapor")];
    let read = pages_of(&fixture("kunci-sendiri.jsonl"), Wanted::Auto, ways(&jsonl), &terms());
    assert_eq!(read[0].page.posts[0].text, "Ajakan kerja ke Myawaddy, gaji 15 juta");
    let unmapped = pages(&fixture("kunci-sendiri.jsonl"));
    let failed = unmapped[0].end.as_ref().unwrap().failed.clone().unwrap();
    assert!(failed.contains("yang dicari: `text`, `body`"), "{failed}");
}

#[test]
fn what_is_said_in_private_is_neither_read_nor_kept() {
    for name in ["telegram-penuh.json", "telegram-pribadi.json"] {
        let read = pages(&fixture(name));
        let kept = kept(&read);
        assert!(!kept.contains("Rahasia") && !kept.contains("pribadi"), "{kept}");
        assert!(!kept.contains("+855"), "{kept}");
        for page in &read {
            let all = format!("{:?}{}", page.page, page.manner);
            assert!(!all.contains("Rahasia") && !all.contains("pesan pribadi"), "{all}");
        }
    }
    let alone = pages(&fixture("telegram-pribadi.json"));
    let failed = alone.last().unwrap().end.as_ref().unwrap().failed.clone().unwrap();
    assert!(failed.contains("hanya kanal dan grup publik"), "{failed}");
}

#[test]
fn bystanders_are_pseudonyms_in_posts_and_in_what_is_kept() {
    let read = pages(&fixture("Chat WhatsApp dengan Loker Contoh.txt"));
    let all = format!("{}{:?}", kept(&read), posts(&read));
    for number in ["812-0000-0001", "81200000001", "81200000002"] {
        assert!(!all.contains(number), "{all}");
    }
    assert!(all.contains("WA 0812-0000-0009"), "the number of an advert is evidence");
    let other = Terms { pseudonyms: Pseudonyms::new([8; 32]), ..terms() };
    let path = fixture("Chat WhatsApp dengan Loker Contoh.txt");
    let elsewhere = posts(&pages_of(&path, Wanted::Auto, Ways::default(), &other));
    assert_ne!(elsewhere[1].author, posts(&read)[1].author, "another store");
}

#[test]
fn a_chat_called_by_a_number_is_refused_and_the_number_told_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let group = fs::read(fixture("Chat WhatsApp dengan Loker Contoh.txt")).unwrap();
    let told = |pages: &[FilePage]| {
        let all: Vec<String> = pages
            .iter()
            .map(|page| format!("{:?} {} {} {:?}", page.page, page.manner, page.address, page.end))
            .collect();
        let all = all.join("\n");
        assert!(!all.contains("812-0000-0001") && !all.contains("812%2D0000"), "{all}");
        all
    };
    let zip = |name: &str, members: &[&str]| {
        let path = folder.path().join(name);
        let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
        for member in members {
            zip.start_file(*member, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&group).unwrap();
        }
        zip.finish().unwrap();
        path
    };
    let text = folder.path().join("WhatsApp Chat with +62 812-0000-0001.txt");
    fs::write(&text, &group).unwrap();
    let broken = folder.path().join("WhatsApp Chat - +62 812-0000-0001 (1).zip");
    fs::write(&broken, b"PK\x03\x04").unwrap();
    let inside = folder.path().join("WhatsApp Chat - +62 812-0000-0001/_chat.txt");
    fs::create_dir(inside.parent().unwrap()).unwrap();
    fs::write(&inside, &group).unwrap();
    let archive = zip("WhatsApp Chat - +62 812-0000-0001.zip", &["_chat.txt"]);
    for path in [text, broken, inside, archive] {
        for wanted in [Wanted::Auto, Wanted::Whatsapp, Wanted::Text] {
            let read = pages_of(&path, wanted, Ways::default(), &terms());
            assert!(read.len() == 1 && read[0].bytes.is_empty() && posts(&read).is_empty());
            let end = read[0].end.as_ref().unwrap();
            assert!(end.refused && end.failed.as_ref().unwrap().contains("bukan grup"), "{end:?}");
            told(&read);
        }
    }

    let read = pages(&zip(
        "semua.zip",
        &[
            "WhatsApp Chat with +62 812-0000-0001.txt",
            "WhatsApp Chat - +62 812-0000-0001/_chat.txt",
            "Chat WhatsApp dengan Loker Contoh.txt",
        ],
    ));
    assert_eq!(posts(&read), posts(&pages(&fixture("Chat WhatsApp dengan Loker Contoh.txt"))));
    assert!(told(&read).contains("semua.zip/WhatsApp Chat with (nomor).txt"), "{}", told(&read));
    let outside = zip("luar.zip", &["../WhatsApp Chat with +62 812-0000-0001.txt"]);
    assert!(told(&pages(&outside)).contains("menunjuk ke luar arsip"));
}

/// One that was kept before such chats were refused is read again without the number.
#[test]
fn a_kept_chat_called_by_a_number_is_read_again_without_it() {
    let page = pages(&fixture("whatsapp-ios.txt")).remove(0);
    let manner =
        page.manner.replace("whatsapp-ios.txt", "WhatsApp Chat with +62 812-0000-0001.txt");
    assert_ne!(manner, page.manner);
    let bytes = [b"tanpa awal\n", page.bytes.as_ref()].concat();
    let part = KeptPart { bytes: &bytes, manner: Some(&manner), address: &page.address };
    let again = Handed::new(Wanted::Auto, Ways::default()).again(&part).unwrap();
    assert_eq!(again.set_aside[0].place, "WhatsApp Chat with (nomor).txt:1");
}

#[test]
fn a_closed_group_needs_a_legal_basis() {
    let path = fixture("whatsapp-ios.txt");
    let without = Terms { legal_basis: None, ..terms() };
    let read = pages_of(&path, Wanted::Auto, Ways::default(), &without);
    let end = read[0].end.as_ref().unwrap();
    assert!(end.refused && end.failed.as_ref().unwrap().contains("--legal-basis"), "{end:?}");
    assert!(read.len() == 1 && read[0].bytes.is_empty());
}

#[test]
fn the_zone_of_a_chat_can_be_another() {
    let zone = Zone::try_from("Asia/Jayapura".to_owned()).unwrap();
    let ways = Ways { zone, ..Ways::default() };
    let path = fixture("whatsapp-android-en.txt");
    let east = posts(&pages_of(&path, Wanted::Auto, ways, &terms())).remove(0);
    let west = posts(&pages(&path)).remove(0);
    let apart = west.created_at.unwrap().duration_since(east.created_at.unwrap());
    assert_eq!(apart.as_hours(), 2);
    assert!(Zone::try_from("Asia/Batavia".to_owned()).is_err());
}

/// From the cursor of any page the rest of a file reads as it did, in an archive too.
#[test]
fn a_walk_that_was_cut_off_goes_on_from_any_page() {
    let folder = tempfile::tempdir().unwrap();
    let mut zip = zip::ZipWriter::new(fs::File::create(folder.path().join("semua.zip")).unwrap());
    let mut files: Vec<PathBuf> =
        fs::read_dir(fixture("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy();
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&fs::read(path).unwrap()).unwrap();
    }
    zip.finish().unwrap();
    files.push(folder.path().join("semua.zip"));
    let whole: usize = files.iter().map(|path| posts(&pages(path)).len()).sum();
    assert_eq!(posts(&pages(files.last().unwrap())).len() * 2, whole, "the archive holds them all");
    for path in files {
        let file = Handed::waiting_file(&path).unwrap();
        let handed = Handed::new(Wanted::Auto, Ways::default());
        let read = pages(&path);
        for at in 0..read.len() {
            let Some(cursor) = &read[at].page.cursor else { continue };
            let rest: Vec<FilePage> =
                handed.pages(&file, Some(cursor), &terms()).unwrap().map(Result::unwrap).collect();
            assert_eq!(posts(&rest), posts(&read[at + 1..]), "{path:?} after page {at}");
            let ends = |pages: &[FilePage]| pages.last().and_then(|page| page.end.clone());
            assert_eq!(ends(&rest), ends(&read), "{path:?} after page {at}");
        }
    }
}

/// What was kept of a page reads as the page did.
#[test]
fn kept_pages_read_again_as_they_were() {
    for entry in fs::read_dir(fixture("")).unwrap() {
        let path = entry.unwrap().path();
        let handed = Handed::new(Wanted::Auto, Ways::default());
        let columns = path.to_string_lossy().contains("sendiri");
        let ways = if columns { ways(&[("text", "isi_laporan")]) } else { Ways::default() };
        for page in pages_of(&path, Wanted::Auto, ways, &terms()) {
            if page.bytes.is_empty() {
                continue;
            }
            let part =
                KeptPart { bytes: &page.bytes, manner: Some(&page.manner), address: &page.address };
            let again = handed.again(&part).unwrap();
            assert_eq!(again.posts, page.page.posts, "{path:?}");
            assert_eq!(again.set_aside, page.page.set_aside, "{path:?}");
        }
    }
}

/// Time, author and text of each message, as another reader of such files told them.
fn target(path: &Path) -> Vec<(String, String, String)> {
    let items: Vec<serde_json::Value> =
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let field = |item: &serde_json::Value, name: &str| item[name].as_str().unwrap().to_owned();
    let mut found: Vec<_> = items
        .iter()
        .map(|item| (field(item, "timestamp"), field(item, "author"), field(item, "message")))
        .collect();
    found.sort();
    found
}

fn told(pages: &[FilePage]) -> Vec<(String, String, String)> {
    let mut found: Vec<_> = posts(pages)
        .into_iter()
        .map(|post| {
            let time = post.created_at.unwrap().strftime("%Y-%m-%dT%H:%M:%S").to_string();
            (time, post.author.unwrap().name.unwrap(), post.text.replace('\n', " "))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn foreign_chats_read_as_their_own_reader_told() {
    let utc = || Ways { zone: Zone::try_from("UTC".to_owned()).unwrap(), ..Ways::default() };
    for name in
        ["[mmddyy]_24hrs", "ddmmyy_24hrs", "mmddyy_24hrs", "mmddyyyy_12hrs", "yyyymmdd_24hrs"]
    {
        let Some(path) = foreign(&format!("whatsapp/chatminer_test_{name}.txt")) else { continue };
        let target = target(&path.with_file_name("chatminer_target.json"));
        assert_eq!(told(&pages_of(&path, Wanted::Auto, utc(), &terms())), target, "{name}");
    }
}

#[test]
fn foreign_telegram_exports_read_as_their_own_reader_told() {
    for name in ["single", "batch"] {
        let file = format!("telegram-desktop/chatminer_test_{name}_export.json");
        let Some(path) = foreign(&file) else { continue };
        let read = pages(&path);
        let mut told = told(&read);
        // Parts of a text are joined as they stand; the other reader puts blanks between them.
        for (_, _, text) in &mut told {
            *text = text.replace("Link:h", "Link: h");
        }
        // Its times are an hour ahead of UTC.
        let target: Vec<_> = target(&path.with_file_name("chatminer_target.json"))
            .into_iter()
            .map(|(time, author, text)| (time[14..].to_owned(), author, text))
            .collect();
        let told: Vec<_> = told
            .into_iter()
            .map(|(time, author, text)| (time[14..].to_owned(), author, text))
            .collect();
        assert_eq!(told, target, "{name}");
        assert!(posts(&read).iter().all(|post| post.key.platform == Platform::Telegram));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// A file cut anywhere gives all that stood whole before the cut, and nothing else but what is
    /// set aside.
    #[test]
    fn a_file_cut_anywhere_keeps_what_came_before(
        name in prop::sample::select(vec![
            "zeeschuimer-tiktok.ndjson",
            "zeeschuimer-facebook.ndjson",
            "4cat-tiktok.csv",
            "telegram-kanal.json",
            "telegram-penuh.json",
            "Chat WhatsApp dengan Loker Contoh.txt",
            "whatsapp-ios.txt",
        ]),
        share in 0.0..1.0_f64,
    ) {
        let whole = fs::read(fixture(name)).unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a small file")]
        let cut = (whole.len() as f64 * share) as usize;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, &whole[..cut]).unwrap();
        let read = pages(&path);
        let expected = posts(&pages(&fixture(name)));
        let found = posts(&read);
        // Of the last one some may be cut off: text formats cannot tell.
        let certain = found.len().saturating_sub(1);
        prop_assert_eq!(&found[..certain], &expected[..certain]);
        // A row whose last byte stands before the cut is there.
        let complete = expected
            .iter()
            .filter(|post| {
                let marker = post.text.split(['\n', '"', '&', '<']).next().unwrap();
                let marker = if marker.len() > 6 { marker } else { return false };
                let at = whole.windows(marker.len()).rposition(|part| part == marker.as_bytes());
                at.is_some_and(|at| {
                    // Up to the end of the row that follows it.
                    let next = expected.iter().position(|other| other.key == post.key).unwrap() + 2;
                    let later = expected.get(next).and_then(|later| {
                        let marker = later.text.split(['\n', '"', '&', '<']).next().unwrap();
                        (marker.len() > 6).then(|| {
                            whole.windows(marker.len()).position(|part| part == marker.as_bytes())
                        })?
                    });
                    later.is_some_and(|later| later < cut && at < later)
                })
            })
            .count();
        prop_assert!(found.len() >= complete, "{} of {complete} at {cut}", found.len());
    }
}
