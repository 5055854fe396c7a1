//! Against servers we did not write: Debian's nginx serves the project's own feeds, and a site made by
//! hugo; they are crawled twice, and the second time everything asked for answers "not modified".

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod web_server;

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use web_server::{free_port, nginx};

fn once(config: &Path) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_waspada"))
        .args(["run", "--once", "--json", "--config"])
        .arg(config)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn crawled_twice_the_second_time_nothing_is_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/feed");
    let port = free_port();
    let Some(_nginx) = nginx(dir.path(), port, &root) else {
        eprintln!("skipped: nginx is not installed");
        return;
    };
    let feeds = ["desa.rdf.xml", "kabar.atom.xml", "kampus.feed.json", "loker.rss.xml"];
    let mut text = format!(
        "[fetch]\ncontact = \"ops@contoh.example\"\npace = \"1ms\"\nallow_hosts = [\"127.0.0.1:{port}\"]\n"
    );
    for feed in feeds {
        text.push_str(&format!(
            "[[source]]\nname = \"{feed}\"\ntype = \"feed\"\nurl = \"http://127.0.0.1:{port}/{feed}\"\n"
        ));
    }
    let config = dir.path().join("waspada.toml");
    std::fs::write(&config, text).unwrap();
    for report in once(&config) {
        assert!(report["new"].as_u64().unwrap() > 0, "{report}");
    }
    for report in once(&config) {
        assert_eq!(
            (&report["not_modified"], &report["pages"]),
            (&true.into(), &0.into()),
            "{report}"
        );
    }
    let log = std::fs::read_to_string(dir.path().join("access.log")).unwrap();
    let feeds_only: Vec<&str> = log.lines().filter(|line| !line.contains("/robots.txt ")).collect();
    assert_eq!(feeds_only.len(), 8, "{log}");
    assert!(feeds_only[..4].iter().all(|line| line.contains("\" 200 ")), "{log}");
    assert!(feeds_only[4..].iter().all(|line| line.contains("\" 304 ")), "{log}");
}

/// A site made by hugo from a few posts: RSS, sitemap, pages with dates.
fn hugo(dir: &Path, port: u16) -> Option<()> {
    let site = dir.join("situs");
    let put = |path: &str, text: &str| {
        let path = site.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put(
        "config.toml",
        &format!(
            "baseURL = \"http://127.0.0.1:{port}/\"\ntitle = \"Info Kerja Rekaan\"\n\
             languageCode = \"id\"\ndisableKinds = [\"taxonomy\", \"term\"]\nenableRobotsTXT = true\n"
        ),
    );
    put(
        "layouts/_default/single.html",
        "<!doctype html><html><head><title>{{ .Title }} | {{ .Site.Title }}</title></head><body>\
         <nav>Beranda</nav><article><h1>{{ .Title }}</h1>\
         <time datetime=\"{{ .Date.Format \"2006-01-02T15:04:05Z07:00\" }}\">{{ .Date.Format \"02-01-2006\" }}</time>\
         <div class=isi>{{ .Content }}</div></article></body></html>",
    );
    put(
        "layouts/_default/list.html",
        "<!doctype html><html><head><title>{{ .Title }}</title></head><body>{{ range .Site.RegularPages }}\
         <section class=loker><h2><a href=\"{{ .RelPermalink }}\">{{ .Title }}</a></h2></section>\
         {{ end }}</body></html>",
    );
    for (number, title, text) in [
        (
            1,
            "Operator Poipet",
            "Dicari operator di Poipet, gaji 12jt, masuk pelancong dulu. WA 0840-0000-0001",
        ),
        (2, "Penjahit Bandung", "Dicari penjahit di Bandung, borongan."),
        (3, "Kabar pasar", "Harga cabai naik lagi minggu ini."),
    ] {
        put(
            &format!("content/loker/{number}.md"),
            &format!(
                "---\ntitle: {title}\ndate: 2026-06-0{number}T09:00:00+07:00\n---\n\n{text}\n"
            ),
        );
    }
    let made = Command::new("hugo").arg("--quiet").arg("--source").arg(&site).output().ok()?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
    Some(())
}

#[test]
fn a_site_of_hugo_is_crawled_by_feed_sitemap_and_selectors_and_then_only_304() {
    let dir = tempfile::tempdir().unwrap();
    let port = free_port();
    if hugo(dir.path(), port).is_none() {
        eprintln!("skipped: hugo is not installed");
        return;
    }
    let Some(_nginx) = nginx(dir.path(), port, &dir.path().join("situs/public")) else {
        eprintln!("skipped: nginx is not installed");
        return;
    };
    let base = format!("http://127.0.0.1:{port}");
    let config = dir.path().join("waspada.toml");
    std::fs::write(
        &config,
        format!(
            "[fetch]\ncontact = \"ops@contoh.example\"\npace = \"1ms\"\nallow_hosts = [\"127.0.0.1:{port}\"]\n\
             [[source]]\nname = \"umpan\"\ntype = \"feed\"\nurl = \"{base}/index.xml\"\n\
             [[source]]\nname = \"peta\"\ntype = \"sitemap\"\nurl = \"{base}/sitemap.xml\"\n\
             include = [\"/loker/*/\"]\ntext = \".isi\"\n\
             [[source]]\nname = \"daftar\"\ntype = \"page\"\nurl = \"{base}/\"\nitem = \".loker\"\n\
             follow = true\ntitle = \"h1\"\ntext = \".isi\"\ndate = \"time\"\n"
        ),
    )
    .unwrap();
    let count = |report: &Value| {
        let number = |key: &str| report[key].as_u64().unwrap();
        (number("pages"), number("new"), number("set_aside"))
    };
    let first = once(&config);
    assert_eq!(count(&first[0]), (1, 3, 0), "{first:?}");
    // The sitemap and the list read the same three pages: whoever is second finds them known.
    let (by_map, by_list) = (count(&first[1]), count(&first[2]));
    assert_eq!((by_map.0, by_list.0), (4, 4), "{first:?}");
    assert_eq!((by_map.1 + by_list.1, by_map.2 + by_list.2), (3, 0), "{first:?}");
    let flagged: u64 = first.iter().map(|report| report["flagged"].as_u64().unwrap()).sum();
    assert_eq!(flagged, 2, "the ad as a post of the feed and as a page: {first:?}");

    let log = dir.path().join("access.log");
    let before = std::fs::read_to_string(&log).unwrap().lines().count();
    for report in once(&config) {
        assert_eq!(
            (count(&report), &report["not_modified"]),
            ((0, 0, 0), &true.into()),
            "{report}"
        );
    }
    let log = std::fs::read_to_string(&log).unwrap();
    let again: Vec<&str> =
        log.lines().skip(before).filter(|line| !line.contains("/robots.txt ")).collect();
    assert_eq!(again.len(), 3, "{log}");
    assert!(again.iter().all(|line| line.contains("\" 304 ")), "{log}");
}
