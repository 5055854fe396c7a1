//! Looks the whole installation over: config, rules and the set in force, model, database, disk,
//! evidence, sources, clock. Each finding says how it stands, what is so, and what to do. It reads
//! and asks; it mends nothing. (Indonesian: an operator reads it.)

use std::path::Path;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::budgets;
use crate::budget::Left;
use crate::config::{Config, SourceConfig, Term, TlsFiles};
use crate::engine::Engine;
use crate::pipeline::{self, Health, Standing};
use crate::registry::{day_of, wib};
use crate::store::{Alarm, SourceState, Store, StoreError};

/// Under this much free space a disk wants looking at, in bytes.
const LITTLE_SPACE: u64 = 2 << 30;
/// Under this much the watch will soon stop.
const NO_SPACE: u64 = 200 << 20;
/// How far ahead of the clock a stored time may be.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// How long after its time a source may still be visited.
const LATE: SignedDuration = SignedDuration::from_hours(1);

/// After so many days the list of licensed agencies wants renewing.
const REGISTER_IS_OLD: i32 = 92;

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// It works, but somebody should look at it.
    Perhatian,
    /// It does not work.
    Rusak,
}

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The thing.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// What is so.
    pub what: String,
    /// What to do, where there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
}

impl Finding {
    /// As it should be.
    pub fn ok(name: &str, what: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Ok, what: what.into(), todo: None }
    }

    /// It works, but somebody should look at it.
    pub fn look(name: &str, what: impl Into<String>, todo: impl Into<String>) -> Self {
        let todo = Some(todo.into());
        Self { name: name.into(), state: State::Perhatian, what: what.into(), todo }
    }

    /// It does not work.
    pub fn broken(name: &str, what: impl Into<String>, todo: impl Into<String>) -> Self {
        let todo = Some(todo.into());
        Self { name: name.into(), state: State::Rusak, what: what.into(), todo }
    }
}

/// Looks everything over that a readable config names.
pub fn examine(config: &Config, now: Timestamp) -> Vec<Finding> {
    let standing =
        Standing { folder: config.rules.path.clone(), thresholds: config.thresholds.into() };
    let engine = pipeline::load(&standing);
    let health = pipeline::ask_health(&config.http);
    let mut found = vec![match &engine {
        Ok(engine) => Finding::ok(
            "aturan",
            format!("versi {}, {} aturan, contohnya lulus", engine.version(), engine.rules().len()),
        ),
        Err(error) => Finding::broken("aturan", error.to_string(), "waspada rules check"),
    }];
    found.push(daemon(engine.as_ref().ok(), health.as_ref(), config));
    found.extend(config.http.tls().map(|files| certificate(&files, now)));
    if let Ok(engine) = &engine {
        found.push(match engine.reader() {
            Some(_) => Finding::ok("pembaca kedua", "modelnya ada"),
            None => Finding::look(
                "pembaca kedua",
                "model/pembaca.bin tidak ada; hanya aturan yang menilai",
                "salin model bawaan ke folder aturan, atau latih dengan waspada learn",
            ),
        });
    }
    if let Ok(engine) = &engine {
        found.push(register(engine, day_of(now)));
    }
    let store = Store::open_existing(&config.store);
    found.push(database(&store));
    found.push(space("ruang disk basis data", &config.store.path));
    found.push(space("ruang disk bukti", &config.store.evidence));
    found.push(evidence(&config.store.evidence));
    let (states, yields) = store
        .as_ref()
        .ok()
        .and_then(|store| Some((store.sources().ok()?, store.source_health(now).ok()?)))
        .unwrap_or_default();
    for source in config.sources.iter().filter(|source| source.enabled) {
        let name = source.name.to_string();
        if let Some(error) = source.missing_secret(config) {
            let what = format!("tetap mati: {error}");
            found.push(Finding::look(
                &format!("sumber {name}"),
                what,
                "isi rahasianya lalu systemctl restart waspada, atau enabled = false",
            ));
            continue;
        }
        let state = states.iter().find(|state| state.name == name);
        let alarms = yields.get(&name).map_or(&[][..], |health| &health.alarms);
        found.push(self::source(&name, state, alarms, now, health.is_ok()));
        if let Ok(store) = &store {
            found.extend(budgets(config, source, store, now));
        }
    }
    found.extend(config.oidc.iter().map(|oidc| match oidc.secret(&config.folder) {
        Ok(_) => Finding::ok("penyedia masuk", format!("{}: rahasianya ada", oidc.label)),
        Err(error) => Finding::look(
            "penyedia masuk",
            format!("{}: {error}", oidc.label),
            "isi rahasianya lalu systemctl restart waspada; sampai itu hanya kata sandi yang berlaku",
        ),
    }));
    found.push(clock(&states, now));
    found
}

