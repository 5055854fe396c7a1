//! Labelled posts read from JSONL: what each of them is, said by a person. A corpus that cannot be
//! read whole is not read at all, since a figure over part of it would mislead.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What a post is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// It offers work abroad that the law does not allow.
    Offer,
    /// It asks for help.
    Victim,
    /// Neither.
    Pass,
}

impl Label {
    /// All, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Offer, Self::Victim, Self::Pass];

    /// The name used in files and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Victim => "victim",
            Self::Pass => "pass",
        }
    }
}

/// A post with what a person said of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Labelled {
    /// Its name in the corpus.
    pub id: String,
    /// What it says.
    pub text: String,
    /// What it is.
    pub label: Label,
    /// Which sort of offer, plea or innocent post.
    #[serde(default)]
    pub kind: Option<String>,
    /// Why, in the words of whoever labelled it.
    #[serde(default)]
    pub note: Option<String>,
    /// The minimal pair it belongs to.
    #[serde(default)]
    pub pair: Option<String>,
    /// How hard it is held to be: a word or a number.
    #[serde(default)]
    pub difficulty: Option<serde_json::Value>,
    /// The file it was read from, as an index.
    #[serde(skip)]
    pub file: usize,
}

/// A corpus that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadablePosts {
    /// The file.
    #[error("{file} tidak dapat dibaca: {source}")]
    File {
        /// Its path.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line of it.
    #[error("{file}:{line}: {reason}; setiap baris {needs}")]
    Line {
        /// Its path.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Why.
        reason: serde_json::Error,
        /// What would be right.
        needs: &'static str,
    },
}

/// Reads labelled posts from files, one JSON object a line.
///
/// # Errors
/// A file cannot be read, or a line is not a labelled post.
pub fn labelled(files: &[PathBuf]) -> Result<Vec<Labelled>, UnreadablePosts> {
    let needs = r#"perlu "id", "text", dan "label" (offer, victim, pass)"#;
    let mut posts: Vec<Labelled> = Vec::new();
    for (number, file) in files.iter().enumerate() {
        for mut post in lines::<Labelled>(file, needs)? {
            post.file = number;
            posts.push(post);
        }
    }
    Ok(posts)
}

/// Reads posts known to be innocent, whatever labels of another task they carry.
///
/// # Errors
/// A file cannot be read, or a line is not a post.
pub fn innocents(files: &[PathBuf]) -> Result<Vec<Labelled>, UnreadablePosts> {
    #[derive(Deserialize)]
    struct Post {
        id: String,
        text: String,
    }
    let mut posts = Vec::new();
    for (file, path) in files.iter().enumerate() {
        for Post { id, text } in lines(path, r#"perlu "id" dan "text""#)? {
            posts.push(Labelled {
                id,
                text,
                label: Label::Pass,
                kind: None,
                note: None,
                pair: None,
                difficulty: None,
                file,
            });
        }
    }
    Ok(posts)
}

fn lines<T: for<'a> Deserialize<'a>>(
    path: &Path,
    needs: &'static str,
) -> Result<Vec<T>, UnreadablePosts> {
    let fail = |source| UnreadablePosts::File { file: path.to_owned(), source };
    let mut read = Vec::new();
    for (number, line) in BufReader::new(File::open(path).map_err(fail)?).lines().enumerate() {
        let line = line.map_err(fail)?;
        if line.trim().is_empty() {
            continue;
        }
        read.push(serde_json::from_str(&line).map_err(|reason| UnreadablePosts::Line {
            file: path.to_owned(),
            line: number + 1,
            reason,
            needs,
        })?);
    }
    Ok(read)
}
