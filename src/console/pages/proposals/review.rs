//! One proposal: the item it was made at, the rule file it becomes, what that would change on the
//! stored posts, and the forms that accept it, turn it down or take it back. Only exactly what was
//! tried is accepted.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::super::html;
use super::super::reasons::{self, Piece};
use super::draft::{Ground, draft};
use super::edit::Edit;
use super::trial::{ROOM, Refused, Rules, Tried, attempt as try_out};
use super::{call, sees};
use crate::console::desk::{Desk, Frame, Signed, permitted};
use crate::console::fault::Fault;
use crate::engine::{Engine, RuleId};
use crate::pipeline::{NewRuleFile, Scorer, read};
use crate::registry::today;
use crate::report::diff::{Kind, Side};
use crate::store::{
    Item, Proposal, ProposalError, ProposalState, Role, Session, Store, StoreError, Trial,
};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// What came of what was just asked.
enum Outcome {
    /// Nothing was asked: the page is only looked at.
    Shown,
    /// It was tried.
    Tried(Box<Tried>),
    /// It was not done: a sentence, and what `rules check` tells.
    Refused { sentence: String, told: String },
}

#[derive(askama::Template)]
#[template(path = "proposal.html", config = "src/console/askama.toml")]
struct Page<'a> {
    frame: Frame<'a>,
    proposal: &'a Proposal,
    /// The title of the rule or family meant.
    title: String,
    item: Option<&'a Item>,
    pieces: Vec<Piece>,
    /// Whether the reader may change the rules, and whether she made the proposal.
    tends: bool,
    mine: bool,
    edit: Option<Edit>,
    /// Whether there is a folder to write to.
    writable: bool,
    /// Whether the rules in force are those with the accepted file.
    in_force: bool,
    outcome: &'a Outcome,
}

impl Page<'_> {
    fn kind_name(&self) -> String {
        self.frame.l.t(&format!("proposal-kind-{}", self.proposal.kind.as_str()))
    }

    fn state_name(&self) -> String {
        self.frame.l.t(&format!("proposal-state-{}", self.proposal.state.as_str()))
    }

    fn label(&self, label: &str) -> String {
        self.frame.l.t(&format!("proposal-label-{label}"))
    }

    fn kind(&self, kind: &Kind) -> String {
        self.frame.l.t(match kind {
            Kind::Gained => "proposal-gained",
            Kind::Lost => "proposal-lost",
            Kind::Lane => "proposal-lane",
            Kind::Band => "proposal-band",
        })
    }

    fn side(&self, side: &Side) -> String {
        let lane = side.lane.map_or_else(
            || self.frame.l.t("proposal-unflagged"),
            |lane| self.frame.l.t(&format!("lane-{}", lane.as_str())),
        );
        let band = side.band.map_or_else(String::new, |band| format!(" {}", band.as_str()));
        format!("{}{band} ({lane})", side.score)
    }

    fn points(points: &[Option<i32>; 2]) -> String {
        let one = |points: &Option<i32>| points.map_or_else(|| "–".into(), |it| format!("{it:+}"));
        format!("{} → {}", one(&points[0]), one(&points[1]))
    }
}

/// What the form of a rule file holds.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    slug: String,
    #[serde(default)]
    text: String,
}

/// What the form that turns a proposal down holds.
#[derive(Deserialize)]
pub(super) struct Declined {
    #[serde(default)]
    reason: String,
}

/// The proposal, for whoever may see it.
async fn find(desk: &Desk, session: &Session, id: i64) -> Result<Proposal, Fault> {
    let proposal = call(desk, move |store| store.proposal(id)).await?;
    // Whose it is not learns nothing of it, not even that there is one.
    if sees(&session.account, &proposal) { Ok(proposal) } else { Err(Fault::NotFound) }
}

/// The rule file a proposal begins with, when none was tried yet.
fn begun(scorer: &Scorer, proposal: &Proposal, item: Option<&Item>, owner: &str) -> Option<Edit> {
    let standing = scorer.standing();
    let files = read(&standing).ok()?;
    let engine = Engine::compile(&files, standing.thresholds).ok()?;
    let text = item
        .and_then(|item| Some((item.text.as_deref()?, item.verdict.as_ref()?.personal.as_slice())));
    Some(draft(&Ground {
        proposal,
        files: &files,
        engine: &engine,
        thresholds: standing.thresholds,
        owner,
        today: today(),
        text,
    }))
}

