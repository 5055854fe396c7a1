//! A rule file tried: checked as `rules check` does, then compared on the stored posts, the newest and
//! a bounded number of them, contacts masked. One trial at a time, so that scoring keeps its cores.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use tokio::sync::Semaphore;

use super::edit::Edit;
use super::example::names_somebody_real;
use crate::engine::{Engine, RuleFiles, RuleId};
use crate::pipeline::{RulesError, Standing, examine, read};
use crate::post::Sha256;
use crate::registry::today;
use crate::report::diff::{Change, Comparison, Kind, Tally};
use crate::store::{ItemId, RecentPost, Store, StoreError, TrialCounts};

/// Posts a rule file is tried on, the newest.
const MOST: u32 = 10_000;
/// How long it goes on for more of them: somebody waits.
const PATIENCE: Duration = Duration::from_secs(20);
/// Posts read at a time.
const BATCH: u32 = 512;
/// Posts one worker takes at a time.
const SHARE: usize = 32;
/// Changes shown of each kind.
const SHOWN: usize = 10;

/// Room for one trial or one acceptance: what is tried stands still until it is noted.
pub(super) static ROOM: Semaphore = Semaphore::const_new(1);

/// A post of which the rules think otherwise.
pub(super) struct Changed {
    pub(super) item: Option<ItemId>,
    pub(super) source: String,
    pub(super) change: Change,
}

/// What a rule file would change.
pub(super) struct Tried {
    pub(super) digest: Sha256,
    pub(super) counts: TrialCounts,
    /// Posts lost that nobody called a false alarm.
    pub(super) losses: u64,
    /// Flagged before and after.
    pub(super) flagged: [u64; 2],
    /// By kind, how many and the newest of them.
    pub(super) changes: Vec<(Kind, u64, Vec<Changed>)>,
    /// How often each rule fires, where that changes.
    pub(super) rules: Vec<(RuleId, [u64; 2])>,
    /// Whether an example in the file may name somebody.
    pub(super) names: bool,
    /// What is suspicious in the file, as `rules check` tells it.
    pub(super) warnings: String,
}

/// Why a rule file was not tried.
pub(super) enum Refused {
    /// A message of the console.
    Message(&'static str),
    /// The rules as they stand cannot be used.
    Base(RulesError),
    /// The file cannot be used: as `rules check` tells it.
    Faulty(RulesError),
    /// The store could not do it.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The rules as they stand, with this file among them and without.
pub(super) struct Rules {
    pub(super) base: RuleFiles,
    pub(super) with: RuleFiles,
}

impl Rules {
    /// # Errors
    /// The rules cannot be read, or the file's name is taken.
    pub(super) fn with(standing: &Standing, edit: &Edit) -> Result<Self, Refused> {
        let base = read(standing).map_err(Refused::Base)?;
        if base.text(&edit.name()).is_some() {
            return Err(Refused::Message("proposal-slug-taken"));
        }
        let mut with = base.clone();
        with.set(edit.name(), edit.text.as_str());
        Ok(Self { base, with })
    }
}

pub(super) fn attempt(store: &Store, standing: &Standing, edit: &Edit) -> Result<Tried, Refused> {
    let rules = Rules::with(standing, edit)?;
    let old = Engine::compile(&rules.base, standing.thresholds)
        .map_err(|error| Refused::Base(RulesError(error.to_string())))?;
    let (new, warnings) = examine(&rules.with, standing.thresholds).map_err(Refused::Faulty)?;
    let mine = warnings.iter().filter(|warning| warning.file == edit.name());
    let warnings: Vec<String> = mine.map(|one| one.render(&rules.with, false)).collect();
    let of = store.stored_posts_count()?;
    let mut all = Tally::default();
    let mut shown: BTreeMap<Kind, Vec<Changed>> = BTreeMap::new();
    let (mut before, today) = (i64::MAX, today());
    let (began, mut left) = (Instant::now(), MOST);
    while left > 0 && began.elapsed() < PATIENCE {
        let batch = left.min(BATCH);
        let posts = store.recent_posts(before, batch)?;
        let Some(last) = posts.last() else { break };
        left -= batch;
        before = last.place;
        let parts: Vec<(Tally, Vec<Changed>)> = posts
            .par_chunks(SHARE)
            .map(|posts| compare(Comparison::new(&old, &new, today).masking(), posts))
            .collect();
        for (tally, changes) in parts {
            all.merge(&tally);
            for changed in changes {
                let kept = shown.entry(changed.change.kind).or_default();
                if kept.len() < SHOWN {
                    kept.push(changed);
                }
            }
        }
    }
    let count = |kind| all.changes.get(&kind).copied().unwrap_or(0);
    let counts = TrialCounts {
        posts: all.posts,
        of: of.max(all.posts),
        gained: count(Kind::Gained),
        lost: count(Kind::Lost),
        lane: count(Kind::Lane),
        band: count(Kind::Band),
    };
    let changes = [Kind::Gained, Kind::Lost, Kind::Lane, Kind::Band]
        .map(|kind| (kind, count(kind), shown.remove(&kind).unwrap_or_default()));
    Ok(Tried {
        digest: edit.digest(&rules.base.version()),
        counts,
        losses: all.losses,
        flagged: all.all_flagged(),
        changes: changes.into(),
        rules: all.rules.into_iter().filter(|(_, [before, after])| before != after).collect(),
        names: edit.examples().iter().any(|text| names_somebody_real(text)),
        warnings: warnings.join("\n\n"),
    })
}

fn compare(mut comparison: Comparison<'_>, posts: &[RecentPost]) -> (Tally, Vec<Changed>) {
    let mut tally = Tally::default();
    let changes = posts
        .iter()
        .filter_map(|post| {
            let change = comparison.stored("", &post.stored, &mut tally)?;
            Some(Changed { item: post.item, source: post.stored.source.clone(), change })
        })
        .collect();
    (tally, changes)
}
