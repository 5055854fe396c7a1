//! What every key of the tables says on its own may be right and still not be meant: durations
//! that would stop the watch, bands out of order, an address open to strangers, files that are
//! not there. Sources are checked in `check_sources`.

use std::ops::{Range, RangeInclusive};
use std::path::Path;

use jiff::SignedDuration;
use toml::de::{DeTable, DeValue};

use super::fault::Fault;
use super::read::span_of;
use super::{Config, oidc, place_of};

/// Bodies, in bytes: less holds no page, more does not fit into memory.
const BODY: RangeInclusive<u64> = 1 << 10..=1 << 30;
/// No honest site needs more hops.
const MOST_REDIRECTS: usize = 20;
/// With more, most of what analysts see would be posts no rule flags.
const MOST_DRAWN: f64 = 0.5;

/// Everything in the tables that cannot be meant.
pub(super) fn check(config: &Config, document: &DeTable<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    durations(config, document, &mut faults);
    fetching(config, document, &mut faults);
    thresholds(config, document, &mut faults);
    shares(config, document, &mut faults);
    listening(config, document, &mut faults);
    paths(config, document, &mut faults);
    faults.extend(config.oidc.iter().flat_map(|table| oidc::check(table, document)));
    faults
}

fn durations(config: &Config, document: &DeTable<'_>, faults: &mut Vec<Fault>) {
    let (fetch, store) = (&config.fetch, &config.store);
    let hour = SignedDuration::from_hours(1);
    for (path, duration, longest) in [
        (["fetch", "pace"], fetch.pace, hour),
        (["fetch", "max_crawl_delay"], fetch.max_crawl_delay, hour),
        (["fetch", "backoff"], fetch.backoff, hour),
        (["fetch", "connect_timeout"], fetch.connect_timeout, SignedDuration::from_mins(5)),
        (["fetch", "timeout"], fetch.timeout, hour),
        (["store", "lease"], store.lease, SignedDuration::from_hours(24)),
    ] {
        faults.extend(out_of_range(duration, longest, document, &path));
    }
}

/// The fault of a duration that is not positive, or longer than can be meant.
pub(super) fn out_of_range(
    duration: SignedDuration,
    longest: SignedDuration,
    table: &DeTable<'_>,
    path: &[&str],
) -> Option<Fault> {
    let key = path.last()?;
    let (title, label) = if !duration.is_positive() {
        (format!("`{key}` harus lebih lama dari nol"), "ini nol atau kurang")
    } else if duration > longest {
        (format!("`{key}` terlalu lama"), "lebih lama dari yang masuk akal")
    } else {
        return None;
    };
    Some(Fault {
        span: place_of(table, path),
        title,
        label: label.into(),
        also: None,
        help: Some(format!("tulis misalnya \"30s\" atau \"15m\", paling lama \"{longest:#}\"")),
    })
}

