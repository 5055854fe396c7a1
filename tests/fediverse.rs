//! Servers of the fediverse as the pipeline drives them: what their answers hold, what is closed,
//! deleted or not to be kept, and the real answers of the shared fixtures.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

mod shared;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use waspada::engine::SearchTerms;
use waspada::fetch::{Capture, Form, Obeys, Request};
use waspada::post::Sha256;
use waspada::sources::fediverse::{lemmy, mastodon, misskey};
use waspada::sources::{
    Cursor, Door, Given, IfUnchanged, OpenError, Page, Rejection, ShapeError, SourceSettings,
    Visit, WebSource,
};

fn given(every: Option<u64>) -> Given {
    let every = every.map(std::time::Duration::from_secs);
    Given { name: "uji".into(), folder: PathBuf::new(), every, slowest: None }
}

fn open<S: SourceSettings>(settings: &str) -> Box<dyn WebSource> {
    match toml::from_str::<S>(settings).unwrap().open(&given(None)).unwrap() {
        Door::Web(source) => source,
        _ => panic!("not a web source"),
    }
}

fn instance(settings: &str) -> Box<dyn WebSource> {
    open::<mastodon::Settings>(&format!("server = 'https://mastodon.example'\n{settings}"))
}

fn terms(tags: &[&str]) -> SearchTerms {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    SearchTerms { words: Vec::new(), tags }
}

fn capture(request: &Request, status: u16, link: Option<&str>, body: &[u8]) -> Capture {
    Capture {
        url: request.url.clone(),
        final_url: request.url.clone(),
        status: Some(status),
        fetched_at: "2026-10-10T00:00:00Z".parse().unwrap(),
        headers: link.map(|link| ("link".to_owned(), link.to_owned())).into_iter().collect(),
        body: body.to_vec().into(),
        sha256: Sha256::of(body),
    }
}

