//! Where a stream stands, as it is stored with the posts: the source's cursor, and which messages
//! of the last seconds have been dealt with. A stream is taken up a little before its end, and a
//! message that comes again must not undo what came after it.

use std::collections::{HashSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::post::Sha256;
use crate::sources::Cursor;

/// How long a message is remembered, by the server's clock: longer than any overlap.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(15);
/// The most that are remembered, whatever the server's clock does.
const MOST: usize = 20_000;

/// Where a stream stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// The source's own cursor.
    pub(super) cursor: Option<Cursor>,
    recent: VecDeque<(i64, u64)>,
    known: HashSet<u64>,
}

/// The same in the database.
#[derive(Serialize, Deserialize)]
struct Stored {
    at: Option<Cursor>,
    recent: Vec<(i64, u64)>,
}

impl Standing {
    /// What was stored, or the start.
    pub(super) fn read(stored: Option<serde_json::Value>) -> Self {
        let stored = stored.and_then(|stored| serde_json::from_value::<Stored>(stored).ok());
        let Some(Stored { at, recent }) = stored else { return Self::default() };
        Self {
            cursor: at,
            known: recent.iter().map(|(_, mark)| *mark).collect(),
            recent: recent.into(),
        }
    }

    /// What is to be stored.
    pub(super) fn written(&self) -> Cursor {
        let stored =
            Stored { at: self.cursor.clone(), recent: self.recent.iter().copied().collect() };
        Cursor(serde_json::to_value(stored).unwrap_or_default())
    }

    /// Whether the message with this key has been dealt with.
    pub(super) fn knows(&self, key: &str) -> bool {
        !key.is_empty() && self.known.contains(&mark(key))
    }

    /// The message with this key has been dealt with.
    pub(super) fn remember(&mut self, key: &str, at: Option<Timestamp>) {
        let at = at.unwrap_or_default();
        if key.is_empty() || !self.known.insert(mark(key)) {
            return;
        }
        self.recent.push_back((at.as_microsecond(), mark(key)));
        let oldest = at.checked_sub(REMEMBERED).unwrap_or(at).as_microsecond();
        while let Some((at, mark)) = self.recent.front().copied()
            && (at < oldest || self.recent.len() > MOST)
        {
            self.recent.pop_front();
            self.known.remove(&mark);
        }
    }
}

/// Short enough to be stored by the hundred.
fn mark(key: &str) -> u64 {
    let digest = Sha256::of(key.as_bytes());
    // 53 bits, which any reader of JSON takes for whole numbers.
    digest.as_bytes().iter().take(7).fold(0, |mark, byte| (mark << 8) | u64::from(*byte)) >> 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Option<Timestamp> {
        Timestamp::from_second(1_800_000_000 + seconds).ok()
    }

    #[test]
    fn what_was_dealt_with_is_known_across_a_restart_and_forgotten_in_time() {
        let mut standing = Standing { cursor: Some(Cursor(7.into())), ..Standing::default() };
        for second in 0..10 {
            standing.remember(&format!("pesan {second}"), at(second));
        }
        standing.remember("pesan 0", at(100));
        let mut again = Standing::read(Some(standing.written().0));
        assert_eq!(again.cursor, standing.cursor);
        assert!((0..10).all(|second| again.knows(&format!("pesan {second}"))));
        assert!(!again.knows("pesan 10") && !again.knows(""));
        again.remember("pesan 20", at(20));
        assert!(again.knows("pesan 5") && again.knows("pesan 20"));
        assert!(!again.knows("pesan 4"), "more than fifteen seconds ago");
    }

    #[test]
    fn a_server_whose_clock_stands_still_fills_no_memory() {
        let mut standing = Standing::default();
        for number in 0..MOST + 10 {
            standing.remember(&number.to_string(), None);
        }
        assert_eq!((standing.recent.len(), standing.known.len()), (MOST, MOST));
        assert!(!standing.knows("9") && standing.knows("10"));
    }
}
