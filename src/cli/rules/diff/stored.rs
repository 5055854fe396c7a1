//! The stored posts as a comparison reads them: a batch at a time, with the day they reached the
//! analysts and, where one was made, the decision as the label.

use std::io;

use rayon::prelude::*;

use super::super::super::{Failure, today, unwritable};
use super::{Part, SHARE, bar};
use crate::engine::Engine;
use crate::report::diff::Comparison;
use crate::store::{Store, StoreError, StoredPost};

/// Posts compared together: enough to keep all cores busy.
const BATCH: usize = 1024;

pub(super) fn compare(
    store: &Store,
    old: &Engine,
    new: &Engine,
    take: &mut impl FnMut(Part) -> io::Result<()>,
) -> Result<(), Failure> {
    let impossible = |error: StoreError| Failure::Impossible(error.to_string());
    let bar = bar(
        store.stored_posts_count().map_err(impossible)?,
        "{bar:40} {pos}/{len} postingan, sisa {eta}",
    );
    let today = today();
    let mut written = Ok(());
    let mut batch: Vec<StoredPost> = Vec::with_capacity(BATCH);
    let mut compare = |batch: &mut Vec<StoredPost>| {
        let parts: Vec<Part> = batch
            .par_chunks(SHARE)
            .map_init(|| Comparison::new(old, new, today), compare_posts)
            .collect();
        bar.inc(batch.len() as u64);
        batch.clear();
        if written.is_ok() {
            written = parts.into_iter().try_for_each(&mut *take);
        }
    };
    store
        .stored_posts(|post| {
            batch.push(post);
            if batch.len() == BATCH {
                compare(&mut batch);
            }
        })
        .map_err(impossible)?;
    compare(&mut batch);
    bar.finish_and_clear();
    written.map_err(unwritable)
}

fn compare_posts(comparison: &mut Comparison<'_>, posts: &[StoredPost]) -> Part {
    let mut part = Part::default();
    for stored in posts {
        let id = stored.post.key.to_string();
        part.changes.extend(comparison.stored(&id, stored, &mut part.tally));
    }
    part
}
