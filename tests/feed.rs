//! The feed adapter as the pipeline drives it: the four formats, what is broken, paging, the time
//! of the next visit, and every real feed of the shared fixtures.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

mod shared;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use url::Url;
use waspada::fetch::Capture;
use waspada::post::{Post, Sha256};
use waspada::sources::feed::Settings;
use waspada::sources::{
    Cursor, Door, Given, OpenError, Page, ShapeError, SourceSettings as _, Visit, WebSource,
};

fn open(url: &str, backfill_pages: u32, given: &Given) -> Result<Box<dyn WebSource>, OpenError> {
    let settings = Settings { url: url.parse().unwrap(), backfill_pages };
    settings.open(given).map(|door| match door {
        Door::Web(source) => source,
        Door::Files(_) | Door::Stream(_) => panic!("a feed comes over HTTP"),
    })
}

fn given() -> Given {
    Given { name: "umpan".into(), folder: PathBuf::new(), every: None, slowest: None }
}

fn feed(url: &str, backfill_pages: u32) -> Box<dyn WebSource> {
    open(url, backfill_pages, &given()).unwrap()
}

fn capture(url: &str, headers: &[(&str, &str)], body: &[u8]) -> Capture {
    let url: Url = url.parse().unwrap();
    Capture {
        final_url: url.clone(),
        url,
        status: Some(200),
        fetched_at: "2026-07-02T00:00:00Z".parse().unwrap(),
        headers: headers.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
        body: body.to_vec().into(),
        sha256: Sha256::of(body),
    }
}

const URL: &str = "https://papanloker.example/feed/";

/// Reads a body as the first page of a feed.
fn parse(url: &str, body: &[u8]) -> Result<Page, ShapeError> {
    feed(url, 0).parse(&capture(url, &[], body), Visit::at(None))
}

