//! Applies a rule set to the posts stored already, on all cores, a bounded batch at a time: looking
//! back for what older rules let pass. Broken off anywhere, it goes on where it was.

use jiff::Timestamp;
use jiff::civil::Date;
use rayon::prelude::*;

use crate::engine::{Engine, Thresholds, Verdict};
use crate::registry::day_of;
use crate::store::{Pass, Store, StoreError, Unjudged};

/// Posts in one transaction: it holds the database for some hundredths of a second, so that a
/// daemon beside it hardly waits.
const BATCH: u32 = 256;

/// Posts one worker takes at a time.
const SHARE: usize = 32;

/// Applies the rules to every stored post; `look` sees the pass after each batch.
///
/// # Errors
/// The database refused, or another pass is under way.
pub fn rescore(
    store: &Store,
    engine: &Engine,
    today: Date,
    mut look: impl FnMut(&Pass),
) -> Result<Pass, StoreError> {
    let Thresholds { flag, tinggi, sedang, rendah } = engine.thresholds();
    let thresholds = format!("{flag} {tinggi}/{sedang}/{rendah}");
    let mut pass = store.rescore_begin(engine.version(), &thresholds, Timestamp::now())?;
    while !pass.finished {
        look(&pass);
        let posts = store.rescore_next(&pass, BATCH)?;
        let verdicts: Vec<Verdict> = posts
            .par_chunks(SHARE)
            .flat_map_iter(|posts| {
                let mut scratch = engine.scratch();
                scratch.set_today(today);
                posts.iter().map(move |Unjudged { source, post, .. }| {
                    scratch.set_source(source);
                    scratch.set_published(post.created_at.map(day_of));
                    engine.score(&mut scratch, &post.reading())
                })
            })
            .collect();
        let judged = posts.into_iter().zip(verdicts).collect();
        pass = store.rescore_write(&pass, judged, Timestamp::now())?;
    }
    look(&pass);
    Ok(pass)
}
