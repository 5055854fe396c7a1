//! The preview of Telegram channels as its reader sees it: every kind of message, the ways a page
//! ends, and walks that lose no post whatever happens on the way.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use url::Url;
use waspada::fetch::{Capture, Redirects};
use waspada::post::{ContainerKind, ExtraKind, MediaKind, Post, PostKind, Sha256};
use waspada::sources::telegram::Settings;
use waspada::sources::{Cursor, Door, Given, Page, ShapeError, SourceSettings, Visit, WebSource};

fn open(settings: &str) -> Box<dyn WebSource> {
    let settings: Settings = toml::from_str(settings).unwrap();
    let given = Given { name: "uji".into(), folder: "/".into(), every: None, slowest: None };
    match settings.open(&given).unwrap() {
        Door::Web(source) => source,
        Door::Files(_) | Door::Stream(_) => panic!("not a web source"),
    }
}

fn capture(url: &Url, body: impl Into<Vec<u8>>) -> Capture {
    let body = bytes::Bytes::from(body.into());
    Capture {
        url: url.clone(),
        final_url: url.clone(),
        status: Some(200),
        fetched_at: Timestamp::UNIX_EPOCH,
        headers: vec![("content-type".into(), "text/html; charset=utf-8".into())],
        sha256: Sha256::of(&body),
        body,
    }
}

fn newest(source: &dyn WebSource, body: &str) -> Result<Page, ShapeError> {
    source.parse(&capture(&source.begin(Visit::at(None)).unwrap().url, body), Visit::at(None))
}

fn fixture(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/telegram").join(name);
    fs::read_to_string(path).unwrap()
}

fn contoh() -> Box<dyn WebSource> {
    open("channel = 'loker_contoh'")
}

#[test]
fn requests_say_what_they_want() {
    let first = contoh().begin(Visit::at(None)).unwrap();
    assert_eq!(first.url.as_str(), "https://t.me/s/loker_contoh");
    assert_eq!(first.redirects, Redirects::Report, "a redirect means that there is no preview");
    let based = open("channel = 'loker_contoh'\nbase = 'http://127.0.0.1:8080/cermin/?x=1#y'");
    assert_eq!(
        based.begin(Visit::at(None)).unwrap().url.as_str(),
        "http://127.0.0.1:8080/cermin/s/loker_contoh"
    );
    let page = newest(&*contoh(), &fixture("loker_contoh.html")).unwrap();
    assert_eq!(page.next.unwrap().url.as_str(), "https://t.me/s/loker_contoh?before=101");
    let cut_off = contoh().begin(Visit::at(page.cursor.as_ref())).unwrap();
    assert_eq!(cut_off.url.as_str(), "https://t.me/s/loker_contoh?before=101");
    let unreadable = Cursor(serde_json::json!({ "known": "banyak" }));
    assert_eq!(contoh().begin(Visit::at(Some(&unreadable))).unwrap().url, first.url);
}

