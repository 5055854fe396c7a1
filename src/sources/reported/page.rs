//! A web page somebody reported, read without knowing its site: its title, the text of its article,
//! when it was published and the links in it.

use jiff::Timestamp;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::post::{Link, Post};
use crate::sources::html;

/// Links of one page that are taken up.
const MOST: usize = 200;

/// Reads the page into the post; false when it holds neither title nor text.
pub(super) fn read(page: &str, address: &Url, post: &mut Post) -> bool {
    let Some(document) = html::document(page) else {
        post.text = html::text_of_fragment(page);
        return !post.text.is_empty();
    };
    post.title = meta(&document, &["og:title", "twitter:title"])
        .or_else(|| {
            first(&document, "title").map(|title| squeezed(&title.text().collect::<String>()))
        })
        .filter(|title| !title.is_empty());
    let body = ["article", "main", "[role=main]", "body"]
        .iter()
        .filter_map(|name| first(&document, name))
        .find(|element| !html::text_of(*element).is_empty());
    post.text = body.map(html::text_of).unwrap_or_default();
    if let Some(told) = meta(&document, &["og:description", "description"])
        && !squeezed(&post.text).contains(&told)
    {
        // What stands in no element a reader sees is often the whole of a page made by a script.
        post.text = if post.text.is_empty() { told } else { format!("{told}\n{}", post.text) };
    }
    post.created_at = meta(&document, &["article:published_time"])
        .and_then(|written| written.parse::<Timestamp>().ok());
    let names = body.into_iter().flat_map(|body| body.descendent_elements());
    for anchor in names.filter(|element| element.value().name() == "a").take(MOST) {
        let Some(target) = anchor.attr("href").and_then(|href| address.join(href).ok()) else {
            continue;
        };
        let within = target.host_str() == address.host_str();
        if matches!(target.scheme(), "http" | "https") && !within {
            let shown = Some(html::text_of(anchor)).filter(|shown| !shown.is_empty());
            post.links.push(Link { url: target.to_string(), text: shown });
        }
    }
    post.title.is_some() || !post.text.is_empty()
}

fn first<'a>(document: &'a Html, selector: &str) -> Option<ElementRef<'a>> {
    document.select(&Selector::parse(selector).ok()?).next()
}

/// The content of the first `<meta>` of one of these names.
fn meta(document: &Html, names: &[&str]) -> Option<String> {
    let all = Selector::parse("meta[content]").ok()?;
    names.iter().find_map(|name| {
        document
            .select(&all)
            .find(|meta| meta.attr("property").or(meta.attr("name")) == Some(name))
            .and_then(|meta| meta.attr("content"))
            .map(squeezed)
            .filter(|content| !content.is_empty())
    })
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Platform;

    #[test]
    fn a_page_is_its_article() {
        for (page, title, text) in [
            (
                "<title>Situs</title><meta property='og:title' content='Loker  Poipet'>\
                 <nav>Beranda</nav><article><h1>Loker Poipet</h1><p>Gaji 9jt</article><footer>©",
                Some("Loker Poipet"),
                "Loker Poipet\nGaji 9jt",
            ),
            ("<title> Situs </title><p>isi</p>", Some("Situs"), "isi"),
            (
                "<title>A</title><meta name=description content='masuk pelancong dulu'><div id=app></div>",
                Some("A"),
                "masuk pelancong dulu",
            ),
            ("<article></article><main>isi</main>", None, "isi"),
            ("teks biasa", None, "teks biasa"),
        ] {
            let mut post = Post::new(Platform::Web, "x", "");
            let address = Url::parse("https://contoh.example/a/").unwrap();
            assert!(read(page, &address, &mut post), "{page}");
            assert_eq!((post.title.as_deref(), post.text.as_str()), (title, text), "{page}");
        }
        let mut post = Post::new(Platform::Web, "x", "");
        assert!(!read(
            "<script>a()</script>",
            &Url::parse("https://a.example").unwrap(),
            &mut post
        ));
    }

    #[test]
    fn links_out_of_the_site_are_kept() {
        let page = "<article><time>x</time><a href='/lain'>lain</a><a href=' https://bit.ly/abc '>Daftar</a>\
                    <a href='javascript:x()'>x</a></article>\
                    <meta property='article:published_time' content='2026-11-20T10:00:00+07:00'>";
        let mut post = Post::new(Platform::Web, "x", "");
        read(page, &Url::parse("https://contoh.example/a/").unwrap(), &mut post);
        assert_eq!(
            post.links,
            [Link { url: "https://bit.ly/abc".into(), text: Some("Daftar".into()) }]
        );
        assert_eq!(post.created_at.unwrap().to_string(), "2026-11-20T03:00:00Z");
    }
}
