//! When to suggest a break: after many pleas for help in a row, or long deciding without a pause. It
//! looks only at the person's own decisions of this session, and tells nobody else.

use jiff::{SignedDuration, Timestamp};

use crate::engine::Lane;
use crate::store::Store;
use crate::store::column::{Name, Stamp};
use crate::store::error::StoreError;
use crate::store::people::Session;

/// Whoever decides nothing for so long has paused.
const PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// Decisions looked back at, at most.
const LOOKED_AT: u32 = 1000;

/// Why a break is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streak {
    /// Many pleas for help in a row.
    Pleas,
    /// Long without a pause.
    Long,
}

/// What a row of decisions, newest first, asks for.
fn streak(
    decisions: &[(Timestamp, Lane)],
    items: u32,
    minutes: u32,
    now: Timestamp,
) -> Option<Streak> {
    let mut later = now;
    let unbroken = decisions
        .iter()
        .take_while(|(at, _)| {
            let goes_on = later.duration_since(*at) < PAUSE;
            later = *at;
            goes_on
        })
        .count();
    let unbroken = &decisions[..unbroken];
    let pleas = unbroken.iter().take_while(|(_, lane)| *lane == Lane::Victim).count();
    if items > 0 && pleas >= usize::try_from(items).unwrap_or(usize::MAX) {
        return Some(Streak::Pleas);
    }
    let first = unbroken.last().map_or(now, |(at, _)| *at);
    let long = SignedDuration::from_mins(i64::from(minutes));
    (minutes > 0 && now.duration_since(first) >= long).then_some(Streak::Long)
}

impl Store {
    /// Whether to suggest a break to whoever works in this session.
    ///
    /// # Errors
    /// The database refused.
    pub fn streak(&self, session: &Session, now: Timestamp) -> Result<Option<Streak>, StoreError> {
        let decisions: Vec<(Timestamp, Lane)> = self
            .readers
            .get()
            .prepare_cached(
                "SELECT d.at, q.lane FROM decision d JOIN queue_item q ON q.id = d.item_id
                 WHERE d.analyst = ?1 AND d.undoes IS NULL AND d.at > max(?2,
                     coalesce((SELECT at FROM pause WHERE account_id = ?3), ''))
                 ORDER BY d.at DESC LIMIT ?4",
            )?
            .query_map(
                (
                    session.account.name.as_str(),
                    Stamp(session.personal.opened_at),
                    session.account.id,
                    LOOKED_AT,
                ),
                |row| Ok((row.get::<_, Stamp>(0)?.0, row.get::<_, Name<Lane>>(1)?.0)),
            )?
            .collect::<Result<_, _>>()?;
        let team = &self.settings.team;
        Ok(streak(&decisions, team.break_after_items, team.break_after_minutes, now))
    }

    /// Whoever works in this session has read the suggestion: counting begins anew.
    ///
    /// # Errors
    /// The database refused.
    pub fn paused(&self, session: &Session, now: Timestamp) -> Result<(), StoreError> {
        let account = session.account.id;
        self.writer.call(move |transaction| {
            transaction.execute(
                "INSERT INTO pause (account_id, at) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET at = excluded.at",
                (account, Stamp(now)),
            )?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pleas_in_a_row_and_hours_without_a_pause_ask_for_a_break() {
        let now: Timestamp = "2026-11-24T01:00:00Z".parse().unwrap();
        let ago = |minutes: i64, lane| (now - SignedDuration::from_mins(minutes), lane);
        let every = |step: i64, many: i64, lane| -> Vec<_> {
            (1..=many).map(|number| ago(number * step, lane)).collect()
        };
        let (plea, offer) = (Lane::Victim, Lane::Offer);
        let mut mixed = every(1, 9, plea);
        mixed.push(ago(10, offer));
        mixed.extend((11..14).map(|minutes| ago(minutes, plea)));
        let mut rested = every(2, 9, plea);
        rested.extend((40..60).map(|minutes| ago(minutes, plea)));
        for (decisions, asked) in [
            (every(1, 10, plea), Some(Streak::Pleas)),
            (every(1, 9, plea), None),
            (mixed, None),
            (rested, None),
            (every(5, 12, offer), Some(Streak::Long)),
            (every(5, 11, offer), None),
            (every(20, 12, offer), None),
            (vec![], None),
        ] {
            assert_eq!(streak(&decisions, 10, 60, now), asked, "{decisions:?}");
        }
        assert_eq!(streak(&every(1, 90, plea), 0, 0, now), None);
    }
}