async fn page(
    desk: &Desk,
    session: &Session,
    proposal: Proposal,
    typed: Option<Edit>,
    outcome: Outcome,
) -> Result<Html<String>, Fault> {
    let by = session.account.name.clone();
    let tends = session.account.role.tends_rules();
    let scorer = Arc::clone(&desk.scorer);
    let (of, stored) = (proposal.clone(), proposal.slug.clone().zip(proposal.edit.clone()));
    let (item, edit) = desk
        .queue(move |store| {
            let item = store.view(of.item, &by, Timestamp::now()).ok();
            let edit = match (typed, stored) {
                (Some(typed), _) => Some(typed),
                (None, Some((slug, text))) => Some(Edit { slug, text }),
                (None, None) if tends && of.state == ProposalState::Open => {
                    begun(&scorer, &of, item.as_ref(), by.as_str())
                }
                (None, None) => None,
            };
            Ok((item, edit))
        })
        .await?;
    let (pieces, title) = desk.scorer.with_engine(|engine| {
        let of_item = item.as_ref().and_then(|item| item.text.as_ref().zip(item.verdict.as_ref()));
        let pieces =
            of_item.map_or_else(Vec::new, |(text, verdict)| reasons::pieces(text, verdict, engine));
        let rule = proposal.rule.clone().map(RuleId);
        let rule = rule.and_then(|rule| engine.rule_once_named(&rule));
        let families = engine.rules().iter().map(|rule| engine.family(rule));
        let named = proposal.family.as_deref();
        let family = families.into_iter().find(|family| Some(family.id.0.as_str()) == named);
        let title = rule.map(|rule| rule.title.clone()).or(family.map(|it| it.title.clone()));
        (pieces, title.unwrap_or_default())
    });
    html(Page {
        frame: Frame::new(desk, session, "proposals"),
        title,
        item: item.as_ref(),
        pieces,
        tends,
        mine: proposal.analyst == session.account.name.as_str(),
        edit: edit.filter(|_| tends),
        writable: desk.scorer.standing().folder.is_some(),
        in_force: proposal.ruleset.as_deref() == Some(desk.scorer.version().as_str()),
        outcome: &outcome,
        proposal: &proposal,
    })
}

pub(super) async fn show(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<i64>,
) -> Result<Html<String>, Fault> {
    let proposal = find(&desk, &session, id).await?;
    page(&desk, &session, proposal, None, Outcome::Shown).await
}

/// What was refused, on the page with what was typed still there.
async fn refuse(
    desk: &Desk,
    session: &Session,
    id: i64,
    edit: Edit,
    refused: Refused,
) -> Result<Response, Fault> {
    let l = desk.locales.of(session.account.language);
    let (sentence, told) = match refused {
        Refused::Message(message) => (l.t(message), String::new()),
        Refused::Base(error) => (l.t("proposal-base-faulty"), error.0),
        Refused::Faulty(error) => (l.t("proposal-faulty"), error.0),
        Refused::Store(error) => return Err(error.into()),
    };
    let proposal = find(desk, session, id).await?;
    let outcome = Outcome::Refused { sentence, told };
    let page = page(desk, session, proposal, Some(edit), outcome).await?;
    Ok((StatusCode::CONFLICT, page).into_response())
}

/// Runs what touches the rule folder off the async threads, one at a time.
async fn alone<T: Send + 'static>(
    desk: &Desk,
    work: impl FnOnce(&Store, &Scorer) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    let room = ROOM.acquire().await;
    let (store, scorer) = (Arc::clone(&desk.store), Arc::clone(&desk.scorer));
    // The room goes along: whoever closes the page does not let the next one in.
    let done = tokio::task::spawn_blocking(move || {
        let done = work(&store, &scorer);
        drop(room);
        done
    });
    done.await.unwrap_or(Err(Refused::Store(StoreError::WriterGone)))
}

fn of_proposal(error: ProposalError) -> Refused {
    match error {
        ProposalError::Missing | ProposalError::Closed => Refused::Message("proposal-closed"),
        ProposalError::Untried => Refused::Message("proposal-untried"),
        ProposalError::File(error) => of_file(&error),
        ProposalError::Store(error) => Refused::Store(error),
    }
}

