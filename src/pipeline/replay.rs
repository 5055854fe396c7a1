//! Reads what is kept of a source once more with today's adapter and stores what reads otherwise
//! now: what a mended parser gains, without asking any server again.

use std::collections::HashMap;

use jiff::Timestamp;
use url::Url;

use crate::config::Config;
use crate::engine::SearchTerms;
use crate::fetch::Capture;
use crate::post::Post;
use crate::registry::today;
use crate::sources::folder::{Handed, Wanted};
use crate::sources::{Adapter, Door, FileSource, KeptPart, News, Page, Visit, Ways};
use crate::store::{CaptureRecord, ReplayChange, ReplayCounts, Reread, Store, StoreError};

use super::scorer::Scorer;
use super::visit::{MANNER, set_aside};
use super::{RulesError, load, watch};

/// Captures looked up at a time.
const BATCH: u32 = 64;
/// Changed posts that are named; all are counted.
const NAMED: usize = 1_000;
/// Captures that could not be read of which the reason is told.
const TOLD: usize = 20;

/// Why a capture is left as it is of which an earlier version did not keep what it was asked for.
const FORGOTTEN: &str = "disimpan oleh versi lama, yang belum mencatat apa yang ditanyakan: \
     tanpa itu halaman ini tidak dapat dibaca sendirian";

/// What reading again came to.
#[derive(Debug, Default)]
pub struct Replayed {
    /// What it did.
    pub counts: ReplayCounts,
    /// The first posts it changed.
    pub changes: Vec<ReplayChange>,
    /// The first captures that could not be read, and why.
    pub unreadable: Vec<(String, String)>,
}

/// Why nothing can be read again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// Neither config nor database knows the source, or not how to read it.
    #[error("tidak ada sumber `{0}` dalam konfigurasi, dan bukan pula sumber impor di basis data")]
    Unknown(String),
    /// Its settings cannot be.
    #[error("{0}")]
    Setting(String),
    /// The rules cannot be used.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads the captures of the source with this name again.
///
/// # Errors
/// There is no such source, or the database or the rules cannot be used.
pub fn replay(config: &Config, name: &str) -> Result<Replayed, ReplayError> {
    let store = Store::open_existing(&config.store)?;
    let door = door(config, &store, name)?;
    let scorer = Scorer::new(load(&watch::standing(config))?);
    let terms = scorer.search_terms();
    let mut replayed = Replayed::default();
    let mut last = None;
    loop {
        let batch = store.captures_of(name, last.as_ref(), BATCH)?;
        for kept in &batch {
            let read = match store.capture(kept) {
                Ok(capture) => read(&door, &capture, &terms),
                Err(error @ (StoreError::File { .. } | StoreError::CaptureHash { .. })) => {
                    Err(error.to_string())
                }
                Err(error) => return Err(error.into()),
            };
            match read {
                Ok(page) => {
                    let Adapter { name: adapter, version: adapter_version } = adapter(&door);
                    let reread = Reread {
                        adapter,
                        adapter_version,
                        posts: scorer.score(name, today(), each_once(page.posts)),
                        set_aside: page.set_aside.into_iter().map(set_aside).collect(),
                        at: Timestamp::now(),
                    };
                    let changes = store.replay_write(name, kept, reread, &mut replayed.counts)?;
                    let room = NAMED.saturating_sub(replayed.changes.len());
                    replayed.changes.extend(changes.into_iter().take(room));
                }
                Err(reason) => {
                    replayed.counts.unreadable += 1;
                    if replayed.unreadable.len() < TOLD {
                        replayed.unreadable.push((kept.url.clone(), reason));
                    }
                }
            }
        }
        match batch.into_iter().next_back() {
            Some(kept) => last = Some(kept),
            None => return Ok(replayed),
        }
    }
}

/// The door the captures came through: the config's, or that of files handed over by name.
fn door(config: &Config, store: &Store, name: &str) -> Result<Door, ReplayError> {
    if let Some(source) = config.sources.iter().find(|source| source.name.as_str() == name) {
        let opened = source.settings.open(&source.given(config));
        return opened.map_err(|error| ReplayError::Setting(error.to_string()));
    }
    let handed = Handed::new(Wanted::Auto, Ways::default());
    let adapter = store.adapter_of(name)?;
    if adapter.as_deref() != Some(handed.adapter().name) {
        return Err(ReplayError::Unknown(name.to_owned()));
    }
    Ok(Door::Files(Box::new(handed)))
}

fn adapter(door: &Door) -> Adapter {
    match door {
        Door::Web(source) => source.adapter(),
        Door::Files(source) => source.adapter(),
        Door::Stream(source) => source.adapter(),
    }
}

fn read(door: &Door, capture: &CaptureRecord, terms: &SearchTerms) -> Result<Page, String> {
    let manner = capture.headers.iter().find(|(name, _)| name == MANNER);
    let manner = manner.map(|(_, manner)| manner.as_str());
    let page = match door {
        Door::Files(source) => {
            source.again(&KeptPart { bytes: &capture.body, manner, address: &capture.url })
        }
        Door::Web(source) => {
            let capture = fetched(capture)?;
            if manner.is_none() && source.manner(&capture, Visit::new(None, terms)).is_some() {
                return Err(FORGOTTEN.to_owned());
            }
            source.again(&capture, manner, terms)
        }
        // A message of a stream is captured by itself.
        Door::Stream(source) => {
            let mut page = Page::default();
            match source.read(&capture.body).map(|event| event.news) {
                Ok(News::Post { post, .. }) => page.posts.push(*post),
                Ok(_) => page.ignored += 1,
                Err(item) => page.set_aside.push(item),
            }
            return Ok(page);
        }
    };
    page.map_err(|error| error.to_string())
}

/// A kept capture as it came from the network.
fn fetched(capture: &CaptureRecord) -> Result<Capture, String> {
    let url = |address: &str| Url::parse(address).map_err(|error| format!("{address}: {error}"));
    Ok(Capture {
        url: url(&capture.url)?,
        final_url: url(&capture.final_url)?,
        status: capture.status,
        fetched_at: capture.fetched_at,
        headers: capture.headers.clone(),
        body: capture.body.clone(),
        sha256: capture.sha256,
    })
}

/// Of an item that stands on a page more than once the last is the one that counts.
fn each_once(posts: Vec<Post>) -> Vec<Post> {
    let last: HashMap<_, usize> =
        posts.iter().enumerate().map(|(at, post)| (post.key.clone(), at)).collect();
    let counts = |(at, post): &(usize, Post)| last.get(&post.key) == Some(at);
    posts.into_iter().enumerate().filter(counts).map(|(_, post)| post).collect()
}