fn twin(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

/// One visit, or several, as the pipeline would make them.
struct Walker {
    source: Box<dyn WebSource>,
    terms: SearchTerms,
    cursor: Option<Cursor>,
    request: Option<Request>,
}

impl Walker {
    fn new(source: Box<dyn WebSource>, tags: &[&str]) -> Self {
        let mut walker = Self { source, terms: terms(tags), cursor: None, request: None };
        walker.begin();
        walker
    }

    fn begin(&mut self) {
        self.request = self.source.begin(Visit::new(self.cursor.as_ref(), &self.terms));
    }

    /// The path and query asked for next, or what is posted.
    fn asks(&self) -> String {
        let Some(request) = &self.request else { return "nothing".to_owned() };
        assert!(matches!(request.obeys, Obeys::ApiAt(_)), "an API is asked by its own rules");
        let path = &request.url[url::Position::BeforePath..];
        match &request.body {
            Some(Form::Json(body)) => format!("{path} {body}"),
            _ => path.to_owned(),
        }
    }

    fn take(&mut self, page: Page) -> Page {
        self.cursor = page.cursor.clone().or_else(|| self.cursor.take());
        self.request = page.next.clone();
        page
    }

    fn answer(&mut self, body: &[u8]) -> Result<Page, ShapeError> {
        self.answer_linked(None, body)
    }

    fn answer_linked(&mut self, link: Option<&str>, body: &[u8]) -> Result<Page, ShapeError> {
        let capture = capture(self.request.as_ref().unwrap(), 200, link, body);
        let visit = Visit::new(self.cursor.as_ref(), &self.terms);
        let page = self.source.parse(&capture, visit)?;
        let manner = self.source.manner(&capture, visit);
        // What came with no listing in hand is an instance's word on itself.
        if !(page.posts.is_empty() && manner.is_none()) {
            let again = self.source.again(&capture, manner.as_deref(), &terms(&["lain"]));
            // A page that is kept although it cannot be read is told of when it is read again.
            assert_eq!(again.map(|again| again.posts).unwrap_or_default(), page.posts);
        }
        Ok(self.take(page))
    }

    fn reject(&mut self, status: u16, body: &str) -> Page {
        let capture = capture(self.request.as_ref().unwrap(), status, None, body.as_bytes());
        let visit = Visit::new(self.cursor.as_ref(), &self.terms);
        match self.source.rejected(&capture, visit) {
            Rejection::Unavailable(page) => self.take(*page),
            other => panic!("{other:?}"),
        }
    }

    fn unchanged(&mut self) -> Page {
        let request = self.request.clone().unwrap();
        let visit = Visit::new(self.cursor.as_ref(), &self.terms);
        match self.source.if_unchanged(&request, visit) {
            IfUnchanged::GoesOn(page) => self.take(*page),
            other => panic!("{}: {other:?}", request.url),
        }
    }

    fn rereads(&self) -> bool {
        let visit = Visit::new(self.cursor.as_ref(), &self.terms);
        let if_unchanged = self.source.if_unchanged(self.request.as_ref().unwrap(), visit);
        matches!(if_unchanged, IfUnchanged::GoesOn(_))
    }
}

/// A visit at its first listing, to the kind of server that this fixture is of.
fn fresh(name: &str) -> Walker {
    match name.split_once('/').unwrap().0 {
        "misskey" => {
            Walker::new(open::<misskey::Settings>("server = 'https://misskey.example'"), &["loker"])
        }
        "lemmy" => Walker::new(open::<lemmy::Settings>("server = 'https://lemmy.example'"), &[]),
        _ => {
            let mut walker = Walker::new(instance(""), &["lokerkamboja"]);
            walker.reject(404, "");
            walker
        }
    }
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
    let gone: Vec<_> = page.deleted.iter().map(ToString::to_string).collect();
    writeln!(out, "withheld {}, ignored {}, not kept: {gone:#?}", page.withheld, page.ignored)
        .unwrap();
    out
}

fn ids(page: &Page) -> Vec<&str> {
    page.posts.iter().map(|post| post.key.native_id.rsplit('/').next().unwrap()).collect()
}

fn reasons(page: &Page) -> Vec<String> {
    page.set_aside.iter().map(|item| format!("{}: {}", item.place, item.reason)).collect()
}

/// Statuses of these numbers, as a timeline shows them.
fn timeline(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    let status = |number: u32| {
        json!({
            "id": format!("L{number}"),
            "uri": format!("https://mastodon.example/users/agen/statuses/{number}"),
            "created_at": jiff::Timestamp::from_second(1_790_000_000 + i64::from(number)).unwrap(),
            "content": format!("<p>posting {number}</p>"),
            "visibility": "public",
            "account": { "acct": "agen" },
        })
    };
    serde_json::to_vec(&numbers.into_iter().map(status).collect::<Vec<_>>()).unwrap()
}

#[test]
fn what_statuses_hold() {
    let mut walker = Walker::new(instance(""), &["lokerkamboja"]);
    walker.answer(&twin("mastodon/instance.json")).unwrap();
    let page = walker.answer(&twin("mastodon/tag-lokerkamboja.json")).unwrap();
    insta::assert_snapshot!("mastodon", written(&page));
}

#[test]
fn what_is_withheld_is_not_in_the_evidence_either() {
    let mut walker = Walker::new(instance(""), &["lokerkamboja"]);
    walker.reject(404, "");
    let body = twin("mastodon/tag-lokerkamboja.json");
    let page = walker.answer(&body).unwrap();
    let (whole, kept) = (String::from_utf8(body).unwrap(), page.redacted.unwrap());
    let kept = std::str::from_utf8(&kept).unwrap();
    for (text, is_kept) in [
        ("tanpa pengalaman", true),
        ("Hati-hati, ini penipuan", true),
        ("Kerja ringan di Myawaddy", true),
        ("tanpa identitas", true),
        ("tidak untuk mesin pencari", false),
        ("tidak ingin ditemukan", false),
        ("tidak ingin dicari", false),
        ("hanya untuk pengikut", false),
    ] {
        assert!(whole.contains(text), "{text}");
        assert_eq!(kept.contains(text), is_kept, "{text}");
    }
    assert_eq!(walker.answer(&timeline([1])).unwrap().redacted, None, "kept as it came");
}

/// Something public with this inside.
fn open_with(inside: Value) -> Value {
    written_by(3, false, inside)
}

/// Something whose author does not want to be found, as a status and as a note.
fn secret() -> Value {
    written_by(1, true, json!({}))
}

fn written_by(id: u32, is_shy: bool, inside: Value) -> Value {
    let by = json!({ "acct": "agen", "username": "agen", "noindex": is_shy });
    let text = if is_shy { "RAHASIA" } else { "terbuka" };
    let mut written = json!({
        "id": id.to_string(), "uri": format!("https://a.example/{id}"),
        "content": text, "text": text, "account": by, "user": by,
    });
    written.as_object_mut().unwrap().extend(inside.as_object().unwrap().clone());
    written
}

fn quote(status: Value) -> Value {
    json!({ "quote": { "state": "accepted", "quoted_status": status } })
}

#[test]
fn the_evidence_reads_as_the_page_it_is_of() {
    let lemmy = json!([
        { "post": { "ap_id": "https://a.example/1", "name": "RAHASIA" }, "community": { "hidden": true } },
        7,
    ]);
    let mut passed_on = written_by(1, true, json!({ "renote": open_with(json!({})) }));
    passed_on["text"] = Value::Null;
    let mut cases = vec![
        ("mastodon/", json!([open_with(json!({ "reblog": secret() }))])),
        ("mastodon/", json!([open_with(quote(secret()))])),
        ("mastodon/", json!([secret()])),
        ("mastodon/", json!([secret(), 7])),
        ("misskey/", json!([secret(), open_with(json!({ "renote": secret() }))])),
        ("lemmy/", json!({ "posts": lemmy })),
        // What somebody who does not want to be found passes on is somebody else's.
        ("mastodon/", json!([written_by(1, true, json!({ "reblog": open_with(json!({})) }))])),
        ("mastodon/", json!([written_by(1, true, quote(open_with(json!({}))))])),
        ("misskey/", json!([passed_on])),
    ];
    for name in ["mastodon/tag-lokerkamboja.json", "misskey/search-by-tag.json"] {
        cases.push((name, serde_json::from_slice(&twin(name)).unwrap()));
    }
    for (name, body) in cases {
        let first = fresh(name).answer(body.to_string().as_bytes()).unwrap();
        let kept = first.redacted.as_ref().unwrap();
        assert!(!std::str::from_utf8(kept).unwrap().contains("RAHASIA"), "{body}");
        let again = fresh(name).answer(kept).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(again.redacted, None, "{body}");
        assert_eq!(again.posts, first.posts, "{body}");
        assert_eq!(reasons(&again), reasons(&first), "{body}");
        assert_eq!(again.withheld, first.withheld, "{body}");
    }
}

#[test]
fn what_nobody_reads_is_not_kept_where_its_author_does_not_want_it() {
    let unread = [
        ("mastodon/", open_with(quote(written_by(2, false, quote(secret()))))),
        ("misskey/", open_with(json!({ "reply": secret() }))),
    ];
    for (kind, entry) in unread {
        let page = fresh(kind).answer(json!([entry]).to_string().as_bytes()).unwrap();
        assert_eq!((page.withheld, page.set_aside.len()), (0, 0), "{kind}");
        let kept = page.redacted.unwrap_or_else(|| panic!("{kind}: kept as it came"));
        let kept = std::str::from_utf8(&kept).unwrap();
        assert!(kept.contains("terbuka") && !kept.contains("RAHASIA"), "{kept}");
    }
    // Nor does it stay with what cannot be read.
    let bad = json!({ "content": "tanpa identitas", "reply": secret() });
    let page = fresh("misskey/").answer(json!([open_with(json!({})), bad]).to_string().as_bytes());
    let raw = &page.unwrap().set_aside[0].raw;
    assert!(raw.contains("tanpa identitas") && !raw.contains("RAHASIA"), "{raw}");
}

#[test]
fn the_kin_of_mastodon_are_read_too() {
    for name in ["gotosocial", "pleroma"] {
        let server = if name == "pleroma" { "pleroma" } else { "gts" };
        let settings =
            format!("server = 'https://{server}.example'\nhashtags = false\npublic = 'local'");
        let mut walker = Walker::new(open::<mastodon::Settings>(&settings), &[]);
        walker.reject(404, "");
        let page = walker.answer(&twin(&format!("mastodon/public.{name}.json"))).unwrap();
        insta::assert_snapshot!(name, written(&page));
    }
}

#[test]
fn what_notes_hold() {
    let mut walker =
        Walker::new(open::<misskey::Settings>("server = 'https://misskey.example'"), &["loker"]);
    let page = walker.answer(&twin("misskey/search-by-tag.json")).unwrap();
    insta::assert_snapshot!("misskey", written(&page));
}

#[test]
fn what_posts_of_lemmy_hold() {
    for version in ["v3", "v4"] {
        let settings = format!("server = 'https://lemmy.example'\napi = '{version}'");
        let mut walker = Walker::new(open::<lemmy::Settings>(&settings), &[]);
        let page = walker.answer(&twin(&format!("lemmy/post-list.{version}.json"))).unwrap();
        insta::assert_snapshot!(format!("lemmy.{version}"), written(&page));
    }
}

#[test]
fn a_visit_goes_through_instance_hashtags_and_the_public_timeline() {
    let mut walker = Walker::new(instance("public = 'all'"), &["satu", "kerja dua"]);
    assert_eq!(walker.asks(), "/api/v2/instance");
    assert!(walker.rereads());
    walker.answer(&twin("mastodon/instance.json")).unwrap();
    assert_eq!(walker.asks(), "/api/v1/timelines/tag/satu?limit=40");
    assert!(walker.rereads());
    let link =
        "<https://mastodon.example/api/v1/timelines/tag/satu?limit=40&max_id=L5>; rel=\"next\"";
    let page = walker.answer_linked(Some(link), &timeline((5..10).rev())).unwrap();
    assert_eq!(ids(&page), ["5", "6", "7", "8", "9"], "oldest first");
    assert_eq!(walker.asks(), "/api/v1/timelines/tag/satu?limit=40&max_id=L5");
    assert!(!walker.rereads(), "an older page is not asked for conditionally");
    walker.answer(&timeline([])).unwrap();
    assert_eq!(walker.asks(), "/api/v1/timelines/tag/kerja%20dua?limit=40");
    // Without a `Link` header the last id leads on.
    walker.answer(&timeline([9])).unwrap();
    assert_eq!(walker.asks(), "/api/v1/timelines/tag/kerja%20dua?limit=40&max_id=L9");
    walker.answer(&timeline([])).unwrap();
    // The instance shows strangers only its own part of the public timeline.
    assert_eq!(walker.asks(), "/api/v1/timelines/public?limit=40&local=true");
    // A crash here costs nothing: the cursor knows.
    walker.begin();
    assert_eq!(walker.asks(), "/api/v1/timelines/public?limit=40&local=true");
    walker.answer(&timeline([9])).unwrap();
    walker.answer(&timeline([])).unwrap();
    assert_eq!(walker.asks(), "nothing");

    walker.begin();
    assert_eq!(walker.asks(), "/api/v2/instance", "the next visit");
    walker.unchanged();
    walker.unchanged();
    assert_eq!(walker.asks(), "/api/v1/timelines/tag/kerja%20dua?limit=40");
    let page = walker.answer(&timeline([11, 10, 9])).unwrap();
    assert_eq!(ids(&page), ["9", "10", "11"]);
    assert_eq!(walker.asks(), "/api/v1/timelines/public?limit=40&local=true", "9 was known");
}

#[test]
fn nothing_is_asked_when_nothing_is_wanted() {
    assert!(instance("").begin(Visit::at(None)).is_none());
    assert!(instance("public = 'local'").begin(Visit::at(None)).is_some());
    let misskey = open::<misskey::Settings>("server = 'https://misskey.example'");
    assert!(misskey.begin(Visit::at(None)).is_none());
}

#[test]
fn timelines_that_are_closed_are_told_of_and_left_alone() {
    let closed = json!({ "configuration": { "timelines_access": {
        "live_feeds": { "local": "disabled", "remote": "disabled" },
        "hashtag_feeds": { "local": "authenticated", "remote": "authenticated" },
    } } });
    let mut walker = Walker::new(instance("public = 'all'"), &["satu"]);
    let page = walker.answer(closed.to_string().as_bytes()).unwrap();
    assert_eq!(
        reasons(&page),
        [
            "tag:satu: server ini menutup linimasa ini bagi yang tidak punya akun",
            "public: server ini menutup linimasa ini bagi yang tidak punya akun"
        ]
    );
    assert_eq!(walker.asks(), "nothing");

    // An instance that does not say so answers 401, or an empty list.
    let mut walker = Walker::new(instance("public = 'all'"), &["satu", "dua"]);
    walker.reject(404, "<h1>404 Not Found</h1>");
    let page = walker.reject(401, r#"{"error":"This method requires an authenticated user"}"#);
    assert_eq!(
        reasons(&page),
        ["tag:satu: server menjawab 401: linimasa ini tertutup bagi yang tidak punya akun"]
    );
    let page = walker.answer(b"[]").unwrap();
    assert_eq!(reasons(&page), [""; 0], "a hashtag may have no posts");
    let page = walker.answer(b"[]").unwrap();
    assert_eq!(
        reasons(&page),
        ["public: linimasa umum kosong: mungkin server ini menutupnya bagi yang tidak punya akun"]
    );
    assert_eq!(walker.asks(), "nothing");
}

#[test]
fn posts_that_are_gone_are_asked_about_before_they_are_deleted() {
    let mut walker = Walker::new(instance(""), &["satu"]);
    walker.reject(404, "");
    walker.answer(&timeline((1..=6).rev())).unwrap();
    walker.answer(&timeline([])).unwrap();
    walker.begin();
    walker.unchanged();
    walker.answer(&timeline([6, 1])).unwrap();
    assert_eq!(walker.asks(), "/api/v1/statuses/L5");
    let deleted = walker.reject(404, r#"{"error":"Record not found"}"#).deleted;
    assert_eq!(deleted[0].to_string(), "mastodon:https://mastodon.example/users/agen/statuses/5");
    assert_eq!(walker.asks(), "/api/v1/statuses/L4");
    // Still there, only no longer under this hashtag: what it says now is read.
    let shown = serde_json::from_slice::<Value>(&timeline([4])).unwrap()[0].to_string();
    let page = walker.answer(shown.as_bytes()).unwrap();
    assert_eq!((ids(&page), page.deleted.len()), (vec!["4"], 0));
    // A server that tells strangers nothing of single posts shows them at their own address.
    assert!(walker.reject(401, "").deleted.is_empty());
    assert_eq!(walker.asks(), "/users/agen/statuses/3");
    assert_eq!(walker.request.as_ref().unwrap().accept, "application/activity+json");
    assert_eq!(walker.reject(410, "").deleted.len(), 1);
    assert!(walker.reject(401, "").deleted.is_empty());
    assert_eq!(walker.asks(), "nothing", "few are asked about at a visit");
    walker.begin();
    walker.unchanged();
    walker.answer(&timeline([6, 1])).unwrap();
    assert_eq!(walker.asks(), "/users/agen/statuses/2");
    assert_eq!(walker.answer(br#"{"type":"Tombstone"}"#).unwrap().deleted.len(), 1);
    assert_eq!(walker.asks(), "nothing");
}

#[test]
fn an_answer_that_is_no_timeline_does_not_stop_the_others() {
    for body in ["", "<html>", "{\"error\":\"x\"}", "7", "[1, \"dua\"]", "[{\"content\":\"x\"}]"] {
        let mut walker = Walker::new(instance(""), &["satu", "dua"]);
        walker.reject(404, "");
        let page = walker.answer(body.as_bytes()).unwrap();
        assert_eq!((page.set_aside.len(), page.posts.len()), (1, 0), "{body}");
        walker.answer(&timeline([1])).unwrap();
        assert_eq!(walker.asks(), "/api/v1/timelines/tag/dua?limit=40&max_id=L1", "{body}");

        let mut walker = Walker::new(instance(""), &["satu"]);
        walker.reject(404, "");
        walker.answer(body.as_bytes()).unwrap_err();
    }
}

#[test]
fn an_older_page_that_cannot_be_had_does_not_shut_its_listing() {
    fn notes(number: u32) -> Vec<u8> {
        json!([{ "id": format!("n{number}"), "text": "catatan", "user": { "username": "agen" } }])
            .to_string()
            .into_bytes()
    }
    fn views(number: u32) -> Vec<u8> {
        let post = json!({ "id": number, "name": "Kabar", "ap_id": format!("https://l.example/{number}") });
        json!({ "posts": [{ "post": post }], "next_page": "P1" }).to_string().into_bytes()
    }
    type PageOf = fn(u32) -> Vec<u8>;
    let kinds: [(&str, PageOf); 3] =
        [("mastodon/", |number| timeline([number])), ("misskey/", notes), ("lemmy/", views)];
    for (kind, page) in kinds {
        for is_refused in [true, false] {
            let mut walker = fresh(kind);
            let newest = walker.asks();
            walker.answer(&page(9)).unwrap();
            let older = walker.asks();
            assert_ne!(older, newest);
            let told = match is_refused {
                true => walker.reject(400, ""),
                false => walker.answer(b"<html>").unwrap(),
            };
            assert_eq!((told.set_aside.len(), walker.asks().as_str()), (1, "nothing"), "{older}");
            walker.begin();
            if walker.asks().ends_with("/instance") {
                walker.reject(404, "");
            }
            assert_eq!(walker.asks(), newest, "the next visit");
            assert_eq!(walker.answer(&page(10)).unwrap().posts.len(), 1);
        }
    }
}

#[test]
fn a_timeline_leads_nowhere_else() {
    let mut walker = Walker::new(instance(""), &["satu"]);
    walker.reject(404, "");
    let link = "<https://jauh.example/api/v1/timelines/tag/satu?max_id=1>; rel=\"next\"";
    walker.answer_linked(Some(link), &timeline([1])).unwrap();
    assert_eq!(walker.asks(), "/api/v1/timelines/tag/satu?limit=40&max_id=L1");
}

#[test]
fn misskey_is_walked_by_the_last_id() {
    let settings = "server = 'https://misskey.example'\npublic = 'local'\nbackfill_posts = 3";
    let mut walker = Walker::new(open::<misskey::Settings>(settings), &["satu"]);
    let notes = |numbers: &[u32]| {
        let note = |number: &u32| {
            json!({
                "id": format!("n{number}"), "text": format!("catatan {number}"),
                "createdAt": "2026-10-03T08:00:00.000Z", "user": { "username": "agen" },
            })
        };
        serde_json::to_vec(&numbers.iter().map(note).collect::<Vec<_>>()).unwrap()
    };
    assert_eq!(walker.asks(), r#"/api/notes/search-by-tag {"limit":100,"tag":"satu"}"#);
    walker.answer(&notes(&[5, 4])).unwrap();
    assert_eq!(
        walker.asks(),
        r#"/api/notes/search-by-tag {"limit":100,"tag":"satu","untilId":"n4"}"#
    );
    walker.answer(&notes(&[3, 2])).unwrap();
    assert_eq!(walker.asks(), r#"/api/notes/local-timeline {"limit":100}"#);
    let page = walker.reject(400, r#"{"error":{"code":"LTL_DISABLED"}}"#);
    assert_eq!(
        reasons(&page),
        [
            "local: server menjawab 400 LTL_DISABLED: tertutup bagi yang tidak punya akun, atau tidak ada"
        ]
    );

    walker.begin();
    walker.answer(&notes(&[6, 4])).unwrap();
    walker.answer(&notes(&[])).unwrap();
    assert_eq!(walker.asks(), r#"/api/notes/show {"noteId":"n5"}"#);
    let page = walker.reject(400, r#"{"error":{"code":"NO_SUCH_NOTE"}}"#);
    assert_eq!(page.deleted[0].native_id, "https://misskey.example/notes/n5");
    assert_eq!(walker.asks(), "nothing");
}

#[test]
fn lemmy_is_walked_by_its_page_cursor_until_the_server_repeats_itself() {
    let settings = "server = 'https://lemmy.example'\ncommunities = ['loker', 'pmi@jauh.example']";
    let mut walker = Walker::new(open::<lemmy::Settings>(settings), &[]);
    let first = "/api/v3/post/list?type_=All&sort=New&limit=50&community_name=loker";
    assert_eq!(walker.asks(), first);
    let body = twin("lemmy/post-list.v3.json");
    walker.answer(&body).unwrap();
    assert_eq!(walker.asks(), format!("{first}&page_cursor=P1f3"));
    let page = walker.answer(&body).unwrap();
    assert_eq!(
        reasons(&page).last().unwrap(),
        "community:loker: server menjawab setiap halaman dengan posting yang sama: yang lebih lama tidak dapat dibaca"
    );
    assert!(walker.asks().ends_with("&community_name=pmi%40jauh.example"));
    let page = walker.reject(404, r#"{"error":"couldnt_find_community"}"#);
    assert_eq!(page.set_aside.len(), 1);
    assert_eq!(walker.asks(), "nothing");
}

#[test]
fn settings_that_cannot_be_are_refused_by_name() {
    fn key<S: SourceSettings>(settings: &str, every: Option<u64>) -> Option<&'static str> {
        let refused = toml::from_str::<S>(settings).unwrap().open(&given(every)).err();
        refused.map(|OpenError { key, .. }| key)
    }
    for (settings, every, refused) in [
        ("server = 'https://a.example'", None, None),
        ("server = 'https://a.example/'", Some(15), None),
        ("server = 'https://a.example'", Some(14), Some("every")),
        ("server = 'https://a.example/web'", None, Some("server")),
        ("server = 'https://u:p@a.example'", None, Some("server")),
        ("server = 'ftp://a.example'", None, Some("server")),
        ("server = 'https://a.example'\nhashtags = false", None, Some("public")),
        ("server = 'https://a.example'\nhashtags = false\npublic = 'local'", None, None),
    ] {
        assert_eq!(key::<mastodon::Settings>(settings, every), refused, "{settings}");
        assert_eq!(key::<misskey::Settings>(settings, every), refused, "{settings}");
    }
    for (communities, refused) in [("['a_b@c.example']", None), ("['!loker']", Some("communities"))]
    {
        let settings = format!("server = 'https://a.example'\ncommunities = {communities}");
        assert_eq!(key::<lemmy::Settings>(&settings, None), refused, "{communities}");
    }
}

/// The place of every value of a document, as JSON pointers.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Array(items) => {
            (0..).zip(items).map(|(n, it): (u32, _)| (n.to_string(), it)).collect()
        }
        Value::Object(fields) => fields.iter().map(|(key, it)| (key.clone(), it)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in inner {
        let place = format!("{at}/{key}");
        places(value, &place, into);
        into.push(place);
    }
}

/// The document with another value at a place, or with the field there left out.
fn damaged(whole: &Value, place: &str, with: Option<&Value>) -> Value {
    let mut damaged = whole.clone();
    let (parent, key) = place.rsplit_once('/').unwrap();
    match (damaged.pointer_mut(parent).unwrap(), with) {
        (Value::Object(fields), None) => drop(fields.remove(key)),
        (_, with) => *damaged.pointer_mut(place).unwrap() = with.cloned().unwrap_or_default(),
    }
    damaged
}

/// Whatever field is missing or of another type: every entry ends as a post, withheld, ignored, gone
/// or set aside, and the other entries are as they were.
#[test]
fn no_field_is_in_the_way_of_the_others() {
    let mut tried = 0;
    for name in [
        "mastodon/tag-lokerkamboja.json",
        "mastodon/public.pleroma.json",
        "misskey/search-by-tag.json",
        "lemmy/post-list.v3.json",
    ] {
        let twin: Value = serde_json::from_slice(&twin(name)).unwrap();
        let entries = twin.as_array().or_else(|| twin["posts"].as_array()).unwrap();
        let neighbour = &entries[1];
        for entry in entries.iter().filter(|entry| entry.is_object()) {
            let mut all = Vec::new();
            places(entry, "", &mut all);
            for (place, with) in all.iter().flat_map(|place| withs().map(move |with| (place, with)))
            {
                let list = json!([damaged(entry, place, with.as_ref()), neighbour]);
                let body = if twin.is_array() { list } else { json!({ "posts": list }) };
                let page = fresh(name).answer(body.to_string().as_bytes()).unwrap();
                let ignored = usize::try_from(page.ignored).unwrap();
                let read = page.posts.len() + page.deleted.len() + page.set_aside.len() + ignored;
                assert!(read >= 2, "{name} {place} {with:?}: one is lost");
                tried += 1;
            }
        }
    }
    assert!(tried > 2000, "{tried}");
}

/// What may stand in the place of a value; `None` leaves the field out.
fn withs() -> impl Iterator<Item = Option<Value>> {
    [None, Some(Value::Null), Some(json!(7)), Some(json!([{}])), Some(json!("?"))].into_iter()
}

fn real(folder: &str) -> Option<Vec<(String, Value)>> {
    let folder = shared::shared(&format!("fixtures/{folder}"))?;
    let mut files: Vec<(String, Value)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap())
        })
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Some(files)
}

/// The words of some HTML, found in another way than the adapter's.
fn words(html: &str) -> Vec<String> {
    let mut text = String::new();
    let mut depth = 0_u32;
    for letter in html.chars() {
        match letter {
            '<' => depth += 1,
            '>' if depth > 0 => depth -= 1,
            _ if depth == 0 => text.push(letter),
            _ => {}
        }
        if letter == '>' {
            text.push('\u{1}');
        }
    }
    let plain = [
        ("&#39;", "'"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    let text = plain.iter().fold(text, |text, (from, to)| text.replace(from, to));
    text.split(|letter: char| letter.is_whitespace() || letter == '\u{1}')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Every status anywhere in a document.
fn statuses(value: &Value, into: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| statuses(item, into)),
        Value::Object(fields) => {
            if ["uri", "content", "account", "visibility"]
                .iter()
                .all(|key| fields.contains_key(*key))
            {
                into.push(value.clone());
            } else {
                fields.values().for_each(|value| statuses(value, into));
            }
        }
        _ => {}
    }
}

/// Makes all authors of a document willing to be found, so that what they write is read.
fn willing(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(willing),
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match key.as_str() {
                    "indexable" | "discoverable" => *value = Value::Null,
                    "noindex" => *value = false.into(),
                    "visibility" => *value = "public".into(),
                    _ => willing(value),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn every_real_status_is_read_or_withheld() {
    let Some(files) = real("mastodon") else { return };
    let (mut all, mut posts, mut withheld) = (0, 0, 0);
    for (name, file) in &files {
        let mut found = Vec::new();
        statuses(&file["body"], &mut found);
        if found.is_empty() {
            continue;
        }
        let mut walker = Walker::new(instance(""), &["x"]);
        walker.reject(404, "");
        let page = walker.answer(&serde_json::to_vec(&found).unwrap()).unwrap();
        let quoted = found.iter().filter(|it| it["quote"]["quoted_status"].is_object()).count();
        assert_eq!(page.set_aside, [], "{name}");
        let read = page.posts.len() as u64 + page.withheld + page.ignored;
        assert_eq!(read, (found.len() + quoted) as u64, "{name}");
        for post in &page.posts {
            assert_eq!(post.missing_fields, Vec::<String>::new(), "{name} {}", post.key);
        }
        all += found.len() + quoted;
        posts += page.posts.len();
        withheld += page.withheld;

        let mut found = Value::from(found);
        willing(&mut found);
        let mut walker = Walker::new(instance(""), &["x"]);
        walker.reject(404, "");
        let page = walker.answer(&serde_json::to_vec(&found).unwrap()).unwrap();
        assert_eq!(page.withheld, 0, "{name}");
        for status in found.as_array().unwrap() {
            let uri = status["uri"].as_str().unwrap();
            let Some(post) = page.posts.iter().find(|post| post.key.native_id == uri) else {
                assert!(
                    status["reblog"].is_object()
                        || words(status["content"].as_str().unwrap()).is_empty()
                );
                continue;
            };
            let glued = |text: &str| text.split_whitespace().collect::<String>();
            let expected = words(status["content"].as_str().unwrap()).concat();
            assert_eq!(glued(&post.text), glued(&expected), "{name} {uri}");
            assert_eq!(post.media.len(), status["media_attachments"].as_array().unwrap().len());
        }
    }
    eprintln!("{all} real statuses: {posts} posts, {withheld} withheld");
    assert!(all > 100 && posts > 50 && withheld > 0, "{all} {posts} {withheld}");
}

#[test]
fn the_real_pages_of_a_timeline_are_walked_by_their_links() {
    let Some(files) = real("mastodon") else { return };
    let page = |number: u32| {
        let name = format!("pagination_iterator.{number}.json");
        let file = &files.iter().find(|(file, _)| *file == name).unwrap().1;
        let link = file["response_headers"]["link"][0].as_str().map(str::to_owned);
        (file["request_uri"].as_str().unwrap(), link, serde_json::to_vec(&file["body"]).unwrap())
    };
    let tag = page(31).0.split(['/', '?']).nth(7).unwrap();
    let source = open::<mastodon::Settings>("server = 'http://localhost:3000'");
    let mut walker = Walker::new(source, &[tag]);
    walker.reject(404, "");
    assert_eq!(walker.asks(), format!("/api/v1/timelines/tag/{tag}?limit=40"));
    let mut read = 0;
    for number in 31..=34 {
        let (url, link, body) = page(number);
        if number > 31 {
            assert_eq!(walker.request.as_ref().unwrap().url.as_str(), url);
        }
        let page = walker.answer_linked(link.as_deref(), &body).unwrap();
        read += page.posts.len() as u64 + page.withheld;
    }
    assert_eq!((read, walker.asks().as_str()), (30, "nothing"));
}

#[test]
fn what_snac2_answers_is_read_word_for_word() {
    let Some(files) = real("local-captures/snac2") else { return };
    let mut read = 0;
    for (name, file) in &files {
        if !name.starts_with("timelines_") {
            continue;
        }
        let source = open::<mastodon::Settings>("server = 'http://127.0.0.1:8801'");
        let mut walker = Walker::new(source, &["kamboja"]);
        walker.reject(404, "<h1>404 Not Found</h1>");
        let page = walker.answer(&serde_json::to_vec(file).unwrap()).unwrap();
        let statuses = file.as_array().unwrap();
        assert_eq!((page.posts.len(), page.withheld), (statuses.len(), 0), "{name}");
        for (post, status) in page.posts.iter().zip(statuses.iter().rev()) {
            // It tells what the author typed beside what it made of that.
            let typed = status["text"].as_str().unwrap();
            assert_eq!(post.text.trim(), typed.trim(), "{name}");
            assert_eq!(post.missing_fields, Vec::<String>::new());
        }
        let last = statuses.last().unwrap()["id"].as_str().unwrap();
        assert!(walker.asks().ends_with(&format!("?limit=40&max_id={last}")), "no Link header");
        read += page.posts.len();
    }
    assert!(read > 20, "{read}");
}
