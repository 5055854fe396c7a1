//! `waspada import` and `source replay` as an operator uses them: the real binary, a database, a
//! kill in the middle of a large file, archives that mean harm, a parser that was mended since.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod desk;
mod fetch_server;

use std::fs::{self, File};
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use desk::{Answer, Desk};
use fetch_server::{Reply, Server};
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const OFFER: &str =
    "Dicari admin di Poipet, masuk pelancong dulu, gaji 9-14jt/bln. WA 0840-0000-0001";

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/exports").join(name);
    path.to_str().unwrap().to_owned()
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.out).unwrap_or_else(|error| {
        panic!("{error}: {} {}", answer.out, answer.err);
    })
}

fn database(desk: &Desk) -> rusqlite::Connection {
    rusqlite::Connection::open(desk.path("w.db")).unwrap()
}

fn count(desk: &Desk, sql: &str) -> u64 {
    database(desk).query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn files_are_taken_once_and_counted() {
    let desk = Desk::bare();
    let files = [
        fixture("zeeschuimer-tiktok.ndjson"),
        fixture("zeeschuimer-facebook.ndjson"),
        fixture("telegram-penuh.json"),
        fixture("4cat-tiktok.csv"),
    ];
    let arguments: Vec<&str> =
        ["import"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let first = desk.run(&arguments);
    assert_eq!(first.status, 0, "{}", first.err);
    assert!(
        first.out.contains("zeeschuimer-tiktok.ndjson: 5 baris, 0 disisihkan"),
        "{}",
        first.out
    );
    assert!(first.out.contains("Sumber `impor`: 11 posting baru, 1 berubah"), "{}", first.out);
    assert!(count(&desk, "SELECT count(*) FROM queue_item") > 0);

    let again = desk.run(&[&arguments[..], &["--json"]].concat());
    let again = json(&again);
    assert!(again["files"].as_array().unwrap().iter().all(|file| file["known"] == true), "{again}");
    assert_eq!((&again["new"], &again["edited"]), (&0.into(), &0.into()), "{again}");
    assert_eq!(count(&desk, "SELECT count(*) FROM post"), 11);
    assert_eq!(count(&desk, "SELECT count(*) FROM post_version"), 12);
    let verified = desk.run(&["evidence", "verify"]);
    assert_eq!(verified.status, 0, "{}", verified.out);
}

#[test]
fn a_file_that_cannot_be_taken_does_not_stop_the_others() {
    let desk = Desk::bare();
    let (bad, good) = (fixture("telegram-pribadi.json"), fixture("4cat-instagram.csv"));
    let answer = desk.run(&["import", "tidak-ada.json", &bad, &good]);
    assert_eq!(answer.status, 3, "{}", answer.out);
    assert!(answer.out.contains("! tidak-ada.json: "), "{}", answer.out);
    assert!(answer.out.contains("hanya kanal dan grup publik yang diterima"), "{}", answer.out);
    assert!(answer.out.contains("4cat-instagram.csv: 1 baris, 0 disisihkan"), "{}", answer.out);
    assert!(answer.err.contains("2 dari 3 berkas tidak dapat diambil"), "{}", answer.err);
}

#[test]
fn a_closed_group_waits_for_a_legal_basis() {
    let desk = Desk::bare();
    let chat = fixture("Chat WhatsApp dengan Loker Contoh.txt");
    let refused = desk.run(&["import", &chat]);
    assert_eq!(refused.status, 3, "{}", refused.out);
    assert!(refused.out.contains("--legal-basis"), "{}", refused.out);
    assert_eq!(count(&desk, "SELECT count(*) FROM capture"), 0);
    let taken = desk.run(&["import", &chat, "--legal-basis", "laporan anggota grup nomor 7"]);
    assert_eq!(taken.status, 0, "{}{}", taken.out, taken.err);
    assert!(taken.out.contains("4 posting baru"), "{}", taken.out);
    for file in walk(&desk.path("bukti")) {
        let kept = zstd::decode_all(File::open(file).unwrap()).unwrap();
        let kept = String::from_utf8(kept).unwrap();
        assert!(!kept.contains("812-0000-0001") && kept.contains("0812-0000-0009"), "{kept}");
    }
}

#[test]
fn the_number_a_chat_is_called_by_is_written_nowhere() {
    let desk = Desk::bare();
    let group = fs::read(fixture("Chat WhatsApp dengan Loker Contoh.txt")).unwrap();
    let name = "WhatsApp Chat with +62 812-0000-0001.txt";
    fs::write(desk.path(name), &group).unwrap();
    fs::write(desk.path("semua.zip"), archive(|zip| add(zip, name, &group))).unwrap();
    let import = ["import", name, "semua.zip", "tiada/WhatsApp Chat with +62 812-0000-0001.zip"];
    let refused = desk.run(&[&import[..], &["--legal-basis", "laporan nomor 7"]].concat());
    assert_eq!(refused.status, 3, "{}{}", refused.out, refused.err);
    assert!(refused.out.contains("! WhatsApp Chat with (nomor).txt: "), "{}", refused.out);
    assert!(refused.out.contains("bukan grup"), "{}", refused.out);
    let told = refused.out.clone() + &refused.err;
    assert!(!told.contains("812-0000-0001"), "{told}");
    assert_eq!(count(&desk, "SELECT count(*) FROM post"), 0);
    assert_eq!(count(&desk, "SELECT count(*) FROM set_aside"), 1);
    database(&desk).execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let stored = fs::read(desk.path("w.db")).unwrap();
    let number = b"812-0000-0001";
    assert!(!stored.windows(number.len()).any(|part| part == number));
}

#[test]
fn a_folder_of_the_config_lends_its_settings() {
    let desk = Desk::bare();
    fs::create_dir(desk.path("drop")).unwrap();
    let config = fs::read_to_string(desk.path("waspada.toml")).unwrap()
        + "[[source]]\nname = \"lapor\"\ntype = \"folder\"\npath = \"drop\"\nsettle = \"0s\"\n\
           legal_basis = \"surat tugas\"\nplatform = \"facebook\"\n\
           [source.columns]\ntext = \"isi_laporan\"\nid = \"nomor\"\n\
           [[source]]\nname = \"kanal\"\ntype = \"telegram\"\nenabled = false\nchannel = \"contoh\"\n";
    fs::write(desk.path("waspada.toml"), config).unwrap();
    let own = fixture("kunci-sendiri.jsonl");
    let taken = desk.run(&["import", &own, "--source", "lapor"]);
    assert_eq!(taken.status, 0, "{}{}", taken.out, taken.err);
    assert_eq!(count(&desk, "SELECT count(*) FROM post WHERE platform = 'facebook'"), 2);
    // Dropped into that folder, the same file is known.
    fs::copy(&own, desk.path("drop/kunci.jsonl")).unwrap();
    fs::copy(fixture("whatsapp-ios.txt"), desk.path("drop/chat.txt")).unwrap();
    let once = desk.run(&["run", "--once"]);
    assert_eq!(once.status, 0, "{}{}", once.out, once.err);
    assert_eq!(count(&desk, "SELECT count(*) FROM post WHERE platform = 'facebook'"), 2);
    assert_eq!(count(&desk, "SELECT count(*) FROM post WHERE platform = 'whatsapp'"), 2);
    let refused = desk.run(&["import", &own, "--source", "kanal"]);
    assert_eq!(refused.status, 2, "{}", refused.out);
    assert!(refused.err.contains("sumber jenis `telegram`"), "{}", refused.err);
    for (arguments, reason) in [
        (&["--column", "teks=isi"][..], "`teks` bukan isi posting; yang ada: id, text"),
        (&["--column", "teks"], "text=isi"),
        (&["--as", "parquet"], "yang ada: auto, zeeschuimer"),
        (&["--zone", "Asia/Batavia"], "Asia/Jakarta"),
        (&["--source", "Nama Besar"], "nama sumber"),
    ] {
        let refused = desk.run(&[&["import", own.as_str()], arguments].concat());
        assert_eq!(refused.status, 2, "{}", refused.out);
        assert!(refused.err.contains(reason), "{reason}: {}", refused.err);
    }
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// A channel of so many messages, each an offer or a greeting.
fn channel(messages: u64) -> String {
    let one = |number: u64| {
        let text = if number.is_multiple_of(50) { OFFER } else { "Selamat pagi, kabar hari ini" };
        format!(
            "  {{\n   \"id\": {number},\n   \"type\": \"message\",\n   \"date_unixtime\": \"{}\",\n   \
             \"from\": \"Kanal Contoh\",\n   \"text\": \"{text} {number}\"\n  }}",
            1_767_232_800 + number
        )
    };
    let messages: Vec<String> = (1..=messages).map(one).collect();
    format!(
        "{{\n \"name\": \"Kanal Contoh\",\n \"type\": \"public_channel\",\n \"id\": 77,\n \
         \"messages\": [\n{}\n ]\n}}",
        messages.join(",\n")
    )
}

#[test]
fn killed_in_the_middle_of_a_file_nothing_is_lost_and_nothing_is_twice() {
    const MESSAGES: u64 = 8_000;
    let desk = Desk::bare();
    fs::write(desk.path("result.json"), channel(MESSAGES)).unwrap();
    desk.store();
    let pages = || -> u64 {
        database(&desk)
            .query_row("SELECT coalesce(sum(pages), 0) FROM source", [], |row| row.get(0))
            .unwrap()
    };
    for _ in 0..5 {
        let before = pages();
        let mut child = Command::new(env!("CARGO_BIN_EXE_waspada"))
            .current_dir(desk.folder.path())
            .args(["--config", "waspada.toml", "import", "result.json"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while pages() == before {
            assert!(child.try_wait().unwrap().is_none(), "the import ended before it was killed");
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(Duration::from_micros(fastrand::u64(0..60_000)));
        assert!(child.try_wait().unwrap().is_none(), "the import ended before it was killed");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let before = count(&desk, "SELECT count(*) FROM post");
    assert!(before > 0 && before < MESSAGES, "{before}");
    let last = desk.run(&["import", "result.json"]);
    assert_eq!(last.status, 0, "{}", last.err);
    assert!(last.out.contains(&format!("{} posting baru", MESSAGES - before)), "{}", last.out);
    assert_eq!(count(&desk, "SELECT count(*) FROM post"), MESSAGES);
    assert_eq!(count(&desk, "SELECT count(*) FROM post_version"), MESSAGES);
    assert_eq!(count(&desk, "SELECT count(*) FROM queue_item"), MESSAGES / 50);
    let rows = "SELECT \"rows\" FROM finished_file";
    assert_eq!(count(&desk, rows), MESSAGES, "rows are counted once");
    assert!(desk.store().verify(None).unwrap().findings.is_empty());
}

fn archive(write: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    write(&mut zip);
    zip.finish().unwrap().into_inner()
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, bytes: &[u8]) {
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
}

/// The files of an archive are read as if each had been handed over.
#[test]
fn an_archive_is_read_file_by_file() {
    let desk = Desk::bare();
    let nested = archive(|zip| add(zip, "a.txt", b"halo"));
    let bytes = archive(|zip| {
        zip.add_directory("folder/", SimpleFileOptions::default()).unwrap();
        for name in ["zeeschuimer-x.ndjson", "4cat-instagram.csv", "telegram-kanal.json"] {
            add(zip, &format!("folder/{name}"), &fs::read(fixture(name)).unwrap());
        }
        add(zip, "folder/IMG-0001.jpg", b"\xff\xd8\xff\xe0\0\0\0\0");
        add(zip, "folder/aneh.bin", b"\0\x01\x02");
        add(zip, "folder/lagi.zip", &nested);
    });
    fs::write(desk.path("kiriman.zip"), bytes).unwrap();
    let taken = desk.run(&["import", "kiriman.zip", "--json"]);
    assert_eq!(taken.status, 0, "{}{}", taken.out, taken.err);
    let taken = json(&taken);
    assert_eq!(taken["new"], 3 + 1 + 5, "{taken}");
    assert_eq!(taken["set_aside"], 2, "{taken}");
    let places: Vec<String> = database(&desk)
        .prepare("SELECT place || ': ' || reason FROM set_aside ORDER BY place")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(places[0].starts_with("kiriman.zip/folder/aneh.bin: bukan berkas teks"), "{places:?}");
    assert!(
        places[1].starts_with("kiriman.zip/folder/lagi.zip: arsip di dalam arsip"),
        "{places:?}"
    );
    let url = "SELECT count(*) FROM capture WHERE url LIKE 'file:kiriman.zip/folder/%#L%'";
    assert_eq!(count(&desk, url), 3);
}

#[test]
fn an_archive_that_means_harm_is_refused() {
    let zeros = vec![0_u8; 64 << 20];
    let bomb = archive(|zip| add(zip, "nol.txt", &zeros));
    // The same with a claim of a thousand bytes in both of its headers.
    let mut liar = bomb.clone();
    let claim = u32::try_from(zeros.len()).unwrap().to_le_bytes();
    for at in 0..liar.len() - 4 {
        if liar[at..at + 4] == claim {
            liar[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
        }
    }
    let outside = archive(|zip| add(zip, "../../luar.txt", b"halo"));
    let link = archive(|zip| {
        zip.add_symlink("tautan.txt", "/etc/hostname", SimpleFileOptions::default()).unwrap();
    });
    let many = archive(|zip| {
        for number in 0..2_001 {
            add(zip, &format!("{number}.txt"), b"");
        }
    });
    let nested = archive(|zip| add(zip, "dalam.zip", &archive(|zip| add(zip, "a.txt", b"halo"))));
    let cut = bomb[..bomb.len() / 2].to_vec();
    for (name, bytes, reason) in [
        ("bom", bomb, "bom arsip"),
        ("bohong", liar, ""),
        ("luar", outside, "menunjuk ke luar arsip"),
        ("tautan", link, "adalah tautan"),
        ("banyak", many, "arsip berisi 2001 berkas"),
        ("bersarang", nested, "arsip di dalam arsip"),
        ("kosong", archive(|_| ()), "arsip kosong"),
        ("terpotong", cut, "arsip rusak"),
    ] {
        let desk = Desk::bare();
        fs::write(desk.path("a.zip"), bytes).unwrap();
        let refused = desk.run(&["import", "a.zip"]);
        assert_eq!(refused.status, 3, "{name}: {}{}", refused.out, refused.err);
        assert!(refused.out.contains(reason), "{name}: {}", refused.out);
        assert_eq!(count(&desk, "SELECT count(*) FROM post"), 0, "{name}");
    }
}

/// Makes the stored version of a post what a parser would have left that lost its second half.
fn reads_otherwise(desk: &Desk, native_id: &str) {
    let database = database(desk);
    let (id, content): (i64, String) = database
        .query_row(
            "SELECT v.id, v.content FROM post p JOIN post_version v ON v.id = p.version_id
             WHERE p.native_id = ?1",
            [native_id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    let mut post: waspada::post::Post = serde_json::from_str(&content).unwrap();
    let half = post.text.floor_char_boundary(post.text.len() / 2);
    post.text.truncate(half);
    let hash = post.content_hash();
    database
        .execute(
            "UPDATE post_version SET content = ?2, content_hash = ?3 WHERE id = ?1",
            (id, serde_json::to_string(&post).unwrap(), hash.as_bytes()),
        )
        .unwrap();
}

/// What stands before the damage is read, and the damage is told.
#[test]
fn a_file_damaged_within_an_archive_is_read_as_far_as_it_goes() {
    let desk = Desk::bare();
    let rows: String = (0..20_000)
        .map(|number| {
            format!("{{\"id\":\"{number}\",\"text\":\"kabar {}\"}}\n", number * 7919 % 104_729)
        })
        .collect();
    let mut bytes = archive(|zip| {
        add(zip, "rusak.jsonl", rows.as_bytes());
        add(zip, "utuh.jsonl", b"{\"id\":\"utuh\",\"text\":\"halo\"}\n");
    });
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xff);
    fs::write(desk.path("a.zip"), bytes).unwrap();
    let taken = desk.run(&["import", "a.zip"]);
    assert_eq!(taken.status, 0, "{}{}", taken.out, taken.err);
    let read = count(&desk, "SELECT count(*) FROM post");
    assert!(read > 1_000 && read < 20_001, "{read}");
    assert_eq!(count(&desk, "SELECT count(*) FROM post WHERE native_id = 'utuh'"), 1);
    let told = "SELECT count(*) FROM set_aside
                WHERE place = 'a.zip/rusak.jsonl' AND reason LIKE 'rusak di dalam arsip setelah %'";
    assert_eq!(count(&desk, told), 1);
}

/// What a source of the config shows before anything of it is stored.
#[test]
fn a_folder_of_exports_can_be_looked_at_first() {
    let desk = Desk::bare();
    fs::create_dir(desk.path("drop")).unwrap();
    let config = fs::read_to_string(desk.path("waspada.toml")).unwrap()
        + "[[source]]\nname = \"lapor\"\ntype = \"folder\"\npath = \"drop\"\nsettle = \"0s\"\n";
    fs::write(desk.path("waspada.toml"), config).unwrap();
    for (name, status, said) in [
        ("telegram-kanal.json", 0, "5 postingan, 0 disisihkan"),
        ("whatsapp-ios.txt", 3, "hanya diterima bila dasar hukumnya disebut"),
    ] {
        fs::copy(fixture(name), desk.path("drop").join(name)).unwrap();
        let probed = desk.run(&["source", "probe", "lapor"]);
        assert_eq!(probed.status, status, "{}{}", probed.out, probed.err);
        assert!(
            format!("{}{}", probed.out, probed.err).contains(said),
            "{}{}",
            probed.out,
            probed.err
        );
        fs::remove_file(desk.path("drop").join(name)).unwrap();
    }
}

/// What an older parser left: a post it read otherwise, one it missed, one it set aside.
#[test]
fn a_mended_parser_reads_stored_captures_again() {
    let desk = Desk::bare();
    fs::write(desk.path("result.json"), channel(150)).unwrap();
    assert_eq!(desk.run(&["import", "result.json"]).status, 0);
    let unchanged = json(&desk.run(&["source", "replay", "impor", "--json"]));
    assert_eq!(unchanged["counts"]["unchanged"], 150, "{unchanged}");
    assert_eq!(unchanged["changes"], Value::Array(Vec::new()));

    for read_otherwise in ["77/1", "77/50", "77/100", "77/150"] {
        reads_otherwise(&desk, read_otherwise);
    }
    let decided = desk.decide("BUKAN_lain");
    desk.sql(
        "PRAGMA foreign_keys = off;
         DELETE FROM post_version WHERE post_id = (SELECT id FROM post WHERE native_id = '77/3');
         DELETE FROM capture_post WHERE post_id = (SELECT id FROM post WHERE native_id = '77/3');
         DELETE FROM verdict WHERE version_id NOT IN (SELECT id FROM post_version);
         DELETE FROM post WHERE native_id = '77/3';
         INSERT INTO set_aside (source_id, adapter, adapter_version, place, reason, raw, digest,
                 capture_id, first_seen, last_seen)
             SELECT source_id, 'folder', 0, 'result.json:20', 'dulu tidak terbaca', '{}',
                 zeroblob(32), id, fetched_at, fetched_at FROM capture;",
    );
    let replayed = json(&desk.run(&["source", "replay", "impor", "--json"]));
    let counts = &replayed["counts"];
    assert_eq!(counts["new"], 1, "{replayed}");
    assert_eq!(counts["changed"], 4, "three offers, one of them decided, and a greeting");
    assert_eq!(counts["kept_decided"], 1, "{replayed}");
    assert_eq!(counts["mended"], 1, "{replayed}");
    assert_eq!(replayed["changes"].as_array().unwrap().len(), 5, "{replayed}");
    assert_eq!(count(&desk, "SELECT count(*) FROM set_aside"), 0);
    assert_eq!(count(&desk, "SELECT count(*) FROM queue_item"), 3, "the decision stands");
    let state = format!("SELECT state = 'decided' FROM queue_item WHERE id = {decided}");
    assert_eq!(count(&desk, &state), 1);
    assert_eq!(count(&desk, "SELECT count(*) FROM post_version"), 154);

    let again = desk.run(&["source", "replay", "impor"]);
    assert_eq!(again.status, 0, "{}", again.err);
    assert!(again.out.contains("posting tetap"), "{}", again.out);
    assert_eq!(count(&desk, "SELECT count(*) FROM post_version"), 154, "twice is as once");
    let findings = desk.store().verify(None).unwrap().findings;
    assert!(findings.is_empty(), "{findings:?}");
}

/// A later capture has the last word, and what is deleted stays so.
#[test]
fn an_old_capture_overrules_neither_an_edit_nor_a_deletion() {
    let desk = Desk::bare();
    for (name, text) in [("satu", "lama"), ("dua", "baru")] {
        let rows = format!(
            "{{\"id\":\"1\",\"text\":\"{text}\"}}\n{{\"id\":\"2\",\"text\":\"hapus {text}\"}}\n"
        );
        fs::write(desk.path(&format!("{name}.jsonl")), rows).unwrap();
        assert_eq!(desk.run(&["import", &format!("{name}.jsonl")]).status, 0);
    }
    desk.sql("UPDATE post SET deleted_at = last_seen WHERE native_id = '2'");
    let replayed = json(&desk.run(&["source", "replay", "impor", "--json"]));
    assert_eq!(replayed["counts"]["captures"], 2, "{replayed}");
    assert_eq!(replayed["counts"]["overtaken"], 3, "{replayed}");
    assert_eq!(replayed["counts"]["changed"], 0, "{replayed}");
    let newest =
        "SELECT v.content ->> 'text' FROM post p JOIN post_version v ON v.id = p.version_id
                  WHERE p.native_id = '1'";
    let newest: String = database(&desk).query_row(newest, [], |row| row.get(0)).unwrap();
    assert_eq!(newest, "baru");
}

#[tokio::test(flavor = "multi_thread")]
async fn captures_of_the_web_are_read_again_without_asking() {
    let page = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/telegram/loker_contoh.html"),
    )
    .unwrap();
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/s/loker_contoh" => Reply::html(&page),
        _ => Reply::not_found(),
    })
    .await;
    let desk = Desk::bare();
    let config = fs::read_to_string(desk.path("waspada.toml")).unwrap();
    fs::write(
        desk.path("waspada.toml"),
        format!(
            "{config}[fetch]\ncontact = \"ops@contoh.example\"\npace = \"1ms\"\nallow_hosts = [\"{}\"]\n\
             [[source]]\nname = \"kanal\"\ntype = \"telegram\"\nchannel = \"loker_contoh\"\n\
             base = \"{}\"\nlegal_basis = \"uji\"\nbackfill_posts = 1\n",
            server.address,
            server.url("/")
        ),
    )
    .unwrap();
    tokio::task::spawn_blocking(move || {
        let once = desk.run(&["run", "--once"]);
        assert_eq!(once.status, 0, "{}{}", once.out, once.err);
        let posts = count(&desk, "SELECT count(*) FROM post");
        assert!(posts > 1);
        let asked = server.asked().len();
        let first = "SELECT native_id FROM post ORDER BY id LIMIT 1";
        let first: String = database(&desk).query_row(first, [], |row| row.get(0)).unwrap();
        reads_otherwise(&desk, &first);
        let replayed = json(&desk.run(&["source", "replay", "kanal", "--json"]));
        assert_eq!(replayed["counts"]["changed"], 1, "{replayed}");
        assert_eq!(replayed["counts"]["unchanged"], posts - 1, "{replayed}");
        assert_eq!(server.asked().len(), asked, "nobody was asked");
        let unknown = desk.run(&["source", "replay", "entah"]);
        assert_eq!(unknown.status, 2, "{}", unknown.err);
        assert!(unknown.err.contains("tidak ada sumber `entah`"), "{}", unknown.err);
    })
    .await
    .unwrap();
}

/// What a page was asked for is not always written on it: an item of a list that is followed, a page
/// of a sitemap, the notes under a hashtag, a blog that is read by its feed.
#[tokio::test(flavor = "multi_thread")]
async fn captures_that_do_not_tell_what_they_are_are_read_as_what_was_asked_for() {
    let server = Server::start(move |asked| {
        let host = asked.header("host").unwrap().to_owned();
        let item = |number: &str| {
            Reply::html(&format!(
                "<title>Pos {number}</title><article><h1>Pos {number}</h1><p>{OFFER}</p>\
                 <div class=l><a href=/loker/7>Lihat juga</a></div></article>"
            ))
        };
        let list = |numbers: [u8; 2], next: &str| {
            let links = numbers.map(|n| format!("<div class=l><a href=/loker/{n}>{n}</a></div>"));
            Reply::html(&format!("<title>Daftar</title>{}{next}", links.concat()))
        };
        match asked.path.as_str() {
            "/loker" => list([1, 2], "<a rel=next href=/loker/hal/2>Lama</a>"),
            "/loker/hal/2" => list([3, 4], ""),
            "/peta.xml" => Reply::html(&format!(
                "<sitemapindex><sitemap><loc>http://{host}/satu.xml</loc></sitemap>\
                 <sitemap><loc>http://{host}/rusak.xml</loc></sitemap></sitemapindex>"
            )),
            "/satu.xml" => Reply::html(&format!(
                "<urlset><url><loc>http://{host}/pos/1</loc></url><url><loc>http://{host}/pos/2</loc>\
                 </url></urlset>"
            )),
            "/rusak.xml" => Reply::html("<title>Sedang dirawat</title><p>Kembali besok"),
            "/api/notes/search-by-tag" => {
                let is_it = asked.body.contains("lokerkamboja") && !asked.body.contains("untilId");
                let note = serde_json::json!({
                    "id": "n1", "text": "catatan #lokerkamboja", "visibility": "public",
                    "createdAt": "2026-10-03T10:00:00.000Z", "user": { "username": "agen" },
                });
                let notes = Value::Array(is_it.then_some(note).into_iter().collect());
                Reply::new(200, &[("content-type", "application/json")], notes.to_string())
            }
            path if path.contains("feed=rss2") && !path.contains("paged") => Reply::html(&format!(
                "<rss><channel><title>Blog</title><item><title>Loker</title>\
                 <link>http://{host}/blog/1</link><description>{OFFER}</description></item>\
                 </channel></rss>"
            )),
            path => match path.strip_prefix("/loker/").or(path.strip_prefix("/pos/")) {
                Some(number) => item(number),
                None => Reply::not_found(),
            },
        }
    })
    .await;
    let desk = Desk::bare();
    let config = fs::read_to_string(desk.path("waspada.toml")).unwrap();
    let url = |path| server.url(path);
    let config = format!(
        "{config}[fetch]\ncontact = \"ops@contoh.example\"\npace = \"1ms\"\nallow_hosts = [\"{}\"]\n\
         [[source]]\nname = \"daftar\"\ntype = \"page\"\nurl = \"{}\"\nitem = \".l\"\nlink = \"a@href\"\n\
         next = \"a[rel=next]@href\"\nfollow = true\nbackfill_pages = 3\n\
         [[source]]\nname = \"peta\"\ntype = \"sitemap\"\nurl = \"{}\"\n\
         [[source]]\nname = \"blog\"\ntype = \"blog\"\nurl = \"{}\"\nsystem = \"wordpress\"\nsearch = false\n\
         [[source]]\nname = \"catatan\"\ntype = \"misskey\"\nserver = \"{}\"\n",
        server.address,
        url("/loker"),
        url("/peta.xml"),
        url("/blog/"),
        url("/"),
    );
    fs::write(desk.path("waspada.toml"), config).unwrap();
    tokio::task::spawn_blocking(move || {
        let once = desk.run(&["run", "--once"]);
        assert_eq!(once.status, 0, "{}{}", once.out, once.err);
        let asked = server.asked().len();
        let all =
            "SELECT json_group_array(json_array(name, cursor, posts_new, set_aside)) FROM source";
        let all = || database(&desk).query_row(all, [], |row| row.get::<_, String>(0)).unwrap();
        let before = all();
        for (name, posts) in [("daftar", 4), ("peta", 2), ("blog", 1), ("catatan", 1)] {
            let replayed = json(&desk.run(&["source", "replay", name, "--json"]));
            let counts = &replayed["counts"];
            assert!(counts["unchanged"].as_u64().unwrap() >= posts, "{name}: {replayed}");
            for none in ["new", "changed", "no_longer_read", "mended", "set_aside", "unreadable"] {
                assert_eq!(counts[none], 0, "{name}: {none}: {replayed}");
            }
        }
        assert_eq!(all(), before, "no walk went on");
        assert_eq!(server.asked().len(), asked, "nobody was asked");

        // Kept by a version that did not note what was asked for: left as it is.
        desk.sql("UPDATE capture SET headers = '[]'");
        for (name, unreadable) in [("daftar", 4), ("peta", 3)] {
            let replayed = json(&desk.run(&["source", "replay", name, "--json"]));
            assert_eq!(replayed["counts"]["unreadable"], unreadable, "{name}: {replayed}");
            assert_eq!(replayed["counts"]["new"], 0, "{name}: {replayed}");
        }
    })
    .await
    .unwrap();
}