/// Whether the list of licensed agencies was brought, and how old it is.
fn register(engine: &Engine, today: Date) -> Finding {
    let name = "daftar P3MI";
    let brought = "waspada registry import DAFTAR.csv --as-of TANGGAL";
    match engine.registry().agencies_as_of {
        None => Finding::ok(
            name,
            format!("belum ada: izin perusahaan tidak dapat dicek; ambil dengan {brought}"),
        ),
        Some(as_of) if (today - as_of).get_days() > REGISTER_IS_OLD => Finding::look(
            name,
            format!("per {as_of}, lebih dari {REGISTER_IS_OLD} hari yang lalu"),
            format!("minta daftar yang baru, lalu {brought}"),
        ),
        Some(as_of) => Finding::ok(name, format!("per {as_of}")),
    }
}

fn daemon(
    engine: Option<&Engine>,
    health: Result<&Health, &std::io::Error>,
    config: &Config,
) -> Finding {
    let name = "penjaga";
    let listen = config.http.listen;
    let health = match health {
        Ok(health) => health,
        Err(error) => {
            return Finding::look(
                name,
                format!("tidak menjawab di {listen} ({error})"),
                "bila seharusnya berjalan: systemctl status waspada; dengan timer `run --once` ini biasa",
            );
        }
    };
    if let Some(reason) = &health.rules_refused {
        return Finding::broken(
            name,
            format!(
                "berjalan dengan aturan lama, versi {}; aturan di berkas ditolak:\n{reason}",
                health.ruleset
            ),
            "perbaiki berkasnya menurut `waspada rules check`; penjaga memuatnya sendiri",
        );
    }
    match engine {
        Some(engine) if engine.version() != health.ruleset => Finding::look(
            name,
            format!(
                "berjalan dengan aturan versi {}, di berkas versi {}",
                health.ruleset,
                engine.version()
            ),
            "tunggu beberapa detik; bila tetap begitu: systemctl reload waspada, dan periksa rules.path",
        ),
        _ => Finding::ok(name, format!("berjalan dengan aturan versi {}", health.ruleset)),
    }
}

fn certificate(files: &TlsFiles, now: Timestamp) -> Finding {
    let name = "sertifikat";
    let renew = "perbarui sertifikatnya pada penerbitnya, lalu systemctl reload waspada";
    let chain = match files.chain() {
        Ok(chain) => chain,
        Err(error) => return Finding::broken(name, error.to_string(), "waspada config check"),
    };
    let Some(term) = chain.first().and_then(Term::of) else {
        let what = format!("{}: masa berlakunya tidak terbaca", files.certificate.display());
        return Finding::look(name, what, renew);
    };
    let until = term.ends.to_zoned_datetime(wib()).strftime("%Y-%m-%d %H:%M WIB");
    if term.is_over(now) {
        let what = format!("sudah berakhir {until}; peramban menolaknya");
        return Finding::broken(name, what, renew);
    }
    let days = term.ends.duration_since(now).as_hours() / 24;
    let what = format!("berlaku sampai {until}, {days} hari lagi");
    if term.is_short(now) { Finding::look(name, what, renew) } else { Finding::ok(name, what) }
}

fn database(store: &Result<Store, StoreError>) -> Finding {
    let name = "basis data";
    let restore = "pulihkan dari salinan (waspada db backup)";
    let store = match store {
        Ok(store) => store,
        Err(error @ StoreError::Missing(_)) => {
            return Finding::look(name, error.to_string(), "waspada run --once membuatnya");
        }
        Err(error) => return Finding::broken(name, error.to_string(), restore),
    };
    match store.quick_check() {
        Ok(checked) if checked.faults.is_empty() => {
            Finding::ok(name, format!("{} halaman, skema terbaru, utuh", checked.pages))
        }
        Ok(checked) => Finding::broken(name, checked.faults.join("; "), restore),
        Err(error) => Finding::broken(name, error.to_string(), restore),
    }
}

