//! The drop folder as the pipeline uses it: which files are taken, what they hold, how a walk that
//! was cut off goes on, and where a finished file ends up.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod shared;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use proptest::prelude::*;
use waspada::post::{Account, Platform, Post, PostKind, Sha256};
use waspada::sources::folder::Settings;
use waspada::sources::{
    Cursor, Door, FileEnd, FilePage, FileSource, Given, Pseudonyms, SourceSettings, Terms,
    WaitingFile, Zone,
};

const HOUR: Duration = Duration::from_secs(3600);

fn settings(path: &Path) -> Settings {
    Settings {
        path: path.to_owned(),
        keep: false,
        settle: SignedDuration::ZERO,
        platform: "web".into(),
        columns: BTreeMap::new(),
        zone: Zone::default(),
    }
}

fn terms() -> Terms {
    Terms { pseudonyms: Pseudonyms::new([7; 32]), legal_basis: None }
}

fn given() -> Given {
    Given { name: "drop".into(), folder: PathBuf::new(), every: None, slowest: None }
}

fn open(settings: &Settings) -> Box<dyn FileSource> {
    match settings.open(&given()).unwrap() {
        Door::Files(source) => source,
        Door::Web(_) | Door::Stream(_) => panic!("a folder is read from files"),
    }
}

fn names(waiting: &[WaitingFile]) -> Vec<String> {
    let name = |file: &WaitingFile| file.path.file_name().unwrap().to_str().unwrap().to_owned();
    waiting.iter().map(name).collect()
}

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A file in a folder of its own, read whole.
struct Dropped {
    folder: tempfile::TempDir,
    source: Box<dyn FileSource>,
    file: WaitingFile,
}

impl Dropped {
    fn of(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), bytes).unwrap();
        let source = open(&settings(folder.path()));
        let file = source.waiting().unwrap().remove(0);
        Self { folder, source, file }
    }

    fn pages_from(&self, cursor: Option<&Cursor>) -> Vec<FilePage> {
        self.source.pages(&self.file, cursor, &terms()).unwrap().map(Result::unwrap).collect()
    }

    fn pages(&self) -> Vec<FilePage> {
        self.pages_from(None)
    }

    fn finish(&self) {
        let end = self.pages().pop().unwrap().end.unwrap();
        self.source.finish(&self.file, &end).unwrap();
    }
}

fn posts(pages: &[FilePage]) -> Vec<Post> {
    pages.iter().flat_map(|page| page.page.posts.clone()).collect()
}

fn texts(pages: &[FilePage]) -> Vec<String> {
    posts(pages).into_iter().map(|post| post.text).collect()
}

/// Place and reason of everything set aside.
fn set_aside(pages: &[FilePage]) -> Vec<(String, String)> {
    let items = pages.iter().flat_map(|page| page.page.set_aside.clone());
    items.map(|item| (item.place, item.reason)).collect()
}

fn bytes(pages: &[FilePage]) -> Vec<u8> {
    pages.iter().flat_map(|page| page.bytes.to_vec()).collect()
}

fn end(pages: &[FilePage]) -> &FileEnd {
    assert!(pages[..pages.len() - 1].iter().all(|page| page.end.is_none()));
    pages.last().unwrap().end.as_ref().unwrap()
}

#[test]
fn only_complete_files_are_taken_oldest_first() {
    let folder = tempfile::tempdir().unwrap();
    let drop = |name: &str, age: Duration| {
        let mut file = File::create(folder.path().join(name)).unwrap();
        file.write_all(b"halo").unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    };
    drop("baru.txt", Duration::ZERO);
    drop("lama.txt", HOUR);
    drop("terlama.txt", 2 * HOUR);
    for unfinished in [".lama.txt", "lama.txt.part", "lama.tmp", "lama.crdownload", "lama.txt~"] {
        drop(unfinished, HOUR);
    }
    let mut settings = settings(folder.path());
    settings.settle = SignedDuration::from_mins(30);
    let source = open(&settings);
    assert_eq!(names(&source.waiting().unwrap()), ["terlama.txt", "lama.txt"]);
    fs::rename(folder.path().join("lama.txt.part"), folder.path().join("jadi.txt")).unwrap();
    assert_eq!(source.waiting().unwrap().len(), 3, "renamed in");
}