fn fetching(config: &Config, document: &DeTable<'_>, faults: &mut Vec<Fault>) {
    let fetch = &config.fetch;
    if fetch.contact_error().is_some() {
        faults.push(Fault {
            span: place_of(document, &["fetch", "contact"]),
            title: "`contact` tidak dapat dikirim sebagai bagian user agent".into(),
            label: "hanya huruf ASCII, tanpa spasi dan tanda kurung".into(),
            also: None,
            help: Some(
                "tulis alamat surel atau alamat situs, misalnya \"ops@instansi.example\"".into(),
            ),
        });
    }
    for (index, _) in fetch.allow_host_errors() {
        faults.push(Fault {
            span: element(document, "allow_hosts", index),
            title: "ini bukan nama host".into(),
            label: "bukan host dan bukan host:port".into(),
            also: None,
            help: Some("tulis misalnya \"127.0.0.1:8080\" atau \"arsip.contoh.example\"".into()),
        });
    }
    for index in fetch.unpaced_host_errors() {
        faults.push(Fault {
            span: element(document, "unpaced_hosts", index),
            title: "ini bukan alamat mesin ini sendiri".into(),
            label: "situs orang lain tidak pernah ditanya tanpa jeda".into(),
            also: None,
            help: Some("tulis misalnya \"127.0.0.1:8080\", atau hapus baris ini".into()),
        });
    }
    if !BODY.contains(&fetch.max_body) {
        faults.push(Fault {
            span: place_of(document, &["fetch", "max_body"]),
            title: "`max_body` di luar batas".into(),
            label: "jumlah byte terbesar satu halaman".into(),
            also: None,
            help: Some(format!("tulis bilangan dari {} sampai {}", BODY.start(), BODY.end())),
        });
    }
    if fetch.max_redirects > MOST_REDIRECTS {
        faults.push(Fault {
            span: place_of(document, &["fetch", "max_redirects"]),
            title: "`max_redirects` di luar batas".into(),
            label: "pengalihan berturut-turut yang diikuti".into(),
            also: None,
            help: Some(format!("tulis bilangan dari 0 sampai {MOST_REDIRECTS}")),
        });
    }
    if fetch.connect_timeout > fetch.timeout {
        faults.push(conflict(
            document,
            "`connect_timeout` lebih lama daripada `timeout`".into(),
            (
                &["fetch", "connect_timeout"],
                format!("{:#} untuk tersambung", fetch.connect_timeout),
            ),
            (&["fetch", "timeout"], format!("{:#} untuk seluruh permintaan", fetch.timeout)),
            "`timeout` mencakup `connect_timeout`: tulis `timeout` yang lebih lama".into(),
        ));
    }
}

/// The place of an element of a list of `[fetch]`.
fn element(document: &DeTable<'_>, key: &str, index: usize) -> Range<usize> {
    let entries = match document.get("fetch").map(toml::Spanned::get_ref) {
        Some(DeValue::Table(table)) => table.get(key).map(toml::Spanned::get_ref),
        _ => None,
    };
    let element = match entries {
        Some(DeValue::Array(entries)) => entries.get(index).map(toml::Spanned::span),
        _ => None,
    };
    element.unwrap_or_else(|| place_of(document, &["fetch", key]))
}

/// The fault of two values that do not go together. The first is underlined, unless it was left at
/// its default and the second was not.
fn conflict(
    document: &DeTable<'_>,
    title: String,
    first: (&[&str], String),
    second: (&[&str], String),
    help: String,
) -> Fault {
    let written = |(path, _): &(&[&str], String)| span_of(document, path).is_some();
    let (main, also) =
        if !written(&first) && written(&second) { (second, first) } else { (first, second) };
    let label = |of: (&[&str], String)| {
        if written(&of) { of.1 } else { format!("{} (nilai bawaan)", of.1) }
    };
    Fault {
        span: place_of(document, main.0),
        also: Some((place_of(document, also.0), label(also))),
        label: label(main),
        title,
        help: Some(help),
    }
}

fn thresholds(config: &Config, document: &DeTable<'_>, faults: &mut Vec<Fault>) {
    let set = config.thresholds;
    let place = |key| place_of(document, &["thresholds", key]);
    if set.rendah == 0 {
        faults.push(Fault {
            span: place("rendah"),
            title: "`rendah` harus lebih dari nol".into(),
            label: "dengan ini setiap posting masuk pita `rendah`".into(),
            also: None,
            help: Some("tulis bilangan dari 1 sampai 100".into()),
        });
    }
    for (low, low_score, high, high_score, may_meet) in [
        ("rendah", set.rendah, "sedang", set.sedang, false),
        ("sedang", set.sedang, "tinggi", set.tinggi, false),
        ("rendah", set.rendah, "flag", set.flag, true),
        ("flag", set.flag, "tinggi", set.tinggi, true),
    ] {
        if low_score < high_score || (may_meet && low_score == high_score) {
            continue;
        }
        faults.push(conflict(
            document,
            format!("ambang `{high}` terlalu rendah dibanding `{low}`"),
            (&["thresholds", high], format!("`{high}` mulai dari {high_score}")),
            (&["thresholds", low], format!("`{low}` mulai dari {low_score}")),
            "urutannya: 0 < rendah < sedang < tinggi <= 100, dan rendah <= flag <= tinggi".into(),
        ));
    }
    if set.tinggi > 100 {
        faults.push(Fault {
            span: place("tinggi"),
            title: "ambang `tinggi` tidak akan pernah tercapai".into(),
            label: "nilai tertinggi sebuah posting 100".into(),
            also: None,
            help: Some("tulis bilangan dari 1 sampai 100".into()),
        });
    }
}