/// The nearest folder above that is there.
fn standing_folder(path: &Path) -> &Path {
    let is_there = |path: &&Path| path.is_dir() || path.as_os_str().is_empty();
    match path.ancestors().find(is_there) {
        Some(path) if !path.as_os_str().is_empty() => path,
        _ => Path::new("."),
    }
}

fn space(name: &str, path: &Path) -> Finding {
    let folder = standing_folder(path);
    let free = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let what = format!("{}: {error}", folder.display());
            return Finding::look(name, what, "periksa folder itu");
        }
    };
    let what = format!("{} MiB bebas", free >> 20);
    let todo = format!("kosongkan disk tempat {}", folder.display());
    match free {
        0..NO_SPACE => Finding::broken(name, what, todo),
        NO_SPACE..LITTLE_SPACE => Finding::look(name, what, todo),
        _ => Finding::ok(name, what),
    }
}

fn evidence(folder: &Path) -> Finding {
    let name = "folder bukti";
    let writable = standing_folder(folder);
    // Under a name that no capture has, and gone at once.
    let probe = writable.join(format!(".waspada-doctor-{}", std::process::id()));
    let tried = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Finding::ok(name, format!("{} dapat ditulis", writable.display())),
        Err(error) => Finding::broken(
            name,
            format!("{} tidak dapat ditulis: {error}", writable.display()),
            "beri pengguna waspada hak menulis di folder itu, atau ubah store.evidence",
        ),
    }
}

fn source(
    name: &str,
    state: Option<&SourceState>,
    alarms: &[Alarm],
    now: Timestamp,
    runs: bool,
) -> Finding {
    let title = format!("sumber {name}");
    let Some(state) = state else {
        return Finding::look(&title, "belum pernah dikunjungi", "waspada run --once");
    };
    let last = state.last_success.map_or_else(
        || "belum pernah berhasil".to_owned(),
        |at| format!("terakhir berhasil {}", at.strftime("%Y-%m-%d %H:%M UTC")),
    );
    let late = state.next_due.is_some_and(|due| now.duration_since(due) > LATE);
    match &state.failure {
        Some(failure) => Finding::look(
            &title,
            format!("{last}; kunjungan terakhir gagal: {failure}"),
            format!("waspada source probe {name}"),
        ),
        None if !alarms.is_empty() => {
            let alarms: Vec<String> = alarms.iter().map(ToString::to_string).collect();
            Finding::look(
                &title,
                format!("{last}; {}", alarms.join("; ")),
                format!("mungkin bentuk halamannya berubah: waspada source probe {name}"),
            )
        }
        None if late && runs => Finding::look(
            &title,
            format!("{last}; kunjungan berikutnya sudah lewat waktunya"),
            "lihat log penjaga",
        ),
        None if state.last_success.is_none() => Finding::look(&title, last, "waspada run --once"),
        None => Finding::ok(&title, last),
    }
}

/// What is left of its service's budgets; a used-up one is no fault, it opens by itself.
fn budgets(
    config: &Config,
    source: &SourceConfig,
    store: &Store,
    now: Timestamp,
) -> Option<Finding> {
    let name = format!("jatah {}", source.name);
    let told = |left: &Left| format!("{}: {}", left.budget.name, budgets::told(left));
    match budgets::left(config, source, store, now) {
        Ok(left) if left.is_empty() => None,
        Ok(left) => {
            let lines: Vec<String> = left.iter().map(told).collect();
            Some(Finding::ok(&name, lines.join("\n")))
        }
        Err(error) => Some(Finding::broken(&name, error.to_string(), "waspada db check")),
    }
}

fn clock(states: &[SourceState], now: Timestamp) -> Finding {
    let name = "jam";
    let newest = states.iter().filter_map(|state| state.last_success).max();
    match newest {
        Some(newest) if newest.duration_since(now) > AHEAD => Finding::broken(
            name,
            format!("menunjukkan {now}, padahal basis data memuat catatan dari {newest}"),
            "betulkan jam mesin (timedatectl): jadwal dan log kustodi bergantung padanya",
        ),
        _ => Finding::ok(name, format!("{}", now.strftime("%Y-%m-%d %H:%M UTC"))),
    }
}
