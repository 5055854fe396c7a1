//! The queue: items most urgent first, filtered by what stands in the address, page after page.

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::html;
use crate::console::desk::{Desk, Frame, Signed, permitted};
use crate::console::fault::Fault;
use crate::engine::{Band, Grade, Lane};
use crate::registry::wib;
use crate::store::{Analyst, ItemId, ItemLine, ItemState, ListFilter, Role};

/// Items on one page.
pub(in crate::console) const PAGE: u32 = 50;

/// The filter as it stands in the address; an empty field is none.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    lane: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    band: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    severity: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    source: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    platform: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    destination: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    rule: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    region: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    contact: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    since: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    until: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    mine: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    escalated: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
}

/// The day's first moment in WIB, or the moment after its last.
fn day(text: &str, after: bool) -> Option<Timestamp> {
    let start =
        wib().to_timestamp(text.parse::<Date>().ok()?.to_datetime(Time::midnight())).ok()?;
    start.checked_add(SignedDuration::from_hours(if after { 24 } else { 0 })).ok()
}

impl Asked {
    /// The first field that says nothing a list can be filtered by, if there is one.
    pub(in crate::console) fn misread(&self, reader: &Analyst) -> Option<&'static str> {
        let filter = self.filter(reader);
        let states = ["", "all", "open", "decided", "deleted_by_source", "unflagged"];
        let read = [
            ("state", states.contains(&self.state.as_str())),
            ("lane", self.lane.is_empty() || filter.lane.is_some()),
            ("band", self.band.is_empty() || filter.band.is_some()),
            ("severity", self.severity.is_empty() || filter.severity.is_some()),
            ("since", self.since.is_empty() || filter.since.is_some()),
            ("until", self.until.is_empty() || filter.until.is_some()),
            ("mine", ["", "1"].contains(&self.mine.as_str())),
            ("escalated", ["", "1"].contains(&self.escalated.as_str())),
            ("after", self.after.is_empty() || filter.after.is_some_and(|ItemId(id)| id >= 0)),
        ];
        read.into_iter().find(|(_, read)| !read).map(|(field, _)| field)
    }

    pub(in crate::console) fn filter(&self, reader: &Analyst) -> ListFilter {
        let text = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        ListFilter {
            state: match self.state.as_str() {
                "all" => None,
                "decided" => Some(ItemState::Decided),
                "deleted_by_source" => Some(ItemState::DeletedBySource),
                "unflagged" => Some(ItemState::Unflagged),
                _ => Some(ItemState::Open),
            },
            lane: [Lane::Offer, Lane::Victim].into_iter().find(|lane| lane.as_str() == self.lane),
            band: [Band::Tinggi, Band::Sedang, Band::Rendah]
                .into_iter()
                .find(|band| band.as_str() == self.band),
            severity: [Grade::S1, Grade::S2, Grade::S3, Grade::S4]
                .into_iter()
                .find(|grade| grade.as_str() == self.severity),
            source: text(&self.source),
            platform: text(&self.platform),
            destination: text(&self.destination).map(|code| code.to_ascii_uppercase()),
            rule: text(&self.rule),
            region: text(&self.region),
            contact: text(&self.contact),
            since: day(&self.since, false),
            until: day(&self.until, true),
            words: text(&self.q),
            assigned_to: text(&self.mine).map(|_| reader.to_string()),
            escalated: !self.escalated.is_empty(),
            reader: Some(reader.clone()),
            after: self.after.parse().ok(),
            limit: Some(PAGE + 1),
        }
    }

    /// The address of this list with another place in it.
    fn address(&self, after: &str) -> String {
        let asked = Self { after: after.to_owned(), ..self.clone() };
        let query = serde_urlencoded::to_string(&asked).unwrap_or_default();
        if query.is_empty() { "/queue".into() } else { format!("/queue?{query}") }
    }

    fn is_narrowed(&self) -> bool {
        !Self { after: String::new(), ..self.clone() }.address("").ends_with("/queue")
    }
}

#[derive(askama::Template)]
#[template(path = "queue.html", config = "src/console/askama.toml")]
struct Queue<'a> {
    frame: Frame<'a>,
    asked: Asked,
    lines: Vec<ItemLine>,
    count: u64,
    next: Option<String>,
    first: Option<String>,
    narrowed: bool,
    /// The item decided just before.
    last: Option<ItemId>,
}

impl Queue<'_> {
    fn is_reader(&self, name: &str) -> bool {
        self.frame.session.is_some_and(|session| session.account.name.as_str() == name)
    }
}

pub(in crate::console) async fn show(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Query(asked): Query<Asked>,
    Query(before): Query<Before>,
) -> Result<Html<String>, Fault> {
    let filter = asked.filter(&session.account.name);
    let (mut lines, count) = desk
        .queue(move |store| Ok((store.list(&filter, Timestamp::now())?, store.count(&filter)?)))
        .await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = lines.len() > page;
    lines.truncate(page);
    let next = lines.last().filter(|_| more).map(|line| asked.address(&line.id.to_string()));
    let first = (!asked.after.is_empty()).then(|| asked.address(""));
    let narrowed = asked.is_narrowed();
    let frame = Frame::new(&desk, &session, "queue");
    html(Queue { frame, asked, lines, count, next, first, narrowed, last: before.last })
}

/// What came before: the item just decided, so that it can be undone.
#[derive(Deserialize)]
pub(in crate::console) struct Before {
    pub(super) last: Option<ItemId>,
}

/// Lends the most urgent item and shows it; the queue when there is none.
pub(in crate::console) async fn work(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Query(before): Query<Before>,
) -> Result<Response, Fault> {
    let analyst = permitted(&session, Role::decides)?;
    let lease = desk.queue(move |store| store.next(&analyst, None, Timestamp::now())).await?;
    let last = before.last.map_or_else(String::new, |last| format!("?last={last}"));
    Ok(match lease {
        Some(lease) => Redirect::to(&format!("/items/{}{last}", lease.item)).into_response(),
        None => Redirect::to(&format!("/queue{last}")).into_response(),
    })
}
