//! The platforms a post can come from. An unknown name is kept as written, never refused.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! platforms {
    ($($variant:ident => $name:literal),+ $(,)?) => {
        /// Where a post was published.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "the names are the platforms' own")]
        pub enum Platform { $($variant,)+ Other(String) }

        impl Platform {
            /// The name used in files, the database and on screen.
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $name,)+ Self::Other(name) => name }
            }
        }

        impl From<&str> for Platform {
            fn from(name: &str) -> Self {
                let lower = name.trim().to_ascii_lowercase();
                match lower.as_str() { $($name => Self::$variant,)+ _ => Self::Other(lower) }
            }
        }
    };
}

platforms! {
    Telegram => "telegram",
    Mastodon => "mastodon",
    Misskey => "misskey",
    Bluesky => "bluesky",
    Reddit => "reddit",
    Lemmy => "lemmy",
    Youtube => "youtube",
    X => "x",
    Facebook => "facebook",
    Instagram => "instagram",
    Threads => "threads",
    Tiktok => "tiktok",
    Whatsapp => "whatsapp",
    Web => "web",
    Feed => "feed",
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Platform {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Platform {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Ok(Self::from(name.as_ref()))
    }
}
