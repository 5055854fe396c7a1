//! What the doors to documented APIs read from answers: golden over invented twins, and over real
//! answers of ../shared/fixtures where that folder is.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

mod shared;

use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use waspada::engine::SearchTerms;
use waspada::fetch::Capture;
use waspada::post::Sha256;
use waspada::sources::{
    Cursor, Door, Given, Page, ReadSettings, Rejection, Settings, ShapeError, Visit, WebSource,
};

/// A source of this kind with these settings and a key that is a key.
fn open(kind: &str, settings: &str) -> Box<dyn WebSource> {
    struct Toml(String);
    impl ReadSettings for Toml {
        fn read<T: serde::de::DeserializeOwned>(self) -> Option<T> {
            Some(toml::from_str(&self.0).unwrap())
        }
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("kunci"), "kunci-rahasia-0000").unwrap();
    let settings = Settings::read(kind, Toml(settings.to_owned())).unwrap().unwrap();
    let given =
        Given { name: kind.to_owned(), folder: dir.path().to_owned(), every: None, slowest: None };
    match settings.open(&given).unwrap() {
        Door::Web(source) => source,
        Door::Files(_) | Door::Stream(_) => panic!("{kind} is no web source"),
    }
}

fn terms() -> SearchTerms {
    let list = |terms: &[&str]| terms.iter().map(|term| (*term).to_owned()).collect();
    SearchTerms {
        words: list(&["loker kamboja", "kerja kamboja"]),
        tags: list(&["lokerkamboja", "kerjakamboja"]),
    }
}

fn at(now: &str) -> Timestamp {
    now.parse().unwrap()
}

fn capture(source: &dyn WebSource, visit: Visit<'_>, status: u16, body: &[u8]) -> Capture {
    let url = source.begin(visit).unwrap().url;
    Capture {
        final_url: url.clone(),
        url,
        status: Some(status),
        fetched_at: visit.now,
        headers: vec![("content-type".into(), "application/json; charset=UTF-8".into())],
        body: bytes::Bytes::copy_from_slice(body),
        sha256: Sha256::of(body),
    }
}

/// Reads an answer to what the source would ask with this cursor.
fn read(
    source: &dyn WebSource,
    cursor: Option<Value>,
    now: &str,
    body: &[u8],
) -> Result<Page, ShapeError> {
    let (cursor, terms) = (cursor.map(Cursor), terms());
    let visit = Visit { cursor: cursor.as_ref(), terms: &terms, now: at(now) };
    let capture = capture(source, visit, 200, body);
    let page = source.parse(&capture, visit)?;
    let manner = source.manner(&capture, visit);
    let again = source.again(&capture, manner.as_deref(), SearchTerms::NONE).unwrap();
    assert_eq!((&again.posts, &again.set_aside), (&page.posts, &page.set_aside), "read again");
    Ok(page)
}

fn reject(
    source: &dyn WebSource,
    cursor: Option<Value>,
    now: &str,
    status: u16,
    body: &[u8],
) -> Rejection {
    let (cursor, terms) = (cursor.map(Cursor), terms());
    let visit = Visit { cursor: cursor.as_ref(), terms: &terms, now: at(now) };
    source.rejected(&capture(source, visit, status, body), visit)
}

