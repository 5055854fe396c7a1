//! robots.txt as RFC 9309 reads it, pure: bytes and a product token in, "may I ask for this path?"
//! out. Where Google's reference parser and the RFC leave room, the stricter reading of a
//! `Disallow` is taken; the 142 vectors of the reference parser hold (`tests/fetch_robots.rs`).

use std::time::Duration;

/// Bytes of a robots.txt that are read; RFC 9309 asks for at least 500 KiB.
pub const MAX_BYTES: usize = 512 << 10;

/// The rules of one robots.txt that concern one crawler.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    allow: bool,
    pattern: Pattern,
}

/// Which lines apply: those of the groups that name the crawler, else those of `*`.
#[derive(Default)]
struct Group {
    named: bool,
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

impl Group {
    fn delay(&mut self, delay: Duration) {
        self.crawl_delay = Some(self.crawl_delay.unwrap_or_default().max(delay));
    }
}

impl Rules {
    /// No rules: everything is allowed, as after a 4xx.
    pub fn allow_all() -> Self {
        Self::default()
    }

    /// Reads a robots.txt for the crawler called `product`. Never fails: a line that cannot be
    /// read is skipped, and a page of HTML served in its place holds no rules.
    pub fn parse(body: &[u8], product: &str) -> Self {
        let body = &body[..body.len().min(MAX_BYTES)];
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with('<') {
            return Self::default();
        }
        let mut own = Group::default();
        let mut everyone = Group::default();
        let (mut for_us, mut for_all, mut in_rules) = (false, false, false);
        let (mut in_group, mut whole_site) = (false, Group::default());
        for line in text.split(['\n', '\r']) {
            let Some((key, value)) = split_line(line) else { continue };
            match Key::of(key) {
                Key::UserAgent => {
                    in_group = true;
                    if in_rules {
                        (for_us, for_all, in_rules) = (false, false, false);
                    }
                    if value == "*" || value.starts_with("* ") {
                        for_all = true;
                    } else if product_token(value).eq_ignore_ascii_case(product)
                        && !product.is_empty()
                    {
                        for_us = true;
                        own.named = true;
                    }
                }
                Key::Rule { allow } => {
                    in_rules = true;
                    if value.is_empty() {
                        continue;
                    }
                    let rule = Rule { allow, pattern: Pattern::new(value) };
                    if for_us {
                        own.rules.push(rule.clone());
                    }
                    if for_all {
                        everyone.rules.push(rule);
                    }
                }
                Key::CrawlDelay => {
                    let Some(delay) = seconds(value) else { continue };
                    if for_us {
                        own.delay(delay);
                    }
                    if for_all {
                        everyone.delay(delay);
                    }
                    // Sites write it above all groups and mean everybody.
                    if !in_group {
                        whole_site.delay(delay);
                    }
                }
                Key::Other => {}
            }
        }
        let chosen = if own.named { own } else { everyone };
        Self { rules: chosen.rules, crawl_delay: chosen.crawl_delay.or(whole_site.crawl_delay) }
    }

    /// Whether the path, with its query and percent-encoded as in a request line, may be asked for.
    /// The longest matching rule decides; between equally long ones `Allow` does.
    pub fn allows(&self, path: &str) -> bool {
        if path == "/robots.txt" {
            return true;
        }
        let path = Path::new(path);
        let mut allow = None;
        let mut disallow = None;
        for rule in &self.rules {
            if rule.allow {
                allow = allow.max(rule.pattern.matched_by_allow(&path));
            } else {
                disallow = disallow.max(rule.pattern.matched_by_disallow(&path));
            }
        }
        disallow.is_none() || allow >= disallow
    }

