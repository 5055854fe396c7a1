//! Which kinds of source there are: one line each. A kind is the word after `type =` in a
//! `[[source]]` of the config, the settings only it knows, and how a door is made of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Door;
use crate::fetch::{NoSecret, Secret, SecretPlace};

/// What every source is given, whatever its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its name in the config.
    pub name: String,
    /// The folder relative paths of its settings start from: where the config file lies.
    pub folder: PathBuf,
    /// Shortest time between two visits, when the config names one.
    pub every: Option<Duration>,
    /// Longest time between two visits, when the config names one.
    pub slowest: Option<Duration>,
}

/// The settings of one kind of source.
pub trait SourceSettings: DeserializeOwned + Serialize {
    /// Whether the source stays off until the operator names on what ground it is read.
    const NEEDS_LEGAL_BASIS: bool;

    /// The folder its `path` names, for a kind that reads files: it must be there.
    fn folder(&self) -> Option<&Path> {
        None
    }

    /// Makes the door of them.
    ///
    /// # Errors
    /// Which setting cannot be, and what would be right.
    fn open(&self, given: &Given) -> Result<Door, OpenError>;
}

/// A setting that parses but cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}`: {reason}")]
pub struct OpenError {
    /// The key of the `[[source]]` table.
    pub key: &'static str,
    /// What is wrong with it and what would be right, in Indonesian: an operator reads it.
    pub reason: String,
    /// What has to be mended.
    pub lacks: Lacks,
}

/// What has to be mended before a source can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacks {
    /// The config: it is refused until that is done.
    Setting,
    /// A secret that the config names is not there: the source alone stays off, and says so.
    Secret,
}

impl OpenError {
    /// A setting that cannot be.
    pub fn new(key: &'static str, reason: impl Into<String>) -> Self {
        Self { key, reason: reason.into(), lacks: Lacks::Setting }
    }
}

impl Given {
    /// The shortest and longest time between visits, in seconds: as the config says, else these; a
    /// `slowest` alone also bounds what it does not name.
    pub fn interval(&self, every: Duration, slowest: Duration) -> (u64, u64) {
        let every = self.every.unwrap_or_else(|| every.min(self.slowest.unwrap_or(every)));
        (every.as_secs(), self.slowest.unwrap_or(slowest).max(every).as_secs())
    }

    /// Reads a secret from where the settings say; `key` is the setting to name when it is not there.
    ///
    /// # Errors
    /// No place is named, or the secret is not there.
    pub fn secret(&self, key: &'static str, place: SecretPlace<'_>) -> Result<Secret, OpenError> {
        Secret::find(place, &self.folder).map_err(|error| OpenError {
            key,
            reason: error.to_string(),
            lacks: match error {
                NoSecret::Unnamed => Lacks::Setting,
                NoSecret::NoVariable(_) | NoSecret::NoFile { .. } | NoSecret::Unusable(_) => {
                    Lacks::Secret
                }
            },
        })
    }
}

/// Reads settings of the wanted type from wherever they stand, keeping account of what is wrong.
pub trait ReadSettings {
    /// The settings, or `None` when too little of them could be read.
    fn read<T: DeserializeOwned>(self) -> Option<T>;
}

macro_rules! kinds {
    ($($variant:ident => $name:literal, $settings:ty;)*) => {
        /// The kinds of source there are.
        pub const KINDS: &[&str] = &[$($name),*];

        /// The settings of a source, by its kind.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        #[allow(missing_docs, reason = "the names are the kinds' own")]
        pub enum Settings { $($variant($settings)),* }

        impl Settings {
            /// Reads the settings of this kind; the outer `None` says that there is no such kind.
            pub fn read(kind: &str, reader: impl ReadSettings) -> Option<Option<Self>> {
                match kind {
                    $($name => Some(reader.read::<$settings>().map(Self::$variant)),)*
                    _ => None,
                }
            }

            /// Whether the source stays off until the operator names on what ground it is read.
            pub fn needs_legal_basis(&self) -> bool {
                match self { $(Self::$variant(_) => <$settings>::NEEDS_LEGAL_BASIS),* }
            }

            /// The folder its `path` names, for a kind that reads files: it must be there.
            pub fn folder(&self) -> Option<&Path> {
                match self { $(Self::$variant(settings) => settings.folder()),* }
            }

            /// Makes the door of them.
            ///
            /// # Errors
            /// Which setting cannot be, and what would be right.
            pub fn open(&self, given: &Given) -> Result<Door, OpenError> {
                match self { $(Self::$variant(settings) => settings.open(given)),* }
            }
        }
    };
}

