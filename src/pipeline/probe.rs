//! Fetches the first pages of a source, as far as its first posts, and shows what would be read from
//! them and what each selector finds, storing nothing.

use std::sync::Arc;

use jiff::Timestamp;

use crate::budget::Budget;
use crate::config::{Config, SourceConfig};
use crate::engine::Verdict;
use crate::fetch::{Capture, Client, Outcome, Request};
use crate::registry::today;
use crate::sources::{Door, Finding, Page, Pseudonyms, Rejection, Terms, Visit, WebSource};
use crate::store::{Booking, Store};

use super::scorer::Scorer;
use super::{RulesError, load};
use super::{stream, watch};

/// The most pages that are looked at until one shows anything.
const MOST_PAGES: u32 = 10;

/// What a page held, as it would be stored.
#[derive(Debug, Default)]
pub struct Probe {
    /// Where the pages were read from.
    pub addresses: Vec<String>,
    /// What each selector found on each of them.
    pub findings: Vec<Vec<Finding>>,
    /// Why the last page is none of the source, where its selectors may be the reason.
    pub unread: Option<String>,
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

/// Looks at the source with this name, enabled or not.
///
/// # Errors
/// There is no such source, or its page cannot be had or read.
pub async fn probe(config: &Config, name: &str) -> Result<Probe, ProbeError> {
    let Some(source) = config.sources.iter().find(|source| source.name.as_str() == name) else {
        let known: Vec<&str> = config.sources.iter().map(|source| source.name.as_str()).collect();
        return Err(ProbeError::Unknown { name: name.to_owned(), known: known.join(", ") });
    };
    probe_source(config, source).await
}

/// Looks at a source that need not stand in the config.
///
/// # Errors
/// Its settings cannot be, or its page cannot be had or read.
pub async fn probe_source(config: &Config, source: &SourceConfig) -> Result<Probe, ProbeError> {
    let name = source.name.to_string();
    let engine = load(&watch::standing(config))?;
    let scorer = Arc::new(Scorer::new(engine));
    let legal_basis = source.legal_basis.clone();
    let door = source
        .settings
        .open(&source.given(config))
        .map_err(|error| ProbeError::Setting(error.to_string()))?;
    let mut probe = Probe::default();
    let page = match door {
        Door::Web(source) => look(config, &name, source.as_ref(), &scorer, &mut probe).await?,
        Door::Stream(source) => {
            let client = Client::new(&config.fetch)
                .map_err(|error| ProbeError::Setting(error.to_string()))?;
            let (address, page) = stream::glimpse(&client, source.as_ref())
                .await
                .map_err(|error| failed(&source.subscribe(None).url, &error))?;
            probe.addresses.push(address);
            page
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
            let (address, page) = first
                .ok_or_else(|| failed(&name, &"tidak ada berkas lengkap di foldernya"))?
                .map_err(|reason| failed(&name, &reason))?;
            probe.addresses.push(address);
            page
        }
    };
    probe.more = page.next.is_some();
    probe.ignored += page.ignored;
    probe.withheld += page.withheld;
    probe.set_aside.extend(page.set_aside.into_iter().map(|item| (item.place, item.reason)));
    let posts = page.posts;
    let scored = tokio::task::spawn_blocking(move || scorer.score(&name, today(), posts))
        .await
        .map_err(|error| ProbeError::Failed(error.to_string()))?;
    probe.posts = scored.into_iter().map(|scored| (scored.post, scored.verdict)).collect();
    Ok(probe)
}

/// Fetches pages until one holds a post: a sitemap or a list may only lead to those that do.
async fn look(
    config: &Config,
    name: &str,
    source: &dyn WebSource,
    scorer: &Scorer,
    probe: &mut Probe,
) -> Result<Page, ProbeError> {
    let client =
        Client::new(&config.fetch).map_err(|error| ProbeError::Setting(error.to_string()))?;
    let terms = scorer.search_terms();
    let mut cursor = None;
    let nothing = "tidak ada yang dicari; isi lists/cari-kata.txt dan lists/cari-tagar.txt";
    let mut request =
        source.begin(Visit::new(None, &terms)).ok_or_else(|| failed(&name, &nothing))?;
    for number in 1.. {
        let visit = Visit::new(cursor.as_ref(), &terms);
        let page = match fetch(config, &client, source, &request, visit).await? {
            Shown::Nothing(page) => {
                probe.addresses.push(request.url.to_string());
                probe.findings.push(Vec::new());
                *page
            }
            Shown::Page(capture) => {
                probe.addresses.push(capture.final_url.to_string());
                let findings = source.findings(&capture);
                let finds = !findings.is_empty();
                probe.findings.push(findings);
                match source.parse(&capture, visit) {
                    Ok(page) => page,
                    Err(error) if finds => {
                        probe.unread = Some(error.reason);
                        return Ok(Page::default());
                    }
                    Err(error) => return Err(failed(&request.url, &error)),
                }
            }
        };
        let seen = !page.posts.is_empty()
            || page.ignored + page.withheld > 0
            || !request.spends.is_empty();
        match page.next.clone() {
            Some(next) if !seen && number < MOST_PAGES => request = next,
            _ => return Ok(page),
        }
        probe.set_aside.extend(page.set_aside.into_iter().map(|item| (item.place, item.reason)));
        cursor = page.cursor.or(cursor);
    }
    Ok(Page::default())
}

/// What came of asking for a page.
enum Shown {
    Page(Box<Capture>),
    /// An API has nothing there; the walk goes on as after this page.
    Nothing(Box<Page>),
}

async fn fetch(
    config: &Config,
    client: &Client,
    source: &dyn WebSource,
    request: &Request,
    visit: Visit<'_>,
) -> Result<Shown, ProbeError> {
    book(config, source.budgets(), request).await?;
    match client.get(request).await {
        Outcome::New(capture) => Ok(Shown::Page(capture)),
        Outcome::Rejected(capture) => {
            let why = match source.rejected(&capture, visit) {
                Rejection::UsedUp { .. } => "kuota layanan ini habis".to_owned(),
                Rejection::Unavailable(page)
                    if page.next.is_some() || !page.set_aside.is_empty() =>
                {
                    return Ok(Shown::Nothing(page));
                }
                Rejection::Unavailable(_) => "yang diminta tidak tersedia".to_owned(),
                Rejection::Credentials(why)
                | Rejection::Transient(why)
                | Rejection::Blocked(why) => why,
            };
            Err(failed(&request.url, &why))
        }
        Outcome::Unchanged { .. } => {
            Err(failed(&request.url, &"304 without having asked conditionally"))
        }
        Outcome::Blocked(reason) => Err(failed(&request.url, &reason)),
        Outcome::Refused(reason) => Err(failed(&request.url, &reason)),
        Outcome::Transient { reason, .. } => Err(failed(&request.url, &reason)),
    }
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
