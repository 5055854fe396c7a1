//! `waspada rules rescore`: applies the rules to the posts stored already. Posts that are flagged
//! now enter the queue, waiting ones that no longer are leave it, and decisions stay as they are.

use std::fmt::Write as _;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use super::super::{Answer, Failure, json_line, print};
use crate::engine::Engine;
use crate::pipeline::{self, Standing};
use crate::store::{Pass, RescoreCounts, Store};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(
    rescore: &Arguments,
    store: &Store,
    standing: &Standing,
) -> Result<Answer, Failure> {
    // The same door as the daemon's: a set that fails its own examples touches no post.
    let engine = pipeline::load(standing).map_err(|error| Failure::Usage(error.to_string()))?;
    let began = Instant::now();
    let mut bar = None;
    let pass = pipeline::rescore(store, &engine, super::super::today(), |pass| {
        let bar = bar.get_or_insert_with(|| self::bar(pass));
        bar.set_position(bar.length().unwrap_or(0).saturating_sub(pass.left));
    })
    .map_err(|error| Failure::Impossible(error.to_string()))?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    if rescore.json {
        print(&json_line(&serde_json::json!({
            "ruleset": engine.version(),
            "resumed": pass.resumed,
            "counts": pass.counts,
        }))?)?;
    } else {
        print(&summary(&engine, &pass, began.elapsed().as_secs_f64()))?;
    }
    Ok(Answer::Done)
}

fn summary(engine: &Engine, pass: &Pass, seconds: f64) -> String {
    let RescoreCounts {
        looked,
        changed,
        newly_flagged,
        no_longer_flagged,
        band,
        lane,
        kept_decided,
        held,
        overtaken,
    } = pass.counts;
    let resumed = if pass.resumed { ", melanjutkan yang terputus" } else { "" };
    let mut text = format!(
        "Aturan versi {} diterapkan pada postingan tersimpan ({seconds:.1} dtk{resumed}).\n\n",
        engine.version()
    );
    let rows = [
        ("diperiksa", looked, ""),
        ("vonis berubah", changed, "termasuk yang tidak diduga, dulu dan kini"),
        ("baru diduga", newly_flagged, "masuk antrean"),
        (
            "tidak diduga lagi",
            no_longer_flagged,
            "keluar dari antrean, kecuali yang dilaporkan; tetap tersimpan",
        ),
        ("pindah pita", band, "tetap di antrean"),
        ("pindah jalur", lane, "tetap di antrean"),
        ("keputusan dipertahankan", kept_decided, "aturan kini berpendapat lain"),
    ];
    for (name, count, note) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", format!("  {name:<24}{count:>7}  {note}").trim_end());
    }
    if held > 0 {
        let _ = writeln!(
            text,
            "  {:<24}{held:>7}  sedang dipegang analis: jalankan lagi nanti",
            "dibiarkan"
        );
    }
    if overtaken > 0 {
        let _ =
            writeln!(text, "  {:<24}{overtaken:>7}  diubah atau dihapus sementara itu", "dilewati");
    }
    if no_longer_flagged > 0 {
        text.push_str("\nYang keluar dari antrean: waspada queue list --state unflagged\n");
    }
    text
}

/// A bar over the posts left; invisible where nobody looks.
fn bar(pass: &Pass) -> ProgressBar {
    let bar = ProgressBar::new(pass.left);
    match ProgressStyle::with_template("{bar:40} {pos}/{len} postingan, sisa {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
