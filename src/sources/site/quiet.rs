//! `noindex`, `noarchive` and `none`, in `X-Robots-Tag` or `<meta name="robots">`: a site's word
//! that a page is not to be listed or kept. Only words for every robot, or for this one, count.

use scraper::Html;

use crate::fetch::{Capture, PRODUCT};

/// The word by which the page asks not to be kept, if it does.
pub(in crate::sources) fn asked(capture: &Capture, page: &Html) -> Option<String> {
    // A header that came several times stands several times.
    let mut headers = capture.headers.iter().filter(|(name, _)| name == "x-robots-tag");
    let header = headers.find_map(|(_, value)| in_header(value));
    header.or_else(|| {
        page.root_element().descendent_elements().find_map(|element| {
            let tag = element.value();
            let name = (tag.name() == "meta").then(|| tag.attr("name")).flatten()?;
            let ours = ["robots", PRODUCT].iter().any(|it| name.trim().eq_ignore_ascii_case(it));
            tag.attr("content").filter(|_| ours).and_then(word)
        })
    })
}

/// `noindex, waspada: noarchive, lain: none`: a name holds until the next one.
fn in_header(value: &str) -> Option<String> {
    let mut ours = true;
    value.split(',').find_map(|part| {
        let rule = match part.split_once(':') {
            // `unavailable_after: …` and `max-snippet: …` are rules, not names.
            Some((name, rule)) if !is_rule(name) => {
                ours = name.trim().eq_ignore_ascii_case(PRODUCT);
                rule
            }
            _ => part,
        };
        if ours { word(rule) } else { None }
    })
}

fn is_rule(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    name.starts_with("max-") || name.starts_with("unavailable") || name.contains(' ')
}

fn word(rules: &str) -> Option<String> {
    rules
        .split(',')
        .map(|rule| rule.trim().to_ascii_lowercase())
        .find(|rule| matches!(rule.as_str(), "noindex" | "noarchive" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Sha256;
    use crate::sources::html;

    #[test]
    fn only_words_for_us_count() {
        for (headers, meta, expected) in [
            (&[][..], "", None),
            (&["noindex"], "", Some("noindex")),
            (&["nofollow", "NoArchive"], "", Some("noarchive")),
            (&["max-snippet:20, noarchive"], "", Some("noarchive")),
            (&["googlebot: noindex"], "", None),
            (&["googlebot: nofollow, noindex"], "", None),
            (&["googlebot: noindex, waspada: none"], "", Some("none")),
            (&["unavailable_after: 25 Jun 2026 15:00:00 PST"], "", None),
            (&[], "<meta name=ROBOTS content='index, NOINDEX'>", Some("noindex")),
            (&[], "<meta name=waspada content=noarchive>", Some("noarchive")),
            (&[], "<meta name=googlebot content=noindex>", None),
            (&[], "<meta name=robots content='index,follow'>", None),
        ] {
            let url: url::Url = "https://contoh.example/".parse().unwrap();
            let capture = Capture {
                final_url: url.clone(),
                url,
                status: Some(200),
                fetched_at: jiff::Timestamp::UNIX_EPOCH,
                headers: headers.iter().map(|it| ("x-robots-tag".into(), (*it).into())).collect(),
                body: bytes::Bytes::new(),
                sha256: Sha256::of(b""),
            };
            let page = html::document(meta).unwrap();
            assert_eq!(asked(&capture, &page).as_deref(), expected, "{headers:?} {meta}");
        }
    }
}
