//! A link followed to where it leads, one hop at a time: every hop is judged before it is asked,
//! goes through the guard, robots.txt and pace of its host, and is written down. Numbers, accounts
//! and invitations are where it ends; none is ever opened.

use jiff::Timestamp;
use url::Url;

use crate::fetch::{BlockReason, Capture, Client, Outcome, Redirects, RefuseReason, Request};
use crate::post::Post;
use crate::registry::Sites;
use crate::sources::Adapter;
use crate::sources::reported::{self, Way};

/// Hops followed from one address.
const MOST_HOPS: usize = 5;

/// Where a link led.
#[derive(Debug)]
pub(super) struct Followed {
    /// The addresses gone through, the one handed in first.
    pub(super) chain: Vec<Url>,
    pub(super) end: End,
}

/// How following a link ended.
#[derive(Debug)]
pub(super) enum End {
    /// A page was read.
    Read(Box<Read>),
    /// A number, an account or an invitation, in the form it is kept.
    Lead(String),
    /// An address that was wanted, not what stands there.
    Reached,
    /// It was not opened, or showed nothing to read; why, in Indonesian.
    Left(String),
    /// Not now.
    Later {
        /// Why, in Indonesian.
        reason: String,
        /// The host is left alone until then.
        retry_at: Timestamp,
    },
}

/// A page that was read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) post: Post,
    pub(super) capture: Capture,
    pub(super) adapter: Adapter,
}

/// How far a link is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Far {
    /// To the page it leads to, which is read.
    Page,
    /// To the address of that page.
    Address,
}

/// Follows a link. Without a client nothing is asked.
pub(super) async fn follow(
    client: Option<&Client>,
    sites: &Sites,
    start: Url,
    far: Far,
) -> Followed {
    let mut url = start;
    let mut chain = Vec::new();
    let end = loop {
        chain.push(url.clone());
        match hop(client, sites, &url, far).await {
            Ok(to) if chain.contains(&to) => {
                break End::Left("pengalihannya berputar-putar".to_owned());
            }
            Ok(_) if chain.len() > MOST_HOPS => {
                break End::Left(format!("pengalihannya lebih dari {MOST_HOPS} langkah"));
            }
            Ok(to) => url = to,
            Err(end) => break end,
        }
    };
    Followed { chain, end }
}

/// Where an address leads on to, or how it ends there.
async fn hop(client: Option<&Client>, sites: &Sites, url: &Url, far: Far) -> Result<Url, End> {
    let way = reported::way(url, sites);
    let page = match &way {
        Way::Lead(contact) => return Err(End::Lead(contact.clone())),
        Way::Closed(closed) => return Err(End::Left(closed.why.clone())),
        Way::Message { .. } | Way::Page if far == Far::Address => return Err(End::Reached),
        Way::Message { page, .. } => page.clone(),
        Way::Page | Way::Linktree | Way::Shortener => url.clone(),
    };
    let Some(client) = client else {
        let why = "[fetch] contact belum diisi di konfigurasi, jadi tidak ada halaman yang diambil";
        return Err(End::Left(why.to_owned()));
    };
    let request = Request { redirects: Redirects::Report, ..Request::new(page, "text/html") };
    match client.get(&request).await {
        Outcome::New(capture) => {
            let key = reported::key(url, sites);
            Err(match reported::read(&capture, &way, key) {
                Some(post) => End::Read(Box::new(Read {
                    post,
                    capture: *capture,
                    adapter: reported::ADAPTER,
                })),
                None => End::Left("halamannya tidak memuat teks yang dapat dibaca".to_owned()),
            })
        }
        // A message that is gone sends to its channel, which is another matter.
        Outcome::Blocked(BlockReason::Redirect(_)) if matches!(way, Way::Message { .. }) => {
            Err(End::Left("Telegram tidak memperlihatkan pesan itu".to_owned()))
        }
        Outcome::Blocked(BlockReason::Redirect(to)) => Url::parse(&to)
            .map_err(|_| End::Left("pengalihannya menuju sesuatu yang bukan alamat".to_owned())),
        Outcome::Blocked(reason) => Err(End::Left(blocked(&reason))),
        Outcome::Refused(reason) => Err(End::Left(refused(&reason))),
        Outcome::Transient { reason, retry_at } => {
            Err(End::Later { reason: format!("belum berhasil diambil ({reason})"), retry_at })
        }
        // Neither is answered to a request without validators that obeys robots.txt.
        Outcome::Unchanged { .. } | Outcome::Rejected(_) => {
            Err(End::Left("server menjawab tanpa isi".to_owned()))
        }
    }
}

fn blocked(reason: &BlockReason) -> String {
    match reason {
        BlockReason::Status(404 | 410) => "halamannya tidak ada lagi".to_owned(),
        BlockReason::Status(status) => format!("server menolak dengan status {status}"),
        BlockReason::Challenge(whose) => format!("situsnya meminta pemeriksaan peramban ({whose})"),
        BlockReason::Redirect(_) => "situsnya mengalihkan".to_owned(),
    }
}

fn refused(reason: &RefuseReason) -> String {
    match reason {
        RefuseReason::Robots { host, .. } => format!("robots.txt {host} melarangnya"),
        RefuseReason::Address(_) => {
            "alamatnya ditolak: bukan alamat internet publik yang boleh ditanya".to_owned()
        }
        RefuseReason::TooManyRedirects(_) => "terlalu banyak pengalihan".to_owned(),
        RefuseReason::TooLarge { limit, .. } => format!("halamannya lebih besar dari {limit} byte"),
    }
}