    /// The time the site asks for between two requests. Not part of RFC 9309, but honoured.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }
}

enum Key {
    UserAgent,
    Rule { allow: bool },
    CrawlDelay,
    Other,
}

impl Key {
    /// The key of a line, misspellings included that the reference parser accepts as well.
    fn of(key: &str) -> Self {
        match key.to_ascii_lowercase().as_str() {
            "user-agent" | "useragent" | "user agent" => Self::UserAgent,
            "allow" => Self::Rule { allow: true },
            "disallow" | "dissallow" | "dissalow" | "disalow" | "diasllow" | "disallaw" => {
                Self::Rule { allow: false }
            }
            "crawl-delay" | "crawldelay" | "crawl delay" => Self::CrawlDelay,
            _ => Self::Other,
        }
    }
}

/// Key and value of a line, without its comment. A missing colon is forgiven when the line is two words.
fn split_line(line: &str) -> Option<(&str, &str)> {
    let line = line.split('#').next().unwrap_or_default().trim();
    if let Some((key, value)) = line.split_once(':') {
        return Some((key.trim(), value.trim()));
    }
    let mut words = line.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some(key), Some(value), None) => Some((key, value)),
        _ => None,
    }
}

/// The product token a `User-agent` line names: its leading letters, `-` and `_`.
fn product_token(value: &str) -> &str {
    let end = value
        .find(|c: char| !(c.is_ascii_alphabetic() || c == '-' || c == '_'))
        .unwrap_or(value.len());
    &value[..end]
}

fn seconds(value: &str) -> Option<Duration> {
    value.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

/// A path to match, in both readings of its percent-encoding.
struct Path {
    written: String,
    plain: String,
}

impl Path {
    fn new(path: &str) -> Self {
        let written = upper_escapes(path);
        let plain = plain_unreserved(&written);
        Self { written, plain }
    }
}

/// A path pattern: literal pieces between `*`, perhaps bound to the end by `$`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    written: String,
    plain: String,
    /// The directory of a pattern that ends in `/index.htm…`, bound to its end.
    directory: Option<String>,
}

impl Pattern {
    fn new(value: &str) -> Self {
        let written = upper_escapes(&escape_non_ascii(value));
        let plain = plain_unreserved(&written);
        let directory = written
            .rfind('/')
            .filter(|&slash| written[slash..].starts_with("/index.htm"))
            .map(|slash| format!("{}$", &written[..=slash]));
        Self { written, plain, directory }
    }

    /// The rank of this pattern as an `Allow`: its length, if the path matches as written, or if it
    /// names the index page of the directory asked for.
    fn matched_by_allow(&self, path: &Path) -> Option<usize> {
        if matches(&path.written, &self.written) {
            return Some(self.written.len());
        }
        self.directory
            .as_deref()
            .filter(|directory| matches(&path.written, directory))
            .map(str::len)
    }

    /// The rank of this pattern as a `Disallow`: `%7E` and `~` are the same here, because RFC 9309
    /// says so and a site's "no" must not be lost to spelling.
    fn matched_by_disallow(&self, path: &Path) -> Option<usize> {
        (matches(&path.written, &self.written) || matches(&path.plain, &self.plain))
            .then_some(self.written.len())
    }
}

/// Whether a path fits a pattern: from its start on, `*` for anything, `$` for the end.
///
/// Leftmost placement of each piece is enough, because a later placement of one piece never makes
/// room for the next; so the work is linear in the path for each piece.
pub fn matches(path: &str, pattern: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return !to_the_end || rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    if to_the_end { rest.ends_with(last) } else { rest.contains(last) }
}

