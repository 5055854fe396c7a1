//! Pages by selectors and sites by their sitemap, as the pipeline drives them: golden pages, what is
//! broken, what is fetched again and what is not, and walks cut off at every page.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use url::Url;
use waspada::fetch::{BlockReason, Capture, TransientReason};
use waspada::post::{PostKind, Sha256};
use waspada::sources::{
    Cursor, Door, Given, IfMissed, IfUnchanged, Missed, OpenError, Page, Settings, Visit, WebSource,
};

fn open(kind: &str, settings: &str) -> Result<Box<dyn WebSource>, OpenError> {
    struct Toml<'a>(&'a str);
    impl waspada::sources::ReadSettings for Toml<'_> {
        fn read<T: serde::de::DeserializeOwned>(self) -> Option<T> {
            Some(toml::from_str(self.0).unwrap())
        }
    }
    let given = Given { name: "situs".into(), folder: PathBuf::new(), every: None, slowest: None };
    Settings::read(kind, Toml(settings)).unwrap().unwrap().open(&given).map(|door| match door {
        Door::Web(source) => source,
        _ => panic!("a site comes over HTTP"),
    })
}

fn capture(url: &Url, headers: &[(&str, &str)], body: &[u8]) -> Capture {
    Capture {
        final_url: url.clone(),
        url: url.clone(),
        status: Some(200),
        fetched_at: "2026-07-02T05:00:00Z".parse().unwrap(),
        headers: headers.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
        body: body.to_vec().into(),
        sha256: Sha256::of(body),
    }
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/site").join(name)).unwrap()
}

fn front(source: &dyn WebSource) -> Url {
    source.begin(Visit::at(None)).unwrap().url
}

/// Reads a body as the first page of a source.
fn first(source: &dyn WebSource, headers: &[(&str, &str)], body: &[u8]) -> Page {
    source.parse(&capture(&front(source), headers, body), Visit::at(None)).unwrap()
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
    writeln!(out, "ignored: {}, next: {next:?}", page.ignored).unwrap();
    out
}

const LIST: &str = "url = 'https://infokerja.example/loker/'\nitem = 'article.loker'\n\
    link = 'h2 a@href'\ntitle = 'h2'\ntext = '.isi'\ndate = '.tgl'\nauthor = '.oleh'\n\
    next = 'a[rel=next]'\n";

#[test]
fn golden_pages() {
    let list = open("page", &format!("{LIST}backfill_pages = 1")).unwrap();
    insta::assert_snapshot!("list", written(&first(&*list, &[], &fixture("daftar.html"))));
    for (name, url) in [
        ("lowongan-ld.html", "https://papankerja.example/lowongan/admin-live-chat?utm_source=x"),
        ("artikel.html", "https://kabar.example/2026/kapal"),
    ] {
        let source = open("page", &format!("url = '{url}'")).unwrap();
        insta::assert_snapshot!(name, written(&first(&*source, &[], &fixture(name))));
    }
}

#[test]
fn what_each_selector_finds_is_shown() {
    let list = open("page", LIST).unwrap();
    let body = fixture("daftar.html");
    let found = list.findings(&capture(&front(&*list), &[], &body));
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.key, it.found, it.first.first().map_or("", |first| first)))
        .collect();
    assert_eq!(
        found,
        [
            (
                "item",
                4,
                "Operator Poipet, gaji 12jt 3 jam lalu Admin Rekaan Dicari operator komputer di Poipet. Gaji 9-12jt, makan dan mess ditan…"
            ),
            ("link", 2, "/2026/07/operator-poipet.html"),
            ("title", 3, "Operator Poipet, gaji 12jt"),
            (
                "text",
                3,
                "Dicari operator komputer di Poipet. Gaji 9-12jt, makan dan mess ditanggung. WA 0812-0000-0002"
            ),
            ("date", 3, "3 jam lalu"),
            ("author", 1, "Admin Rekaan"),
            ("next", 1, "?hal=2"),
        ]
    );
}

