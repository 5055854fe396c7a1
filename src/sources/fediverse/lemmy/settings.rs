//! What the config says of a Lemmy server, and what of it can be.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Server;
use crate::sources::fediverse::settings::{backfill_posts, interval, server};
use crate::sources::{Door, Given, OpenError, SourceSettings};

/// What only a Lemmy server knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address of the server.
    pub server: Url,
    /// The communities to read, `name` or `name@server`; all of the server when there are none.
    #[serde(default)]
    pub communities: Vec<String>,
    /// Whose posts are read when no community is named.
    #[serde(default)]
    pub scope: Scope,
    /// Which API the server speaks.
    #[serde(default)]
    pub api: Api,
    /// How many posts of each listing the first visit reads; the page in hand is kept whole.
    #[serde(default = "backfill_posts")]
    pub backfill_posts: u32,
}

/// Whose posts are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Those of the server's own communities.
    #[default]
    Local,
    /// Those of all communities it knows.
    All,
}

/// Which API a server speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// That of Lemmy 0.19, which later versions speak too.
    #[default]
    V3,
    /// That of Lemmy 1.0.
    V4,
}

impl Api {
    pub(super) fn path(self, name: &str) -> String {
        match self {
            Self::V3 => format!("/api/v3/{name}"),
            Self::V4 => format!("/api/v4/{name}"),
        }
    }

    pub(super) fn name(self, scope: Scope) -> &'static str {
        match (self, scope) {
            (Self::V3, Scope::Local) => "Local",
            (Self::V3, Scope::All) => "All",
            (Self::V4, Scope::Local) => "local",
            (Self::V4, Scope::All) => "all",
        }
    }

    pub(super) fn newest_first(self) -> &'static str {
        match self {
            Self::V3 => "New",
            Self::V4 => "new",
        }
    }
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = true;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        let is_name = |name: &String| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|it| it.is_alphanumeric() || matches!(it, '_' | '-' | '.' | '@'))
        };
        if let Some(name) = self.communities.iter().find(|name| !is_name(name)) {
            return Err(OpenError::new(
                "communities",
                format!(
                    "`{name}` bukan nama komunitas: tulis `nama` atau `nama@server`, tanpa `!` dan \
                     tanpa alamat"
                ),
            ));
        }
        Ok(Door::Web(Box::new(Server {
            server: server(&self.server)?,
            api: self.api,
            // A community is of one server; which server's it is does not narrow it further.
            scope: if self.communities.is_empty() { self.scope } else { Scope::All },
            communities: self.communities.clone(),
            backfill: u64::from(self.backfill_posts),
            interval: interval(given)?,
        })))
    }
}
