//! Blogs that can be searched, as the pipeline drives them: what is asked for and in which order, what
//! is read, and how far back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::{Path, PathBuf};

use url::Url;
use waspada::engine::SearchTerms;
use waspada::fetch::{BlockReason, Capture, TransientReason};
use waspada::post::Sha256;
use waspada::sources::blog::Settings;
use waspada::sources::{
    Cursor, Door, Given, IfMissed, Missed, SourceSettings as _, Visit, WebSource,
};

fn open(settings: &str) -> Box<dyn WebSource> {
    let given = Given { name: "blog".into(), folder: PathBuf::new(), every: None, slowest: None };
    let settings: Settings = toml::from_str(settings).unwrap();
    match settings.open(&given).unwrap() {
        Door::Web(source) => source,
        _ => panic!("a blog comes over HTTP"),
    }
}

fn terms(words: &[&str]) -> SearchTerms {
    SearchTerms { words: words.iter().map(|it| (*it).to_owned()).collect(), tags: Vec::new() }
}

fn capture(url: &Url, headers: &[(&str, &str)], body: &[u8]) -> Capture {
    Capture {
        final_url: url.clone(),
        url: url.clone(),
        status: Some(200),
        fetched_at: "2026-07-03T05:00:00Z".parse().unwrap(),
        headers: headers.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
        body: body.to_vec().into(),
        sha256: Sha256::of(body),
    }
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/site").join(name)).unwrap()
}

/// Visits as the pipeline would; `serve` answers an address with a body, or a status it refuses with.
fn visit(
    source: &dyn WebSource,
    cursor: &mut Option<Cursor>,
    terms: &SearchTerms,
    serve: impl Fn(&Url) -> Result<String, u16>,
) -> Vec<String> {
    let mut asked = Vec::new();
    let mut request = source.begin(Visit::new(cursor.as_ref(), terms));
    while let Some(now) = request {
        asked.push(now.url[url::Position::BeforePath..].to_owned());
        assert!(asked.len() < 50, "no end: {asked:?}");
        let visit = Visit::new(cursor.as_ref(), terms);
        let page = match serve(&now.url) {
            Ok(body) => match source.parse(&capture(&now.url, &[], body.as_bytes()), visit) {
                Ok(page) => {
                    let kept = capture(&now.url, &[], body.as_bytes());
                    let again = source.again(&kept, None, SearchTerms::NONE).unwrap();
                    assert_eq!(again.posts, page.posts, "read again");
                    page
                }
                Err(_) => {
                    *cursor = source.if_misread(visit).or(cursor.take());
                    asked.push("!shape".into());
                    break;
                }
            },
            Err(status) => {
                let missed = match status {
                    500.. => Missed::Transient(TransientReason::Status(status)),
                    _ => Missed::Blocked(BlockReason::Status(status)),
                };
                match source.if_missed(&now, &missed, visit) {
                    IfMissed::GoesOn(page) => *page,
                    IfMissed::Ends(page) => {
                        *cursor = page.cursor;
                        asked.push(format!("!{status}"));
                        break;
                    }
                    IfMissed::Fails | IfMissed::Waits => {
                        asked.push(format!("!{status}"));
                        break;
                    }
                }
            }
        };
        *cursor = page.cursor.or(cursor.take());
        request = page.next;
    }
    asked
}

const WORDPRESS: &str = "url = 'https://loker.example'\nsystem = 'wordpress'\n";
const BLOGGER: &str = "url = 'https://kabartki.example/'\nsystem = 'blogger'\n";

#[test]
fn golden_answers() {
    for (settings, name) in [(WORDPRESS, "wp-posts.json"), (BLOGGER, "blogger.json")] {
        let source = open(settings);
        let terms = terms(&["loker poipet"]);
        let visit = Visit::new(None, &terms);
        let url = source.begin(visit).unwrap().url;
        let headers = [("x-wp-totalpages", "1")];
        let page = source.parse(&capture(&url, &headers, &fixture(name)), visit).unwrap();
        let read = serde_json::to_string_pretty(&(page.posts, page.set_aside)).unwrap();
        insta::assert_snapshot!(name, read);
    }
}

#[test]
fn every_word_gets_its_turn_and_older_results_only_while_they_are_new() {
    // Three pages of results a word, a post a day, the newest on the first page.
    let serve = |url: &Url| {
        let page: u32 =
            url.query_pairs().find(|(key, _)| key == "page").unwrap().1.parse().unwrap();
        let items: Vec<String> = (0..100)
            .map(|at| format!("{{\"id\":{at},\"link\":\"/{page}-{at}/\",\"date_gmt\":\"2026-0{}-01T0{}:00:00\"}}", 7 - page, at % 10))
            .collect();
        if page > 3 { Err(400) } else { Ok(format!("[{}]", items.join(","))) }
    };
    let source = open(&format!("{WORDPRESS}backfill_pages = 5"));
    let both = terms(&["loker poipet", "kerja & kapal"]);
    let mut cursor = None;
    let all = "orderby=date&order=desc&per_page=100";
    let api = "/wp-json/wp/v2/posts";
    let first = visit(&*source, &mut cursor, &both, serve);
    let of = |word: &str, page: u32| format!("{api}?search={word}&{all}&page={page}");
    let expected: Vec<String> = ["loker+poipet", "kerja+%26+kapal"]
        .iter()
        .flat_map(|word| (1..=4).map(move |page| (word, page)))
        .map(|(word, page)| of(word, page))
        .collect();
    assert_eq!(first, expected);
    let again = visit(&*source, &mut cursor, &both, serve);
    let after =
        |word: &str| format!("{api}?search={word}&after=2026-05-31T09%3A00%3A00&{all}&page=1");
    assert_eq!(again, [after("loker+poipet"), after("kerja+%26+kapal")]);
    let more = terms(&["baru", "loker poipet"]);
    let asked = visit(&*open(WORDPRESS), &mut cursor, &more, serve);
    assert_eq!(asked, [after("loker+poipet")], "whose turn it was stays so");
    let asked = visit(&*open(WORDPRESS), &mut cursor, &more, serve);
    assert_eq!(asked, [of("baru", 1), after("loker+poipet")], "a word put in gets its turn");
    assert!(visit(&*source, &mut None, &terms(&[]), serve).is_empty(), "nothing to search for");
}

