//! What the config says of a channel, and what of it can be.

use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Channel;
use crate::sources::{Door, Given, OpenError, SourceSettings};

/// Time between two visits when the config names none.
const EVERY: Duration = Duration::from_secs(15 * 60);
const SLOWEST: Duration = Duration::from_secs(6 * 3600);

/// What only a channel's preview knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The channel's public name, without `@`.
    pub channel: String,
    /// The first visit walks back until it has seen this many posts; the page in hand is kept whole.
    #[serde(default = "backfill_posts")]
    pub backfill_posts: u32,
    /// The day before which the first visit does not go back, in WIB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill_since: Option<Date>,
    /// Where the previews are served.
    #[serde(default = "base")]
    pub base: Url,
}

const fn backfill_posts() -> u32 {
    200
}

fn base() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    Url::parse("https://t.me").expect("a constant that parses")
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = true;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        if !is_channel_name(&self.channel) {
            let reason = format!(
                "`{}` bukan nama kanal: tulis nama publiknya tanpa `@` dan tanpa alamat, 5–32 huruf Latin, angka, atau `_`, diawali huruf",
                self.channel
            );
            return Err(OpenError::new("channel", reason));
        }
        if !matches!(self.base.scheme(), "http" | "https") || !self.base.has_host() {
            let reason = format!("`{}` bukan alamat http atau https", self.base);
            return Err(OpenError::new("base", reason));
        }
        Ok(Door::Web(Box::new(Channel::new(self, given.interval(EVERY, SLOWEST)))))
    }
}

fn is_channel_name(name: &str) -> bool {
    (5..=32).contains(&name.len())
        && name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(
        settings: &str,
        every: Option<u64>,
        slowest: Option<u64>,
    ) -> Result<(u64, u64), String> {
        let settings: Settings = toml::from_str(settings).unwrap();
        let given = Given {
            name: "kanal".into(),
            folder: "/".into(),
            every: every.map(Duration::from_secs),
            slowest: slowest.map(Duration::from_secs),
        };
        match settings.open(&given) {
            Ok(Door::Web(source)) => Ok(source.interval()),
            Ok(Door::Files(_) | Door::Stream(_)) => Err("files".into()),
            Err(error) => Err(error.key.into()),
        }
    }

    #[test]
    fn names_and_addresses_are_checked() {
        for (settings, expected) in [
            ("channel = 'loker_contoh'", Ok((900, 21_600))),
            ("channel = 'Kanal5'\nbase = 'http://127.0.0.1:8080/t'", Ok((900, 21_600))),
            ("channel = '@loker_contoh'", Err("channel")),
            ("channel = 'https://t.me/loker_contoh'", Err("channel")),
            ("channel = 'abcd'", Err("channel")),
            ("channel = '5kanal'", Err("channel")),
            ("channel = 'kanal-kita'", Err("channel")),
            ("channel = 'a12345678901234567890123456789012'", Err("channel")),
            ("channel = 'loker_contoh'\nbase = 'ftp://t.me'", Err("base")),
            ("channel = 'loker_contoh'\nbase = 'data:text/html,x'", Err("base")),
        ] {
            assert_eq!(open(settings, None, None), expected.map_err(str::to_owned), "{settings}");
        }
    }

    #[test]
    fn the_config_may_set_the_pace() {
        let channel = "channel = 'loker_contoh'";
        assert_eq!(open(channel, Some(60), None), Ok((60, 21_600)));
        assert_eq!(open(channel, Some(60), Some(120)), Ok((60, 120)));
        assert_eq!(open(channel, None, Some(120)), Ok((120, 120)));
        assert_eq!(open(channel, Some(90_000), None), Ok((90_000, 90_000)));
    }
}
