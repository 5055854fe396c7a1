//! What a source says may be read and still not be done: two of one name, a site asked by nobody
//! in particular, a platform whose terms restrict reading without a ground to read it, a folder
//! that is not there. Only what is enabled is asked for more than its words.

use std::ops::Range;

use jiff::SignedDuration;
use toml::de::DeTable;
use url::{Host, Url};

use super::check::{no_folder, out_of_range};
use super::fault::Fault;
use super::source::{SourceConfig, Written};
use super::{Config, place_of, read};
use crate::engine::SearchTerms;
use crate::sources::{Door, Lacks, OpenError, Visit, WebSource};

/// The longest `every`: a week.
const LONGEST_EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The longest `slowest`: a month.
const LONGEST_SLOWEST: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Everything in the sources that cannot be meant.
pub(super) fn check(
    config: &Config,
    sources: &[Written<'_>],
    document: &DeTable<'_>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut foreign: Option<Range<usize>> = None;
    for (at, written) in sources.iter().enumerate() {
        let Some(source) = &written.config else { continue };
        faults.extend(name_taken(source, written, sources.get(..at).unwrap_or_default()));
        times(source, written, &mut faults);
        faults.extend(password_in_address(source, written));
        if !source.enabled {
            continue;
        }
        faults.extend(without_legal_basis(source, written));
        faults.extend(without_folder(config, source, written));
        match source.settings.open(&source.given(config)) {
            Ok(Door::Web(web)) if leaves_this_machine(web.as_ref()) => {
                foreign.get_or_insert_with(|| place(written, "name"));
            }
            Ok(Door::Stream(stream)) if !is_loopback(&stream.subscribe(None).url) => {
                foreign.get_or_insert_with(|| place(written, "name"));
            }
            Ok(Door::Web(_) | Door::Files(_) | Door::Stream(_)) => {}
            // The rest of the watch does not wait for a secret.
            Err(OpenError { lacks: Lacks::Secret, .. }) => {}
            Err(error) => faults.push(Fault {
                span: place(written, error.key),
                title: format!("`{}` pada sumber `{}` tidak dapat dipakai", error.key, source.name),
                label: error.reason,
                also: None,
                help: None,
            }),
        }
    }
    faults.extend(foreign.and_then(|source| without_contact(config, document, source)));
    faults
}

/// The place of a key of the source, or of its header where the key is not written.
fn place(written: &Written<'_>, key: &str) -> Range<usize> {
    read::span_of(written.table.get_ref(), &[key]).unwrap_or_else(|| written.table.span())
}

fn name_taken(
    source: &SourceConfig,
    written: &Written<'_>,
    before: &[Written<'_>],
) -> Option<Fault> {
    let same =
        |other: &&Written<'_>| other.config.as_ref().is_some_and(|other| other.name == source.name);
    let first = before.iter().find(same)?;
    Some(Fault {
        span: place(written, "name"),
        title: format!("nama sumber `{}` dipakai dua kali", source.name),
        label: "nama yang sama lagi".into(),
        also: Some((place(first, "name"), "sudah dipakai di sini".into())),
        help: Some("beri tiap sumber nama sendiri".into()),
    })
}

fn times(source: &SourceConfig, written: &Written<'_>, faults: &mut Vec<Fault>) {
    let table = written.table.get_ref();
    for (time, longest, key) in
        [(source.every, LONGEST_EVERY, "every"), (source.slowest, LONGEST_SLOWEST, "slowest")]
    {
        faults.extend(time.and_then(|time| out_of_range(time, longest, table, &[key])));
    }
    if let (Some(every), Some(slowest)) = (source.every, source.slowest)
        && slowest < every
    {
        faults.push(Fault {
            span: place_of(table, &["slowest"]),
            title: "`slowest` lebih singkat daripada `every`".into(),
            label: "jarak terpanjang antara dua kunjungan".into(),
            also: Some((place_of(table, &["every"]), "jarak terpendek".into())),
            help: Some("tulis `slowest` sama dengan atau lebih lama daripada `every`".into()),
        });
    }
}

/// Points at the source's name, not at the address: the fault is printed with the line it points at.
fn password_in_address(source: &SourceConfig, written: &Written<'_>) -> Option<Fault> {
    let settings = toml::Table::try_from(&source.settings).ok()?;
    let has_password = |value: &toml::Value| {
        let url = value.as_str().and_then(|text| Url::parse(text).ok());
        url.is_some_and(|url| !url.username().is_empty() || url.password().is_some())
    };
    let (key, _) = settings.iter().find(|(_, value)| has_password(value))?;
    Some(Fault {
        span: place(written, "name"),
        title: format!("`{key}` pada sumber `{}` memuat nama pengguna atau sandi", source.name),
        label: "sumber ini".into(),
        also: None,
        help: Some("hapus yang di depan `@`: hanya halaman publik yang dibaca".into()),
    })
}

fn without_legal_basis(source: &SourceConfig, written: &Written<'_>) -> Option<Fault> {
    let named = source.legal_basis.as_ref().is_some_and(|basis| !basis.trim().is_empty());
    if named || !source.settings.needs_legal_basis() {
        return None;
    }
    let key = if source.legal_basis.is_some() { "legal_basis" } else { "name" };
    Some(Fault {
        span: place(written, key),
        title: format!("sumber `{}` menyala tanpa dasar hukum", source.name),
        label: format!("sumber jenis `{}` memerlukan `legal_basis`", source.kind),
        also: None,
        help: Some(
            "ketentuan layanan ini membatasi pembacaan otomatis, jadi Anda yang memutuskan: \
             tulis legal_basis = \"…\" (surat tugas, pasal, atau izin pengelola), \
             atau matikan dengan enabled = false"
                .into(),
        ),
    })
}

fn without_folder(config: &Config, source: &SourceConfig, written: &Written<'_>) -> Option<Fault> {
    let folder = config.folder.join(source.settings.folder()?);
    no_folder(config, &folder, place(written, "path"))
}

fn without_contact(config: &Config, document: &DeTable<'_>, source: Range<usize>) -> Option<Fault> {
    if config.fetch.contact.as_ref().is_some_and(|contact| !contact.trim().is_empty()) {
        return None;
    }
    let written = read::span_of(document, &["fetch", "contact"]);
    let (span, also) = match written.or_else(|| read::span_of(document, &["fetch"])) {
        Some(fetch) => (fetch, Some((source, "sumber ini membaca situs orang lain".into()))),
        None => (source, None),
    };
    Some(Fault {
        span,
        title: "`contact` di [fetch] belum ada, padahal ada sumber yang membaca situs orang lain"
            .into(),
        label: "pemilik situs harus dapat menghubungi Anda".into(),
        also,
        help: Some(
            "tulis di [fetch]: contact = \"ops@instansi.example\" (surel atau situs)".into(),
        ),
    })
}

/// Whether it asks somebody else's machine, whatever is searched for.
fn leaves_this_machine(source: &dyn WebSource) -> bool {
    let term = || vec!["kerja".to_owned()];
    let terms = SearchTerms { words: term(), tags: term() };
    source.begin(Visit::new(None, &terms)).is_none_or(|request| !is_loopback(&request.url))
}

/// Whether a request stays on this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
