//! Fetches one page of a source and shows what would be read from it, storing nothing.

use std::sync::Arc;

use jiff::Timestamp;

use crate::budget::Budget;
use crate::config::Config;
use crate::engine::{SearchTerms, Verdict};
use crate::fetch::{Client, Outcome, Request};
use crate::registry::today;
use crate::sources::{Door, Page, Pseudonyms, Rejection, Terms, Visit, WebSource};
use crate::store::{Booking, Store};

use super::scorer::Scorer;
use super::{RulesError, load};
use super::{stream, watch};

/// Pages looked at until one shows anything.
const MOST_PAGES: u32 = 10;

/// What a page held, as it would be stored.
#[derive(Debug)]
pub struct Probe {
    /// Where the page was read from.
    pub address: String,
    /// The posts, each with what the rules in force say of it.
    pub posts: Vec<(crate::post::Post, Verdict)>,
    /// Items that could not be read, by place and reason.
    pub set_aside: Vec<(String, String)>,
    /// Items of a known kind that carry nothing to read.
    pub ignored: u64,
    /// Posts that are not shown, because their authors do not wish to be found.
    pub withheld: u64,
    /// Whether a visit would go on with another page.
    pub more: bool,
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The config names no such source.
    #[error("tidak ada sumber `{name}` dalam konfigurasi; yang ada: {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// Its settings cannot be.
    #[error("{0}")]
    Setting(String),
    /// The rules cannot be used.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The page could not be had or read.
    #[error("{0}")]
    Failed(String),
}

/// Fetches the first page of the source with this name, enabled or not.
///
/// # Errors
/// There is no such source, or its page cannot be had or read.
pub async fn probe(config: &Config, name: &str) -> Result<Probe, ProbeError> {
    let Some(source) = config.sources.iter().find(|source| source.name.as_str() == name) else {
        let known: Vec<&str> = config.sources.iter().map(|source| source.name.as_str()).collect();
        return Err(ProbeError::Unknown { name: name.to_owned(), known: known.join(", ") });
    };
    let engine = load(&watch::standing(config))?;
    let scorer = Arc::new(Scorer::new(engine));
    let setting = |error: &dyn std::fmt::Display| ProbeError::Setting(error.to_string());
    let door = source.settings.open(&source.given(config)).map_err(|error| setting(&error))?;
    let legal_basis = source.legal_basis.clone();
    let (address, page) = match door {
        Door::Web(source) => {
            first_page(config, &name, source.as_ref(), &scorer.search_terms()).await?
        }
        Door::Stream(source) => {
            let client = Client::new(&config.fetch).map_err(|error| setting(&error))?;
            stream::glimpse(&client, source.as_ref())
                .await
                .map_err(|error| failed(&source.subscribe(None).url, &error))?
        }
        Door::Files(source) => {
            let terms = Terms { pseudonyms: Pseudonyms::passing(), legal_basis };
            type First = Result<(String, Page), String>;
            let read = move || -> Result<Option<First>, crate::sources::FileError> {
                let Some(file) = source.waiting()?.into_iter().next() else { return Ok(None) };
                for read in source.pages(&file, None, &terms)? {
                    let read = read?;
                    if let Some(reason) = read.end.and_then(|end| end.failed) {
                        return Ok(Some(Err(format!("{}: {reason}", read.address))));
                    }
                    // The way to the first post of a document is a page of its own.
                    if !(read.page.posts.is_empty() && read.page.set_aside.is_empty()) {
                        return Ok(Some(Ok((read.address, read.page))));
                    }
                }
                Ok(None)
            };
            let first = tokio::task::spawn_blocking(read)
                .await
                .map_err(|error| failed(&name, &error))?
                .map_err(|error| failed(&name, &error))?;
            first
                .ok_or_else(|| failed(&name, &"tidak ada berkas lengkap di foldernya"))?
                .map_err(|reason| failed(&name, &reason))?
        }
    };
    let more = page.next.is_some();
    let (name, posts) = (name.to_owned(), page.posts);
    let scored = tokio::task::spawn_blocking(move || scorer.score(&name, today(), posts))
        .await
        .map_err(|error| ProbeError::Failed(error.to_string()))?;
    Ok(Probe {
        address,
        posts: scored.into_iter().map(|scored| (scored.post, scored.verdict)).collect(),
        set_aside: page.set_aside.into_iter().map(|item| (item.place, item.reason)).collect(),
        ignored: page.ignored,
        withheld: page.withheld,
        more,
    })
}