fn shares(config: &Config, document: &DeTable<'_>, faults: &mut Vec<Fault>) {
    let set = config.quality;
    for (key, share, most) in [
        ("unflagged_share", set.unflagged_share, MOST_DRAWN),
        ("second_review_share", set.second_review_share, 1.0),
    ] {
        if (0.0..=most).contains(&share) {
            continue;
        }
        faults.push(Fault {
            span: place_of(document, &["quality", key]),
            title: format!("`{key}` di luar batas"),
            label: "bagian dari seluruhnya, bukan persen".into(),
            also: None,
            help: Some(format!(
                "tulis bilangan dari 0 sampai {most}, misalnya 0.02; 0 berarti tidak dipakai"
            )),
        });
    }
}

fn listening(config: &Config, document: &DeTable<'_>, faults: &mut Vec<Fault>) {
    let http = &config.http;
    for (written, missing) in [("certificate", "key"), ("key", "certificate")] {
        if span_of(document, &["http", written]).is_some()
            && span_of(document, &["http", missing]).is_none()
        {
            faults.push(Fault {
                span: place_of(document, &["http", written]),
                title: format!("`{written}` tanpa `{missing}`"),
                label: "HTTPS memerlukan keduanya".into(),
                also: None,
                help: Some(format!(
                    "tambahkan {missing} = \"…pem\" di [http], atau hapus `{written}`"
                )),
            });
        }
    }
    if http.listen.ip().is_loopback() || http.public {
        return;
    }
    faults.push(Fault {
        span: place_of(document, &["http", "listen"]),
        title: "alamat ini dapat dijangkau mesin lain".into(),
        label: "bukan alamat mesin ini sendiri (loopback)".into(),
        also: None,
        help: Some(format!(
            "tulis \"127.0.0.1:{}\", atau bila memang dimaksud, tambahkan public = true",
            http.listen.port()
        )),
    });
}

fn paths(config: &Config, document: &DeTable<'_>, faults: &mut Vec<Fault>) {
    if let Some(rules) = &config.rules.path {
        faults.extend(no_folder(config, rules, place_of(document, &["rules", "path"])));
    }
    if config.store.path.is_dir() {
        faults.push(Fault {
            span: place_of(document, &["store", "path"]),
            title: "ini folder, bukan berkas basis data".into(),
            label: format!("folder {}", config.store.path.display()),
            also: None,
            help: Some("tulis nama berkas di dalamnya, misalnya \"data/waspada.db\"".into()),
        });
    }
    if config.store.evidence.is_file() {
        faults.push(Fault {
            span: place_of(document, &["store", "evidence"]),
            title: "ini berkas, bukan folder bukti".into(),
            label: format!("berkas {}", config.store.evidence.display()),
            also: None,
            help: Some("tulis nama folder, misalnya \"data/evidence\"".into()),
        });
    }
}

/// The fault of a folder that is not there.
pub(super) fn no_folder(config: &Config, folder: &Path, span: Range<usize>) -> Option<Fault> {
    if folder.is_dir() {
        return None;
    }
    let start = if config.folder == Path::new("") { Path::new(".") } else { &config.folder };
    Some(Fault {
        span,
        title: if folder.exists() { "ini bukan folder" } else { "folder ini tidak ada" }.into(),
        label: format!("dicari di {}", folder.display()),
        also: None,
        help: Some(format!(
            "buat foldernya, atau perbaiki namanya; nama tanpa garis miring di depan dimulai dari \
             folder berkas konfigurasi: {}",
            start.display()
        )),
    })
}