#[test]
fn every_kind_of_message_is_read() {
    let page = newest(&*contoh(), &fixture("loker_contoh.html")).unwrap();
    let posts: BTreeMap<&str, &Post> =
        page.posts.iter().map(|post| (post.key.native_id.as_str(), post)).collect();
    let post = |number: u32| posts[format!("loker_contoh/{number}").as_str()];
    let extras = |number| {
        let extras = &post(number).extra_text;
        extras.iter().map(|extra| (extra.kind, extra.text.as_str())).collect::<Vec<_>>()
    };
    let links = |number| {
        let links = &post(number).links;
        links.iter().map(|link| (link.url.as_str(), link.text.as_deref())).collect::<Vec<_>>()
    };
    let media = |number| {
        let media = &post(number).media;
        media.iter().map(|media| (media.kind, media.url.as_deref())).collect::<Vec<_>>()
    };

    let ad = post(101);
    assert_eq!(
        ad.text,
        "🔥 LOWONGAN KAMBOJA 🔥\n\nAdmin online, gaji 9-14 jt!\n\
         Paspor diurus, berangkat pakai visa turis\nWA 0812-0000-0001\n#lokerkamboja @hrd_contoh"
    );
    assert_eq!(ad.kind, PostKind::Message);
    assert_eq!(ad.url.as_deref(), Some("https://t.me/loker_contoh/101"));
    assert_eq!(ad.created_at, "2026-11-01T08:00:00Z".parse().ok());
    assert_eq!(ad.views, Some(4_850));
    assert_eq!((ad.edited, &ad.reply_to, &ad.forwarded_from), (false, &None, &None));
    assert_eq!(ad.missing_fields, Vec::<String>::new());
    let author = ad.author.as_ref().unwrap();
    assert_eq!(author.handle.as_deref(), Some("loker_contoh"));
    assert_eq!(author.name.as_deref(), Some("Loker Contoh ✈️"));
    let container = ad.container.as_ref().unwrap();
    assert_eq!(container.kind, ContainerKind::Channel);
    assert_eq!(container.native_id, "loker_contoh");
    assert_eq!(extras(101), [(ExtraKind::Button, "📲 Daftar sekarang")]);
    assert_eq!(
        links(101),
        [
            ("https://wa.me/6281200000001", Some("0812-0000-0001")),
            ("https://t.me/hrd_contoh", Some("@hrd_contoh")),
            ("https://wa.me/6281200000002?text=daftar", Some("📲 Daftar sekarang")),
        ]
    );

    assert_eq!(post(103).text, "Mess dan kantor\nPoipet", "an album nests its text twice");
    assert_eq!(
        media(103),
        [
            (
                MediaKind::Video,
                Some("https://cdn1.telegram-cdn.example/file/video-103.mp4?token=x")
            ),
            (MediaKind::Image, Some("https://cdn1.telegram-cdn.example/file/foto-104.jpg")),
            (MediaKind::Image, Some("https://cdn1.telegram-cdn.example/file/foto-106.jpg")),
        ]
    );

    let reply = post(107);
    assert_eq!(reply.text, "Sisa 2 kursi", "what a reply quotes is not its own text");
    assert_eq!(reply.reply_to.as_deref(), Some("loker_contoh/101"));
    assert!(reply.edited);
    assert_eq!(reply.author.as_ref().unwrap().name.as_deref(), Some("Bu Contoh"));
    assert!(reply.media.is_empty(), "the picture is the quoted post's");

    assert_eq!(
        post(108).forwarded_from.as_deref(),
        Some("Kanal Lain (Pak Rekaan, https://t.me/kanal_lain/77)")
    );
    assert_eq!(post(109).forwarded_from.as_deref(), Some("Orang Tersembunyi"));
    assert!(!post(109).edited, "a signature may say what it likes");

    assert_eq!(
        extras(110),
        [
            (ExtraKind::Poll, "Mau kerja di mana?"),
            (ExtraKind::Poll, "Kamboja"),
            (ExtraKind::Poll, "Myanmar"),
        ]
    );
    assert_eq!(
        extras(111),
        [
            (ExtraKind::Card, "Formulir"),
            (ExtraKind::Card, "Kerja di luar negeri"),
            (ExtraKind::Card, "Gaji besar, tanpa potongan"),
        ]
    );
    assert_eq!(links(111), [("https://formulir.example/kerja", Some("formulir"))]);
    assert!(media(111).is_empty(), "a card's picture is not the post's");
    assert_eq!(extras(112), [(ExtraKind::File, "Kontrak Kerja.pdf")]);
    assert_eq!(media(112), [(MediaKind::File, None)]);
    assert_eq!(extras(113), [(ExtraKind::File, "Kesaksian"), (ExtraKind::File, "Alumni Rekaan")]);
    assert_eq!(media(113), [(MediaKind::Audio, None)]);
    assert_eq!(
        media(114),
        [(MediaKind::Audio, Some("https://cdn1.telegram-cdn.example/file/suara-114.ogg?token=x"))]
    );
    assert_eq!(
        media(115),
        [(MediaKind::Sticker, Some("https://cdn1.telegram-cdn.example/file/stiker-115.webp"))]
    );
    assert_eq!(links(116), [("https://maps.google.example/maps?q=13.66,102.55", None)]);
    assert_eq!(extras(116)[0], (ExtraKind::Card, "Kantor Penyalur"));
    assert_eq!(extras(117)[1], (ExtraKind::Card, "+855 00 000 001"));
    assert_eq!(post(119).text, "Foto bergerak dari lokasi");
    assert_eq!(post(119).missing_fields, ["media"]);
    assert_eq!(media(121), [(MediaKind::Video, None)]);
}

