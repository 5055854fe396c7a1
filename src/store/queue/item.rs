//! One item with all an analyst needs: the post, the verdict, what was decided before.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;

use super::list::masked;
use super::{Decision, ItemId, ItemState, Origin, Outcome, QueueError, subject, time};
use crate::engine::{Band, Grade, Lane, Verdict};
use crate::post::{Post, Sha256};
use crate::store::Store;
use crate::store::column::{Json, Name, Stamp};
use crate::store::custody::{self, Action, By};
use crate::store::quality::{self, AWAITED_ON, Sight};
use crate::store::reports::{Found, Told};

/// An item of the queue.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Its number.
    pub id: ItemId,
    /// Where it stands.
    pub state: ItemState,
    /// What was decided, if so.
    pub outcome: Option<Outcome>,
    /// What was decided waits for a second opinion, and is kept from the reader, who may be asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub awaits_second: bool,
    /// Why it stands here.
    pub origin: Origin,
    /// Who reported its post, oldest first.
    pub reports: Vec<ReportNote>,
    /// The lane.
    pub lane: Lane,
    /// The source's name.
    pub source: String,
    /// The post, in the version in question, without author and content unless revealed; `None`
    /// when its content is gone.
    pub post: Option<Post>,
    /// The verdict on that version; gone with the post.
    pub verdict: Option<Verdict>,
    /// The text the verdict's spans point into; contacts masked unless revealed.
    pub text: Option<String>,
    /// What rules applied since say of the same version, where they say something else.
    pub rescored: Option<Rescored>,
    /// Which version of the post this is, from 1.
    pub version: u32,
    /// When the post was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// The source said so.
    pub deleted_at: Option<Timestamp>,
    /// The post was edited since into one that is not flagged.
    pub unflagged_at: Option<Timestamp>,
    /// The digest of the page it was read from.
    pub capture: Option<Sha256>,
    /// Who holds it now.
    pub leased_by: Option<String>,
    /// The item an earlier version of this post had.
    pub earlier_item: Option<ItemId>,
    /// Decisions on it, oldest first, undone ones among them.
    pub decisions: Vec<Decision>,
    /// What the reader herself said of it as a second opinion, beside the decision in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second: Option<Outcome>,
    /// Other items whose posts name the same contact, with what was decided of them.
    pub same_contact: Vec<(ItemId, Option<Outcome>)>,
}

/// A report of an item's post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportNote {
    /// When it came in.
    pub at: Timestamp,
    /// The pseudonym of whoever handed it in, or the token of another body's program.
    pub reporter: String,
    /// What was said with it, contacts masked.
    pub note: Option<String>,
    /// The addresses the reported link led through; kept back unless revealed.
    pub chain: Vec<String>,
    /// Numbers, accounts and invitations that links lead to; kept back unless revealed.
    pub leads: Vec<String>,
    /// Why the post was not fetched but kept as told.
    pub reason: Option<String>,
}

/// What a rule set applied later says of the version in question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rescored {
    /// The lane; `None` when no longer flagged.
    pub lane: Option<Lane>,
    /// 0–100.
    pub score: u8,
    /// The band.
    pub band: Option<Band>,
    /// The rule set.
    pub ruleset: String,
}

