//! The pages, one file each.

pub(super) mod account;
pub(super) mod alike;
pub(super) mod dashboard;
pub(super) mod entry;
pub(super) mod item;
pub(super) mod keys;
pub(super) mod language;
pub(super) mod people;
mod plots;
pub(super) mod proposals;
pub(super) mod provider;
pub(super) mod quality;
pub(super) mod queue;
mod ranking;
mod reasons;
pub(super) mod reset;
pub(super) mod team;
pub(super) mod tokens;

use axum::response::Html;

use super::fault::Fault;

/// A template as an answer.
fn html(page: impl askama::Template) -> Result<Html<String>, Fault> {
    Ok(Html(page.render()?))
}