#[test]
fn nothing_on_a_page_is_dropped_in_silence() {
    let html = fixture("loker_contoh.html");
    let page = newest(&*contoh(), &html).unwrap();
    assert_eq!(page.ignored, 1, "the notice of a changed picture");
    let aside: Vec<_> =
        page.set_aside.iter().map(|item| (item.place.as_str(), item.reason.as_str())).collect();
    assert_eq!(
        aside,
        [
            (
                "loker_contoh/118",
                "hanya ditampilkan di aplikasi Telegram (Please open Telegram to view this post)"
            ),
            (
                "loker_contoh/122",
                "tidak ada teks, media, jajak pendapat, tautan, atau tombol yang dikenal"
            ),
        ]
    );
    assert!(page.set_aside[1].raw.contains("tgme_widget_message_hologram_wrap"));
    assert_eq!(page.posts.len() + 1 + aside.len(), html.matches("data-post=").count());
    let coverage = page.coverage.unwrap();
    // 104 and 106 are in the album of 103; 105 and 120 are on no page.
    assert_eq!((coverage.from, coverage.to, coverage.seen), (101, 122, 20));
}

#[test]
fn a_strange_message_is_set_aside_and_kept_short() {
    let mut html = fixture("loker_contoh.html");
    html = html.replace("loker_contoh/108\"", "kanal_lain/108\"");
    html = html.replace("data-post=\"loker_contoh/109\"", "");
    html = html.replace("loker_contoh/110\"", "loker_contoh/99999999999\"");
    html = html.replace("<canvas>", &format!("<canvas data-x=\"{}\">", "ü".repeat(60_000)));
    let page = newest(&*contoh(), &html).unwrap();
    let places: Vec<_> = page.set_aside.iter().map(|item| item.place.as_str()).collect();
    assert_eq!(
        places,
        ["kanal_lain/108", "", "loker_contoh/99999999999", "loker_contoh/118", "loker_contoh/122"]
    );
    assert!(page.set_aside.iter().all(|item| item.raw.len() <= 64 * 1024));
    assert_eq!(page.coverage.unwrap().to, 122, "a wild number does not lead the walk astray");
}

#[test]
fn the_end_is_told_apart_from_a_block() {
    let source = contoh();
    let first = newest(&*source, &fixture("loker_contoh.html")).unwrap();
    let next = first.next.unwrap().url;
    let last = source
        .parse(
            &capture(&next, fixture("loker_contoh-before-101.html")),
            Visit::at(first.cursor.as_ref()),
        )
        .unwrap();
    assert!(last.next.is_none());
    assert_eq!(last.cursor.unwrap().0, serde_json::json!({ "known": 122, "walk": null }));
    let coverage = last.coverage.unwrap();
    assert_eq!((coverage.from, coverage.to, coverage.seen), (1, 100, 3));

    let empty = newest(&*source, &fixture("kosong.html")).unwrap();
    assert!(empty.next.is_none() && empty.posts.is_empty() && empty.coverage.is_none());
    assert_eq!(empty.cursor.unwrap().0, serde_json::json!({ "known": null, "walk": null }));

    let unreadable = fixture("loker_contoh.html").replace("data-post=", "data-message=");
    let renamed = fixture("loker_contoh.html").replace("tgme_channel_history", "channel_feed");
    let deep = format!("<section class=tgme_channel_history>{}", "<div>".repeat(50_000));
    for (html, reason) in [
        (fixture("tanpa-pratinjau.html"), "contact page"),
        (fixture("diblokir.html"), "violated local laws"),
        (unreadable, "can be read"),
        (renamed, "Loker Contoh – Telegram"),
        ("<section class=tgme_channel_history></section>".into(), "neither messages nor"),
        ("{\"ok\":false}".into(), "no channel history"),
        (String::new(), "no channel history"),
        (deep, "tangled"),
    ] {
        let error = newest(&*source, &html).unwrap_err();
        assert!(error.reason.contains(reason), "{error}");
    }

    let known = Cursor(serde_json::json!({ "known": 122, "walk": null }));
    let begin = source.begin(Visit::at(Some(&known))).unwrap().url;
    let cleared = source.parse(&capture(&begin, fixture("kosong.html")), Visit::at(Some(&known)));
    assert!(cleared.unwrap_err().reason.contains("up to 122 are known"));
    let ignores_before = source
        .parse(&capture(&next, fixture("loker_contoh.html")), Visit::at(first.cursor.as_ref()))
        .unwrap_err();
    assert!(ignores_before.reason.contains("below 101"), "{ignores_before}");
}

