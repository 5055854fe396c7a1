//! Tells a challenge page (a captcha, a browser check) from content. Such a page means "stop and
//! tell the operator"; it is never solved. What people post must not be able to look like one, or a
//! poster could stop the watch: in a good answer only a small HTML page counts, and only signs that
//! stand in its scripts or are its whole title.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

/// The largest challenge page, in bytes; of a refusal no more than this is read.
pub const WITHIN: usize = 64 << 10;

/// Headers by which a protection service marks its own answer: name, start of the value, whose,
/// and whether the mark is put on a 200 only when that is a challenge.
const HEADERS: &[(&str, &str, &str, bool)] = &[
    ("cf-mitigated", "challenge", "Cloudflare", true),
    ("x-vercel-mitigated", "challenge", "Vercel", true),
    ("x-amzn-waf-action", "challenge", "AWS WAF", true),
    ("x-amzn-waf-action", "captcha", "AWS WAF", true),
    ("x-datadome", "protected", "DataDome", false),
];

/// What only the scripts of a check hold, in lower case.
const SCRIPTS: &[(&str, &str)] = &[
    ("window._cf_chl_opt", "Cloudflare"),
    ("anubis_challenge", "Anubis"),
    ("captcha-delivery.com/", "DataDome"),
    ("window._pxappid", "PerimeterX"),
    ("sucuri_cloudproxy_js", "Sucuri"),
    ("check.ddos-guard.net/check.js", "DDoS-Guard"),
    ("awswafcookiedomainlist", "AWS WAF"),
];

/// Whole titles of such a page, in lower case.
const TITLES: &[&str] = &[
    "just a moment...",
    "tunggu sebentar...",
    "attention required! | cloudflare",
    "please wait... | cloudflare",
    "ddos-guard",
    "checking your browser",
    "checking your browser...",
    "checking your browser before accessing",
    "memeriksa browser anda",
    "making sure you're not a bot!",
    "making sure you&#39;re not a bot!",
    "vercel security checkpoint",
    "human verification",
    "security verification",
    "are you a robot?",
    "robot check",
];

/// Words that make a challenge of an answer that already says no.
const WORDS_OF_A_REFUSAL: &[(&str, &str)] = &[
    ("captcha", "captcha"),
    ("unusual traffic from your computer network", "captcha"),
    ("incapsula incident id", "Imperva"),
    ("checking your browser", "browser check"),
    ("enable javascript and cookies to continue", "browser check"),
    ("verify you are human", "browser check"),
    ("verifikasi bahwa anda adalah manusia", "browser check"),
];

/// Whether a refusal of this status may hide a challenge in its body.
pub fn may_hide_one(status: StatusCode) -> bool {
    matches!(status.as_u16(), 401 | 403 | 405 | 429 | 503)
}

/// Whose challenge the answer is, if it is one. `body` is content-decoded: whole for a good
/// answer, its first [`WITHIN`] bytes for a refusal.
pub fn challenge(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<&'static str> {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let marked = HEADERS.iter().find(|(name, start, _, on_success)| {
        (*on_success || !status.is_success())
            && value(name).is_some_and(|value| value.trim().to_ascii_lowercase().starts_with(start))
    });
    if let Some((_, _, whose, _)) = marked {
        return Some(whose);
    }
    let is_html = value(CONTENT_TYPE.as_str()).is_none_or(|kind| kind.contains("html"));
    if !is_html || body.len() > WITHIN {
        return None;
    }
    let page = String::from_utf8_lossy(body).to_ascii_lowercase();
    let scripts: Vec<&str> = elements(&page, "<script", "</script").collect();
    for (sign, whose) in SCRIPTS {
        if scripts.iter().any(|script| script.contains(sign)) {
            return Some(whose);
        }
    }
    let title = elements(&page, "<title", "</title")
        .next()
        .and_then(|element| element.split_once('>'))
        .map(|(_, title)| title.trim());
    if title.is_some_and(|title| TITLES.contains(&title)) {
        return Some("browser check");
    }
    if status.is_success() {
        return None;
    }
    WORDS_OF_A_REFUSAL.iter().find(|(words, _)| page.contains(words)).map(|&(_, whose)| whose)
}

/// The elements between these tags, attributes of the opening one included.
fn elements<'a>(
    page: &'a str,
    open: &'static str,
    close: &'static str,
) -> impl Iterator<Item = &'a str> {
    page.split(open).skip(1).map(move |rest| rest.split(close).next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");

    fn of(status: u16, header: (&'static str, &'static str), body: &str) -> Option<&'static str> {
        let (name, value) = header;
        let headers = [(HeaderName::from_static(name), HeaderValue::from_static(value))]
            .into_iter()
            .collect();
        challenge(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes())
    }

    #[test]
    fn challenges_are_told_from_content() {
        let browser = Some("browser check");
        let cases = [
            (403, ("cf-mitigated", "challenge"), "", Some("Cloudflare")),
            (200, ("cf-mitigated", "challenge"), "", Some("Cloudflare")),
            (202, ("x-amzn-waf-action", "challenge"), "", Some("AWS WAF")),
            (200, ("x-datadome", "protected"), "<p>isi</p>", None),
            (200, HTML, "<html><title>Just a moment...</title>", browser),
            (200, HTML, "<TITLE lang=id>\n Tunggu sebentar...\n</TITLE>", browser),
            (200, HTML, "<script>window._cf_chl_opt={}</script>", Some("Cloudflare")),
            (503, HTML, "<h1>Verify you are human</h1>", browser),
            (403, HTML, "<div class=h-captcha>", Some("captcha")),
            (403, ("content-type", "application/json"), "{\"error\":\"captcha\"}", None),
            (403, HTML, "<h1>Forbidden</h1>", None),
            // What people write does not look like a challenge.
            (200, HTML, "<title>Penipuan captcha</title><p>Verify you are human", None),
            (200, HTML, "<title>Just a moment... – Telegram</title>", None),
            (200, HTML, "<div>window._cf_chl_opt just a moment...</div>", None),
            (200, HTML, "<p>komentar</p><div class=g-recaptcha>", None),
            (
                200,
                HTML,
                "<script src=/cdn-cgi/challenge-platform/scripts/jsd/main.js></script>",
                None,
            ),
            (200, ("content-type", "application/rss+xml"), "<title>Just a moment...</title>", None),
        ];
        for (status, header, body, expected) in cases {
            assert_eq!(of(status, header, body), expected, "{status} {header:?} {body}");
        }
    }

    #[test]
    fn a_large_page_is_content() {
        let page = format!("<title>Just a moment...</title>{}", "x".repeat(WITHIN));
        assert_eq!(of(200, HTML, &page), None);
    }
}
