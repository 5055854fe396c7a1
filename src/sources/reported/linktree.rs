//! The data a page of links carries for its own script: titles and addresses, shown or not.

use scraper::{Html, Selector};
use serde_json::Value;
use url::Url;

use crate::post::{ExtraKind, ExtraText, Link, Post};

/// Links of one page that are taken up; a page of good faith has a few dozen.
const MOST: usize = 200;

/// Reads the page into the post; false when it carries no such data.
pub(super) fn read(page: &Html, post: &mut Post) -> bool {
    let Some(data) = data(page) else { return false };
    let props = &data["props"]["pageProps"];
    let account = &props["account"];
    let text = |value: &Value| value.as_str().map(str::trim).unwrap_or_default().to_owned();
    let first = |key: &str| {
        let own = text(&account[key]);
        if own.is_empty() { text(&props[key]) } else { own }
    };
    let title = first("pageTitle");
    post.title = Some(title).filter(|title| !title.is_empty());
    post.text = first("description");
    let list = |key: &str| {
        let own = account[key].as_array().filter(|list| !list.is_empty());
        own.or_else(|| props[key].as_array()).into_iter().flatten()
    };
    for entry in list("links").chain(list("socialLinks")).take(MOST) {
        let (title, address) = (text(&entry["title"]), text(&entry["url"]));
        let address = address.strip_prefix("mailto:").unwrap_or(&address).to_owned();
        if title.is_empty() && address.is_empty() {
            continue;
        }
        if Url::parse(&address).is_ok() {
            let title = Some(title.clone()).filter(|title| !title.is_empty());
            post.links.push(Link { url: address.clone(), text: title });
        }
        let shown = [title, address].into_iter().filter(|part| !part.is_empty());
        let shown = shown.collect::<Vec<_>>().join("\n");
        post.extra_text.push(ExtraText { kind: ExtraKind::Target, text: shown });
    }
    post.title.is_some() || !post.text.is_empty() || !post.extra_text.is_empty()
}

fn data(page: &Html) -> Option<Value> {
    let script = Selector::parse("script#__NEXT_DATA__").ok()?;
    let script = page.select(&script).next()?;
    serde_json::from_str(&script.text().collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Platform;
    use crate::sources::html;

    fn page(data: &str) -> String {
        format!(
            "<html><body><script id=\"__NEXT_DATA__\" type=\"application/json\">{data}</script>"
        )
    }

    fn read_data(data: &str) -> Option<Post> {
        let mut post = Post::new(Platform::Web, "pohon", "");
        read(&html::document(&page(data)).unwrap(), &mut post).then_some(post)
    }

    #[test]
    fn titles_and_addresses_are_read_wherever_they_stand() {
        let twin = include_str!("../../../fixtures/links/pohon.html");
        let mut post = Post::new(Platform::Web, "pohon", "");
        assert!(read(&html::document(twin).unwrap(), &mut post));
        assert_eq!(post.title.as_deref(), Some("Loker Luar Negeri Contoh"));
        assert_eq!(post.text, "Admin online Poipet, masuk pelancong dulu. Gaji 9-14jt/bln");
        let addresses: Vec<&str> = post.links.iter().map(|link| link.url.as_str()).collect();
        assert_eq!(
            addresses,
            [
                "https://wa.me/6281200000001",
                "https://chat.whatsapp.com/KodeUndangan1",
                "https://t.me/+HashUndangan1",
                "https://instagram.com/akun.contoh",
            ]
        );
        assert!(post.reading().contains("agen@contoh.example"), "{}", post.reading());
        assert!(post.reading().contains("Daftar di sini\nhttps://wa.me/6281200000001"));
    }

    #[test]
    fn another_shape_is_no_list_and_no_harm() {
        for data in [
            "",
            "{",
            "[]",
            "null",
            "{\"props\":7}",
            "{\"props\":{\"pageProps\":{\"account\":[1]}}}",
        ] {
            assert!(read_data(data).is_none(), "{data}");
        }
        let newer = r#"{"props":{"pageProps":{"pageTitle":"A","links":[{"title":"B","url":7}]}}}"#;
        assert_eq!(read_data(newer).unwrap().reading(), "A\nB");
    }

    /// The real page this twin was made after; absent in a clone.
    #[test]
    fn the_real_page_is_read() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../shared/fixtures/links/linktree_next_data.json"
        );
        let Ok(data) = std::fs::read_to_string(file) else {
            eprintln!("skipped: {file} is not there");
            return;
        };
        let post = read_data(&data).unwrap();
        assert_eq!(post.title.as_deref(), Some("My Title"));
        assert_eq!(post.links.len(), 5, "{:?}", post.links);
        assert_eq!(post.extra_text.len(), 7, "{:?}", post.extra_text);
    }
}