#[test]
fn a_strange_stretch_of_history_does_not_hold_up_the_walk() {
    let source = contoh();
    let first = newest(&*source, &fixture("loker_contoh.html")).unwrap();
    let next = first.next.unwrap().url;
    let parse =
        |html: String| source.parse(&capture(&next, html), Visit::at(first.cursor.as_ref()));
    let strange: String = (80..100)
        .map(|number| {
            format!("<div class=tgme_widget_message data-post=loker_contoh/{number}><hr></div>")
        })
        .collect();
    let history = "<section class=tgme_channel_history><a class=tme_messages_more data-before=80>";
    let page = parse(format!("{history}</a>{strange}")).unwrap();
    assert_eq!((page.posts.len(), page.set_aside.len()), (0, 20));
    assert_eq!(page.next.unwrap().url.query(), Some("before=80"));
    let error = parse(format!("{history}</a>{}", strange.replace("loker_", ""))).unwrap_err();
    assert!(error.reason.contains("none of its 20 messages"), "{error}");
}

#[test]
fn an_empty_page_that_was_linked_is_not_believed_at_once() {
    let source = contoh();
    let mut cursor = newest(&*source, &fixture("loker_contoh.html")).unwrap().cursor;
    for visit in 1..=3 {
        let url = source.begin(Visit::at(cursor.as_ref())).unwrap().url;
        let page = source
            .parse(&capture(&url, fixture("kosong.html")), Visit::at(cursor.as_ref()))
            .unwrap();
        assert!(page.next.is_none());
        let complete = page.cursor.as_ref().unwrap().0["walk"].is_null();
        assert_eq!(complete, visit == 3, "visit {visit}");
        cursor = page.cursor;
    }
}

#[test]
fn a_backfill_goes_as_far_as_it_is_told() {
    // The oldest post is of half past midnight, the first of November, in WIB.
    let html = fixture("loker_contoh.html").replace("2026-11-01T08:00", "2026-10-31T17:30");
    for (limit, goes_on) in [
        ("backfill_posts = 100", true),
        ("backfill_posts = 16", true),
        ("backfill_posts = 15", false),
        ("backfill_posts = 0", false),
        ("backfill_since = '2026-10-31'", true),
        ("backfill_since = '2026-11-01'", true),
        ("backfill_since = '2026-11-02'", false),
    ] {
        let source = open(&format!("channel = 'loker_contoh'\n{limit}"));
        let page = newest(&*source, &html).unwrap();
        assert_eq!(page.posts.len(), 15);
        assert_eq!(page.next.is_some(), goes_on, "{limit}");
        let coverage = page.coverage.unwrap();
        assert_eq!((coverage.from, coverage.to), (101, 122), "{limit}");
    }
}

#[test]
fn an_edit_changes_a_post_and_nothing_else_does() {
    let html = fixture("loker_contoh.html");
    let hashes = |html: &str| {
        let page = newest(&*contoh(), html).unwrap();
        page.posts.iter().map(Post::content_hash).collect::<Vec<_>>()
    };
    let before = hashes(&html);
    let refetched = html.replace("4.85K", "5.1K").replace("?token=x", "?token=y");
    assert_eq!(before, hashes(&refetched));
    let edited = hashes(&html.replace("9-14 jt", "19-24 jt"));
    assert_eq!(before.iter().zip(&edited).filter(|(a, b)| a != b).count(), 1);
}

/// A channel that lives: it posts, deletes, and is read page by page. Every number that divides by
/// eleven begins an album of three.
struct Channel {
    messages: BTreeSet<u64>,
    newest: u64,
}

/// Whether two numbers are pictures of one album.
fn are_one(a: u64, b: u64) -> bool {
    a / 11 == b / 11 && a % 11 < 3 && b % 11 < 3
}

impl Channel {
    const PAGE: usize = 20;

    fn post(&mut self, count: u64) {
        self.messages.extend(self.newest + 1..=self.newest + count);
        self.newest += count;
    }