fn rss(items: &str) -> String {
    format!(r#"<rss version="2.0"><channel><title>Uji</title>{items}</channel></rss>"#)
}

/// A page as a person would note it down.
fn written(page: &Page) -> String {
    let mut out = String::new();
    for post in &page.posts {
        writeln!(out, "{}", serde_json::to_string_pretty(post).unwrap()).unwrap();
    }
    for item in &page.set_aside {
        writeln!(out, "set aside: {}: {}", item.place, item.reason).unwrap();
    }
    let next = page.next.as_ref().map(|next| next.url.as_str());
    writeln!(out, "next: {next:?}, revisit after: {:?}", page.revisit_after).unwrap();
    writeln!(out, "cursor: {}", serde_json::to_string(&page.cursor).unwrap()).unwrap();
    out
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/feed").join(name)).unwrap()
}

#[test]
fn the_four_formats() {
    for (name, url) in [
        ("loker.rss.xml", URL),
        ("kabar.atom.xml", "https://kabar.example/feed.atom"),
        ("desa.rdf.xml", "https://desa.example/index.rdf"),
        ("kampus.feed.json", "https://kampus.example/bursa.json"),
    ] {
        let body = fixture(name);
        let page = feed(url, 3).parse(&capture(url, &[], &body), Visit::at(None)).unwrap();
        insta::assert_snapshot!(name, written(&page));
    }
}

#[test]
fn what_is_no_feed_is_said_to_be_none() {
    for (body, reason) in [
        ("", "the body is empty"),
        ("  \n", "the body is empty"),
        ("<!DOCTYPE html><html><head><title>Masuk</title>", "an HTML page titled `Masuk`"),
        ("<html><body><feed></feed>", "an HTML page"),
        ("<?xml version='1.0'?><urlset></urlset>", "a document of <urlset>"),
        ("Segera hadir", "neither XML nor JSON: `Segera hadir`"),
        (r#"{"error":"tidak ada"}"#, "an object of error"),
        (r#"{"version":"2","items":[]}"#, "its version says `2`"),
        (r#"{"version":"https://jsonfeed.org/version/1","items":["#, "broken JSON"),
        ("[1]", "broken JSON"),
        ("<rss version='2.0'><channel><item><title>Gaji", "inside of its first <item>"),
        ("<rss version='2.0'><chan", "cannot be read"),
        ("<rss version='2.0'></rss>", "cannot be read"),
    ] {
        let error = parse(URL, body.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(reason), "{body}: {error}");
    }
}

#[test]
fn an_empty_feed_is_a_feed() {
    for body in [
        rss(""),
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title></feed>".into(),
        r#"{"version":"https://jsonfeed.org/version/1","title":"x","items":[]}"#.into(),
    ] {
        let page = parse(URL, body.as_bytes()).unwrap();
        assert_eq!((page.posts.len(), page.set_aside.len()), (0, 0), "{body}");
    }
}

/// Every item here but the one in question is whole; the table says what becomes of all.
#[test]
fn a_broken_item_takes_no_other_along() {
    let good = "<item><guid>1</guid><title>Satu</title></item>";
    let also = "<item><guid>2</guid><title>Dua</title></item>";
    for (what, broken, texts, aside) in [
        ("a bare ampersand", "<title>Kerja & dapur</title>", Some("Kerja & dapur"), true),
        ("an unknown entity", "<title>Gaji&nbsp;besar</title>", Some("Gaji besar"), false),
        ("half a character", "<title>Gaji&#xD800; besar</title>", Some("Gaji\u{fffd} besar"), true),
        ("a stray less-than", "<title>Umur <35 tahun</title>", Some("Umur <35 tahun"), true),
        ("HTML not escaped", "<title>Gaji <b>12jt</b> net</title>", Some("Gaji 12jt net"), false),
        ("tags left open", "<description>Gaji<br>12jt</description>", Some("Gaji\n12jt"), false),
        ("tags crossed", "<title>A</title><x><y></x></y>", Some("A"), true),
        (
            "a name that panics feed-rs",
            "<title>A</title><author>\u{201c}a@b.example\u{201d}</author>",
            Some("A"),
            false,
        ),
        (
            "a time that panics feed-rs",
            "<title>A</title><itunes:duration>99999999999999999999999</itunes:duration>",
            Some("A"),
            true,
        ),
    ] {
        let item = format!("<item><guid>x</guid>{broken}</item>");
        let page = parse(URL, rss(&format!("{good}{item}{also}")).as_bytes()).unwrap();
        let found: Vec<_> = page.posts.iter().rev().map(|post| post.reading()).collect();
        let wanted: Vec<_> = ["Satu"].into_iter().chain(texts).chain(["Dua"]).collect();
        assert_eq!(found, wanted, "{what}");
        let kept: Vec<_> = page.set_aside.iter().map(|it| (&*it.place, &*it.raw)).collect();
        let expected = if aside { vec![("item x", item.as_str())] } else { Vec::new() };
        assert_eq!(kept, expected, "{what}");
    }
}

#[test]
fn a_feed_cut_short_gives_its_whole_items() {
    let whole = rss("<item><guid>1</guid><title>Satu</title></item>\
                     <item><guid>2</guid><title>Dua</title><description>Gaji");
    let cut = &whole[..whole.find("Gaji").unwrap() + 4];
    let page = parse(URL, cut.as_bytes()).unwrap();
    assert_eq!(page.posts.len(), 1);
    assert_eq!(page.posts[0].container.as_ref().unwrap().name.as_deref(), Some("Uji"));
    assert_eq!(page.set_aside[0].place, "item 2");
    assert!(page.set_aside[0].raw.starts_with("<item><guid>2"));

    let json = r#"{"version":"https://jsonfeed.org/version/1","title":"x",
        "items":[{"id":"1","content_text":"Satu"},{"id":"2","content_te"#;
    let page = parse(URL, json.as_bytes()).unwrap();
    assert_eq!((page.posts.len(), page.set_aside.len()), (1, 1));
    assert!(page.set_aside[0].raw.contains("content_te"));
}

#[test]
fn an_item_that_never_closes_is_ended_by_the_next() {
    let page = parse(
        URL,
        rss("<item><guid>1</guid><title>Satu</title><item><guid>2</guid><title>Dua</title></item>")
            .as_bytes(),
    )
    .unwrap();
    assert_eq!(page.posts.len(), 2);
    assert!(page.set_aside[0].reason.contains("not closed"));
}

#[test]
fn versions_and_namespaces_of_old_are_read() {
    let item = "<item><title>Satu</title><link>https://papanloker.example/1</link></item>";
    for body in [
        format!("<rss><channel><title>x</title>{item}</channel></rss>"),
        format!("<rss version='2.01'><channel><title>x</title>{item}</channel></rss>"),
        format!("<rss version='2.0' xmlns='http://backend.userland.com/rss2'><channel>{item}</channel></rss>"),
        format!("<rdf:RDF xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel><title>x</title></channel>{item}</rdf:RDF>"),
        format!("<br />\n<b>Warning</b>: galat<br />{}", rss(item)),
        "<feed xmlns='http://purl.org/atom/ns#' version='0.3'><title>x</title><entry>\
         <title>Satu</title><link rel='alternate' href='https://papanloker.example/1'/></entry></feed>"
            .to_owned(),
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>Satu</a:title>\
         <a:link href='https://papanloker.example/1'/></a:entry></a:feed>"
            .to_owned(),
        "<entry xmlns='http://www.w3.org/2005/Atom'><title>Satu</title>\
         <link href='https://papanloker.example/1'/></entry>"
            .to_owned(),
    ] {
        let page = parse(URL, body.as_bytes()).unwrap();
        let found: Vec<_> =
            page.posts.iter().map(|p| (p.title.as_deref(), &*p.key.native_id)).collect();
        assert_eq!(found, [(Some("Satu"), "https://papanloker.example/1")], "{body}");
    }
}

#[test]
fn undeclared_prefixes_are_understood() {
    let body = rss("<item><guid>1</guid><content:encoded><![CDATA[<p>Isi</p>]]></content:encoded>\
                    <dc:creator>Rekaan</dc:creator></item>");
    let page = parse(URL, body.as_bytes()).unwrap();
    assert_eq!(page.posts[0].text, "Isi");
    assert_eq!(page.posts[0].author.as_ref().unwrap().name.as_deref(), Some("Rekaan"));
}

#[test]
fn nothing_of_an_item_is_lost_on_the_way() {
    let item = "<item><guid>1</guid><dc:description>Isi</dc:description>\
        <author>https://sosial.example/@rekaan</author>\
        <media:content url='https://papanloker.example/a.jpg'><media:title>Poster</media:title>\
        </media:content></item>";
    let page = parse(URL, rss(item).as_bytes()).unwrap();
    let post = &page.posts[0];
    assert_eq!(post.text, "Isi");
    let author = post.author.as_ref().unwrap().name.as_deref();
    assert_eq!(author, Some("https://sosial.example/@rekaan"));
    assert_eq!(post.media[0].url.as_deref(), Some("https://papanloker.example/a.jpg"));
}

#[test]
fn an_item_twice_on_a_page_is_one_post() {
    let one = "<item><guid>1</guid><title>Satu</title></item>";
    let other = "<item><guid>1</guid><title>Lain</title></item>";
    let page = parse(URL, rss(&format!("{one}{one}{other}")).as_bytes()).unwrap();
    assert_eq!(page.posts.len(), 1);
    assert_eq!(page.posts[0].title.as_deref(), Some("Satu"));
    assert_eq!(page.set_aside.len(), 1);
}

#[test]
fn charsets_are_those_of_the_answer_or_the_declaration() {
    let body = "<?xml version='1.0' encoding='%'?><rss version='2.0'><channel><title>x</title>\
                <item><guid>1</guid><title>caf\u{e9}</title></item></channel></rss>";
    let latin: Vec<u8> =
        body.replace('%', "ISO-8859-1").chars().map(|c| u8::try_from(c).unwrap()).collect();
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(body.replace('%', "UTF-16").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    // A proxy transcoded it and left the declaration as it was.
    let transcoded = body.replace('%', "ISO-8859-1").into_bytes();
    for (content_type, bytes) in [
        ("text/xml", latin),
        ("application/rss+xml; charset=utf-8", transcoded),
        ("application/rss+xml", utf16),
        ("application/rss+xml", body.replace('%', "utf-8").into_bytes()),
    ] {
        let capture = capture(URL, &[("content-type", content_type)], &bytes);
        let page = feed(URL, 0).parse(&capture, Visit::at(None)).unwrap();
        assert_eq!(page.posts[0].title.as_deref(), Some("caf\u{e9}"), "{content_type}");
    }
}

/// Walks a feed of three older pages as the pipeline would, storing the cursor with every page.
#[test]
fn the_first_visit_walks_back_and_a_cut_off_one_goes_on() {
    let page_of = |number: u32| {
        let next = format!("<atom:link rel='next' href='/feed/?p={}'/>", number + 1);
        rss(&format!(
            "{}<item><guid>{number}</guid><title>Post {number}</title></item>",
            if number < 4 { next.as_str() } else { "" }
        ))
    };
    let number_of = |url: &Url| {
        url.query().map_or(1, |query| query.trim_start_matches("p=").parse::<u32>().unwrap())
    };
    let visit = |source: &dyn WebSource, mut cursor: Option<Cursor>, pages: usize| {
        let mut asked = Vec::new();
        let mut request = Some(source.begin(Visit::at(cursor.as_ref())).unwrap());
        while let Some(next) = request.filter(|_| asked.len() < pages) {
            asked.push(number_of(&next.url));
            let body = page_of(number_of(&next.url));
            let capture = capture(next.url.as_str(), &[], body.as_bytes());
            let page = source.parse(&capture, Visit::at(cursor.as_ref())).unwrap();
            cursor = page.cursor;
            request = page.next;
        }
        (asked, cursor)
    };
    let all = usize::MAX;
    let deep = feed(URL, 9);
    let (asked, cursor) = visit(&*deep, None, all);
    assert_eq!(asked, [1, 2, 3, 4]);
    assert_eq!(visit(&*deep, cursor, all).0, [1], "afterwards only what is new");

    let (asked, cursor) = visit(&*deep, None, 2);
    assert_eq!(asked, [1, 2]);
    let (asked, cursor) = visit(&*deep, cursor, all);
    assert_eq!(asked, [3, 4], "a visit cut off goes on");
    assert_eq!(visit(&*deep, cursor, all).0, [1]);

    let (asked, cursor) = visit(&*feed(URL, 1), None, all);
    assert_eq!(asked, [1, 2], "as far as the config says");
    assert_eq!(visit(&*feed(URL, 1), cursor.clone(), all).0, [1]);
    assert_eq!(visit(&*deep, cursor.clone(), all).0, [3, 4], "the config says more now");
    let elsewhere = feed("https://papanloker.example/lain/", 1);
    assert_eq!(
        elsewhere.begin(Visit::at(cursor.as_ref())).unwrap().url.as_str(),
        "https://papanloker.example/lain/",
        "another feed under the same name starts anew"
    );
    assert_eq!(visit(&*feed(URL, 0), None, all).0, [1]);
}

#[test]
fn an_older_page_that_is_none_ends_the_walk() {
    let source = feed(URL, 9);
    let first = rss("<atom:link rel='next' href='/feed/?p=2'/>");
    let page = source.parse(&capture(URL, &[], first.as_bytes()), Visit::at(None)).unwrap();
    let next = page.next.unwrap();
    let gone = capture(next.url.as_str(), &[], b"<html><title>404</title></html>");
    let page = source.parse(&gone, Visit::at(page.cursor.as_ref())).unwrap();
    assert!(page.next.is_none() && page.set_aside[0].reason.contains("HTML page"));
    assert_eq!(source.begin(Visit::at(page.cursor.as_ref())).unwrap().url.as_str(), URL);
}

#[test]
fn no_feed_leads_the_walk_elsewhere() {
    for href in ["https://lain.example/feed", "http://127.0.0.1/", URL, "file:///etc/passwd"] {
        let body = rss(&format!("<atom:link rel='next' href='{href}'/>"));
        let page =
            feed(URL, 9).parse(&capture(URL, &[], body.as_bytes()), Visit::at(None)).unwrap();
        assert!(page.next.is_none(), "{href}");
    }
}

#[test]
fn the_bounds_are_the_configs_or_usual_ones() {
    assert_eq!(feed(URL, 0).interval(), (900, 43_200));
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let bounded = Given { every: seconds(60), slowest: seconds(600), ..given() };
    let source = open(URL, 0, &bounded).unwrap();
    assert_eq!(source.interval(), (60, 600));
    let body = rss("<item><guid>1</guid><pubDate>Wed, 01 Jul 2026 00:00:00 GMT</pubDate></item>");
    let after = |headers: &[(&str, &str)]| {
        source
            .parse(&capture(URL, headers, body.as_bytes()), Visit::at(None))
            .unwrap()
            .revisit_after
    };
    assert_eq!(after(&[]), Some(600));
    assert_eq!(after(&[("cache-control", "max-age=7200")]), Some(7_200));
}

#[test]
fn an_address_that_is_none_of_the_web_is_refused() {
    for url in ["ftp://papanloker.example/feed", "file:///feed.xml", "mailto:a@b.example"] {
        let error = open(url, 0, &given()).err().unwrap();
        assert_eq!(error.key, "url");
        assert!(error.reason.contains("https://"), "{}", error.reason);
    }
}

#[test]
fn large_and_hostile_feeds_are_read_in_time() {
    let prose = "Dibutuhkan operator gudang, <b>gaji</b> 5 jt. ".repeat(80);
    let items = |count: usize, item: &str| rss(&item.repeat(count));
    let deep = "<div>".repeat(100_000);
    for (what, body) in [
        (
            "large",
            items(
                5_000,
                &format!(
                    "<item><title>Satu</title><description><![CDATA[{prose}]]></description></item>"
                ),
            ),
        ),
        (
            "unescaped",
            items(
                2_000,
                &format!("<item><title>Satu</title><description>{prose}</description></item>"),
            ),
        ),
        ("many", items(300_000, "<item/>")),
        ("broken", items(5_000, "<item><title>A & B</title><x></item>")),
        ("deep", items(1, &format!("<item><description>{deep}</description></item>"))),
        (
            "deep XHTML",
            format!(
                "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>{deep}{}</content></entry></feed>",
                "</div>".repeat(100_000)
            ),
        ),
        ("declarations", format!("<rss {}><channel/></rss>", "xmlns:a='b' ".repeat(100_000))),
        (
            "JSON",
            format!(
                r#"{{"version":"https://jsonfeed.org/version/1","items":[{}{{}}]}}"#,
                r#"{"id":1,"content_html":"a<b>c"},"#.repeat(100_000)
            ),
        ),
        (
            "deep JSON",
            format!(
                r#"{{"version":"https://jsonfeed.org/version/1","x":{}"#,
                "[".repeat(1_000_000)
            ),
        ),
        (
            "deep JSON item",
            format!(
                r#"{{"version":"https://jsonfeed.org/version/1","items":[{}"#,
                "[".repeat(1_000_000)
            ),
        ),
    ] {
        let start = std::time::Instant::now();
        let read = parse(URL, body.as_bytes());
        let took = start.elapsed();
        eprintln!(
            "{what}: {} KiB in {took:?}: {:?}",
            body.len() >> 10,
            read.map(|page| (page.posts.len(), page.set_aside.len())).map_err(|it| it.reason)
        );
        assert!(took.as_secs() < 20, "{what}: {took:?}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config {
        failure_persistence: None,
        ..proptest::test_runner::Config::default()
    })]

    #[test]
    fn whatever_comes_is_read_or_refused(
        parts in proptest::collection::vec(0..PARTS.len(), 0..40),
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..20),
        at in 0..40_usize,
    ) {
        let mut body: Vec<u8> = b"<rss version='2.0'><channel>".to_vec();
        for (index, part) in parts.iter().enumerate() {
            if index == at {
                body.extend(&bytes);
            }
            body.extend(PARTS[*part].as_bytes());
        }
        let _ = parse(URL, &body);
        let _ = parse(URL, &body[28..]);
    }
}

/// What feeds are made of, whole and broken.
const PARTS: &[&str] = &[
    "<item>",
    "</item>",
    "<title>",
    "</title>",
    "<description>",
    "</description>",
    "<![CDATA[",
    "]]>",
    "<guid>1</guid>",
    "<link>https://papanloker.example/1</link>",
    "<item/>",
    "&",
    "&amp;",
    "<!--",
    "-->",
    "<p>",
    "</p>",
    "\u{e9}",
    "<pubDate>Sen, 1 Mei 2026 09.00 WIB</pubDate>",
    "<a '",
    "<feed xmlns='http://www.w3.org/2005/Atom'>",
    "</feed>",
    "<entry>",
    "</entry>",
    "</channel>",
    "<content type='xhtml'>",
    "</content>",
    "</rss>",
    "{\"items\":[{}",
    "{\"id\":1},",
    "]}",
    "<",
    "<author>\u{201c}a@b.example\u{201d}</author>",
    "<dc:description>",
    "</dc:description>",
];

/// Every real feed of the shared fixtures, and each of them cut short at many places.
#[test]
fn every_real_feed_is_read_or_refused_with_a_reason() {
    let Some(folder) = shared::shared("fixtures/feeds/feed-rs") else { return };
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| std::fs::read_dir(entry.unwrap().path()).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.to_string_lossy().ends_with(".serde.json"))
        .collect();
    files.sort();
    let (mut read, mut posts, mut aside, mut refused) = (0, 0, 0, 0);
    for path in &files {
        let name = path.strip_prefix(&folder).unwrap().display();
        let body = std::fs::read(path).unwrap();
        match parse("https://umpan.example/feed", &body) {
            Ok(page) => {
                let lost = page.set_aside.iter().filter(|it| !it.reason.contains("mending"));
                let found = page.posts.len() + lost.count();
                if let Some(expected) = expected(path) {
                    assert!(found >= expected.entries, "{name}: {found} of {expected:?}");
                    let count =
                        |has: fn(&Post) -> bool| page.posts.iter().filter(|post| has(post)).count();
                    assert!(count(|it| it.title.is_some()) >= expected.titles, "{name}");
                    assert!(
                        count(|it| !it.text.is_empty()) >= expected.texts,
                        "{name}: {expected:?}"
                    );
                    assert!(count(|it| it.created_at.is_some()) >= expected.dates, "{name}");
                    assert!(count(|it| it.author.is_some()) >= expected.authors, "{name}");
                    assert!(count(|it| !it.media.is_empty()) >= expected.media, "{name}");
                }
                let late: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
                assert!(page.posts.iter().filter_map(|it| it.created_at).all(|it| it < late));
                for it in &page.set_aside {
                    eprintln!("{name}: set aside {}: {}", it.place, it.reason);
                }
                read += 1;
                posts += page.posts.len();
                aside += page.set_aside.len();
            }
            Err(error) => {
                eprintln!("{name}: {error}");
                assert!(!error.reason.is_empty());
                refused += 1;
            }
        }
        for part in 1..20 {
            let _ = parse("https://umpan.example/feed", &body[..body.len() * part / 20]);
        }
    }
    eprintln!(
        "{} feeds: {read} read ({posts} posts, {aside} set aside), {refused} refused",
        files.len()
    );
    assert!(read >= 60, "{read} of {}", files.len());
}

/// What `feed-rs` expects of its own fixture: how many entries have what.
#[derive(Debug)]
struct Expected {
    entries: usize,
    titles: usize,
    texts: usize,
    dates: usize,
    authors: usize,
    media: usize,
}

fn expected(path: &Path) -> Option<Expected> {
    let json = std::fs::read(path.with_extension("serde.json")).ok()?;
    let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let entries = value.get("entries")?.as_array()?;
    let count = |has: &dyn Fn(&serde_json::Value) -> bool| {
        entries.iter().filter(|entry| has(entry)).count()
    };
    let is_text = |text: &serde_json::Value| {
        // Letters outside of tags: a body of nothing but a picture has no text.
        let outside =
            text.as_str().unwrap_or("").split('<').map(|part| match part.split_once('>') {
                Some((_, after)) => after,
                None => part,
            });
        outside.collect::<String>().chars().any(char::is_alphanumeric)
    };
    Some(Expected {
        entries: entries.len(),
        titles: count(&|it| is_text(&it["title"]["content"])),
        texts: count(&|it| is_text(&it["content"]["body"]) || is_text(&it["summary"]["content"])),
        dates: count(&|it| !it["published"].is_null() || !it["updated"].is_null()),
        authors: count(&|it| it["authors"].as_array().is_some_and(|them| !them.is_empty())),
        media: count(&|it| {
            let media = it["media"].as_array().into_iter().flatten();
            media
                .filter_map(|it| it["content"].as_array())
                .flatten()
                .any(|it| it["url"].is_string())
        }),
    })
}

/// YouTube's feeds answer 404 and 500 for hours to channels that are well: nothing is concluded.
#[test]
fn false_alarms_of_youtube_are_doubted_and_no_others() {
    let feed_of = "feeds/videos.xml?channel_id=UCcontoh0000000000000001";
    for (url, status, doubted) in [
        (format!("https://www.youtube.com/{feed_of}"), 404, true),
        (format!("https://www.youtube.com/{feed_of}"), 500, true),
        (format!("https://youtube.com/{feed_of}"), 503, true),
        (format!("https://www.youtube.com/{feed_of}"), 403, false),
        (format!("https://bukanyoutube.com/{feed_of}"), 404, false),
        ("https://www.youtube.com/watch?v=x".to_owned(), 404, false),
        ("https://kabar.example/feed".to_owned(), 404, false),
    ] {
        assert_eq!(feed(&url, 0).doubts(status), doubted, "{url} {status}");
    }
}
