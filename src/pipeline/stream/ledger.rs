//! From messages to commits. Every message is dealt with in its order: a commit holds what led to
//! something since the last one, and the cursor after its last message. What is not worth keeping
//! moves the cursor alone, and that not with every message. Blocks: call it off the async threads.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use url::Url;

use crate::engine::Verdict;
use crate::post::{Post, PostKey, Sha256};
use crate::registry::today;
use crate::sources::{Adapter, Cursor, Door, Event, Keep, News, Page, SetAside, StreamSource};
use crate::store::{CaptureRecord, Grounds, ScoredPost, StoreError};
use crate::telemetry::{Event as _, StreamGap, StreamRead};

use super::super::report::SourceReport;
use super::super::schedule::Went;
use super::super::visit::{Arrived, Failure, Tools, Watched, store_scored};
use super::standing::Standing;

/// The cursor alone is stored this often.
const CURSOR_ALONE: Duration = Duration::from_secs(15);
/// Unreadable messages kept in an hour; a stream brings them faster than anybody can look.
const MOST_ASIDE: u32 = 100;
/// So many messages together of which none can be read are no stream of this source.
const STRANGE: usize = 20;
/// Of these, so many are kept to look at.
const SAMPLES: usize = 3;
/// Handles remembered; when there are more, all are learnt anew.
const MOST_HANDLES: usize = 50_000;

/// A message as it came, and what was read from it.
pub(super) struct Arrival {
    pub(super) bytes: Bytes,
    pub(super) read: Result<Event, SetAside>,
}

/// The books of one stream.
pub(super) struct Ledger {
    tools: Tools,
    watched: Watched,
    pub(super) standing: Standing,
    pub(super) report: SourceReport,
    handles: HashMap<String, String>,
    open: Open,
    /// The first message after connecting tells whether some were left out.
    first: bool,
    committed: Instant,
    /// Since when unreadable messages are counted, and how many were kept.
    aside: (Instant, u32),
    /// When the server saw the last message.
    pub(super) at: Option<Timestamp>,
    /// Why the server ended the stream, if it said.
    pub(super) ended: Option<String>,
}

/// What has happened since the last commit.
#[derive(Default)]
struct Open {
    posts: Vec<ScoredPost>,
    deleted: Vec<PostKey>,
    set_aside: Vec<SetAside>,
    ignored: u64,
    capture: Option<CaptureRecord>,
    moved: bool,
}

impl Open {
    fn has_news(&self) -> bool {
        !(self.posts.is_empty() && self.deleted.is_empty() && self.set_aside.is_empty())
    }
}

/// What is needed of a message once its post has been taken out to be scored.
struct Step {
    bytes: Bytes,
    cursor: Option<Cursor>,
    at: Option<Timestamp>,
    key: String,
    what: What,
}

enum What {
    Scored { edit: bool, regional: bool },
    SetAside(SetAside),
    News(News),
}

impl Ledger {
    pub(super) fn new(
        tools: &Tools,
        watched: &Watched,
        report: SourceReport,
        stored: Option<serde_json::Value>,
    ) -> Self {
        Self {
            tools: tools.clone(),
            watched: watched.clone(),
            standing: Standing::read(stored),
            report,
            handles: HashMap::new(),
            open: Open::default(),
            first: false,
            committed: Instant::now(),
            aside: (Instant::now(), 0),
            at: None,
            ended: None,
        }
    }

    fn source(&self) -> Option<&dyn StreamSource> {
        match &*self.watched.door {
            Door::Stream(source) => Some(source.as_ref()),
            Door::Web(_) | Door::Files(_) => None,
        }
    }

    /// A connection was made: what follows may come again, or leave something out.
    pub(super) fn connected(&mut self) {
        self.first = true;
        self.ended = None;
    }

    /// Some of the stream is missing; it goes on from `cursor`.
    pub(super) fn resume_at(&mut self, cursor: Option<Cursor>, reason: &str) {
        self.gap(reason);
        self.standing.cursor = cursor;
    }

    /// Kept where an operator looks: a gap is nothing that could be read again.
    fn gap(&mut self, reason: &str) {
        StreamGap { source: &self.watched.name, reason }.emit();
        let reason = format!("part of the stream is missing: {reason}");
        self.open.set_aside.push(SetAside { place: "stream".into(), reason, raw: String::new() });
    }