#[test]
fn settings_that_cannot_be_are_told() {
    let url = "url = 'https://contoh.example/'\n";
    for (kind, settings, key) in [
        ("page", "url = 'ftp://contoh.example/'".to_owned(), "url"),
        ("page", format!("{url}item = 'div..x'"), "item"),
        ("page", format!("{url}title = 'h1['"), "title"),
        ("page", format!("{url}link = 'a'"), "link"),
        ("page", format!("{url}follow = true"), "follow"),
        ("page", format!("{url}pages = 0"), "pages"),
        ("sitemap", "url = 'file:///sitemap.xml'".to_owned(), "url"),
        ("sitemap", format!("{url}text = ''"), "text"),
        ("sitemap", format!("{url}include = ['loker']"), "include"),
        ("sitemap", format!("{url}pages = 99999"), "pages"),
    ] {
        let error = open(kind, &settings).err().unwrap_or_else(|| panic!("{settings}"));
        assert_eq!(error.key, key, "{settings}: {}", error.reason);
    }
}

#[test]
fn a_page_that_asks_not_to_be_kept_is_not() {
    let url = "url = 'https://kabar.example/2026/kapal'\n";
    let body = fixture("artikel.html");
    for (settings, headers, posts, ignored) in [
        ("", &[][..], 1, 0),
        ("", &[("x-robots-tag", "noindex")], 0, 1),
        ("obey_noindex = false", &[("x-robots-tag", "noindex")], 1, 0),
        ("", &[("x-robots-tag", "googlebot: noindex")], 1, 0),
    ] {
        let source = open("page", &format!("{url}{settings}")).unwrap();
        let page = first(&*source, headers, &body);
        assert_eq!((page.posts.len(), page.ignored), (posts, ignored), "{settings} {headers:?}");
    }
}

#[test]
fn of_a_list_that_asks_not_to_be_kept_only_the_links_are_followed() {
    let quiet = [("x-robots-tag", "noindex")];
    let item = "<article class=loker><h2><a href='/1'>Loker</a></h2></article>";
    let empty = "<article class=loker></article>";
    let ad = "<script type='application/ld+json'>{\"@type\":\"JobPosting\" : }</script>";
    let following = format!("{LIST}follow = true\n");
    for (settings, body, ignored, next) in [
        (LIST, format!("{item}{empty}{ad}"), 3, None),
        (LIST, "<p>Segera kembali</p>".to_owned(), 1, None),
        (&following, format!("{item}{ad}"), 1, Some("https://infokerja.example/1")),
        (&following, "<p>Segera kembali</p>".to_owned(), 1, None),
    ] {
        let page = first(&*open("page", settings).unwrap(), &quiet, body.as_bytes());
        assert_eq!((page.posts.len(), page.set_aside.len()), (0, 0), "{body}");
        assert_eq!(page.ignored, ignored, "{body}");
        assert_eq!(page.next.as_ref().map(|next| next.url.as_str()), next, "{body}");
    }
}