kinds! {
    Folder => "folder", super::folder::Settings;
    Feed => "feed", super::feed::Settings;
    Blog => "blog", super::blog::Settings;
    Page => "page", super::page::Settings;
    Sitemap => "sitemap", super::sitemap::Settings;
    Telegram => "telegram", super::telegram::Settings;
    BlueskyJetstream => "bluesky-jetstream", super::bluesky::JetstreamSettings;
    BlueskyAuthor => "bluesky-author", super::bluesky::AuthorSettings;
    Mastodon => "mastodon", super::fediverse::mastodon::Settings;
    Misskey => "misskey", super::fediverse::misskey::Settings;
    Lemmy => "lemmy", super::fediverse::lemmy::Settings;
    Threads => "threads", super::graph::threads::Settings;
    Instagram => "instagram", super::graph::instagram::Settings;
    Facebook => "facebook", super::graph::facebook::Settings;
    X => "x", super::x::Settings;
    Reddit => "reddit", super::reddit::Settings;
    Youtube => "youtube", super::youtube::Settings;
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Toml<'a>(&'a str);

    impl ReadSettings for Toml<'_> {
        fn read<T: DeserializeOwned>(self) -> Option<T> {
            toml::from_str(self.0).ok()
        }
    }

    fn interval(kind: &str, settings: &str, given: [Option<u64>; 2]) -> (u64, u64) {
        let [every, slowest] = given.map(|seconds| seconds.map(Duration::from_secs));
        let given = Given { name: "uji".into(), folder: PathBuf::new(), every, slowest };
        let settings = Settings::read(kind, Toml(settings)).unwrap().unwrap();
        match settings.open(&given) {
            Ok(Door::Web(source)) => source.interval(),
            Ok(Door::Stream(source)) => source.interval(),
            Ok(Door::Files(_)) => panic!("{kind}: files"),
            Err(error) => panic!("{kind}: {}", error.reason),
        }
    }

    #[test]
    fn every_kind_keeps_the_pace_the_config_sets() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kunci");
        std::fs::write(&file, "kunci-uji").unwrap();
        let token = format!("token_file = '{}'\n", file.display());
        let key = format!("key_file = '{}'\n", file.display());
        let pair = format!("id_file = '{0}'\nsecret_file = '{0}'\n", file.display());
        let url = "url = 'https://contoh.example/a'\n";
        let server = "server = 'https://contoh.example'\n";
        for (kind, settings) in [
            ("feed", url.to_owned()),
            ("blog", format!("{url}system = 'wordpress'")),
            ("page", url.to_owned()),
            ("sitemap", url.to_owned()),
            ("telegram", "channel = 'loker_contoh'".to_owned()),
            ("bluesky-jetstream", String::new()),
            ("bluesky-author", "actor = 'agen.bsky.social'".to_owned()),
            ("mastodon", server.to_owned()),
            ("misskey", server.to_owned()),
            ("lemmy", server.to_owned()),
            ("threads", token.clone()),
            ("instagram", format!("{token}user_id = '17841'")),
            ("facebook", format!("{token}pages = ['contoh.loker']")),
            ("x", format!("{token}dollars_a_day = 5.0")),
            ("reddit", format!("{pair}subreddits = ['contoh']")),
            ("youtube", key),
        ] {
            let (every, slowest) = interval(kind, &settings, [None, None]);
            assert!(every < slowest, "{kind}");
            for (given, expected) in [
                ([Some(60), None], (60, slowest)),
                ([None, Some(20)], (20, 20)),
                ([Some(60), Some(120)], (60, 120)),
                ([Some(slowest + 1), None], (slowest + 1, slowest + 1)),
            ] {
                assert_eq!(interval(kind, &settings, given), expected, "{kind} {given:?}");
            }
            assert_eq!(interval(kind, &settings, [None, Some(slowest * 2)]), (every, slowest * 2));
        }
    }
}
