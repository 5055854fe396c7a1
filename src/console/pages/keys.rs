//! The keys of the console, and the page on which a person chooses her own. Two things that can be on
//! one page never have one key.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;

use super::html;
use super::item::KEYS;
use crate::console::desk::{Desk, Frame, Signed};
use crate::console::fault::Fault;
use crate::console::locale::Locale;
use crate::store::{Outcome, Session};

/// Where a key is listened to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Everywhere,
    Item,
    List,
    /// On pages of a proposal, of rules and of many items, where nothing of an item or a list is.
    Apart,
}

impl Place {
    fn meets(self, other: Self) -> bool {
        self == other || self == Self::Everywhere || other == Self::Everywhere
    }
}

/// What has a key beside the outcomes: its name, the key it has by itself, where it is listened to.
const ACTIONS: &[(&str, &str, Place)] = &[
    ("work", "n", Place::Everywhere),
    ("dashboard", "g", Place::Everywhere),
    ("undo", "u", Place::Everywhere),
    ("help", "?", Place::Everywhere),
    ("skip", "s", Place::Item),
    ("reveal", "r", Place::Item),
    ("open", "o", Place::Item),
    ("rules", "w", Place::Item),
    ("together", "m", Place::Item),
    ("confirm", "y", Place::Apart),
    ("change", "x", Place::Apart),
    ("try", "t", Place::Apart),
    ("choose", "w", Place::Apart),
    ("back", "b", Place::Apart),
    ("search", "/", Place::List),
    ("down", "j", Place::List),
    ("up", "k", Place::List),
];

/// A thing with a key.
struct Action {
    name: &'static str,
    own: &'static str,
    place: Place,
    outcome: Option<Outcome>,
}

fn actions() -> impl Iterator<Item = Action> {
    let of_outcome = |(own, outcome): &(&'static str, Outcome)| Action {
        name: outcome.code(),
        own,
        place: Place::Item,
        outcome: Some(*outcome),
    };
    let other = |(name, own, place): &(&'static str, &'static str, Place)| Action {
        name,
        own,
        place: *place,
        outcome: None,
    };
    KEYS.iter().map(of_outcome).chain(ACTIONS.iter().map(other))
}

/// The key a person has for this, by its name.
pub(in crate::console) fn key<'a>(session: Option<&'a Session>, name: &str) -> &'a str {
    let chosen = session.and_then(|session| session.personal.keys.get(name));
    chosen.map_or_else(
        || actions().find(|action| action.name == name).map_or("", |action| action.own),
        String::as_str,
    )
}

fn label(action: &Action, l: &Locale) -> String {
    match action.outcome {
        Some(outcome) => format!("{}: {}", outcome.code(), l.outcome(outcome)),
        None => l.t(&format!("key-{}", action.name)),
    }
}

/// A line of the page.
struct Line {
    name: &'static str,
    label: String,
    own: &'static str,
    key: String,
    is_wrong: bool,
}

#[derive(askama::Template)]
#[template(path = "keys.html", config = "src/console/askama.toml")]
struct Page<'a> {
    frame: Frame<'a>,
    lines: Vec<Line>,
    wrong: Option<String>,
    saved: bool,
}

pub(in crate::console) fn routes() -> Router<Desk> {
    Router::new().route("/keys", get(show).post(set)).route("/keys/reset", post(reset))
}

async fn show(State(desk): State<Desk>, Signed(session): Signed) -> Result<Response, Fault> {
    let lines = actions().map(|action| Line {
        name: action.name,
        label: label(&action, desk.locales.of(session.account.language)),
        own: action.own,
        key: key(Some(&session), action.name).to_owned(),
        is_wrong: false,
    });
    let lines = lines.collect();
    let frame = Frame::new(&desk, &session, "keys");
    Ok(html(Page { frame, lines, wrong: None, saved: false })?.into_response())
}

async fn set(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Form(wanted): Form<BTreeMap<String, String>>,
) -> Result<Response, Fault> {
    let l = desk.locales.of(session.account.language);
    // An empty field is the key it has by itself.
    let chosen: Vec<(Action, String)> = actions()
        .map(|action| {
            let typed = wanted.get(action.name).map_or("", |typed| typed.trim());
            let key = if typed.is_empty() { action.own } else { typed };
            (action, key.to_owned())
        })
        .collect();
    let wrong = refused(&chosen, l);
    let saved = wrong.is_none();
    let mut session = session;
    if saved {
        let own = chosen.iter().filter(|(action, key)| key != action.own);
        let keys: BTreeMap<_, _> =
            own.map(|(action, key)| (action.name.to_owned(), key.clone())).collect();
        session.personal.keys.clone_from(&keys);
        let account = session.account.clone();
        desk.call(move |store| store.set_keys(&account, keys, Timestamp::now())).await?;
    }
    let lines = chosen
        .into_iter()
        .map(|(action, key)| Line {
            name: action.name,
            label: label(&action, l),
            own: action.own,
            is_wrong: wrong.as_ref().is_some_and(|(_, names)| names.contains(&action.name)),
            key,
        })
        .collect();
    let status = if saved { StatusCode::OK } else { StatusCode::CONFLICT };
    let wrong = wrong.map(|(sentence, _)| sentence);
    let frame = Frame::new(&desk, &session, "keys");
    Ok((status, html(Page { frame, lines, wrong, saved })?).into_response())
}

/// Why these keys cannot be had, and whose they are.
fn refused(chosen: &[(Action, String)], l: &Locale) -> Option<(String, Vec<&'static str>)> {
    for (at, (action, key)) in chosen.iter().enumerate() {
        let mut letters = key.chars();
        let one = letters.next().filter(|_| letters.next().is_none());
        if !one.is_some_and(|letter| !letter.is_whitespace() && !letter.is_control()) {
            return Some((l.with("keys-not-one", &label(action, l)), vec![action.name]));
        }
        let same = chosen[..at]
            .iter()
            .find(|(other, taken)| taken == key && other.place.meets(action.place));
        if let Some((other, _)) = same {
            let both = format!("{key} ({}; {})", label(other, l), label(action, l));
            return Some((l.with("keys-twice", &both), vec![other.name, action.name]));
        }
    }
    None
}

async fn reset(State(desk): State<Desk>, Signed(session): Signed) -> Result<Redirect, Fault> {
    let account = session.account;
    desk.call(move |store| store.set_keys(&account, BTreeMap::new(), Timestamp::now())).await?;
    Ok(Redirect::to("/keys"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::locale::Locales;
    use crate::store::Language;

    #[test]
    fn the_keys_things_have_by_themselves_are_not_refused() {
        let locales = Locales::new();
        let l = locales.of(Language::Id);
        let own = || actions().map(|action| (action.own.to_owned(), action));
        let with = |name: &str, key: &str| -> Vec<(Action, String)> {
            own()
                .map(|(own, action)| {
                    let chosen = if action.name == name { key.to_owned() } else { own };
                    (action, chosen)
                })
                .collect()
        };
        for (name, key, is_refused) in [
            ("skip", "s", false),
            ("skip", "é", false),
            // Moving in lists and deciding are never on one page.
            ("EDUKASI", "j", false),
            ("EDUKASI", "n", true),
            ("EDUKASI", "p", true),
            ("down", "n", true),
            // In the preview of a batch `y` decides it, and nothing else.
            ("dashboard", "y", true),
            ("skip", "y", false),
            ("skip", "ab", true),
            ("skip", "\u{7}", true),
        ] {
            assert_eq!(refused(&with(name, key), l).is_some(), is_refused, "{name} {key}");
        }
    }
}