fn twin(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

/// A real answer, where the folder is.
fn real(name: &str) -> Option<Vec<u8>> {
    shared::shared(&format!("fixtures/{name}")).map(|path| std::fs::read(path).unwrap())
}

/// What a page came to, to be compared as a whole.
fn golden(page: &Page) -> String {
    let mut text = String::new();
    for post in &page.posts {
        writeln!(text, "{}", serde_json::to_string_pretty(post).unwrap()).unwrap();
    }
    for item in &page.set_aside {
        writeln!(text, "disisihkan {}: {}", item.place, item.reason).unwrap();
    }
    writeln!(text, "tanpa isi: {}", page.ignored).unwrap();
    match &page.next {
        Some(next) => writeln!(text, "lalu {}", next.url).unwrap(),
        None => writeln!(text, "selesai").unwrap(),
    }
    writeln!(text, "{}", serde_json::to_string_pretty(&page.cursor).unwrap()).unwrap();
    text
}

#[test]
fn where_the_cap_alone_stops_a_walk_that_is_said() {
    let long_ago = "2026-01-01T00:00:00Z";
    let tag = |number: u32| json!({ "turn": { "term": "lokerkamboja", "at": 0 }, "after": "A", "page": number });
    let comments = json!({ "comments": { "video": "v", "page": { "token": "A", "number": 19 } } });
    for (kind, settings, file, cursor, place, most) in [
        ("threads", "", "threads/cari.json", json!({ "tasks": [tag(9)] }), "pencarian loker", 10),
        (
            "instagram",
            "user_id = '17841000000000001'",
            "instagram/tagar.json",
            json!({ "tasks": [tag(9)], "ids": { "lokerkamboja": "1" } }),
            "#lokerkamboja",
            10,
        ),
        (
            "facebook",
            "pages = ['a']",
            "facebook/halaman.json",
            json!({ "tasks": [{ "of": "a", "number": 19 }], "known": { "a": long_ago } }),
            "Halaman a",
            20,
        ),
        (
            "reddit",
            "id_file = 'kunci'\nsecret_file = 'kunci'\nsubreddits = ['contoh']",
            "reddit/baru.json",
            json!({ "tasks": [{ "listing": "contoh/new", "page": 9 }], "known": { "contoh/new": long_ago } }),
            "r/contoh/new",
            10,
        ),
        (
            "x",
            "dollars_a_day = 2.0",
            "x/cari.json",
            json!({ "tasks": [{ "turn": { "term": "a", "at": 0 }, "since": long_ago, "page": 9 }] }),
            "pencarian a",
            10,
        ),
        (
            "youtube",
            "",
            "youtube/komentar.json",
            json!({ "tasks": [comments] }),
            "komentar di v",
            20,
        ),
    ] {
        let secret = match kind {
            "reddit" => "",
            "youtube" => "key_file = 'kunci'",
            _ => "token_file = 'kunci'",
        };
        let source = open(kind, &format!("{secret}\n{settings}"));
        let mut answer: Value = serde_json::from_slice(&twin(file)).unwrap();
        match kind {
            "youtube" => answer["nextPageToken"] = "B".into(),
            "reddit" => answer["data"]["after"] = "B".into(),
            _ => {}
        }
        let body = answer.to_string();
        let now = "2026-11-28T03:00:00Z";
        let page = read(source.as_ref(), Some(cursor), now, body.as_bytes()).unwrap();
        let said = page.set_aside.last().unwrap();
        assert!(said.place.starts_with(place), "{kind}: {said:?}");
        assert_eq!(said.reason, format!("lebih dari {most} halaman: yang lebih lama tidak dibaca"));
    }
}

mod youtube {
    use super::*;

    const NOW: &str = "2026-11-28T03:00:00Z";

    fn source() -> Box<dyn WebSource> {
        open("youtube", "key_file = 'kunci'\nchannels = ['UCcontoh0000000000000001']\nsearches = 2")
    }

    fn task(task: Value) -> Option<Value> {
        let video = json!({ "published": "2026-11-20T03:00:00Z" });
        Some(json!({ "tasks": [task], "videos": { "vidContoh01": video } }))
    }

    #[test]
    fn twins_are_read_as_they_were() {
        for (name, file, cursor) in [
            ("youtube_unggahan", "youtube/unggahan.json", None),
            (
                "youtube_cari",
                "youtube/cari.json",
                task(json!({ "search": { "turn": { "term": "loker kamboja", "at": 0 } } })),
            ),
            (
                "youtube_video",
                "youtube/video.json",
                task(json!({ "details": { "videos": ["vidContoh12"] } })),
            ),
            (
                "youtube_komentar",
                "youtube/komentar.json",
                task(json!({ "comments": { "video": "vidContoh01", "page": {} } })),
            ),
            (
                "youtube_balasan",
                "youtube/balasan.json",
                task(
                    json!({ "replies": { "video": "vidContoh01", "parent": "UgContoh2", "page": {} } }),
                ),
            ),
        ] {
            let page = read(source().as_ref(), cursor, NOW, &twin(file)).unwrap();
            insta::with_settings!({ omit_expression => true }, {
                insta::assert_snapshot!(name, golden(&page));
            });
        }
    }

    #[test]
    fn real_answers_are_read_whole() {
        let comments = json!({ "comments": { "video": "F1UP7wRCPH8", "page": {} } });
        let search = json!({ "search": { "turn": { "term": "surf", "at": 0 } } });
        for (file, asked, posts, set_aside) in [
            (
                "playlist_items_paged_1",
                json!({ "uploads": { "playlist": "UUx", "page": {} } }),
                10,
                0,
            ),
            ("search_by_keywords_p1", search.clone(), 3, 0),
            ("search_by_keywords_p2", search, 4, 0),
            ("videos_info_multi", json!({ "details": { "videos": ["D-lhorsDlUQ"] } }), 2, 0),
            ("comment_threads_by_video_paged_1", comments.clone(), 5, 0),
            ("comment_threads_by_video_paged_2", comments.clone(), 5, 0),
            ("comment_threads_with_search", comments.clone(), 1, 0),
            (
                "comments_by_parent_paged_1",
                json!({ "replies": { "video": "v", "parent": "p", "page": {} } }),
                2,
                0,
            ),
            // A list of channels where videos were asked for: kept aside, not taken for videos.
            ("info_multiple", json!({ "details": { "videos": ["x"] } }), 0, 2),
        ] {
            let Some(body) = real(&format!("youtube/{file}.json")) else { return };
            let cursor = Some(json!({ "tasks": [asked] }));
            let page = read(source().as_ref(), cursor, "2019-12-06T00:00:00Z", &body).unwrap();
            assert_eq!((page.posts.len(), page.set_aside.len()), (posts, set_aside), "{file}");
            for post in &page.posts {
                assert!(post.missing_fields.is_empty(), "{file}: {post:?}");
            }
        }
        let Some(body) = real("youtube/error_response.json") else { return };
        let rejection = reject(source().as_ref(), None, NOW, 400, &body);
        assert!(matches!(rejection, Rejection::Credentials(_)), "{rejection:?}");
    }

    #[test]
    fn what_lies_behind_a_refused_mark_is_read_in_the_next_round() {
        let mut answer: Value = serde_json::from_slice(&twin("youtube/unggahan.json")).unwrap();
        answer["nextPageToken"] = "HAL2".into();
        let known = "2026-11-16T03:00:00Z";
        let cursor = json!({ "uploads": { "UUcontoh0000000000000001": known } });
        let page = read(source().as_ref(), Some(cursor), NOW, answer.to_string().as_bytes());
        let cursor = page.unwrap().cursor.unwrap().0;
        assert_eq!(cursor["tasks"][0]["uploads"]["page"]["token"], "HAL2", "{cursor}");
        let no = json!({ "error": { "errors": [{ "reason": "invalidPageToken" }] } }).to_string();
        let refused = reject(source().as_ref(), Some(cursor), NOW, 400, no.as_bytes());
        let Rejection::Unavailable(page) = refused else { panic!("{refused:?}") };
        assert!(page.next.is_some(), "the round goes on");
        let cursor = page.cursor.unwrap().0;
        assert_eq!(cursor["uploads"]["UUcontoh0000000000000001"], known);
    }

    #[test]
    fn what_the_api_says_against_a_request_is_told_apart() {
        let error = |reason: &str| {
            json!({ "error": { "code": 403, "message": "x", "errors": [{ "reason": reason }] } })
                .to_string()
        };
        let comments = || task(json!({ "comments": { "video": "vidContoh01", "page": {} } }));
        let search = || task(json!({ "search": { "turn": { "term": "a", "at": 0 } } }));
        let said = |reason: &str, cursor| {
            reject(source().as_ref(), cursor, NOW, 403, error(reason).as_bytes())
        };
        let Rejection::Unavailable(page) = said("commentsDisabled", comments()) else { panic!() };
        assert_eq!((page.ignored, page.set_aside.len()), (1, 0));
        let state = page.cursor.unwrap().0;
        assert_eq!(state["videos"]["vidContoh01"]["closed"], true, "they are not asked for again");
        let page_two = json!({ "video": "vidContoh01", "page": { "token": "HAL2", "number": 1 } });
        let page_two = task(json!({ "comments": page_two }));
        let Rejection::Unavailable(page) = said("invalidPageToken", page_two) else { panic!() };
        let state = page.cursor.unwrap().0;
        assert!(
            state["videos"]["vidContoh01"].get("closed").is_none(),
            "only its mark was too old"
        );
        let Rejection::Unavailable(page) = said("playlistNotFound", None) else { panic!() };
        assert!(page.set_aside[0].place.contains("UCcontoh0000000000000001"), "{page:?}");
        assert!(page.next.is_some(), "the round goes on");
        for (reason, cursor, budget) in [
            ("quotaExceeded", search(), "youtube-pencarian@kunci"),
            ("quotaExceeded", comments(), "youtube-unit@kunci"),
        ] {
            let Rejection::UsedUp { budget: Some(used), .. } = said(reason, cursor) else {
                panic!()
            };
            assert_eq!(used, budget);
        }
        assert!(matches!(said("rateLimitExceeded", None), Rejection::Transient(_)));
        for (reason, cursor, place) in [
            ("badRequest", search(), "pencarian a"),
            ("invalidSearchFilter", search(), "pencarian a"),
            ("invalidValue", comments(), "komentar di vidContoh01"),
        ] {
            let Rejection::Unavailable(page) = said(reason, cursor) else { panic!("{reason}") };
            assert_eq!(page.set_aside[0].place, place);
            assert!(page.set_aside[0].reason.contains(reason), "{page:?}");
            assert!(page.cursor.is_some(), "the next visit begins with another question");
        }
        assert!(matches!(said("accessNotConfigured", None), Rejection::Credentials(_)));
        assert!(matches!(said("sesuatuYangBaru", None), Rejection::Blocked(_)));
        let html = reject(source().as_ref(), None, NOW, 403, b"<html>");
        assert!(matches!(html, Rejection::Blocked(_)), "{html:?}");
    }
}

mod graph {
    use super::*;

    const NOW: &str = "2026-11-28T03:00:00Z";

    fn threads() -> Box<dyn WebSource> {
        open("threads", "token_file = 'kunci'\nsearches = 2")
    }

    fn instagram() -> Box<dyn WebSource> {
        open("instagram", "token_file = 'kunci'\nuser_id = '17841000000000001'\nhashtags = 2")
    }

    fn facebook() -> Box<dyn WebSource> {
        open("facebook", "token_file = 'kunci'\npages = ['contoh.loker']")
    }

    fn known_tag() -> Option<Value> {
        let task = json!({ "turn": { "term": "lokerkamboja", "at": 0 } });
        Some(json!({ "tasks": [task], "ids": { "lokerkamboja": "17840000000000001" } }))
    }

    #[test]
    fn twins_are_read_as_they_were() {
        for (name, source, file, cursor) in [
            ("threads_cari", threads(), "threads/cari.json", None),
            ("instagram_tagar_id", instagram(), "instagram/tagar-id.json", None),
            ("instagram_tagar", instagram(), "instagram/tagar.json", known_tag()),
            ("facebook_halaman", facebook(), "facebook/halaman.json", None),
        ] {
            let page = read(source.as_ref(), cursor, NOW, &twin(file)).unwrap();
            insta::with_settings!({ omit_expression => true }, {
                insta::assert_snapshot!(name, golden(&page));
            });
        }
    }

    #[test]
    fn real_answers_are_read_whole() {
        let bare = &["created_at", "url"][..];
        for (folder, file, source, cursor, posts, missing) in [
            ("facebook-graph", "posts_feeds_default_fields_p1", facebook(), None, 5, &[][..]),
            ("facebook-graph", "posts_feeds_default_fields_p2", facebook(), None, 5, &[]),
            ("facebook-graph", "groups_feed_p1", facebook(), None, 5, &["url"]),
            (
                "instagram-graph",
                "hashtags_hashtag_recent_medias_p1",
                instagram(),
                known_tag(),
                5,
                bare,
            ),
            (
                "instagram-graph",
                "hashtags_hashtag_recent_medias_p2",
                instagram(),
                known_tag(),
                5,
                bare,
            ),
            (
                "instagram-graph",
                "hashtags_hashtag_top_medias_p1",
                instagram(),
                known_tag(),
                25,
                &["created_at"],
            ),
            ("instagram-graph", "users_hashtag_search", instagram(), None, 0, &[]),
            ("instagram-graph", "users_recently_searched_hashtags", instagram(), None, 0, &[]),
        ] {
            let Some(body) = real(&format!("{folder}/{file}.json")) else { return };
            let page = read(source.as_ref(), cursor, NOW, &body).unwrap();
            assert_eq!((page.posts.len(), page.set_aside.len()), (posts, 0), "{file}");
            for post in &page.posts {
                let is_text = |field: &&String| *field == "text";
                let others: Vec<_> = post.missing_fields.iter().filter(|it| !is_text(it)).collect();
                assert_eq!(others, missing, "{file}: {post:?}");
                let lacks_text = post.missing_fields.iter().any(|field| is_text(&field));
                assert_eq!(lacks_text, post.text.is_empty(), "{file}: {post:?}");
            }
            let shown = format!("{:?}", page.next);
            assert!(!shown.contains("access_token=access_token"), "{shown}");
        }
        // What is no list of posts is another shape, not an empty page.
        for (folder, file) in [
            ("instagram-graph", "hashtags_hashtag_info"),
            ("instagram-graph", "discovery_user_fields"),
            ("instagram-graph", "discovery_medias_p1"),
            ("facebook-graph", "posts_multi_posts_data"),
        ] {
            let Some(body) = real(&format!("{folder}/{file}.json")) else { return };
            assert!(read(facebook().as_ref(), None, NOW, &body).is_err(), "{file}");
        }
        for file in ["error", "error_data"] {
            let Some(body) = real(&format!("facebook-graph/{file}.json")) else { return };
            let rejection = reject(facebook().as_ref(), None, NOW, 400, &body);
            assert!(matches!(rejection, Rejection::Credentials(_)), "{file}: {rejection:?}");
        }
    }

    fn refusal(code: u64, message: &str) -> Vec<u8> {
        json!({ "error": { "code": code, "message": message } }).to_string().into_bytes()
    }

    #[test]
    fn what_lies_behind_a_refused_mark_is_read_in_the_next_round() {
        let known = json!({ "#lokerkamboja": "2026-11-25T03:00:00Z" });
        let page = read(
            threads().as_ref(),
            Some(json!({ "known": known })),
            NOW,
            &twin("threads/cari.json"),
        );
        let cursor = page.unwrap().cursor.unwrap().0;
        assert_eq!(cursor["tasks"][0]["after"], "BBB", "{cursor}");
        let no = refusal(100, "Invalid cursor");
        let refused = reject(threads().as_ref(), Some(cursor), NOW, 400, &no);
        let Rejection::Unavailable(page) = refused else { panic!("{refused:?}") };
        assert!(page.next.unwrap().url.as_str().contains("q=kerjakamboja"), "the next term's turn");
        assert_eq!(page.cursor.unwrap().0["known"], known);
    }

    #[test]
    fn one_question_that_is_refused_does_not_stop_the_others() {
        let two_pages = open(
            "facebook",
            "token_file = 'kunci'
pages = ['contoh.loker', 'b']",
        );
        for (source, place, next) in [
            (threads(), "pencarian #lokerkamboja", "q=kerjakamboja"),
            (instagram(), "#lokerkamboja", "q=kerjakamboja"),
            (two_pages, "Halaman contoh.loker", "/b/feed"),
        ] {
            let no = refusal(100, "Invalid parameter");
            let refused = reject(source.as_ref(), None, NOW, 400, &no);
            let Rejection::Unavailable(page) = refused else { panic!("{place}: {refused:?}") };
            assert_eq!(page.set_aside[0].place, place);
            assert!(page.set_aside[0].reason.contains("Invalid parameter"), "{page:?}");
            assert!(page.next.unwrap().url.as_str().contains(next), "{place}");
            let no = refusal(368, "blocked from performing this action");
            let blocked = reject(source.as_ref(), None, NOW, 400, &no);
            assert!(matches!(blocked, Rejection::Blocked(_)), "{place}: {blocked:?}");
        }
    }

    #[test]
    fn an_empty_list_for_a_sensitive_word_is_no_error() {
        let page = read(threads().as_ref(), None, NOW, br#"{"data":[]}"#).unwrap();
        assert_eq!((page.posts.len(), page.set_aside.len()), (0, 0));
        assert!(page.next.unwrap().url.as_str().contains("q=kerjakamboja"), "the next term's turn");
    }
}

mod x_and_reddit {
    use super::*;

    const NOW: &str = "2026-11-28T03:00:00Z";

    fn x() -> Box<dyn WebSource> {
        open("x", "token_file = 'kunci'\ndollars_a_day = 2.0\nauthors = true")
    }

    fn reddit() -> Box<dyn WebSource> {
        open(
            "reddit",
            "id_file = 'kunci'\nsecret_file = 'kunci'\nsubreddits = ['contoh']\ncomments = true",
        )
    }

    fn comments() -> Option<Value> {
        Some(json!({ "tasks": [{ "listing": "contoh/comments" }] }))
    }

    #[test]
    fn twins_are_read_as_they_were() {
        for (name, source, file, cursor) in [
            ("x_cari", x(), "x/cari.json", None),
            ("reddit_baru", reddit(), "reddit/baru.json", None),
            ("reddit_komentar", reddit(), "reddit/komentar.json", comments()),
        ] {
            let page = read(source.as_ref(), cursor, NOW, &twin(file)).unwrap();
            insta::with_settings!({ omit_expression => true }, {
                insta::assert_snapshot!(name, golden(&page));
            });
        }
    }

    #[test]
    fn a_query_x_does_not_take_does_not_stop_the_others() {
        let task = |term: &str| json!({ "turn": { "term": term, "at": 0 }, "since": NOW });
        let cursor = Some(json!({ "tasks": [task("a"), task("b")] }));
        let no = br#"{"detail":"There were errors processing your request"}"#;
        let refused = reject(x().as_ref(), cursor.clone(), NOW, 400, no);
        let Rejection::Unavailable(page) = refused else { panic!("{refused:?}") };
        assert_eq!(page.set_aside[0].place, "pencarian a");
        assert!(page.set_aside[0].reason.contains("There were errors"), "{page:?}");
        assert!(page.next.unwrap().url.as_str().contains("query=b&"));
        let blocked = reject(x().as_ref(), cursor, NOW, 404, no);
        assert!(matches!(blocked, Rejection::Blocked(_)), "{blocked:?}");
    }

    #[test]
    fn queries_of_an_edited_list_begin_where_those_before_them_stood() {
        let (kept, edited) = ("2026-11-25T03:00:00Z", "2026-11-28T02:00:00Z");
        let of_two = "(\"loker kamboja\" OR \"kerja kamboja\") lang:id -is:retweet";
        let old = "(\"loker kamboja\" OR \"kerja laos\") lang:id -is:retweet";
        for (known, since) in [
            (json!({ old: edited }), "start_time=2026-11-28T02%3A00%3A00Z"),
            (
                json!({ old: edited, "(\"x\") lang:id -is:retweet": kept }),
                "start_time=2026-11-25T03",
            ),
            (json!({ old: kept, of_two: edited }), "start_time=2026-11-28T02%3A00%3A00Z"),
            (json!({}), "start_time=2026-11-27T03%3A00%3A00Z"),
        ] {
            let (cursor, terms) = (Cursor(json!({ "known": known })), terms());
            let visit = Visit { cursor: Some(&cursor), terms: &terms, now: at(NOW) };
            let first = x().begin(visit).unwrap().url;
            assert!(first.as_str().contains(since), "{first}");
            // Refused, it stands where it stood.
            let no = reject(x().as_ref(), Some(cursor.0), NOW, 400, b"{}");
            let Rejection::Unavailable(page) = no else { panic!("{no:?}") };
            let stands = page.cursor.unwrap().0["known"].get(of_two).is_some();
            assert_eq!(stands, known != json!({}));
        }
    }

    #[test]
    fn a_page_costs_what_it_shows() {
        let cost = |body: &[u8]| read(x().as_ref(), None, NOW, body).unwrap().spent[0].1;
        assert_eq!(cost(&twin("x/cari.json")), 3 * 5_000 + 10_000);
        assert_eq!(cost(br#"{"meta":{"result_count":0}}"#), 0);
    }

    #[test]
    fn real_answers_are_read_whole() {
        for (file, posts, set_aside) in [
            ("TestSubredditListings.test_new.1", 100, 0),
            ("TestSubredditListings.test_comments.1", 100, 0),
            ("TestSubredditStreams.test_submissions.1", 100, 0),
            ("TestSubreddit.test_search.1", 6, 0),
            // Subreddits where posts were asked for: kept aside.
            ("TestSubreddits.test_search.1", 0, 37),
        ] {
            let Some(body) = real(&format!("reddit/{file}.json")) else { return };
            let recorded: Value = serde_json::from_slice(&body).unwrap();
            let body = recorded["body"].to_string();
            let page = read(reddit().as_ref(), None, NOW, body.as_bytes()).unwrap();
            assert_eq!((page.posts.len(), page.set_aside.len()), (posts, set_aside), "{file}");
            for post in &page.posts {
                assert!(post.missing_fields.is_empty(), "{file}: {post:?}");
            }
        }
    }
}
