//! `noindex`, `noarchive` and `none`, in `X-Robots-Tag` or `<meta name="robots">`: a site's word
//! that a page is not to be listed or kept. Only words for every robot, or for this one, count.

use scraper::Html;

use crate::fetch::{Capture, PRODUCT};

/// Whether the page asks not to be kept.
pub(in crate::sources) fn asked(capture: &Capture, page: &Html) -> bool {
    // A header that came several times stands several times.
    let mut headers = capture.headers.iter().filter(|(name, _)| name == "x-robots-tag");
    headers.any(|(_, value)| in_header(value))
        || page.root_element().descendent_elements().any(|element| {
            let tag = element.value();
            let name = (tag.name() == "meta").then(|| tag.attr("name")).flatten();
            let ours = |name: &str| {
                ["robots", PRODUCT].iter().any(|it| name.trim().eq_ignore_ascii_case(it))
            };
            name.is_some_and(ours) && tag.attr("content").is_some_and(says_so)
        })
}

/// `noindex, waspada: noarchive, lain: none`: a name holds until the next one.
fn in_header(value: &str) -> bool {
    let mut ours = true;
    value.split(',').any(|part| {
        let rule = match part.split_once(':') {
            // `unavailable_after: …` and `max-snippet: …` are rules, not names.
            Some((name, rule)) if !is_rule(name) => {
                ours = name.trim().eq_ignore_ascii_case(PRODUCT);
                rule
            }
            _ => part,
        };
        ours && says_so(rule)
    })
}

fn is_rule(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    name.starts_with("max-") || name.starts_with("unavailable") || name.contains(' ')
}

fn says_so(rules: &str) -> bool {
    let mut rules = rules.split(',').map(|rule| rule.trim().to_ascii_lowercase());
    rules.any(|rule| matches!(rule.as_str(), "noindex" | "noarchive" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Sha256;
    use crate::sources::html;

    #[test]
    fn only_words_for_us_count() {
        for (headers, meta, expected) in [
            (&[][..], "", false),
            (&["noindex"], "", true),
            (&["nofollow", "NoArchive"], "", true),
            (&["max-snippet:20, noarchive"], "", true),
            (&["googlebot: noindex"], "", false),
            (&["googlebot: nofollow, noindex"], "", false),
            (&["googlebot: noindex, waspada: none"], "", true),
            (&["unavailable_after: 25 Jun 2026 15:00:00 PST"], "", false),
            (&[], "<meta name=ROBOTS content='index, NOINDEX'>", true),
            (&[], "<meta name=waspada content=noarchive>", true),
            (&[], "<meta name=googlebot content=noindex>", false),
            (&[], "<meta name=robots content='index,follow'>", false),
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
            assert_eq!(asked(&capture, &page), expected, "{headers:?} {meta}");
        }
    }
}