#[test]
fn a_file_that_still_grows_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let mut file = File::create(&path).unwrap();
    let mut settings = settings(folder.path());
    settings.settle = SignedDuration::from_secs(2);
    let source = open(&settings);
    for _ in 0..5 {
        file.write_all(b"halo\n").unwrap();
        assert!(source.waiting().unwrap().is_empty());
        sleep(Duration::from_millis(500));
    }
    sleep(Duration::from_secs(2));
    assert_eq!(source.waiting().unwrap()[0].sha256, Sha256::of(&b"halo\n".repeat(5)));
}

#[test]
fn a_file_from_the_future_is_taken_once_it_has_stayed_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = File::create(folder.path().join("a.txt")).unwrap();
    file.set_modified(SystemTime::now() + HOUR).unwrap();
    let mut settings = settings(folder.path());
    settings.settle = SignedDuration::from_millis(300);
    let source = open(&settings);
    assert!(source.waiting().unwrap().is_empty());
    sleep(Duration::from_millis(400));
    assert_eq!(source.waiting().unwrap().len(), 1);
}

#[test]
fn links_and_folders_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    fs::create_dir(folder.path().join("done")).unwrap();
    fs::write(folder.path().join("done/lama.txt"), "halo").unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("tautan.txt")).unwrap();
    let source = open(&settings(folder.path()));
    assert!(source.waiting().unwrap().is_empty());

    // Nor when a link takes the place of a file that waits.
    let path = folder.path().join("a.txt");
    fs::write(&path, "halo").unwrap();
    let file = source.waiting().unwrap().remove(0);
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), &path).unwrap();
    assert!(source.pages(&file, None, &terms()).is_err());
}

#[test]
fn a_missing_folder_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("tidak-ada");
    let error = open(&settings(&missing)).waiting().unwrap_err().to_string();
    assert!(error.contains("tidak-ada: folder ini tidak ada"), "{error}");
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let fits = settings(Path::new("drop"));
    for (key, settings) in [
        ("path", Settings { path: PathBuf::new(), ..fits.clone() }),
        ("platform", Settings { platform: " ".into(), ..fits.clone() }),
        ("settle", Settings { settle: SignedDuration::from_secs(-1), ..fits.clone() }),
    ] {
        assert_eq!(settings.open(&given()).err().map(|error| error.key), Some(key));
    }
    assert_eq!(open(&fits).interval(), 30);
}