#[test]
fn a_visit_fetches_no_more_than_it_may_and_goes_on_where_it_stood() {
    let source = open(&format!("{BLOGGER}pages = 2"));
    let serve = |_: &Url| Ok(r#"{"feed":{"openSearch$totalResults":{"$t":"0"}}}"#.to_owned());
    let words = terms(&["a", "b", "c"]);
    let mut cursor = None;
    let visits: Vec<usize> =
        (0..3).map(|_| visit(&*source, &mut cursor, &words, serve).len()).collect();
    assert_eq!(visits, [2, 1, 2]);
    let asked = visit(&*source, &mut cursor, &words, serve);
    let page = "orderby=published&max-results=100&start-index=1";
    assert_eq!(asked, [format!("/feeds/posts/default?alt=json&q=c&{page}")]);
}

#[test]
fn a_blog_without_the_api_is_searched_by_its_feed() {
    let rss = "<rss version='2.0'><channel><title>x</title><item><guid>https://loker.example/?p=1</guid>\
               <title>Satu</title><pubDate>Wed, 01 Jul 2026 00:00:00 GMT</pubDate></item></channel></rss>";
    for status in [401, 403, 404] {
        let serve = |url: &Url| match url.path() {
            "/" => Ok(rss.to_owned()),
            _ => Err(status),
        };
        let source = open(WORDPRESS);
        let mut cursor = None;
        let words = terms(&["kerja"]);
        let asked = visit(&*source, &mut cursor, &words, serve);
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert_eq!(asked[1], "/?s=kerja&feed=rss2&orderby=date&order=DESC");
        assert_eq!(visit(&*source, &mut cursor, &words, serve), asked[1..], "remembered");
    }
    let gone = visit(&*open(BLOGGER), &mut None, &terms(&["kerja"]), |_| Err(404));
    assert_eq!(gone[1], "!404");
}

/// A word that a firewall dislikes, or the server stumbles over, costs no other its turn.
#[test]
fn a_word_that_is_refused_starves_no_other() {
    let nothing = r#"{"feed":{"openSearch$totalResults":{"$t":"0"}}}"#;
    let word = |asked: &str| {
        let url = Url::parse("https://kabartki.example").unwrap().join(asked).unwrap();
        url.query_pairs().find(|(key, _)| key == "q").map_or(asked.to_owned(), |it| it.1.into())
    };
    let source = open(BLOGGER);
    let words = terms(&["a", "b", "c", "d"]);
    for (answer, rounds) in [
        (Err(403), "a b c d,a b c d,a b c d,a b c d"),
        (Err(500), "a b !500,c d,a b !500,c d"),
        (Ok("<html></html>".to_owned()), "a b !shape,c d,a b !shape,c d"),
    ] {
        let mut cursor = None;
        let visits: Vec<String> = (0..4)
            .map(|_| {
                let asked = visit(&*source, &mut cursor, &words, |url| match word(url.as_str()) {
                    word if word == "b" => answer.clone(),
                    _ => Ok(nothing.to_owned()),
                });
                asked.iter().map(|it| word(it)).collect::<Vec<_>>().join(" ")
            })
            .collect();
        assert_eq!(visits.join(","), rounds, "{answer:?}");
    }
    // Where every word is refused the visit fails, and the next one does not begin where it did.
    let many = terms(&["a", "b", "c", "d", "e", "f", "g", "h"]);
    let mut cursor = None;
    let asked = visit(&*source, &mut cursor, &many, |_| Err(403));
    assert_eq!((asked.len(), asked[6].as_str()), (7, "!403"), "{asked:?}");
    let asked = visit(&*source, &mut cursor, &many, |_| Ok(nothing.to_owned()));
    assert_eq!(word(&asked[0]), "g");
    let asked = visit(&*source, &mut None, &words, |_| Err(403));
    assert_eq!((asked.len(), asked[4].as_str()), (5, "!403"), "{asked:?}");
}

#[test]
fn without_search_every_post_is_asked_for() {
    let source = open(&format!("{BLOGGER}search = false"));
    let asked = source.begin(Visit::new(None, &terms(&["kerja"]))).unwrap().url;
    assert_eq!(asked.query(), Some("alt=json&orderby=published&max-results=100&start-index=1"));
}

#[test]
fn what_is_no_answer_of_the_blog_is_told() {
    for (settings, body) in [
        (WORDPRESS, "<html></html>"),
        (WORDPRESS, r#"{"code":"rest_no_route"}"#),
        (BLOGGER, "<html></html>"),
        (BLOGGER, "[]"),
    ] {
        let source = open(settings);
        let words = terms(&["kerja"]);
        let visit = Visit::new(None, &words);
        let url = source.begin(visit).unwrap().url;
        assert!(source.parse(&capture(&url, &[], body.as_bytes()), visit).is_err(), "{body}");
    }
}
