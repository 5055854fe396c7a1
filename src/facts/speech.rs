//! What a post does with its words, and who speaks. Neither hangs on a word alone: the engine reads
//! them off the rules that fired.

use serde::{Deserialize, Serialize};

/// What a post does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpeechAct {
    /// It offers work.
    Offers,
    /// Somebody in need, or his family, asks for help.
    Pleads,
    /// It reports what happened.
    Reports,
    /// It warns.
    Warns,
    /// It repeats what others wrote.
    Quotes,
    /// It asks, or looks for work.
    Asks,
    /// It tells of the speaker's own life.
    Tells,
    /// It jokes.
    Jokes,
}

impl SpeechAct {
    /// As shown on screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Offers => "menawarkan",
            Self::Pleads => "meminta tolong",
            Self::Reports => "memberitakan",
            Self::Warns => "memperingatkan",
            Self::Quotes => "mengutip",
            Self::Asks => "bertanya",
            Self::Tells => "bercerita",
            Self::Jokes => "bercanda",
        }
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// An authority.
    Official,
    /// A newsroom.
    Press,
    /// A company.
    Company,
    /// A private person.
    Private,
}

impl Speaker {
    /// As shown on screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Official => "lembaga resmi",
            Self::Press => "media",
            Self::Company => "perusahaan",
            Self::Private => "perseorangan",
        }
    }
}