impl Store {
    /// An item, with contacts masked; that it was looked at is logged.
    ///
    /// # Errors
    /// There is no such item.
    pub fn view(
        &self,
        item: ItemId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<Item, QueueError> {
        Ok(self.view_and_text(item, by, now)?.0)
    }

    /// The same, and beside it the text as written: for rules to be tried on, not to be shown.
    ///
    /// # Errors
    /// There is no such item.
    pub fn view_and_text(
        &self,
        item: ItemId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<(Item, Option<String>), QueueError> {
        let mut found = self.logged(item, by.into(), Action::View, now)?;
        let written = found.text.clone();
        for report in &mut found.reports {
            report.chain.clear();
            report.leads.clear();
        }
        if let (Some(text), Some(verdict)) = (&mut found.text, &mut found.verdict) {
            *text = masked(text, &verdict.personal);
            for hit in &mut verdict.hits {
                hit.text = hit.spans.iter().map(|span| span.of(text).to_owned()).collect();
            }
            verdict.facts.phones.clear();
            verdict.facts.handles.clear();
            verdict.facts.links.clear();
        }
        if let Some(post) = &mut found.post {
            // What is left says where the post stands, not who wrote it or what it says.
            post.author = None;
            post.title = None;
            post.text.clear();
            post.extra_text.clear();
            post.links.clear();
            post.media.clear();
            post.forwarded_from = None;
        }
        Ok((found, written))
    }

    /// An item with its contacts in the clear; that they were shown is logged.
    ///
    /// # Errors
    /// There is no such item.
    pub fn reveal(
        &self,
        item: ItemId,
        by: impl Into<By>,
        now: Timestamp,
    ) -> Result<Item, QueueError> {
        self.logged(item, by.into(), Action::Reveal, now)
    }

    fn logged(
        &self,
        item: ItemId,
        by: By,
        action: Action,
        now: Timestamp,
    ) -> Result<Item, QueueError> {
        self.writer.call(move |transaction| {
            let sight = Sight::of(transaction, Some(&by.analyst))?;
            let found = read(transaction, item, &sight, now)?;
            let mut found = found.ok_or(QueueError::NoSuchItem(item))?;
            quality::blind(transaction, &by.analyst, &sight, &mut found)?;
            let mut detail = serde_json::json!({ "version": found.version });
            custody::tell_way(&mut detail, by.token);
            custody::append(transaction, now, by.actor(), action, subject(item), &detail)?;
            Ok(found)
        })
    }
}

fn read(
    connection: &Connection,
    item: ItemId,
    sight: &Sight<'_>,
    now: Timestamp,
) -> Result<Option<Item>, QueueError> {
    let found = connection
        .prepare_cached(
            "SELECT q.state, q.outcome, q.lane, s.name AS source, v.content, t.body, v.number,
                 p.first_seen, p.last_seen, p.deleted_at, q.unflagged_at, c.sha256,
                 q.lease_analyst, q.lease_expires, q.earlier_item, n.body AS newer, q.origin, q.severity
             FROM queue_item q JOIN post p ON p.id = q.post_id JOIN source s ON s.id = q.source_id
                 JOIN post_version v ON v.id = q.version_id JOIN verdict t ON t.id = q.verdict_id
                 LEFT JOIN capture c ON c.id = v.capture_id AND c.erased_at IS NULL
                 LEFT JOIN verdict n ON n.id = p.verdict_id AND n.id <> q.verdict_id
                     AND n.version_id = q.version_id
             WHERE q.id = ?1",
        )?
        .query_row([item], |row| {
            let post = row.get::<_, Option<Json<Post>>>("content")?.map(|json| json.0);
            let mut verdict = match &post {
                Some(_) => Some(row.get::<_, Json<Verdict>>("body")?.0),
                None => None,
            };
            let state = row.get::<_, Name<ItemState>>("state")?.0;
            let origin = row.get::<_, Name<Origin>>("origin")?.0;
            let lane = row.get::<_, Name<Lane>>("lane")?.0;
            if let (Origin::Sample, ItemState::Open, Some(verdict)) = (origin, state, &mut verdict) {
                let grade = row.get::<_, Option<Name<Grade>>>("severity")?;
                quality::disguise(verdict, lane, grade.map(|name| name.0));
            }
            let leased = time(row, "lease_expires")?.is_some_and(|expires| expires > now);
            Ok(Item {
                id: item,
                state,
                outcome: row.get::<_, Option<Name<Outcome>>>("outcome")?.map(|name| name.0),
                awaits_second: false,
                origin: origin.told(),
                second: None,
                reports: Vec::new(),
                lane,
                source: row.get("source")?,
                text: post.as_ref().map(|post| post.reading().into_owned()),
                rescored: match &post {
                    Some(_) => row.get::<_, Option<Json<Verdict>>>("newer")?.map(|Json(newer)| {
                        let Verdict { lane, score, band, ruleset, .. } = newer;
                        Rescored { lane, score, band, ruleset }
                    }),
                    None => None,
                },
                post,
                verdict,
                version: row.get("number")?,
                first_seen: row.get::<_, Stamp>("first_seen")?.0,
                last_seen: row.get::<_, Stamp>("last_seen")?.0,
                deleted_at: time(row, "deleted_at")?,
                unflagged_at: time(row, "unflagged_at")?,
                capture: row.get("sha256")?,
                leased_by: if leased { row.get("lease_analyst")? } else { None },
                earlier_item: row.get("earlier_item")?,
                decisions: Vec::new(),
                same_contact: Vec::new(),
            })
        })
        .optional()?;
    let Some(mut found) = found else { return Ok(None) };
    found.decisions = connection
        .prepare_cached(&format!("{} WHERE d.item_id = ?1 ORDER BY d.id", Decision::SELECT))?
        .query_map([item], Decision::read)?
        .collect::<Result<_, _>>()?;
    found.reports = connection
        .prepare_cached(
            "SELECT r.received_at, r.reporter, r.told, r.found FROM queue_item q
             JOIN report r ON r.post_id = q.post_id WHERE q.id = ?1 ORDER BY r.id",
        )?
        .query_map([item], |row| {
            let told = row.get::<_, Option<Json<Told>>>(2)?.map(|json| json.0);
            let found =
                row.get::<_, Option<Json<Found>>>(3)?.map_or_else(Found::default, |it| it.0);
            Ok(ReportNote {
                at: row.get::<_, Stamp>(0)?.0,
                reporter: row.get(1)?,
                note: told.and_then(|told| told.note),
                chain: found.chain,
                leads: found.leads,
                reason: found.reason,
            })
        })?
        .collect::<Result<_, _>>()?;
    found.same_contact = connection
        .prepare_cached(&format!(
            "SELECT DISTINCT q.id, q.outcome, {AWAITED_ON} FROM queue_item this
             JOIN post_contact mine ON mine.post_id = this.post_id
             JOIN post_contact theirs ON theirs.contact = mine.contact
             JOIN queue_item q ON q.post_id = theirs.post_id
             WHERE this.id = ?1 AND q.post_id <> this.post_id
             ORDER BY q.id DESC LIMIT 20"
        ))?
        .query_map([item], |row| {
            let outcome = row.get::<_, Option<Name<Outcome>>>(1)?.map(|name| name.0);
            let awaited_on: Option<String> = row.get(2)?;
            Ok((row.get(0)?, outcome.filter(|_| !sight.hides(awaited_on.as_deref()))))
        })?
        .collect::<Result<_, _>>()?;
    Ok(Some(found))
}
