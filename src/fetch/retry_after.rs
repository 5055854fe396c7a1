//! How long a server asks us to stay away: `Retry-After` in seconds or as a date, and the
//! rate-limit headers of platforms that do not send it. A pause is never longer than [`LONGEST`].

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The longest pause a server can ask for; a longer one is cut to this.
pub const LONGEST: Duration = Duration::from_secs(6 * 3600);

/// Seconds above which a number is a Unix time and not a span.
const UNIX_TIME_FROM: u64 = 1_000_000_000;

/// The pause an error answer asks for, if it asks for one that is not over yet.
pub fn asked_pause(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let now = server_time(headers).unwrap_or(now);
    text(headers, RETRY_AFTER.as_str())
        .and_then(|value| pause(value, now))
        .or_else(|| reset(headers, now))
        .filter(|pause| !pause.is_zero())
        .map(|pause| pause.min(LONGEST))
}

/// The pause a good answer asks for by saying that no request is left in this window.
pub fn used_up(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let now = server_time(headers).unwrap_or(now);
    let none_left = ["x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining"]
        .iter()
        .filter_map(|name| text(headers, name))
        .chain(in_one(headers, &["remaining", "r"]))
        .any(|left| left.parse::<f64>().is_ok_and(|left| left < 1.0));
    if !none_left {
        return None;
    }
    reset(headers, now).filter(|pause| !pause.is_zero()).map(|pause| pause.min(LONGEST))
}

fn reset(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    ["x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset"]
        .iter()
        .filter_map(|name| text(headers, name))
        .chain(in_one(headers, &["reset", "t"]))
        .find_map(|value| pause(value, now))
}

/// The value of one of these names in the one header that tells all, as the drafts of its standard
/// write it: `limit=100, remaining=0, reset=50` or `"default";r=0;t=50`.
fn in_one<'a>(headers: &'a HeaderMap, names: &[&str]) -> Option<&'a str> {
    let mut parts = text(headers, "ratelimit")?.split([',', ';']);
    parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        names.contains(&name.trim()).then(|| value.trim())
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

/// The server's own clock: a date it names is read against it, so that a wrong clock on either
/// side does not turn a pause of a minute into an hour.
fn server_time(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(text(headers, DATE.as_str())?)
}

fn http_date(value: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()
}

/// Reads a span in seconds, a Unix time in seconds, an HTTP date or an RFC 3339 time; what lies in
/// the past is no pause.
fn pause(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.parse::<f64>() {
        let span = Duration::try_from_secs_f64(seconds).ok()?;
        if span.as_secs() < UNIX_TIME_FROM {
            return Some(span);
        }
        let at = Timestamp::from_second(i64::try_from(span.as_secs()).ok()?).ok()?;
        return Some(until(at, now));
    }
    let at = http_date(value).or_else(|| value.parse().ok())?;
    Some(until(at, now))
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| {
                (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
            })
            .collect()
    }

    fn now() -> Timestamp {
        "2026-01-02T03:04:05Z".parse().unwrap()
    }

    #[test]
    fn every_way_to_ask_for_a_pause() {
        type Headers = &'static [(&'static str, &'static str)];
        let cases: [(Headers, Option<u64>); 16] = [
            (&[], None),
            (&[("retry-after", "120")], Some(120)),
            (&[("retry-after", "0")], None),
            (&[("retry-after", "-5")], None),
            (&[("retry-after", "segera")], None),
            (&[("retry-after", "99999999")], Some(6 * 3600)),
            (&[("retry-after", "Fri, 02 Jan 2026 03:05:05 GMT")], Some(60)),
            (&[("retry-after", "Fri, 02 Jan 2026 03:00:00 GMT")], None),
            (&[("x-rate-limit-reset", "1767323105")], Some(60)),
            (&[("x-ratelimit-reset", "2026-01-02T03:05:05.500Z")], Some(60)),
            (&[("x-ratelimit-reset", "345")], Some(345)),
            (&[("ratelimit-reset", "1767323105")], Some(60)),
            (&[("ratelimit", "limit=100, remaining=0, reset=50")], Some(50)),
            (&[("ratelimit", r#""menit";r=0;t=7"#)], Some(7)),
            (&[("retry-after", "30"), ("x-rate-limit-reset", "1767323105")], Some(30)),
            // The server's clock is an hour ahead: what it names is read against its own clock.
            (
                &[
                    ("retry-after", "Fri, 02 Jan 2026 04:05:05 GMT"),
                    ("date", "Fri, 02 Jan 2026 04:04:05 GMT"),
                ],
                Some(60),
            ),
        ];
        for (lines, expected) in cases {
            let pause = asked_pause(&headers(lines), now());
            assert_eq!(pause.map(|pause| pause.as_secs()), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_good_answer_asks_for_a_pause_only_when_nothing_is_left() {
        let reset = ("x-ratelimit-reset", "2026-01-02T03:05:05Z");
        let cases = [("0", Some(60)), ("0.0", Some(60)), ("1", None), ("299", None)];
        for (left, expected) in cases {
            let lines = [("x-ratelimit-remaining", left), reset];
            let pause = used_up(&headers(&lines), now());
            assert_eq!(pause.map(|pause| pause.as_secs()), expected, "{left}");
        }
        assert_eq!(used_up(&headers(&[reset]), now()), None);
        for (line, expected) in
            [("limit=9, remaining=0, reset=50", Some(50)), ("\"a\";r=3;t=7", None)]
        {
            let pause = used_up(&headers(&[("ratelimit", line)]), now());
            assert_eq!(pause.map(|pause| pause.as_secs()), expected, "{line}");
        }
    }
}
