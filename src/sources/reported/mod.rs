//! Single links that people hand in: what may be done with each, what identifies the post behind
//! it, and how a page that was fetched for one is read. Pure, as every source is.

mod address;
mod linktree;

pub use address::{Way, as_link, key, links_in, of_words, way};

use super::Adapter;
use super::site::article::Reader;
use crate::fetch::Capture;
use crate::post::Post;

/// Reads pages fetched for a report.
pub const ADAPTER: Adapter = Adapter { name: "report", version: 1 };

/// Reads a page that was fetched for a link; `None` when nothing on it can be read.
pub fn read(capture: &Capture, way: &Way<'_>, key: crate::post::PostKey) -> Option<Post> {
    if let Way::Message { channel, .. } = way {
        return super::telegram::single(capture, channel).ok();
    }
    let page = Reader::tree(capture).ok()?;
    let kind = capture.header("content-type").unwrap_or_default().to_ascii_lowercase();
    // A feed is no page of somebody's.
    if kind.contains("xml") && !kind.contains("html") {
        return None;
    }
    let mut post = Post::new(key.platform.clone(), key.native_id.clone(), "");
    post.kind = crate::post::PostKind::Page;
    post.url = Some(capture.final_url.to_string());
    if matches!(way, Way::Linktree) && linktree::read(&page, &mut post) {
        return Some(post);
    }
    // The page's wish not to be listed is for who finds it, not for who was sent there: one tag would
    // keep an ad out of the evidence. A page that holds several ads is reported for its first.
    let reader = Reader { keep_unlisted: true, pointed_at: true, ..Reader::default() };
    let read = reader.read(capture).posts.into_iter().next()?;
    Some(Post { key, url: post.url, ..read })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::{Link, Platform, PostKey, Sha256};

    fn read_as(kind: &str, body: &str) -> Option<Post> {
        let url: url::Url = "https://contoh.example/a/".parse().unwrap();
        let capture = Capture {
            final_url: url.clone(),
            url,
            status: Some(200),
            fetched_at: jiff::Timestamp::UNIX_EPOCH,
            headers: vec![("content-type".into(), kind.into())],
            body: body.to_owned().into(),
            sha256: Sha256::of(body.as_bytes()),
        };
        let key = PostKey { platform: Platform::Web, native_id: "contoh.example/a".into() };
        read(&capture, &Way::Page, key)
    }

    #[test]
    fn a_page_is_its_ad_or_its_article() {
        let ads =
            r#"[{"@type":"JobPosting","title":"Admin"},{"@type":"JobPosting","title":"Kasir"}]"#;
        for (page, title, text) in [
            (
                "<title>Situs</title><meta property='og:title' content='Loker  Poipet'>\
                 <nav>Beranda</nav><article><h1>Loker Poipet</h1><p>Gaji 9jt</article><footer>©",
                Some("Loker Poipet"),
                "Loker Poipet\nGaji 9jt",
            ),
            ("<title> Situs </title><p>isi</p>", Some("Situs"), "isi"),
            ("<title>Loker Poipet gaji 9jt</title><div id=app>", Some("Loker Poipet gaji 9jt"), ""),
            (
                "<title>A</title><meta name=description content='masuk pelancong dulu'><div id=app></div>",
                Some("A"),
                "masuk pelancong dulu",
            ),
            (
                "<title>A</title><meta property='og:description' content='Dicari admin Poipet'>\
                 <body>Memuat…",
                Some("A"),
                "Dicari admin Poipet\nMemuat…",
            ),
            (
                "<meta name=description content='isi  itu'><main>isi\nitu saja</main>",
                None,
                "isi itu saja",
            ),
            ("<article></article><main>isi</main>", None, "isi"),
            ("<meta name=robots content=noindex><title>A</title><p>isi", Some("A"), "isi"),
            (
                &format!("<title>A</title><p>isi<script type='application/ld+json'>{ads}</script>"),
                Some("Admin"),
                "",
            ),
            ("teks biasa", None, "teks biasa"),
        ] {
            let post =
                read_as("Text/HTML; charset=utf-8", page).unwrap_or_else(|| panic!("{page}"));
            assert_eq!((post.title.as_deref(), post.text.as_str()), (title, text), "{page}");
            assert_eq!(post.key.native_id, "contoh.example/a", "{page}");
            assert_eq!(post.url.as_deref(), Some("https://contoh.example/a/"), "{page}");
        }
        for (kind, body) in [
            ("text/html", "<script>a()</script>"),
            ("application/rss+xml", "<rss><channel><title>A</title></channel></rss>"),
            ("application/pdf", "%PDF"),
        ] {
            assert!(read_as(kind, body).is_none(), "{body}");
        }
    }

    #[test]
    fn links_and_the_date_of_the_page_are_kept() {
        let page = "<article><time>x</time><a href=' https://bit.ly/abc '>Daftar</a>\
                    <a href='javascript:x()'>x</a></article>\
                    <meta property='article:published_time' content='2026-11-20T10:00:00+07:00'>";
        let post = read_as("text/html", page).unwrap();
        assert_eq!(
            post.links,
            [Link { url: "https://bit.ly/abc".into(), text: Some("Daftar".into()) }]
        );
        assert_eq!(post.created_at.unwrap().to_string(), "2026-11-20T03:00:00Z");
    }
}
