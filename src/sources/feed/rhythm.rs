//! When to come back: as often as the feed posts, within the bounds of the config, and never
//! sooner than the feed and its cache headers ask, up to a day.

use jiff::Timestamp;

use crate::fetch::Capture;

/// The longest a feed may ask to be left alone, in seconds: absurd values are common.
const A_DAY: u64 = 24 * 3600;

/// How many of the newest gaps between posts count.
const GAPS: usize = 10;

/// Seconds until the next visit; `None` when neither dates nor requests say anything.
pub(super) fn revisit_after(
    times: Vec<Timestamp>,
    asked: Option<u64>,
    capture: &Capture,
    (shortest, longest): (u64, u64),
) -> Option<u64> {
    let usual = usual_gap(times, capture.fetched_at).map(|gap| gap.clamp(shortest, longest));
    let asked = asked.max(freshness(capture)).map(|asked| asked.min(A_DAY)).filter(|&it| it > 0);
    usual.max(asked.map(|asked| asked.max(shortest)))
}

/// The median gap between the newest posts. A feed that has been quiet for long is asked less
/// often: a quarter of its silence counts as its gap.
fn usual_gap(mut times: Vec<Timestamp>, now: Timestamp) -> Option<u64> {
    times.retain(|time| *time <= now);
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.dedup();
    let between = |newer: Timestamp, older: Timestamp| {
        u64::try_from(newer.as_second() - older.as_second()).unwrap_or(0)
    };
    let mut gaps: Vec<u64> =
        times.windows(2).take(GAPS).map(|pair| between(pair[0], pair[1])).collect();
    gaps.sort_unstable();
    let silence = between(now, *times.first()?) / 4;
    Some(gaps.get(gaps.len() / 2).copied().unwrap_or(0).max(silence))
}

/// How long the answer stays fresh (RFC 9111): `max-age`, else `Expires`, less its age.
fn freshness(capture: &Capture) -> Option<u64> {
    let control = capture.header("cache-control").unwrap_or("").to_ascii_lowercase();
    let mut directives = control.split(',').map(str::trim);
    if directives.clone().any(|it| matches!(it, "no-cache" | "no-store")) {
        return None;
    }
    if let Some(seconds) = directives.find_map(|it| it.strip_prefix("max-age=")) {
        let age = capture.header("age").and_then(|age| age.trim().parse().ok()).unwrap_or(0);
        return seconds.trim_matches('"').parse::<u64>().ok().map(|it| it.saturating_sub(age));
    }
    let date = |name| {
        let written = httpdate::parse_http_date(capture.header(name)?).ok()?;
        Timestamp::try_from(written).ok()
    };
    let sent = date("date").unwrap_or(capture.fetched_at);
    u64::try_from(date("expires")?.as_second() - sent.as_second()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Sha256;

    const BOUNDS: (u64, u64) = (900, 43_200);

    fn capture(headers: &[(&str, &str)]) -> Capture {
        let url: url::Url = "https://loker.example/feed".parse().unwrap();
        Capture {
            final_url: url.clone(),
            url,
            status: Some(200),
            fetched_at: "2026-07-02T00:00:00Z".parse().unwrap(),
            headers: headers.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
            body: bytes::Bytes::new(),
            sha256: Sha256::of(b""),
        }
    }

    fn times(hours_ago: &[i64]) -> Vec<Timestamp> {
        let now = capture(&[]).fetched_at;
        hours_ago.iter().map(|h| now - jiff::SignedDuration::from_hours(*h)).collect()
    }

    #[test]
    fn a_feed_is_visited_as_often_as_it_posts() {
        for (hours_ago, after) in [
            (&[1, 3, 5, 7][..], Some(7_200)),
            (&[7, 1, 5, 3], Some(7_200)),
            (&[0, 0, 0, 0], Some(900)),
            (&[1, 100, 200], Some(43_200)),
            (&[1, 3, 5, -500], Some(7_200)),
            // Two hours between posts, but silent for twenty: a quarter of that.
            (&[20, 22, 24], Some(18_000)),
            (&[8_000], Some(43_200)),
            (&[], None),
        ] {
            let found = revisit_after(times(hours_ago), None, &capture(&[]), BOUNDS);
            assert_eq!(found, after, "{hours_ago:?}");
        }
    }

    #[test]
    fn it_is_left_alone_as_long_as_it_asks() {
        let sent = "Thu, 02 Jul 2026 00:00:00 GMT";
        let later = "Thu, 02 Jul 2026 05:00:00 GMT";
        for (asked, headers, after) in [
            (Some(3_600), &[][..], 7_200),
            (Some(10_800), &[], 10_800),
            (Some(50_000), &[], 50_000),
            (Some(9_999_999), &[], A_DAY),
            (None, &[("cache-control", "public, max-age=10000")], 10_000),
            (None, &[("cache-control", "max-age=10000"), ("age", "9000")], 7_200),
            (None, &[("cache-control", "max-age=31536000, no-cache")], 7_200),
            (Some(9_000), &[("cache-control", "Max-Age=\"10000\"")], 10_000),
            (None, &[("expires", later), ("date", sent)], 18_000),
            (None, &[("expires", later)], 18_000),
            (None, &[("expires", sent), ("date", later)], 7_200),
            (None, &[("expires", "0")], 7_200),
            (None, &[("expires", later), ("cache-control", "max-age=0")], 7_200),
        ] {
            let found = revisit_after(times(&[1, 3, 5]), asked, &capture(headers), BOUNDS);
            assert_eq!(found, Some(after), "{asked:?} {headers:?}");
        }
    }

    #[test]
    fn a_request_without_dates_counts_too() {
        let headers = capture(&[("cache-control", "max-age=60")]);
        assert_eq!(revisit_after(Vec::new(), None, &headers, BOUNDS), Some(900));
        assert_eq!(revisit_after(Vec::new(), Some(7_200), &headers, BOUNDS), Some(7_200));
    }
}