    fn page(&self, before: Option<u64>) -> String {
        let below = before.unwrap_or(u64::MAX);
        let shown: Vec<u64> =
            self.messages.range(..below).rev().take(Self::PAGE).copied().collect();
        let mut html = String::from("<section class=tgme_channel_history>");
        if shown.is_empty() {
            html.push_str("<div class=tme_no_messages_found>No posts found</div>");
        }
        if shown.last().is_some_and(|lowest| self.messages.range(..lowest).next().is_some()) {
            let lowest = shown[shown.len() - 1];
            let _ = write!(html, "<a class=tme_messages_more data-before={lowest}></a>");
        }
        let mut numbers = shown;
        numbers.reverse();
        for message in numbers.chunk_by(|a, b| are_one(*a, *b)) {
            let _ = write!(
                html,
                "<div class=tgme_widget_message data-post=loker_contoh/{}>",
                message[0]
            );
            for number in message {
                let _ = write!(
                    html,
                    "<a class=tgme_widget_message_photo_wrap href=/loker_contoh/{number}?single \
                     style=\"background-image:url('{number}')\"></a>"
                );
            }
            html.push_str("</div>");
        }
        html
    }
}

/// What a store keeps of a channel: the numbers of its messages, the cursor of the last page stored, numbers covered.
#[derive(Default)]
struct Store {
    messages: BTreeSet<u64>,
    cursor: Option<Cursor>,
    covered: BTreeMap<u64, u64>,
    seen: u64,
}

impl Store {
    fn commit(&mut self, page: &Page) {
        for media in page.posts.iter().flat_map(|post| &post.media) {
            self.messages.insert(media.url.as_deref().unwrap().parse().unwrap());
        }
        self.cursor.clone_from(&page.cursor);
        if let Some(coverage) = page.coverage {
            assert!(
                coverage.from <= coverage.to && coverage.seen <= coverage.to - coverage.from + 1
            );
            for (from, to) in &self.covered {
                assert!(coverage.to < *from || *to < coverage.from, "pages overlap");
            }
            self.covered.insert(coverage.from, coverage.to);
            self.seen += coverage.seen;
        }
    }

    fn is_between_visits(&self) -> bool {
        self.cursor.as_ref().is_some_and(|cursor| cursor.0["walk"].is_null())
    }
}

/// Reads one page; the next page's address if the visit goes on.
fn read(source: &dyn WebSource, channel: &Channel, store: &Store, url: &Url) -> Page {
    let before = url.query_pairs().find(|(key, _)| key == "before");
    let html = channel.page(before.map(|(_, value)| value.parse().unwrap()));
    source.parse(&capture(url, html), Visit::at(store.cursor.as_ref())).unwrap()
}

#[test]
fn no_walk_misses_a_post() {
    let source = open("channel = 'loker_contoh'\nbackfill_posts = 1000000");
    for seed in 0..300 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let mut channel = Channel { messages: BTreeSet::new(), newest: 0 };
        channel.post(dice.u64(1..200));
        let mut store = Store::default();
        for _visit in 0..dice.u32(1..8) {
            let mut next = Some(source.begin(Visit::at(store.cursor.as_ref())).unwrap().url);
            while let Some(url) = next {
                let page = read(&*source, &channel, &store, &url);
                match dice.u32(0..10) {
                    // Killed before the page was stored, or just after.
                    0 => break,
                    1 => {
                        store.commit(&page);
                        break;
                    }
                    _ => store.commit(&page),
                }
                next = page.next.map(|request| request.url);
                if dice.u32(0..3) == 0 {
                    channel.post(dice.u64(1..60));
                }
                if dice.u32(0..3) == 0 {
                    let doomed: Vec<u64> =
                        channel.messages.iter().copied().filter(|_| dice.u32(0..8) == 0).collect();
                    channel.messages.retain(|number| !doomed.contains(number));
                    channel.post(1);
                }
            }
            channel.post(dice.u64(0..50));
        }
        // A calm end: the walk under way is finished, then one visit meets what is new.
        for _visit in 0..5 {
            let mut next = Some(source.begin(Visit::at(store.cursor.as_ref())).unwrap().url);
            while let Some(url) = next {
                let page = read(&*source, &channel, &store, &url);
                store.commit(&page);
                next = page.next.map(|request| request.url);
            }
        }
        assert!(store.is_between_visits(), "seed {seed}");
        let missed: Vec<_> = channel.messages.difference(&store.messages).collect();
        assert!(missed.is_empty(), "seed {seed}: {missed:?}");
        let covered: u64 = store.covered.iter().map(|(from, to)| to - from + 1).sum();
        assert_eq!(covered, channel.newest, "seed {seed}: pages leave a gap");
        assert_eq!(store.seen, store.messages.len() as u64, "seed {seed}");
    }
}

