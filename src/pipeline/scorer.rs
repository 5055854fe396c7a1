//! Scores posts with the rule set in force, on all cores and never on the async threads. A new set
//! is swapped in whole: a page is scored by one set from its first post to its last.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use jiff::civil::Date;
use rayon::prelude::*;

use crate::engine::{Engine, Scratch, SearchTerms};
use crate::post::Post;
use crate::registry::{Sites, day_of};
use crate::store::ScoredPost;

use super::rules::Standing;

/// Posts one worker takes at a time: small pages are not worth sharing out.
const SHARE: usize = 32;

/// The rule set in force.
pub struct Scorer {
    armed: ArcSwap<Armed>,
    standing: ArcSwap<Standing>,
}

/// A rule set with the buffers its workers have used, to be used again.
struct Armed {
    engine: Engine,
    idle: Mutex<Vec<Scratch>>,
}

impl Scorer {
    /// Scores with this rule set until another is put in.
    pub fn new(engine: Engine) -> Self {
        let standing = Standing { folder: None, thresholds: engine.thresholds() };
        Self {
            armed: ArcSwap::from_pointee(Armed::new(engine)),
            standing: ArcSwap::from_pointee(standing),
        }
    }

    /// Notes where the rules are read from by now.
    pub fn stands_on(&self, standing: Standing) {
        self.standing.store(Arc::new(standing));
    }

    /// Where the rules are read from: what stands there may not be in force, when it is refused.
    pub fn standing(&self) -> Arc<Standing> {
        self.standing.load_full()
    }

    /// Puts another rule set in force.
    pub fn replace(&self, engine: Engine) {
        self.armed.store(Arc::new(Armed::new(engine)));
    }

    /// The version of the rule set in force.
    pub fn version(&self) -> String {
        self.armed.load().engine.version().to_owned()
    }

    /// What platforms are searched for by the rule set in force.
    pub fn search_terms(&self) -> SearchTerms {
        self.armed.load().engine.search_terms().clone()
    }

    /// Looks something up in the rule set in force.
    pub fn with_engine<T>(&self, look: impl FnOnce(&Engine) -> T) -> T {
        look(&self.armed.load().engine)
    }

    /// The sites whose links are treated in a way of their own.
    pub(super) fn sites(&self) -> Sites {
        self.armed.load().engine.registry().sites.clone()
    }

    /// Scores the posts of one page, in order. Blocks for as long as it takes.
    pub fn score(&self, source: &str, today: Date, posts: Vec<Post>) -> Vec<ScoredPost> {
        let armed = self.armed.load_full();
        let scored: Vec<Vec<ScoredPost>> = posts
            .into_iter()
            .collect::<Vec<_>>()
            .par_chunks_mut(SHARE)
            .map(|posts| armed.score(source, today, posts))
            .collect();
        scored.into_iter().flatten().collect()
    }
}

impl Armed {
    fn new(engine: Engine) -> Self {
        Self { engine, idle: Mutex::new(Vec::new()) }
    }

    fn score(&self, source: &str, today: Date, posts: &mut [Post]) -> Vec<ScoredPost> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = idle().pop().unwrap_or_else(|| self.engine.scratch());
        scratch.set_today(today);
        scratch.set_source(source);
        let scored = posts
            .iter_mut()
            .map(|post| {
                let post = std::mem::replace(post, Post::new(post.key.platform.clone(), "", ""));
                scratch.set_published(post.created_at.map(day_of));
                let verdict = self.engine.score(&mut scratch, &post.reading());
                ScoredPost { post, verdict }
            })
            .collect();
        idle().push(scratch);
        scored
    }
}