#[test]
fn what_is_no_page_of_the_source_is_told() {
    let list = open("page", LIST).unwrap();
    let single = open("page", "url = 'https://kabar.example/a'\ntext = '.isi'").unwrap();
    for (source, kind, body, reason) in [
        (&list, "text/html", "<p>Segera kembali</p>", "`item` finds nothing"),
        (&list, "application/json", "{}", "found `application/json`"),
        (&single, "text/html", "<p>Segera kembali</p>", "`text` finds nothing"),
        (&single, "text/html", &"<b>".repeat(100_000), "beyond all reason"),
    ] {
        let capture = capture(&front(&**source), &[("content-type", kind)], body.as_bytes());
        let error = source.parse(&capture, Visit::at(None)).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
}

/// A site made up of addresses and bodies, visited as the pipeline would: conditionally where the
/// source says so, with the cursor stored after every page.
#[derive(Default)]
struct Site {
    pages: BTreeMap<String, String>,
    /// The bodies read before, for "not modified".
    known: BTreeMap<String, String>,
    cursor: Option<Cursor>,
    /// What the last visit asked for: `=` before what was as before, `!` before what failed.
    asked: Vec<String>,
    /// Posts read so far, by id, with how often.
    posts: BTreeMap<String, u32>,
    set_aside: Vec<String>,
    failed: Option<String>,
}

impl Site {
    fn put(&mut self, path: &str, body: impl Into<String>) {
        self.pages.insert(path.to_owned(), body.into());
    }

    /// Visits until the source is content, or for this many pages.
    fn visit(&mut self, source: &dyn WebSource, pages: usize) -> &[String] {
        self.asked.clear();
        self.failed = None;
        let mut request = source.begin(Visit::at(self.cursor.as_ref())).unwrap();
        for _ in 0..pages {
            let path = request.url[url::Position::BeforePath..].to_owned();
            let visit = Visit::at(self.cursor.as_ref());
            let conditional = source.if_unchanged(&request, visit);
            let page = match self.pages.get(&path) {
                Some(body) if body.starts_with('!') => {
                    self.asked.push(format!("!{path}"));
                    let missed = match &body[1..] {
                        "503" => Missed::Transient(TransientReason::Status(503)),
                        status => Missed::Blocked(BlockReason::Status(status.parse().unwrap())),
                    };
                    match source.if_missed(&request, &missed, visit) {
                        IfMissed::GoesOn(page) => *page,
                        IfMissed::Ends(page) => {
                            self.set_aside.extend(page.set_aside.into_iter().map(|it| it.reason));
                            self.cursor = page.cursor.or(self.cursor.take());
                            self.failed = Some(path);
                            break;
                        }
                        IfMissed::Fails | IfMissed::Waits => {
                            self.failed = Some(path);
                            break;
                        }
                    }
                }
                Some(body) => match conditional {
                    IfUnchanged::GoesOn(page) if self.known.get(&path) == Some(body) => {
                        self.asked.push(format!("={path}"));
                        *page
                    }
                    _ => {
                        self.asked.push(path.clone());
                        let capture = capture(&request.url, &[], body.as_bytes());
                        let page = source.parse(&capture, visit).unwrap();
                        let cursor = page.cursor.as_ref().or(self.cursor.as_ref());
                        if matches!(
                            source.if_unchanged(&request, Visit::at(cursor)),
                            IfUnchanged::GoesOn(_)
                        ) {
                            self.known.insert(path, body.clone());
                        }
                        page
                    }
                },
                None => panic!("nothing is served at {path}"),
            };
            for post in &page.posts {
                *self.posts.entry(post.key.native_id.clone()).or_default() += 1;
            }
            self.set_aside.extend(page.set_aside.iter().map(|it| it.reason.clone()));
            self.cursor = page.cursor.or(self.cursor.take());
            match page.next {
                Some(next) => request = next,
                None => break,
            }
        }
        &self.asked
    }
}

fn urlset(entries: &[(&str, &str)]) -> String {
    let mut out = String::from(
        "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:image='x'>",
    );
    for (path, lastmod) in entries {
        write!(out, "<url><image:image><image:loc>https://cdn.example/a.jpg</image:loc></image:image><loc>https://situs.example{path}</loc>").unwrap();
        if !lastmod.is_empty() {
            write!(out, "<lastmod>{lastmod}</lastmod>").unwrap();
        }
        out.push_str("</url>");
    }
    out + "</urlset>"
}

fn index(entries: &[(&str, &str)]) -> String {
    urlset(entries).replace("urlset", "sitemapindex").replace("url>", "sitemap>")
}

fn article(text: &str) -> String {
    format!("<title>{text}</title><article><p>{text}</article>")
}

const MAP: &str = "url = 'https://situs.example/sitemap.xml'\n";

#[test]
fn what_changed_is_fetched_and_nothing_else() {
    let source = open("sitemap", &format!("{MAP}exclude = ['/tag/']")).unwrap();
    let mut site = Site::default();
    let entries =
        [("/b", "2026-07-02"), ("/a", "2026-07-01"), ("/tag/x", "2026-07-01"), ("/c", "")];
    site.put("/sitemap.xml", urlset(&entries));
    for path in ["/a", "/b", "/c", "/d"] {
        site.put(path, article(path));
    }
    let all = usize::MAX;
    assert_eq!(site.visit(&*source, all), ["/sitemap.xml", "/c", "/a", "/b"], "oldest first");
    assert_eq!(site.visit(&*source, all), ["=/sitemap.xml"]);
    // One changed, one is new although its date is old, one changed its date and nothing else.
    let entries = [
        ("/a", "2026-07-03"),
        ("/b", "2026-07-04"),
        ("/c", ""),
        ("/d", "2026-01-01"),
        ("/tag/x", "2026-07-09"),
    ];
    site.put("/sitemap.xml", urlset(&entries));
    site.put("/b", article("b lagi"));
    assert_eq!(site.visit(&*source, all), ["/sitemap.xml", "/d", "=/a", "/b"]);
    assert_eq!(site.visit(&*source, all), ["=/sitemap.xml"]);
    assert_eq!(site.posts["https://situs.example/b"], 2);
    assert!(site.set_aside.is_empty(), "{:?}", site.set_aside);
}

#[test]
fn no_visit_fetches_more_than_it_may_and_the_rest_comes_later() {
    let source = open("sitemap", &format!("{MAP}pages = 4")).unwrap();
    let mut site = Site::default();
    let paths: Vec<String> = (10..20).map(|number| format!("/{number}")).collect();
    let entries: Vec<_> = paths.iter().map(|path| (path.as_str(), "2026-07-01")).collect();
    site.put("/sitemap.xml", urlset(&entries));
    for path in &paths {
        site.put(path, article(path));
    }
    let mut visits = Vec::new();
    for _ in 0..5 {
        visits.push(site.visit(&*source, usize::MAX).join(" "));
    }
    assert_eq!(
        visits,
        [
            "/sitemap.xml /10 /11 /12",
            "/sitemap.xml /13 /14 /15",
            "/sitemap.xml /16 /17 /18",
            "/sitemap.xml /19",
            "=/sitemap.xml",
        ]
    );
}

/// Whatever page a visit is cut off at, the visits after it read every page once.
#[test]
fn a_visit_cut_off_anywhere_loses_nothing_and_repeats_nothing() {
    for pages in [2, 3, 50] {
        let source = open("sitemap", &format!("{MAP}pages = {pages}")).unwrap();
        for cut in 1..12 {
            let mut site = Site::default();
            site.put("/sitemap.xml", index(&[("/1.xml", "2026-07-01"), ("/2.xml", "")]));
            site.put("/1.xml", urlset(&[("/a", "2026-07-01"), ("/b", "2026-06-01")]));
            site.put("/2.xml", urlset(&[("/c", "2026-07-01"), ("/d", ""), ("/e", "")]));
            for path in ["/a", "/b", "/c", "/d", "/e"] {
                site.put(path, article(path));
            }
            site.visit(&*source, cut);
            for _ in 0..12 {
                site.visit(&*source, usize::MAX);
                assert!(site.asked.len() <= pages.max(2), "{pages}: {:?}", site.asked);
            }
            let counts: Vec<_> = site.posts.values().collect();
            assert_eq!(counts, [&1; 5], "pages {pages}, cut at {cut}");
            // The index says when the first file changed, and nothing of the second.
            let mut again = site.visit(&*source, usize::MAX).to_vec();
            again.sort_unstable();
            assert_eq!(again, ["=/2.xml", "=/sitemap.xml"], "pages {pages}, cut at {cut}");
        }
    }
}

#[test]
fn a_page_that_cannot_be_had_takes_no_other_along() {
    let source = open("sitemap", MAP).unwrap();
    let mut site = Site::default();
    let paths = ["/a", "/b", "/c", "/d"];
    site.put("/sitemap.xml", urlset(&paths.map(|path| (path, "2026-07-01"))));
    for path in paths {
        site.put(path, article(path));
    }
    site.put("/a", "!404");
    site.put("/b", "!503");
    let all = usize::MAX;
    assert_eq!(site.visit(&*source, all), ["/sitemap.xml", "!/a", "!/b", "/c", "/d"]);
    assert_eq!(site.visit(&*source, all), ["!/b", "=/sitemap.xml"]);
    assert_eq!(site.visit(&*source, all), ["!/b", "=/sitemap.xml"]);
    assert_eq!(
        site.set_aside,
        [
            "the page cannot be had: the server answered 404",
            "the page cannot be had: the server answered 503"
        ]
    );
    assert_eq!(site.visit(&*source, all), ["=/sitemap.xml"]);
    site.put("/sitemap.xml", urlset(&[("/a", "2026-07-05"), ("/b", "2026-07-01")]));
    site.put("/a", article("kembali"));
    assert_eq!(site.visit(&*source, all), ["/sitemap.xml", "/a"], "asked again once it changed");
}

#[test]
fn a_site_in_trouble_ends_the_visit_where_it_stands() {
    let source = open("sitemap", MAP).unwrap();
    for status in ["!401", "!403"] {
        let mut site = Site::default();
        let paths: Vec<String> = (10..30).map(|number| format!("/{number}")).collect();
        let entries: Vec<_> = paths.iter().map(|path| (path.as_str(), "")).collect();
        site.put("/sitemap.xml", urlset(&entries));
        for path in &paths {
            site.put(path, status);
        }
        site.visit(&*source, usize::MAX);
        assert!(site.failed.is_some() && site.asked.len() <= 7, "{:?}", site.asked);
        for path in &paths {
            site.put(path, article(path));
        }
        site.visit(&*source, usize::MAX);
        assert!(site.posts.len() >= 15, "{status}: {:?}", site.asked);
    }
}

/// What never answers holds up neither the pages after it nor the front.
#[test]
fn dead_pages_stall_no_site() {
    let all = usize::MAX;
    let list = "url = 'https://situs.example/loker'\nitem = 'li'\nfollow = true";
    for (kind, settings, front) in [("sitemap", MAP, "/sitemap.xml"), ("page", list, "/loker")] {
        let source = open(kind, settings).unwrap();
        let paths: Vec<String> = (10..30).map(|number| format!("/{number}")).collect();
        for (dead, status, good) in
            [(8, "!404", 12), (8, "!410", 12), (1, "!401", 19), (2, "!451", 18)]
        {
            let mut site = Site::default();
            let entries: Vec<_> = paths.iter().map(|path| (path.as_str(), "")).collect();
            let items = paths.iter().rev().map(|path| format!("<li><a href='{path}'>x</a>"));
            let body = if kind == "page" { items.collect() } else { urlset(&entries) };
            site.put(front, body);
            for (number, path) in paths.iter().enumerate() {
                site.put(path, if number < dead { status.into() } else { article(path) });
            }
            let mut fronts = 0;
            for _ in 0..10 {
                let asked = site.visit(&*source, all);
                fronts += asked.iter().filter(|it| it.trim_start_matches('=') == front).count();
            }
            assert_eq!(site.posts.len(), good, "{kind} {status}: {:?}", site.posts);
            assert_eq!(site.set_aside.len(), dead, "{kind} {status}: {:?}", site.set_aside);
            assert!(fronts > 3 && site.failed.is_none(), "{kind} {status}: {fronts}");
            if matches!(status, "!404" | "!410") {
                assert_eq!(fronts, 10, "{kind}: pages that are gone end no visit");
            }
        }
    }
}

#[test]
fn an_older_part_of_a_list_that_never_answers_is_given_up() {
    let item =
        |path: &str| format!("<article class=loker><h2><a href='{path}'>{path}</a></h2></article>");
    let source = open("page", &format!("{LIST}backfill_pages = 3")).unwrap();
    let mut site = Site::default();
    site.put("/loker/", item("/a") + "<a rel=next href='?hal=2'>lagi</a>");
    site.put("/loker/?hal=2", "!503");
    let all = usize::MAX;
    assert_eq!(site.visit(&*source, all), ["/loker/", "!/loker/?hal=2"]);
    assert_eq!(site.visit(&*source, all), ["!/loker/?hal=2"]);
    site.put("/loker/", item("/b"));
    assert_eq!(site.visit(&*source, all), ["!/loker/?hal=2", "/loker/"]);
    assert_eq!(site.set_aside, ["the older page cannot be had: the server answered 503"]);
    assert_eq!(site.posts.len(), 2, "{:?}", site.posts);
}

#[test]
fn files_of_every_kind_are_read_and_others_told() {
    let source = open("sitemap", MAP).unwrap();
    let xml = urlset(&[("/a?x=1&amp;y=2", "2026-07-01T09:00:00+07:00")]);
    let cdata = xml.replace("<loc>", "<loc> <![CDATA[").replace("</loc>", "]]></loc>");
    let cdata = cdata.replace("&amp;", "&");
    let prefixed =
        "<s:urlset xmlns:s='x'><s:url><s:loc>https://situs.example/a</s:loc></s:url></s:urlset>";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(xml.as_bytes()).unwrap();
    for (what, body, next) in [
        ("XML", xml.as_bytes(), "https://situs.example/a?x=1&y=2"),
        ("gzip", &packed.finish().unwrap(), "https://situs.example/a?x=1&y=2"),
        ("CDATA", cdata.as_bytes(), "https://situs.example/a?x=1&y=2"),
        ("prefix", prefixed.as_bytes(), "https://situs.example/a"),
        (
            "lines",
            b"https://situs.example/a\n\nhttps://situs.example/a\n",
            "https://situs.example/a",
        ),
    ] {
        let page = first(&*source, &[], body);
        assert_eq!(page.next.unwrap().url.as_str(), next, "{what}");
        assert!(page.set_aside.is_empty(), "{what}");
    }
    let empty = first(&*source, &[], urlset(&[]).as_bytes());
    assert!(empty.next.is_none());
    for (body, reason) in [
        ("", "neither XML nor addresses"),
        ("<html><title>404</title>", "a document of <html>"),
        ("\u{1f}", "neither XML"),
    ] {
        let capture = capture(&front(&*source), &[], body.as_bytes());
        let error = source.parse(&capture, Visit::at(None)).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn no_sitemap_leads_elsewhere_and_none_has_no_end() {
    let source = open("sitemap", MAP).unwrap();
    let elsewhere = urlset(&[("/a", "")]).replace(
        "https://situs.example/a",
        "https://lain.example/a</loc><loc>https://situs.example/b",
    );
    let page = first(&*source, &[], elsewhere.as_bytes());
    assert!(page.next.is_none() && page.set_aside[0].reason.contains("not of this site"));

    let paths: Vec<String> = (0..50_010).map(|number| format!("/{number}")).collect();
    let entries: Vec<_> = paths.iter().map(|path| (path.as_str(), "2026-07-01")).collect();
    let page = first(&*source, &[], urlset(&entries).as_bytes());
    assert!(page.set_aside[0].reason.contains("more than 50000 addresses; 10 were not read"));
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..60 {
        bomb.write_all(&zeros).unwrap();
    }
    let url = front(&*source);
    let error =
        source.parse(&capture(&url, &[], &bomb.finish().unwrap()), Visit::at(None)).unwrap_err();
    assert!(error.to_string().contains("larger than"), "{error}");
}

#[test]
fn a_list_is_walked_back_only_as_far_as_it_holds_something_new() {
    let item = |number: u32| {
        format!(
            "<article class=loker><h2><a href='/{number}'>Loker {number}</a></h2><div class=isi>isi</div></article>"
        )
    };
    let list = |numbers: std::ops::Range<u32>, next: &str| {
        let items: String = numbers.rev().map(item).collect();
        format!("{items}<a rel=next href='{next}'>lagi</a>")
    };
    let source = open("page", &format!("{LIST}backfill_pages = 1")).unwrap();
    let mut site = Site::default();
    site.put("/loker/", list(7..10, "?hal=2"));
    site.put("/loker/?hal=2", list(4..7, "?hal=3"));
    site.put("/loker/?hal=3", list(1..4, "?hal=4"));
    let all = usize::MAX;
    assert_eq!(site.visit(&*source, all), ["/loker/", "/loker/?hal=2"], "as the config says");
    assert_eq!(site.visit(&*source, all), ["=/loker/"]);
    site.put("/loker/", list(12..15, "?hal=2"));
    site.put("/loker/?hal=2", list(9..12, "?hal=3"));
    site.put("/loker/?hal=3", list(6..9, "?hal=4"));
    assert_eq!(
        site.visit(&*source, all),
        ["/loker/", "/loker/?hal=2", "/loker/?hal=3"],
        "until a page holds nothing new"
    );
    assert_eq!(site.posts.len(), 11);
    let other = open("page", &LIST.replace(".isi", "div")).unwrap();
    assert_eq!(
        site.visit(&*other, all),
        ["/loker/"],
        "other selectors: what is known counts no more"
    );
}

#[test]
fn pages_a_list_leads_to_are_read_once() {
    let settings = "url = 'https://situs.example/loker'\nitem = 'li'\nfollow = true\n\
        next = '.lanjut'\nbackfill_pages = 5\npages = 4";
    let source = open("page", settings).unwrap();
    let list = |numbers: &[u32], next: &str| {
        let items: String = numbers
            .iter()
            .map(|it| format!("<li><a href=/{it}>x</a><li><a href=//lain.example/>y</a>"))
            .collect();
        format!("<ul>{items}</ul>{next}")
    };
    let mut site = Site::default();
    site.put("/loker", list(&[6, 5, 4], "<a class=lanjut href='?p=2'>"));
    site.put("/loker?p=2", list(&[4, 3, 2], ""));
    for number in 2..10 {
        site.put(&format!("/{number}"), article(&number.to_string()));
    }
    let all = usize::MAX;
    assert_eq!(site.visit(&*source, all), ["/loker", "/4", "/5", "/6"]);
    assert_eq!(site.visit(&*source, all), ["/loker?p=2", "/2", "/3", "=/loker"]);
    assert_eq!(site.visit(&*source, all), ["=/loker"]);
    site.put("/loker", list(&[9, 8, 7, 6], "<a class=lanjut href='?p=2'>"));
    site.put("/8", "!404");
    assert_eq!(site.visit(&*source, all), ["/loker", "/7", "!/8", "/9"]);
    assert_eq!(site.visit(&*source, all), ["/loker?p=2", "=/loker"]);
    assert_eq!(site.visit(&*source, all), ["=/loker"]);
    assert!(site.posts.values().all(|count| *count == 1), "{:?}", site.posts);
    assert_eq!(site.posts.len(), 7);
}

#[test]
fn ads_of_a_list_are_read_where_the_list_has_them() {
    let source = open("page", "url = 'https://papankerja.example/lowongan'\nitem = 'nav'").unwrap();
    let page = first(&*source, &[], &fixture("lowongan-ld.html"));
    let kinds: Vec<_> = page.posts.iter().map(|post| post.kind).collect();
    assert_eq!(kinds, [PostKind::JobPosting, PostKind::Post]);
}