    /// Deals with messages in their order.
    pub(super) fn take(&mut self, mut arrivals: Vec<Arrival>) -> Result<(), Failure> {
        let strange = arrivals.len() >= STRANGE && arrivals.iter().all(|one| one.read.is_err());
        if strange {
            arrivals.truncate(SAMPLES);
        }
        let reason = arrivals.first().and_then(|one| one.read.as_ref().err());
        let reason = reason.map(|item| item.reason.clone()).unwrap_or_default();
        self.deal_with_all(arrivals)?;
        if strange {
            let reason = format!("no message of the stream can be read: {reason}");
            return Err(Failure { went: Went::Blocked, ..Failure::new("changed_shape", reason) });
        }
        Ok(())
    }

    fn deal_with_all(&mut self, arrivals: Vec<Arrival>) -> Result<(), StoreError> {
        let count = u64::try_from(arrivals.len()).unwrap_or(u64::MAX);
        let mut posts = Vec::new();
        let steps: Vec<Step> =
            arrivals.into_iter().map(|arrival| self.step(arrival, &mut posts)).collect();
        let mut scored = self.tools.scorer.score(&self.watched.name, today(), posts).into_iter();
        for step in steps {
            self.deal_with(step, &mut scored)?;
        }
        StreamRead { source: &self.watched.name, messages: count, at: self.at }.emit();
        if self.open.has_news() || self.committed.elapsed() >= CURSOR_ALONE {
            self.commit()?;
        }
        Ok(())
    }

    /// Stores where the stream stands now, and what was not stored yet.
    pub(super) fn settle(&mut self) -> Result<(), Failure> {
        if self.open.moved || self.open.has_news() {
            self.commit()?;
        }
        Ok(())
    }

    fn set_aside(&mut self, item: SetAside) {
        if self.aside.0.elapsed() >= Duration::from_secs(3600) {
            self.aside = (Instant::now(), 0);
        }
        self.aside.1 += 1;
        if self.aside.1 <= MOST_ASIDE {
            self.open.set_aside.push(item);
        } else {
            self.open.ignored += 1;
            tracing::debug!(
                source = &*self.watched.name,
                reason = item.reason,
                "not kept: too many"
            );
        }
    }

    /// A message as a step, its post put with those to be scored.
    fn step(&mut self, arrival: Arrival, posts: &mut Vec<Post>) -> Step {
        let Arrival { bytes, read } = arrival;
        let event = match read {
            Ok(event) => event,
            Err(item) => {
                let what = What::SetAside(item);
                return Step { bytes, cursor: None, at: None, key: String::new(), what };
            }
        };
        if event.cursor.is_some() && std::mem::take(&mut self.first) {
            let left_out = self.standing.cursor.as_ref().zip(self.source());
            let left_out = left_out.and_then(|(cursor, source)| source.left_out(cursor, &event));
            if let Some(reason) = left_out {
                self.gap(&reason);
            }
        }
        let what = match event.news {
            News::Post { post, edit, regional } => {
                posts.push(self.with_handle(*post));
                What::Scored { edit, regional }
            }
            News::Handle { account, handle } => {
                self.learn(account, handle);
                What::News(News::Nothing)
            }
            news => What::News(news),
        };
        Step { bytes, cursor: event.cursor, at: event.at, key: event.key, what }
    }

    fn learn(&mut self, account: String, handle: Option<String>) {
        if self.handles.len() >= MOST_HANDLES {
            self.handles.clear();
        }
        match handle {
            Some(handle) => self.handles.insert(account, handle),
            None => self.handles.remove(&account),
        };
    }

    fn with_handle(&self, mut post: Post) -> Post {
        if let Some(author) = &mut post.author
            && let Some(handle) = author.native_id.as_ref().and_then(|id| self.handles.get(id))
        {
            author.handle = Some(handle.clone());
        }
        post
    }

