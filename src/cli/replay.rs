//! `waspada source replay`: what is kept of a source, read once more with today's adapter, and what
//! that changed.

use std::fmt::Write as _;

use super::{Answer, Failure, json_line, print};
use crate::config::Config;
use crate::pipeline::{ReplayError, Replayed, replay};
use crate::store::ReplayCounts;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Nama sumber dalam konfigurasi, atau nama impor
    name: String,
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Store(_) => Self::Impossible(error.to_string()),
            ReplayError::Unknown(_) | ReplayError::Setting(_) | ReplayError::Rules(_) => {
                Self::Usage(error.to_string())
            }
        }
    }
}

pub(super) fn run(arguments: &Arguments, config: &Config) -> Result<Answer, Failure> {
    let replayed = replay(config, &arguments.name)?;
    print(&if arguments.json {
        json_line(&serde_json::json!({
            "source": arguments.name,
            "counts": replayed.counts,
            "changes": replayed.changes,
            "unreadable": replayed.unreadable,
        }))?
    } else {
        summary(&arguments.name, &replayed)
    })?;
    Ok(Answer::Done)
}

fn summary(name: &str, replayed: &Replayed) -> String {
    let ReplayCounts {
        captures,
        unreadable,
        new,
        changed,
        unchanged,
        overtaken,
        no_longer_read,
        kept_decided,
        queued,
        mended,
        set_aside,
    } = replayed.counts;
    let mut text = format!("Bukti tersimpan sumber `{name}` dibaca ulang.\n\n");
    let rows = [
        ("bukti dibaca", captures, ""),
        ("posting baru terbaca", new, ""),
        ("posting berubah", changed, "versi baru disimpan"),
        ("posting tetap", unchanged, ""),
        ("masuk antrean", queued, ""),
        ("sisihan kini terbaca", mended, ""),
        ("keputusan dipertahankan", kept_decided, "bacaannya berubah, keputusannya tidak"),
        ("dilewati", overtaken, "bukti yang lebih baru atau penghapusan sudah menggantikannya"),
    ];
    let troubles = [
        ("bukti tidak terbaca", unreadable, "tidak ada yang diubah"),
        ("tidak terbaca lagi", no_longer_read, "tetap tersimpan; periksa pembacanya"),
        ("baru disisihkan", set_aside, "dulu terbaca; periksa pembacanya"),
    ];
    let troubles = troubles.into_iter().filter(|(_, count, _)| *count > 0);
    for (what, count, note) in rows.into_iter().chain(troubles) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", format!("  {what:<24}{count:>7}  {note}").trim_end());
    }
    for change in &replayed.changes {
        let sign = if change.new { '+' } else { '~' };
        let _ = writeln!(text, "{sign} {}", change.post);
    }
    for (address, reason) in &replayed.unreadable {
        let _ = writeln!(text, "! {address}: {reason}");
    }
    text
}