fn of_file(error: &std::io::Error) -> Refused {
    if error.kind() == std::io::ErrorKind::AlreadyExists {
        return Refused::Message("proposal-slug-taken");
    }
    tracing::error!(%error, "a rule file could not be put in place");
    Refused::Message(match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            "proposal-not-writable"
        }
        _ => "proposal-not-written",
    })
}

pub(super) async fn attempt(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<i64>,
    Form(typed): Form<Typed>,
) -> Result<Response, Fault> {
    let by = permitted(&session, Role::tends_rules)?;
    let edit = Edit::typed(&typed.slug, &typed.text);
    if let Some(message) = edit.refused() {
        return refuse(&desk, &session, id, edit, Refused::Message(message)).await;
    }
    let mine = edit.clone();
    let tried = alone(&desk, move |store, scorer| {
        let tried = try_out(store, &scorer.standing(), &mine)?;
        let (slug, edit) = (mine.slug, mine.text);
        let trial = Trial { slug, edit, digest: tried.digest, counts: tried.counts };
        store.note_trial(id, trial, &by, Timestamp::now()).map_err(of_proposal)?;
        Ok(tried)
    })
    .await;
    match tried {
        Ok(tried) => {
            let proposal = find(&desk, &session, id).await?;
            let outcome = Outcome::Tried(Box::new(tried));
            Ok(page(&desk, &session, proposal, Some(edit), outcome).await?.into_response())
        }
        Err(refused) => refuse(&desk, &session, id, edit, refused).await,
    }
}

pub(super) async fn accept(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<i64>,
    Form(typed): Form<Typed>,
) -> Result<Response, Fault> {
    let by = permitted(&session, Role::tends_rules)?;
    let edit = Edit::typed(&typed.slug, &typed.text);
    if let Some(message) = edit.refused() {
        return refuse(&desk, &session, id, edit, Refused::Message(message)).await;
    }
    let mine = edit.clone();
    let accepted = alone(&desk, move |store, scorer| {
        let standing = scorer.standing();
        let folder = standing.folder.as_ref().ok_or(Refused::Message("proposal-no-folder"))?;
        let mut rules = Rules::with(&standing, &mine)?;
        let stamped = mine.stamped(id, by.as_str(), today());
        rules.with.set(mine.name(), stamped.as_str());
        let file = NewRuleFile::write(folder, &mine.name(), &stamped).map_err(|it| of_file(&it))?;
        let file = Arc::new(file);
        let placing = Arc::clone(&file);
        let (digest, ruleset) = (mine.digest(&rules.base.version()), rules.with.version());
        let now = Timestamp::now();
        store
            .accept_proposal(id, digest, ruleset, &by, now, move || placing.place())
            .inspect_err(|_| file.take_back())
            .map_err(of_proposal)
    })
    .await;
    match accepted {
        Ok(()) => Ok(Redirect::to(&format!("/proposals/{id}")).into_response()),
        Err(refused) => refuse(&desk, &session, id, edit, refused).await,
    }
}

/// Back to the list; that somebody closed it meanwhile is told.
fn closed(l: &crate::console::locale::Locale, error: ProposalError) -> Fault {
    match error {
        ProposalError::Closed => Fault::Bad(l.t("proposal-closed")),
        error => error.into(),
    }
}

pub(super) async fn decline(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<i64>,
    Form(declined): Form<Declined>,
) -> Result<Redirect, Fault> {
    let by = permitted(&session, Role::tends_rules)?;
    let l = desk.locales.of(session.account.language);
    let reason = declined.reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(Fault::Bad(l.t("proposal-reason-missing")));
    }
    call(&desk, move |store| store.decline_proposal(id, &by, &reason, Timestamp::now()))
        .await
        .map_err(|error| closed(l, error))?;
    Ok(Redirect::to("/proposals"))
}

pub(super) async fn withdraw(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<i64>,
) -> Result<Redirect, Fault> {
    let l = desk.locales.of(session.account.language);
    let by = session.account.name.clone();
    call(&desk, move |store| store.withdraw_proposal(id, &by, Timestamp::now()))
        .await
        .map_err(|error| closed(l, error))?;
    Ok(Redirect::to("/proposals"))
}
