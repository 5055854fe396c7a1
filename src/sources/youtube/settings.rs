//! What the config says of YouTube, and what of it can be.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use url::Url;

use super::YouTube;
use crate::budget::{Budget, Unit, Window};
use crate::fetch::SecretPlace;
use crate::sources::{Door, Given, OpenError, SourceSettings, api};

const EVERY: Duration = Duration::from_secs(3600);
const SLOWEST: Duration = Duration::from_secs(12 * 3600);

/// What only YouTube's Data API knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The environment variable with the API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_env: Option<String>,
    /// The file with the API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// Ids of channels whose uploads are read, `UC…`.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Searches of one visit; none switches searching off.
    #[serde(default = "searches")]
    pub searches: u32,
    /// How old a video may be whose comments are still read, in days.
    #[serde(default = "comment_days")]
    pub comment_days: u32,
    /// Searches a day: Google's own limit for one project.
    #[serde(default = "searches_a_day")]
    pub searches_a_day: u64,
    /// Units a day of everything else: Google's own limit for one project.
    #[serde(default = "units_a_day")]
    pub units_a_day: u64,
    /// Where the API is.
    #[serde(default = "base")]
    pub base: Url,
}

const fn searches() -> u32 {
    4
}

const fn comment_days() -> u32 {
    14
}

const fn searches_a_day() -> u64 {
    100
}

const fn units_a_day() -> u64 {
    10_000
}

fn base() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    Url::parse("https://www.googleapis.com/youtube/v3/").expect("a constant that parses")
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        if let Some(wrong) = self.channels.iter().find(|channel| !is_channel(channel)) {
            return Err(OpenError::new(
                "channels",
                format!(
                    "`{wrong}` bukan id saluran: 24 huruf yang diawali `UC`, lihat alamat halaman salurannya"
                ),
            ));
        }
        if self.channels.is_empty() && self.searches == 0 {
            let reason = "tidak ada yang dibaca: isi `channels`, atau `searches` lebih dari 0";
            return Err(OpenError::new("channels", reason));
        }
        let base = api::base("base", &self.base)?;
        let place = SecretPlace { env: self.key_env.as_deref(), file: self.key_file.as_deref() };
        let key = given.secret("key_env", place)?;
        let budget = |name: &str, limit, unit| Budget {
            name: format!("youtube-{name}@{}", place.holder()),
            limit,
            window: Window::PacificDay,
            unit,
        };
        Ok(Door::Web(Box::new(YouTube {
            base,
            key,
            uploads: self.channels.iter().map(|id| format!("UU{}", &id[2..])).collect(),
            searches: self.searches,
            comment_age: SignedDuration::from_hours(24 * i64::from(self.comment_days)),
            search_budget: budget("pencarian", self.searches_a_day, Unit::Calls),
            unit_budget: budget("unit", self.units_a_day, Unit::Units),
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}

fn is_channel(id: &str) -> bool {
    id.len() == 24
        && id.starts_with("UC")
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
