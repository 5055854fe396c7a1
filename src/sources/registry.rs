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
