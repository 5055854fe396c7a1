//! The body of an item: the text a reader sees, and the links and pictures in it, which often say
//! more than the text ("Daftar di sini").

use scraper::ElementRef;
use url::Url;

use super::markup;
use crate::post::Link;
use crate::sources::html;

/// What a body holds.
#[derive(Debug, Default)]
pub(in crate::sources) struct Body {
    /// As a reader sees it.
    pub text: String,
    /// Its links, in order.
    pub links: Vec<Link>,
    /// Addresses of its pictures, in order.
    pub images: Vec<String>,
}

impl Body {
    /// A body in plain text.
    pub fn plain(text: &str) -> Self {
        Self { text: text.trim().to_owned(), ..Self::default() }
    }

    /// A body in HTML, or in what an RSS feed writes where HTML is expected: text whose lines are
    /// its own when there is no tag in it.
    pub fn html(source: &str, base: &Url) -> Self {
        if markup::tags(source).next().is_none() {
            let text = html::text_of_fragment(&format!("<pre>{source}</pre>"));
            return Self::plain(&text);
        }
        let Some(fragment) = html::fragment(source) else {
            return Self::plain(&html::text_of_fragment(source));
        };
        Self::of(fragment.root_element(), base)
    }

    /// What an element of a page holds.
    pub fn of(root: ElementRef<'_>, base: &Url) -> Self {
        let mut body = Self::plain(&html::text_of(root));
        for element in root.descendent_elements() {
            let tag = element.value();
            match tag.name() {
                "a" => {
                    let Some(url) = tag.attr("href").and_then(|href| address(href, base)) else {
                        continue;
                    };
                    let text = html::text_of(element);
                    let text = Some(text).filter(|text| !text.is_empty() && *text != url);
                    body.links.push(Link { url, text });
                }
                "img" if !is_decoration(tag) => {
                    body.images.extend(tag.attr("src").and_then(|src| address(src, base)));
                }
                _ => {}
            }
        }
        body
    }
}

/// An address as the source gave it, made whole when it was relative; none when it leads nowhere.
pub(in crate::sources) fn address(written: &str, base: &Url) -> Option<String> {
    let written = written.trim();
    if written.is_empty() || written.starts_with('#') {
        return None;
    }
    let scheme = written.split(':').next().unwrap_or("").to_ascii_lowercase();
    match Url::parse(written) {
        Ok(_) if matches!(scheme.as_str(), "javascript" | "data" | "about" | "blob") => None,
        Ok(_) => Some(written.to_owned()),
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            base.join(written).ok().map(|url| url.to_string())
        }
        Err(_) => Some(written.to_owned()),
    }
}

/// A counting pixel or an emoji drawn as a picture.
fn is_decoration(tag: &scraper::node::Element) -> bool {
    let is_pixel = |name| tag.attr(name).is_some_and(|size| matches!(size.trim(), "0" | "1"));
    is_pixel("width")
        || is_pixel("height")
        || tag.classes().any(|class| class.contains("emoji") || class.contains("smiley"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        "https://loker.example/2026/07/".parse().unwrap()
    }

    #[test]
    fn lines_of_a_text_without_tags_are_kept() {
        for (source, text) in [
            ("Gaji 12jt\nWA 0812-0000-0001\n\nBerangkat minggu ini", None),
            ("\n\n  Gaji &gt; 12jt &amp; mess\n", Some("Gaji > 12jt & mess")),
            ("gaji <5 jt", None),
            ("gaji<br>besar", Some("gaji\nbesar")),
        ] {
            assert_eq!(Body::html(source, &base()).text, text.unwrap_or(source));
        }
    }

    #[test]
    fn links_and_pictures_come_along() {
        let body = Body::html(
            "<p><a href='https://wa.me/6281200000001'>Daftar di sini</a> \
             <a href='../syarat'>syarat</a> <a href='#atas'>atas</a> <a href='javascript:x()'>x</a> \
             <a href='mailto:hrd@loker.example'>hrd@loker.example</a>\
             <img src='/poster.jpg'><img src='/hitung.gif' width=1 height=1>\
             <img class=wp-smiley src='/s.png' alt='🙂'></p>",
            &base(),
        );
        let links: Vec<_> =
            body.links.iter().map(|link| (link.url.as_str(), link.text.as_deref())).collect();
        assert_eq!(
            links,
            [
                ("https://wa.me/6281200000001", Some("Daftar di sini")),
                ("https://loker.example/2026/syarat", Some("syarat")),
                ("mailto:hrd@loker.example", Some("hrd@loker.example")),
            ]
        );
        assert_eq!(body.images, ["https://loker.example/poster.jpg"]);
    }

    #[test]
    fn a_body_nested_without_end_is_still_read() {
        let source = "<a href=x><div>".repeat(50_000);
        let deep = Body::html(&source, &base());
        assert_eq!(deep.text, "");
    }
}