/// The first page of a visit that shows anything, and its address: some visits begin with a page
/// that only says how to go on.
async fn first_page(
    config: &Config,
    name: &dyn std::fmt::Display,
    source: &dyn WebSource,
    terms: &SearchTerms,
) -> Result<(String, Page), ProbeError> {
    let client =
        Client::new(&config.fetch).map_err(|error| ProbeError::Setting(error.to_string()))?;
    let nothing = "tidak ada yang dicari; isi lists/cari-kata.txt dan lists/cari-tagar.txt";
    let mut cursor = None;
    let mut request =
        source.begin(Visit::new(None, terms)).ok_or_else(|| failed(name, &nothing))?;
    for left in (0..MOST_PAGES).rev() {
        let visit = Visit::new(cursor.as_ref(), terms);
        let (address, page) = ask(config, &client, source, &request, visit).await?;
        let shows = !page.posts.is_empty() || !page.set_aside.is_empty() || page.withheld > 0;
        match page.next.clone().filter(|_| !shows && left > 0) {
            Some(next) => request = next,
            None => return Ok((address, page)),
        }
        cursor = page.cursor.or(cursor);
    }
    Err(failed(name, &"tidak ada halaman yang dibaca"))
}

/// Fetches and reads one page.
async fn ask(
    config: &Config,
    client: &Client,
    source: &dyn WebSource,
    request: &Request,
    visit: Visit<'_>,
) -> Result<(String, Page), ProbeError> {
    book(config, source.budgets(), request).await?;
    let why = match client.get(request).await {
        Outcome::New(capture) => {
            let page =
                source.parse(&capture, visit).map_err(|error| failed(&request.url, &error))?;
            return Ok((capture.final_url.to_string(), page));
        }
        Outcome::Rejected(capture) => match source.rejected(&capture, visit) {
            Rejection::Unavailable(page) if page.next.is_some() || !page.set_aside.is_empty() => {
                return Ok((capture.final_url.to_string(), *page));
            }
            Rejection::Unavailable(_) => "yang diminta tidak tersedia".to_owned(),
            Rejection::UsedUp { .. } => "kuota layanan ini habis".to_owned(),
            Rejection::Credentials(why) | Rejection::Transient(why) | Rejection::Blocked(why) => {
                why
            }
        },
        Outcome::Unchanged { .. } => "304 without having asked conditionally".to_owned(),
        Outcome::Blocked(reason) => reason.to_string(),
        Outcome::Refused(reason) => reason.to_string(),
        Outcome::Transient { reason, .. } => reason.to_string(),
    };
    Err(failed(&request.url, &why))
}

/// Looking costs as much as a visit: it is booked where the watch books, though no post is stored.
async fn book(config: &Config, budgets: Vec<Budget>, request: &Request) -> Result<(), ProbeError> {
    if request.spends.is_empty() {
        return Ok(());
    }
    let (settings, spends) = (config.store.clone(), request.spends.clone());
    let booking = tokio::task::spawn_blocking(move || {
        Store::open(&settings)?.book(&budgets, &spends, Timestamp::now())
    });
    match booking.await.map_err(|error| failed(&request.url, &error))? {
        Ok(Booking::Booked(_)) => Ok(()),
        Ok(Booking::UsedUp { budget, opens }) => {
            Err(failed(&request.url, &format_args!("jatah `{budget}` habis sampai {opens}")))
        }
        Err(error) => Err(failed(&request.url, &error)),
    }
}

fn failed(what: &dyn std::fmt::Display, reason: &dyn std::fmt::Display) -> ProbeError {
    ProbeError::Failed(format!("{what}: {reason}"))
}