fn escape_non_ascii(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The two hexadecimal digits after a `%` at `at`, as a byte.
fn escape_at(bytes: &[u8], at: usize) -> Option<u8> {
    let digits = bytes.get(at + 1..at + 3)?;
    if bytes[at] != b'%' || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn upper_escapes(text: &str) -> String {
    rewrite_escapes(text, |byte, out| out.push_str(&format!("%{byte:02X}")))
}

/// The text with the escapes of unreserved characters (RFC 3986 section 2.3) undone.
fn plain_unreserved(text: &str) -> String {
    rewrite_escapes(text, |byte, out| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    })
}

fn rewrite_escapes(text: &str, write: impl Fn(u8, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    let mut at = 0;
    while at < text.len() {
        if let Some(byte) = escape_at(text.as_bytes(), at) {
            out.push_str(&text[from..at]);
            write(byte, &mut out);
            at += 3;
            from = at;
        } else {
            at += 1;
        }
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(robots: &str, path: &str) -> bool {
        Rules::parse(robots.as_bytes(), "waspada").allows(path)
    }

    #[test]
    fn what_a_site_can_say() {
        let cases = [
            ("", "/x", true),
            ("User-agent: *\nDisallow: /\n", "/x", false),
            ("User-agent: *\nDisallow: /\n", "/robots.txt", true),
            ("User-agent: *\nDisallow: /\nUser-agent: WASPADA/0.1\nAllow: /\n", "/x", true),
            (
                "User-agent: waspada\nDisallow: /a\n\nUser-agent: waspada\nDisallow: /b\n",
                "/a",
                false,
            ),
            (
                "User-agent: waspada\nDisallow: /a\n\nUser-agent: waspada\nDisallow: /b\n",
                "/b",
                false,
            ),
            ("User-agent: waspada\nUser-agent: lain\nDisallow: /\n", "/x", false),
            ("User-agent: *\nDisallow: /a\nAllow: /a\n", "/a", true),
            ("User-agent: *\nDisallow: /*?q=\n", "/s/kanal?q=1", false),
            ("User-agent: *\nDisallow: /a*z$\n", "/abz", false),
            ("User-agent: *\nDisallow: /a*z$\n", "/abzz/c", true),
            ("User-agent: *\nDisallow: /*a*a$\n", "/a", true),
            ("User-agent: *\nDisallow: /%7euser\n", "/~user", false),
            ("User-agent: *\nDisallow: /~user\n", "/%7Euser/x", false),
            ("User-agent: *\nDisallow: /\u{e9}\n", "/%c3%a9", false),
            ("\u{feff}User-agent: *\rDisallow: /x\r", "/x", false),
            ("<!doctype html>\nUser-agent: *\nDisallow: /\n", "/x", true),
            ("Disallow: /\nUser-agent: lain\nDisallow: /\n", "/x", true),
        ];
        for (robots, path, expected) in cases {
            assert_eq!(allows(robots, path), expected, "{robots:?} {path}");
        }
    }

    #[test]
    fn crawl_delay_belongs_to_its_group() {
        let robots = b"User-agent: *\nCrawl-delay: 3\n\nUser-agent: waspada\nCrawl-delay: 1.5\nDisallow: /x\n";
        assert_eq!(
            Rules::parse(robots, "waspada").crawl_delay(),
            Some(Duration::from_millis(1500))
        );
        let everyone = Rules::parse(b"User-agent: *\nCrawl-delay: 7\n", "waspada");
        assert_eq!(everyone.crawl_delay(), Some(Duration::from_secs(7)));
        let above =
            Rules::parse(b"Crawl-delay: 120\nUser-agent: lain\nCrawl-delay: 5\n", "waspada");
        assert_eq!(above.crawl_delay(), Some(Duration::from_secs(120)));
        let unreadable =
            Rules::parse(b"User-agent: *\nCrawl-delay: -1\nCrawl-delay: nan\n", "waspada");
        assert_eq!(unreadable.crawl_delay(), None);
    }

    #[test]
    fn half_a_mebibyte_is_read() {
        let mut robots = "User-agent: *\n".to_owned();
        while robots.len() < 500 << 10 {
            robots.push_str("Disallow: /tertutup\n");
        }
        robots.push_str("Disallow: /paling-akhir\n");
        assert!(!allows(&robots, "/paling-akhir"));
    }

    /// The definition, by trying every placement.
    fn naive(path: &[u8], pattern: &[u8]) -> bool {
        match pattern {
            [] => true,
            [b'$'] => path.is_empty(),
            [b'*', rest @ ..] => (0..=path.len()).any(|at| naive(&path[at..], rest)),
            [byte, rest @ ..] => path.first() == Some(byte) && naive(&path[1..], rest),
        }
    }

    proptest! {
        #[test]
        fn matching_agrees_with_its_definition(path in "[/ab]{0,8}", pattern in "/?[ab*]{0,6}\\$?") {
            prop_assert_eq!(matches(&path, &pattern), naive(path.as_bytes(), pattern.as_bytes()));
        }

        #[test]
        fn any_bytes_are_read(body in proptest::collection::vec(any::<u8>(), 0..400), path in "/.{0,20}") {
            Rules::parse(&body, "waspada").allows(&path);
        }
    }
}