#[test]
fn a_walk_can_be_cut_off_after_each_page() {
    let source = open("channel = 'loker_contoh'\nbackfill_posts = 1000000");
    let mut channel = Channel { messages: BTreeSet::new(), newest: 0 };
    channel.post(130);
    channel.messages.retain(|number| number % 7 != 3);
    let mut store = Store::default();
    let mut visits = 0;
    while !store.is_between_visits() {
        let url = source.begin(Visit::at(store.cursor.as_ref())).unwrap().url;
        let page = read(&*source, &channel, &store, &url);
        store.commit(&page);
        visits += 1;
        channel.post(30);
    }
    assert_eq!(visits, 6, "one page a visit, and no page twice");
    let old: BTreeSet<u64> = channel.messages.range(..=130).copied().collect();
    assert_eq!(store.messages, old);

    // 180 posts came meanwhile: nine pages, no further.
    let mut pages = 0;
    let mut next = Some(source.begin(Visit::at(store.cursor.as_ref())).unwrap().url);
    while let Some(url) = next {
        let page = read(&*source, &channel, &store, &url);
        store.commit(&page);
        pages += 1;
        next = page.next.map(|request| request.url);
    }
    assert_eq!(pages, 9);
    assert_eq!(store.messages, channel.messages);
    assert_eq!(store.covered.iter().map(|(from, to)| to - from + 1).sum::<u64>(), 310);
    assert_eq!(store.seen, channel.messages.len() as u64);
}

#[test]
fn a_missing_link_ends_no_later_visit() {
    let source = open("channel = 'loker_contoh'\nbackfill_posts = 1000000");
    let mut channel = Channel { messages: BTreeSet::new(), newest: 0 };
    channel.post(10);
    let mut store = Store::default();
    let url = source.begin(Visit::at(None)).unwrap().url;
    store.commit(&read(&*source, &channel, &store, &url));
    channel.post(50);
    let html = channel.page(None).replace("tme_messages_more", "more");
    let page = source.parse(&capture(&url, html), Visit::at(store.cursor.as_ref())).unwrap();
    assert_eq!(page.next.unwrap().url.query(), Some("before=41"));
}

/// The real messages of the shared fixtures, each in the frame of a page.
#[test]
fn real_messages_are_read_or_counted() {
    let Some(folder) = shared::shared("fixtures/telegram/tchan") else { return };
    let files = fs::read_dir(folder).unwrap();
    let (mut messages, mut posts, mut ignored, mut aside) = (0, 0, 0, 0);
    for file in files {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let html = fs::read_to_string(&path).unwrap();
        let Some((_, rest)) = html.split_once("data-post=\"") else {
            let outcome = newest(&*contoh(), &html);
            match path.file_stem().and_then(|stem| stem.to_str()) {
                Some("parse_no_posts_found") => assert!(outcome.unwrap().cursor.is_some()),
                _ => assert!(outcome.unwrap_err().reason.contains("no channel history")),
            }
            continue;
        };
        let (channel, _) = rest.split_once('/').unwrap();
        let source = open(&format!("channel = '{channel}'"));
        let framed = format!("<section class=\"tgme_channel_history\">{html}</section>");
        let page = newest(&*source, &framed).unwrap();
        let found =
            page.posts.len() + page.set_aside.len() + usize::try_from(page.ignored).unwrap();
        assert_eq!(found, html.matches("data-post=").count(), "{}", path.display());
        for post in &page.posts {
            assert!(post.missing_fields.is_empty(), "{}: {post:?}", path.display());
            assert!(post.created_at.is_some() && post.views.is_some(), "{}", path.display());
            let is_wordless = post.text.is_empty() && post.extra_text.is_empty();
            assert!(
                !is_wordless || !post.media.is_empty() || !post.links.is_empty(),
                "{}",
                path.display()
            );
        }
        messages += found;
        posts += page.posts.len();
        ignored += page.ignored;
        aside += page.set_aside.len();
    }
    assert_eq!((messages, posts, ignored, aside), (30, 26, 4, 0));
}
