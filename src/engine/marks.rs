//! Where in a text the hits of a verdict stand: overlapping ones share a stretch, so that a screen can
//! mark each letter once.

use super::{Hit, Points};

/// A stretch of the text that one or more overlapping hits saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// Numbers of the hits, from 1.
    pub hits: Vec<usize>,
    /// What they add up to.
    pub points: Points,
}

/// The stretches of a text that hits saw, in order, none overlapping another.
pub fn marks(text: &str, hits: &[Hit]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = hits
        .iter()
        .enumerate()
        .flat_map(|(index, hit)| {
            let seen = hit.spans.iter().filter(|span| !span.of(text).is_empty());
            seen.map(move |span| Mark {
                start: span.start(),
                end: span.end(),
                hits: vec![index + 1],
                points: hit.points,
            })
        })
        .collect();
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let mut merged: Vec<Mark> = Vec::with_capacity(marks.len());
    for mark in marks {
        match merged.last_mut() {
            Some(last) if mark.start < last.end => {
                last.end = last.end.max(mark.end);
                last.points.0 += mark.points.0;
                last.hits.extend(mark.hits);
                last.hits.sort_unstable();
                last.hits.dedup();
            }
            _ => merged.push(mark),
        }
    }
    merged
}