#[test]
fn the_invented_posts_are_read() {
    let drop = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/drop");
    let source = open(&Settings { keep: true, platform: "instagram".into(), ..settings(&drop) });
    let before = listing(&drop);
    let mut found = Vec::new();
    for file in source.waiting().unwrap() {
        let pages: Vec<FilePage> =
            source.pages(&file, None, &terms()).unwrap().map(Result::unwrap).collect();
        assert_eq!(Sha256::of(&bytes(&pages)), file.sha256);
        let end = end(&pages);
        found.push((
            names(std::slice::from_ref(&file)).remove(0),
            posts(&pages).len(),
            end.clone(),
        ));
        for post in posts(&pages) {
            assert!(!post.text.trim().is_empty());
            let unread: &[&str] = if post.key.native_id == "g-09" { &["timestamp"] } else { &[] };
            assert_eq!(post.missing_fields, unread, "{}", post.key);
        }
        source.finish(&file, end).unwrap();
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let end = |rows, set_aside| FileEnd { rows, set_aside, ..FileEnd::default() };
    assert_eq!(
        found,
        [
            ("ekspor-grup.csv".to_owned(), 9, end(10, 0)),
            ("kiriman.jsonl".to_owned(), 40, end(42, 2)),
            ("salinan-pesan.txt".to_owned(), 5, end(5, 0)),
        ]
    );
    assert_eq!(listing(&drop), before, "in the mode that keeps files nothing moves");
}

#[test]
fn rows_of_jsonl_become_posts() {
    let drop = Dropped::of(
        "a.jsonl",
        r#"{"id":"1","text":"satu","platform":"Facebook","url":"https://a.invalid/1","author":"@contoh","created_at":"2026-01-02T10:04:05+07:00","title":"judul","media":["https://a.invalid/1.jpg"],"likes":3}
{"id":2,"text":"dua","reply_to":"1","author":{"id":"7","name":"Contoh"},"created_at":"kemarin"}

{"native_id":"c/9","text":"tiga","platform":"telegram","kind":"message","views":12}
{"id":"4","text":"","media":["https://a.invalid/4.jpg"]}
"#,
    );
    let pages = drop.pages();
    let mut first = Post::new(Platform::Facebook, "1", "satu");
    first.url = Some("https://a.invalid/1".into());
    first.author = Some(Account { handle: Some("contoh".into()), ..Account::default() });
    first.created_at = Some("2026-01-02T03:04:05Z".parse().unwrap());
    first.title = Some("judul".into());
    first.media =
        serde_json::from_str(r#"[{"kind":"image","url":"https://a.invalid/1.jpg"}]"#).unwrap();
    let mut second = Post::new(Platform::Web, "2", "dua");
    second.kind = PostKind::Reply;
    second.reply_to = Some("1".into());
    second.author = Some(Account {
        native_id: Some("7".into()),
        name: Some("Contoh".into()),
        ..Account::default()
    });
    second.missing_fields = vec!["created_at".into()];
    let mut third = Post::new(Platform::Telegram, "c/9", "tiga");
    third.kind = PostKind::Message;
    third.views = Some(12);
    assert_eq!(posts(&pages), [first, second, third]);
    assert_eq!((pages[0].page.ignored, pages[0].address.as_str()), (1, "file:a.jsonl#L1-5"));
    assert_eq!(end(&pages), &FileEnd { rows: 4, set_aside: 0, ..FileEnd::default() });
}

#[test]
fn a_whole_post_survives_a_file() {
    let mut post = Post::new(Platform::Telegram, "c/1", "isi");
    post.forwarded_from = Some("contoh".into());
    post.created_at = "2026-01-02T03:04:05Z".parse().ok();
    let drop = Dropped::of("a.jsonl", serde_json::to_string(&post).unwrap());
    assert_eq!(posts(&drop.pages()), [post]);
}

#[test]
fn columns_have_the_names_exporters_give_them() {
    for (name, table) in [
        (
            "a.csv",
            "id,text,author,created_at,url\n1,isi,Contoh,2026-01-02T03:04:05Z,https://a.invalid\n",
        ),
        (
            "a.csv",
            "ID;Caption;Author;Timestamp;Permalink\r\n1;isi;Contoh;2026-01-02 03:04:05;https://a.invalid\r\n",
        ),
        (
            "a.tsv",
            "url\tdate\tpesan\tlikes\tid\tpenulis\nhttps://a.invalid\t1767323045\tisi\t3\t1\tContoh",
        ),
        (
            "a.txt",
            "\u{feff}\"id\",\"body\",\"author\",\"created\",\"link\",\n\"1\",\"isi\",\"Contoh\",\"2026-01-02 03:04:05\",\"https://a.invalid\",\n",
        ),
    ] {
        let mut post = Post::new(Platform::Web, "1", "isi");
        post.author = Some(Account { name: Some("Contoh".into()), ..Account::default() });
        post.created_at = "2026-01-02T03:04:05Z".parse().ok();
        post.url = Some("https://a.invalid".into());
        assert_eq!(posts(&Dropped::of(name, table).pages()), [post], "{table}");
    }
}

#[test]
fn quoted_line_ends_are_counted() {
    let drop = Dropped::of(
        "a.csv",
        "id,text\n1,\"satu\nbaris lagi\n\n\"\"kutip\"\"\"\n2,\"dua, koma\"\n3\n4,empat\n",
    );
    let pages = drop.pages();
    assert_eq!(texts(&pages), ["satu\nbaris lagi\n\n\"kutip\"", "dua, koma", "empat"]);
    assert_eq!(set_aside(&pages), [("a.csv:7".into(), "1 kolom, seharusnya 2 kolom".into())]);
    assert_eq!(pages[0].address, "file:a.csv#L1-8");
    assert_eq!(end(&pages).rows, 4);
}

#[test]
fn a_stray_quote_costs_its_own_line_only() {
    for (table, kept, place) in [
        ("id,text\n1,\"tidak ditutup\n2,dua\n3,tiga\n", ["dua", "tiga"], "a.csv:2"),
        ("id,text\n1,satu\n2,\"rusak\n3,\"tiga\"\n", ["satu", "tiga"], "a.csv:3"),
        ("id,text\n1,satu\n\"2,dua\n3\",tiga,x\n4,empat\n", ["satu", "empat"], "a.csv:3"),
        (
            "id,text\n1,5\" pipa\n2,\"dalam \"kutip\" saja\"\n3",
            ["5\" pipa", "dalam kutip\" saja\""],
            "a.csv:4",
        ),
    ] {
        let pages = Dropped::of("a.csv", table).pages();
        assert_eq!(texts(&pages), kept, "{table}");
        assert_eq!(set_aside(&pages)[0].0, place, "{table}");
    }
}

#[test]
fn blocks_of_plain_text_are_posts() {
    for (text, expected, address) in [
        ("satu\r\nlagi\r\n\r\n\r\ndua\r\n", ["satu\nlagi", "dua"], "file:a.txt#L1-5"),
        ("---\nsatu\n\nlagi\n-----\n\n---\ndua", ["satu\n\nlagi", "dua"], "file:a.txt#L1-8"),
    ] {
        let pages = Dropped::of("a.txt", text).pages();
        assert_eq!(texts(&pages), expected);
        assert_eq!((pages[0].address.as_str(), end(&pages).rows), (address, 2));
    }
}

#[test]
fn a_row_without_an_identity_is_the_same_post_in_any_file() {
    let id = |name: &str, bytes: &str| posts(&Dropped::of(name, bytes).pages()).remove(0).key;
    let text = id("a.txt", "butuh admin\r\nsegera\r\n\r\nlain");
    assert_eq!(id("b.txt", "lain dulu\n\nbutuh admin\nsegera").native_id.len(), 7 + 64);
    assert_eq!(text, id("a.jsonl", r#"{"text":"butuh admin\nsegera"}"#));
    assert_eq!(text, id("a.csv", "id,text\n,\"butuh admin\nsegera\"\n"));
    assert_ne!(text, id("a.jsonl", r#"{"text":"butuh admin\nsegera","author":"Contoh"}"#));
    assert_ne!(text, id("a.jsonl", r#"{"text":"butuh admin"}"#));
}

#[test]
fn other_charsets_are_read() {
    let table = "id;text\n1;gaji “besar” – murah é\n2;dua\n";
    let utf16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(table.encode_utf16()).flat_map(unit).collect()
    };
    let windows: Vec<u8> = table
        .chars()
        .map(|letter| match letter {
            '“' => 0x93,
            '”' => 0x94,
            '–' => 0x96,
            'é' => 0xe9,
            letter => u8::try_from(letter).unwrap(),
        })
        .collect();
    for bytes in
        [table.as_bytes().to_vec(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes), windows]
    {
        let drop = Dropped::of("a.csv", &bytes);
        let pages = drop.pages();
        assert_eq!(texts(&pages), ["gaji “besar” – murah é", "dua"]);
        assert_eq!(self::bytes(&pages), bytes);
    }
}

#[test]
fn bad_rows_are_set_aside_with_their_lines_and_good_ones_go_on() {
    let rows = r#"{"id":"1","text":"satu"}
{"id":"2","text":"terpot
[1,2]

{"id":"5"}
{"id":["6"],"text":"enam"}
{"id":"7","text":7}
{"id":"8","text":"delapan"}
{"id" "9"}
{"native_id":"10","kind":"entah","text":"sepuluh"}
{"id":"11","text":"sebelas"}"#;
    let pages = Dropped::of("a.jsonl", rows).pages();
    assert_eq!(texts(&pages), ["satu", "delapan", "sebelas"]);
    let expected = [
        ("a.jsonl:2", "JSON terpotong"),
        ("a.jsonl:3", "bukan objek JSON"),
        ("a.jsonl:5", "tidak ada teks; yang dicari: `text`, `body`"),
        ("a.jsonl:6", "`id` bukan teks atau angka"),
        ("a.jsonl:7", "`text` bukan teks"),
        ("a.jsonl:9", "JSON salah tulis di kolom 7"),
        ("a.jsonl:10", "bukan kiriman yang utuh: "),
    ];
    let found = set_aside(&pages);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((place, reason), (expected_place, expected_reason)) in found.iter().zip(expected) {
        assert_eq!(place, expected_place);
        assert!(reason.starts_with(expected_reason), "{place}: {reason}");
    }
    assert_eq!(pages[0].page.set_aside[1].raw, "[1,2]");
    assert_eq!(end(&pages), &FileEnd { rows: 10, set_aside: 7, ..FileEnd::default() });
}

#[test]
fn what_is_set_aside_is_cut() {
    let drop = Dropped::of("a.jsonl", format!("{{\"text\":\"a\"}}\n{{{}\n", "é".repeat(100_000)));
    let raw = &drop.pages()[0].page.set_aside[0].raw;
    assert!((60 << 10..=64 << 10).contains(&raw.len()), "{}", raw.len());
}

#[test]
fn a_line_too_long_to_hold_is_a_page_of_its_own() {
    let long = "x".repeat(9 << 20);
    for (name, file, place) in [
        (
            "a.jsonl",
            format!("{{\"text\":\"satu\"}}\n{{\"text\":\"{long}\"}}\n{{\"text\":\"dua\"}}\n"),
            2,
        ),
        ("a.csv", format!("id,text\n1,satu\n2,\"{long}\n\"\n3,dua\n"), 3),
        ("a.txt", format!("satu\n\n{long}\nlagi\n\ndua"), 3),
    ] {
        let pages = Dropped::of(name, &file).pages();
        assert_eq!(texts(&pages), ["satu", "dua"], "{name}");
        let page = &pages[1];
        assert_eq!(page.bytes.len(), 64 << 10, "{name}");
        assert!(page.page.posts.is_empty() && page.page.set_aside.len() == 1, "{name}");
        let item = &page.page.set_aside[0];
        assert_eq!(item.place, format!("{name}:{place}"));
        assert!(item.reason.starts_with("terlalu panjang: 9437"), "{}", item.reason);
        assert_eq!(item.raw.len(), 64 << 10);
        assert!(page.address.starts_with(&format!("file:{name}#L{place}")), "{}", page.address);
    }
}

/// A file of each kind, of several pages each.
fn large_files() -> [(&'static str, String); 4] {
    let filler = "kata ".repeat(600);
    let number = 0..1_700;
    [
        (
            "a.jsonl",
            number
                .clone()
                .map(|row| match row % 100 {
                    50 => "rusak\n".into(),
                    60 => "\n\n".into(),
                    _ => format!("{{\"id\":\"{row}\",\"text\":\"baris {row} {filler}\"}}\n"),
                })
                .collect(),
        ),
        (
            "a.csv",
            "id,text\n".to_owned()
                + &number
                    .clone()
                    .map(|row| match row % 100 {
                        50 => format!("{row}\n"),
                        70 => format!("{row},\"rusak\n"),
                        _ => format!("{row},\"baris\n\n{row} \"\"{filler}\"\"\"\n"),
                    })
                    .collect::<String>(),
        ),
        ("a.txt", number.clone().map(|row| format!("blok {row}\n{filler}\n\n")).collect()),
        (
            "short rows.jsonl",
            number.map(|row| format!("{{\"id\":\"{row}\",\"text\":\"a\"}}\n")).collect(),
        ),
    ]
}

#[test]
fn a_walk_that_was_cut_off_goes_on_from_any_page() {
    for (name, file) in large_files() {
        let drop = Dropped::of(name, &file);
        let pages = drop.pages();
        assert!(pages.len() > 3, "{name}: {} pages", pages.len());
        assert!(bytes(&pages) == file.as_bytes(), "{name}: the pages are the file");
        for (at, page) in pages.iter().enumerate() {
            // As the store keeps it.
            let json = serde_json::to_string(page.page.cursor.as_ref().unwrap()).unwrap();
            let rest = drop.pages_from(Some(&serde_json::from_str(&json).unwrap()));
            let due = &pages[at + 1..];
            assert_eq!(posts(&rest), posts(due), "{name} from page {at}");
            assert_eq!(set_aside(&rest), set_aside(due), "{name} from page {at}");
            assert_eq!(end(&rest), end(&pages), "{name} from page {at}");
            if !due.is_empty() {
                let addresses = |pages: &[FilePage]| -> Vec<String> {
                    pages.iter().map(|page| page.address.clone()).collect()
                };
                assert_eq!(addresses(&rest), addresses(due));
            }
        }
    }
}

#[test]
fn a_cursor_of_another_file_or_of_nothing_is_not_believed() {
    let [(name, file), ..] = large_files();
    let drop = Dropped::of(name, &file);
    let other = Dropped::of(name, file.replace("kata", "kali"));
    let foreign = other.pages()[0].page.cursor.clone().unwrap();
    let broken = Cursor(serde_json::json!({ "next": 3 }));
    for cursor in [foreign, broken] {
        assert_eq!(posts(&drop.pages_from(Some(&cursor))), posts(&drop.pages()));
    }
}

#[test]
fn pages_of_a_large_file_are_small() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("besar & panjang.jsonl");
    let mut out = std::io::BufWriter::new(File::create(&path).unwrap());
    let filler = "lowongan ".repeat(20);
    let count = 90_000;
    for row in 0..count {
        // Long rows among short ones, so that both limits are met.
        let text = if row % 3_000 < 300 { filler.repeat(20) } else { filler.clone() };
        writeln!(out, "{{\"id\":\"{row}\",\"text\":\"{text}\"}}").unwrap();
    }
    drop(out.into_inner().unwrap());
    let size = fs::metadata(&path).unwrap().len();
    assert!(size > 20_000_000, "{size}");

    let source = open(&settings(folder.path()));
    let file = source.waiting().unwrap().remove(0);
    let (mut rows, mut read, mut line) = (0, 0, 1);
    let (mut full_of_rows, mut full_of_bytes) = (false, false);
    for page in source.pages(&file, None, &terms()).unwrap() {
        let page = page.unwrap();
        let posts = page.page.posts.len();
        assert!(posts <= 500 && page.bytes.len() <= 1 << 20, "{posts}, {}", page.bytes.len());
        full_of_rows |= posts == 500;
        full_of_bytes |= posts < 500 && page.bytes.len() > 1_000_000;
        assert_eq!(
            page.address,
            format!("file:besar%20&%20panjang.jsonl#L{line}-{}", line + posts - 1)
        );
        line += posts;
        rows += posts;
        read += page.bytes.len() as u64;
    }
    assert_eq!((rows, read), (count, size));
    assert!(full_of_rows && full_of_bytes);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_not_finished() {
    let [(name, file), ..] = large_files();
    let drop = Dropped::of(name, &file);
    let mut pages = drop.source.pages(&drop.file, None, &terms()).unwrap();
    assert!(pages.next().unwrap().is_ok());
    let mut more = File::options().append(true).open(&drop.file.path).unwrap();
    more.write_all(b"{\"text\":\"lagi\"}\n").unwrap();
    let last = pages.by_ref().last().unwrap();
    assert!(last.unwrap_err().to_string().contains("berkas berubah"));
    assert!(drop.source.pages(&drop.file, None, &terms()).is_err(), "it waits as another file now");
}

#[test]
fn a_file_of_no_use_fails_with_a_reason() {
    let cases: [(&str, &[u8], &str); 6] = [
        ("a.jsonl", b"", "berkas kosong"),
        ("a.csv", b"id,text\n\n", "tidak ada satu baris pun"),
        ("a.csv", b"id,nama\n1,a\n", "kepala CSV tanpa kolom teks"),
        ("a.jsonl", b"\x1f\x8b\x08\0\0\0\0\0", "bukan berkas teks"),
        ("a.jsonl", b"rusak\nrusak juga\n", "tidak satu pun dari 2 baris dapat dibaca"),
        ("a.json", b"[{\"text\":\"a\"}]", "satu dokumen JSON"),
    ];
    for (name, bytes, reason) in cases {
        let drop = Dropped::of(name, bytes);
        let pages = drop.pages();
        let failed = end(&pages).failed.clone().unwrap();
        assert!(failed.starts_with(reason), "{bytes:?}: {failed}");
        assert!(posts(&pages).is_empty());
        drop.finish();
        assert_eq!(listing(drop.folder.path()), ["failed"]);
        let beside = drop.folder.path().join(format!("failed/{name}.reason.txt"));
        assert!(fs::read_to_string(beside).unwrap().starts_with(reason));
        assert_eq!(fs::read(drop.folder.path().join("failed").join(name)).unwrap(), bytes);
    }
}

#[test]
fn a_finished_file_is_put_away_once() {
    let drop = Dropped::of("a.jsonl", "{\"text\":\"satu\"}\nrusak\n");
    let end = drop.pages().pop().unwrap().end.unwrap();
    for _ in 0..2 {
        drop.source.finish(&drop.file, &end).unwrap();
        assert_eq!(listing(drop.folder.path()), ["done"]);
        let done = drop.folder.path().join("done");
        assert_eq!(listing(&done), ["a.jsonl", "a.jsonl.set-aside.txt"]);
        assert_eq!(
            fs::read_to_string(done.join("a.jsonl.set-aside.txt")).unwrap(),
            "a.jsonl:2: JSON salah tulis di kolom 1\n"
        );
    }
    assert!(drop.source.waiting().unwrap().is_empty());
}

#[test]
fn what_was_put_away_before_is_not_written_over() {
    let drop = Dropped::of("a.txt", "satu");
    let again = |text: &str| {
        fs::write(&drop.file.path, text).unwrap();
        let file = drop.source.waiting().unwrap().remove(0);
        let end = FileEnd { rows: 1, set_aside: 0, ..FileEnd::default() };
        drop.source.finish(&file, &end).unwrap();
        file.sha256.to_string()
    };
    drop.finish();
    let second = again("dua");
    again("satu");
    again("dua");
    let done = drop.folder.path().join("done");
    let renamed = format!("a-{}.txt", &second[..8]);
    assert_eq!(listing(&done), [renamed.clone(), "a.txt".into()]);
    assert_eq!(fs::read_to_string(done.join("a.txt")).unwrap(), "satu");
    assert_eq!(fs::read_to_string(done.join(renamed)).unwrap(), "dua");
}

#[test]
fn a_file_dropped_under_the_name_of_a_finished_one_waits_for_its_turn() {
    let drop = Dropped::of("a.txt", "satu");
    let end = drop.pages().pop().unwrap().end.unwrap();
    fs::write(&drop.file.path, "dua").unwrap();
    drop.source.finish(&drop.file, &end).unwrap();
    assert_eq!(drop.source.waiting().unwrap()[0].sha256, Sha256::of(b"dua"));
}

#[test]
fn a_file_that_cannot_be_read_does_not_stop_the_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let closed = folder.path().join("a.txt");
    fs::write(&closed, "satu").unwrap();
    fs::write(folder.path().join("b.txt"), "dua").unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&closed).is_ok() {
        eprintln!("skipped: this user may read every file");
        return;
    }
    assert_eq!(names(&open(&settings(folder.path())).waiting().unwrap()), ["b.txt"]);
}

#[test]
fn a_file_that_cannot_be_put_away_stays_and_the_error_says_where() {
    let drop = Dropped::of("a.txt", "satu");
    fs::write(drop.folder.path().join("done"), "bukan folder").unwrap();
    let end = drop.pages().pop().unwrap().end.unwrap();
    let error = drop.source.finish(&drop.file, &end).unwrap_err();
    assert_eq!(error.path, drop.folder.path().join("done"));
    assert!(drop.file.path.exists());
}

#[test]
fn the_development_posts_are_read() {
    let Some(path) = shared::shared("corpus/dev.jsonl") else { return };
    let file = fs::read_to_string(path).unwrap();
    let pages = Dropped::of("dev.jsonl", &file).pages();
    assert_eq!(set_aside(&pages), []);
    assert_eq!(posts(&pages).len(), file.lines().count());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_come_out_as_the_pages_of_the_file(
        name in prop::sample::select(vec!["a.jsonl", "a.csv", "a.txt"]),
        start in prop::sample::select(vec!["", "text\n", "id,text\n", "{\"text\":\"a\"}\n", "\u{feff}"]),
        rest in prop::collection::vec(
            prop::sample::select(b"\"\",,\n\n\r;-ax {}:\xe9\xff\xc3\xa9".to_vec()),
            0..300,
        ),
    ) {
        let file = [start.as_bytes(), &rest].concat();
        let drop = Dropped::of(name, &file);
        let pages = drop.pages();
        let counted = posts(&pages).len() as u64
            + pages.iter().map(|page| page.page.ignored).sum::<u64>()
            + set_aside(&pages).len() as u64;
        prop_assert_eq!(end(&pages).rows, counted, "every row is a post, ignored or set aside");
        let whole = bytes(&pages);
        prop_assert!(whole.is_empty() || whole == file);
    }
}
