//! robots.txt against other people's files: the vectors of Google's reference parser, and real
//! files of large sites. Both live outside the project; where they are absent the tests say so.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

mod shared;

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use waspada::fetch::{PRODUCT, RobotsRules};

/// The fixtures of the team, if this machine has them.
fn fixtures() -> Option<PathBuf> {
    shared::shared("fixtures/robots")
}

#[derive(Debug, Deserialize)]
struct Vector {
    test: String,
    robots_txt: String,
    user_agent: String,
    url: String,
    allowed: bool,
}

/// Path and query of an address as the reference parser cuts them out, broken addresses included.
fn path_of(url: &str) -> String {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    let Some(start) = rest.find(['/', '?', ';']) else { return "/".to_owned() };
    let path = rest[start..].split('#').next().unwrap();
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

#[test]
fn the_vectors_of_the_reference_parser_hold() {
    let Some(dir) = fixtures() else { return };
    let file = std::fs::read(dir.join("google_robotstxt_vectors.json")).unwrap();
    let vectors: Vec<Vector> = serde_json::from_slice(&file).unwrap();
    assert!(vectors.len() >= 142, "{} vectors", vectors.len());
    let wrong: Vec<&Vector> = vectors
        .iter()
        .filter(|vector| {
            let rules = RobotsRules::parse(vector.robots_txt.as_bytes(), &vector.user_agent);
            rules.allows(&path_of(&vector.url)) != vector.allowed
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{wrong:#?}", wrong.len(), vectors.len());
    let kinds =
        vectors.iter().map(|vector| &vector.test).collect::<std::collections::BTreeSet<_>>();
    eprintln!("{} vectors of {} kinds hold", vectors.len(), kinds.len());
}

#[test]
fn real_files_say_what_their_sites_mean() {
    let Some(dir) = fixtures() else { return };
    let dir = dir.join("texting_robots");
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    /// Site, its Crawl-delay for us, what we may ask for, what we may not.
    type Case = (&'static str, Option<Duration>, &'static [&'static str], &'static [&'static str]);
    let cases: [Case; 10] = [
        ("aviation-safety.net", None, &["/", "/database/"], &["/cgi-bin/x", "/about/contact.php"]),
        ("cnet", None, &["/news/a"], &["/x/search/", "/members/y", "/z/error/"]),
        ("ebay", None, &["/itm/1"], &["/ads", "/x?_kw=1", "/b/x?rt=nc"]),
        ("ipwatchdog", seconds(120), &["/2026/01/02/x/"], &["/wp-admin/", "/u/31"]),
        ("quora", None, &["/", "/about", "/about/x"], &["/profile/x", "/aboutx", "/ajax/"]),
        ("reddit", None, &["/r/x/", "/r/x/new.rss"], &["/r/x/new.json", "/r/x/submit", "/api"]),
        ("sgppto", None, &["/agenda/"], &["/events/action~week/"]),
        ("substack", None, &["/p/x", "/feed"], &["/p/x/comment/1", "/feed/private", "/embed/x"]),
        (
            "twitter",
            seconds(1),
            &["/x", "/search?q=%23loker", "/x?lang=id"],
            &["/x?a=b", "/x/followers"],
        ),
        ("zillow", None, &["/"], &["/?url=x", "/a/b_rect", "/x.sdirect"]),
    ];
    for (site, delay, open, closed) in cases {
        let file = std::fs::read(dir.join(format!("{site}.robots.txt"))).unwrap();
        let rules = RobotsRules::parse(&file, PRODUCT);
        assert_eq!(rules.crawl_delay(), delay, "{site}");
        for path in open {
            assert!(rules.allows(path), "{site} leaves {path} open");
        }
        for path in closed {
            assert!(!rules.allows(path), "{site} closes {path}");
        }
    }
}