    fn deal_with(
        &mut self,
        step: Step,
        scored: &mut impl Iterator<Item = ScoredPost>,
    ) -> Result<(), StoreError> {
        let Step { bytes, cursor, at, key, what } = step;
        let scored = matches!(what, What::Scored { .. }).then(|| scored.next()).flatten();
        if self.standing.knows(&key) {
            return Ok(());
        }
        let mut alone = false;
        match what {
            What::Scored { edit, regional } => {
                let Some(scored) = scored else { return Ok(()) };
                if self.keeps(&scored, edit, regional)? {
                    alone = self.add(scored, bytes, at)?;
                } else {
                    self.open.ignored += 1;
                }
            }
            What::SetAside(item) => self.set_aside(item),
            What::News(News::Deleted { key: post, copies }) => {
                let its = |key: &PostKey| {
                    *key == post
                        || (key.platform == post.platform && key.native_id.starts_with(&copies))
                };
                self.delete(its, &post)?;
            }
            What::News(News::AccountGone { platform, prefix }) => {
                let account = PostKey { platform, native_id: prefix };
                let its = |key: &PostKey| {
                    key.platform == account.platform
                        && key.native_id.starts_with(&account.native_id)
                };
                self.delete(its, &account)?;
            }
            What::News(News::Gap(reason)) => self.gap(&reason),
            What::News(News::Ended(reason)) => self.ended = Some(reason),
            What::News(News::Handle { .. } | News::Nothing | News::Post { .. }) => {
                self.open.ignored += 1;
            }
        }
        self.standing.remember(&key, at);
        if cursor.is_some() {
            self.standing.cursor = cursor;
            self.at = at.or(self.at);
            self.open.moved = true;
        }
        if alone { self.commit() } else { Ok(()) }
    }

    /// Whether a post is worth storing. An edit of a stored post always is.
    fn keeps(&self, scored: &ScoredPost, edit: bool, regional: bool) -> Result<bool, StoreError> {
        let Verdict { flagged, band, .. } = &scored.verdict;
        let keep = self.source().map(StreamSource::keep).unwrap_or_default();
        let wanted = *flagged
            || match keep {
                Keep::Flagged => false,
                Keep::Indonesian => regional || band.is_some(),
                Keep::All => true,
            };
        Ok(wanted || (edit && self.is_known(&scored.post.key)?))
    }

    fn is_known(&self, key: &PostKey) -> Result<bool, StoreError> {
        let open = self.open.posts.iter().any(|scored| scored.post.key == *key);
        Ok(open || self.tools.store.known_posts(&key.platform, &key.native_id)?.contains(key))
    }

    /// Adds a post to what is stored next; true when it is to be stored at once. A flagged one is
    /// evidence: its message is captured, and alone, so that a deletion takes it along whole.
    fn add(
        &mut self,
        scored: ScoredPost,
        bytes: Bytes,
        at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let flagged = scored.verdict.flagged;
        // Within a commit, posts come before deletions.
        let back_again = self.open.deleted.contains(&scored.post.key);
        if back_again || (flagged && self.open.has_news()) {
            self.commit()?;
        }
        if flagged {
            self.open.capture = self.source().map(|source| {
                let mut url = source.subscribe(None).url;
                url.set_fragment(Some(&scored.post.key.native_id));
                capture(&url, bytes, at, self.watched.legal_basis.clone())
            });
        }
        self.open.posts.push(scored);
        Ok(flagged)
    }

    /// Removes posts: those not stored yet, and those the store has under this key or prefix.
    fn delete(&mut self, gone: impl Fn(&PostKey) -> bool, key: &PostKey) -> Result<(), StoreError> {
        self.open.posts.retain(|scored| !gone(&scored.post.key));
        let stored = self.tools.store.known_posts(&key.platform, &key.native_id)?;
        let stored = stored.into_iter().filter(|key| gone(key) && !self.open.deleted.contains(key));
        let stored: Vec<PostKey> = stored.collect();
        self.open.deleted.extend(stored);
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let Open { posts, deleted, set_aside, ignored, capture, moved } =
            std::mem::take(&mut self.open);
        let adapter = self.source().map(StreamSource::adapter);
        let adapter = adapter.unwrap_or(Adapter { name: "stream", version: 0 });
        let cursor = (moved || self.standing.cursor.is_some()).then(|| self.standing.written());
        let page = Page { deleted, set_aside, ignored, cursor, ..Page::default() };
        let arrived = Arrived { adapter, page, capture, validators: None, file_done: None };
        store_scored(&self.tools, &self.watched.name, arrived, posts, &mut self.report)?;
        self.committed = Instant::now();
        Ok(())
    }
}

fn capture(
    url: &Url,
    body: Bytes,
    at: Option<Timestamp>,
    legal_basis: Option<String>,
) -> CaptureRecord {
    CaptureRecord {
        url: url.to_string(),
        final_url: url.to_string(),
        status: None,
        fetched_at: Timestamp::now(),
        headers: at.map(|at| ("x-stream-time".to_owned(), at.to_string())).into_iter().collect(),
        sha256: Sha256::of(&body),
        body,
        grounds: Grounds { rules: Some("api"), legal_basis },
    }
}
