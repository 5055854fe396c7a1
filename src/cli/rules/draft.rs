//! `waspada rules draft`: phrases proposed from confirmed posts that no rule caught, each with what
//! it would wrongly hit shown first. Nothing comes into force: a person takes over what is good.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use super::super::queue::LaneName;
use super::super::{Answer, Failure, json_line, print};
use crate::engine::{Engine, Lane, RuleFiles, Thresholds};
use crate::report::draft::{Draft, Hits, Text, Wanted, draft};
use crate::report::statistics::is_confirmed;
use crate::report::{Label, UnreadablePosts, innocents, labelled};
use crate::store::Outcome;

/// Innocent posts taken from the store; more tell hardly more and would fill the memory.
const MOST_INNOCENTS: usize = 200_000;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Postingan berlabel (JSONL) sebagai yang dibenarkan; bila tidak disebut: yang diputuskan analis
    #[arg(long, value_name = "BERKAS", num_args = 1..)]
    confirmed: Vec<PathBuf>,
    /// Postingan nyata yang tak bersalah (JSONL); bila tidak disebut: yang tersimpan dan tidak diduga
    #[arg(long, value_name = "BERKAS", num_args = 1..)]
    innocent: Vec<PathBuf>,
    /// Jalur yang diusulkan frasanya
    #[arg(long, value_enum, default_value = "offer", value_name = "JALUR")]
    lane: LaneName,
    /// Paling sedikit sekian postingan harus memuat frasanya
    #[arg(long, default_value_t = 2, value_name = "N")]
    least: usize,
    /// Paling banyak sekian usulan
    #[arg(long, default_value_t = 20, value_name = "N")]
    most: usize,
    /// Tulis semua usulan sebagai berkas aturan baru, misalnya rules/local/usulan.toml
    #[arg(long, value_name = "BERKAS")]
    write: Option<PathBuf>,
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
}

/// Posts by what is known of them.
#[derive(Default)]
struct Posts {
    confirmed: Vec<Text>,
    innocent: Vec<Text>,
}

pub(super) fn run(
    arguments: &Arguments,
    global: &super::super::Arguments,
    files: &RuleFiles,
    thresholds: Thresholds,
) -> Result<Answer, Failure> {
    let posts = posts(arguments, global)?;
    if posts.innocent.is_empty() {
        return Err(Failure::Usage(
            "tidak ada postingan tak bersalah sebagai pembanding: sebutkan --innocent BERKAS"
                .into(),
        ));
    }
    let wanted =
        Wanted { lane: arguments.lane.into(), least: arguments.least.max(1), most: arguments.most };
    let waiting = ProgressBar::new_spinner();
    waiting.set_message(format!("membandingkan dengan {} postingan", posts.innocent.len()));
    waiting.enable_steady_tick(std::time::Duration::from_millis(100));
    let drafted = draft(files, thresholds, wanted, &posts.confirmed, &posts.innocent);
    waiting.finish_and_clear();
    let drafted = drafted.map_err(|error| Failure::Usage(error.to_string()))?;
    if let Some(path) = &arguments.write {
        write(path, &drafted)?;
    }
    print(&if arguments.json {
        json_line(&drafted)?
    } else {
        shown(&drafted, arguments.write.as_deref())
    })?;
    Ok(Answer::Done)
}

fn posts(arguments: &Arguments, global: &super::super::Arguments) -> Result<Posts, Failure> {
    let read = |error: UnreadablePosts| Failure::Impossible(error.to_string());
    let lane = Lane::from(arguments.lane);
    let mut posts = Posts::default();
    for post in labelled(&arguments.confirmed).map_err(read)? {
        let text = Text { id: post.id, text: post.text };
        match (post.label, lane) {
            (Label::Offer, Lane::Offer) | (Label::Victim, Lane::Victim) => {
                posts.confirmed.push(text);
            }
            (Label::Pass, _) if arguments.innocent.is_empty() => posts.innocent.push(text),
            _ => {}
        }
    }
    for post in innocents(&arguments.innocent).map_err(read)? {
        posts.innocent.push(Text { id: post.id, text: post.text });
    }
    if arguments.confirmed.is_empty() || posts.innocent.is_empty() {
        stored(arguments, global, lane, &mut posts)?;
    }
    Ok(posts)
}

/// Takes from the store what no file gives.
fn stored(
    arguments: &Arguments,
    global: &super::super::Arguments,
    lane: Lane,
    posts: &mut Posts,
) -> Result<(), Failure> {
    let store = super::super::store(global)?;
    let engine: Engine = super::super::engine(global)?;
    let mut scratch = engine.scratch();
    let (wants_confirmed, wants_innocent) =
        (arguments.confirmed.is_empty(), posts.innocent.is_empty());
    store
        .stored_posts(|stored| {
            let text = stored.post.reading();
            let of = |outcome| match outcome {
                Outcome::KorbanDibantu => Lane::Victim,
                _ => Lane::Offer,
            };
            let confirmed = stored.outcome.and_then(is_confirmed);
            let innocent = match (confirmed, stored.outcome) {
                (Some(confirmed), _) => !confirmed,
                (None, Some(_)) => false,
                (None, None) => {
                    scratch.set_source(&stored.source);
                    engine.score_flagged(&mut scratch, &text).is_none()
                }
            };
            let post = || Text { id: stored.post.key.to_string(), text: text.clone().into_owned() };
            if wants_confirmed && confirmed == Some(true) && stored.outcome.map(of) == Some(lane) {
                posts.confirmed.push(post());
            } else if wants_innocent && innocent && posts.innocent.len() < MOST_INNOCENTS {
                posts.innocent.push(post());
            }
        })
        .map_err(|error| Failure::Impossible(error.to_string()))
}

fn write(path: &Path, draft: &Draft) -> Result<(), Failure> {
    if path.exists() {
        return Err(Failure::Usage(format!(
            "{} sudah ada dan tidak ditimpa: sebutkan nama lain",
            path.display()
        )));
    }
    let entries: Vec<&str> = draft.proposals.iter().map(|it| it.entry.as_str()).collect();
    std::fs::write(path, draft.head.clone() + &entries.concat())
        .map_err(|error| Failure::Impossible(format!("{}: {error}", path.display())))
}

fn shown(draft: &Draft, written: Option<&Path>) -> String {
    let Draft { confirmed, uncaught, innocent, head, proposals } = draft;
    let mut text = format!(
        "{confirmed} postingan yang dibenarkan, {uncaught} di antaranya tidak tertangkap aturan; dibandingkan dengan {innocent} postingan tak bersalah.\n"
    );
    if proposals.is_empty() {
        text.push_str(if *uncaught == 0 {
            "Tidak ada yang perlu diusulkan.\n"
        } else {
            "Tidak ada frasa yang dimuat cukup banyak dari postingan itu; kurangi dengan --least 1.\n"
        });
        return text;
    }
    for (number, proposal) in proposals.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n{}. \"{}\"", number + 1, proposal.phrase);
        hits(&mut text, "SALAH ALARM", &proposal.false_alarms);
        hits(&mut text, "TERTANGKAP", &proposal.catches);
        for line in proposal.entry.trim().lines() {
            let _ = writeln!(text, "      {line}");
        }
    }
    match written {
        Some(path) => {
            let _ = writeln!(text, "\nDitulis ke {}.", path.display());
        }
        None => {
            text.push_str("\nSalin yang baik ke sebuah berkas di folder local/ aturan, di bawah kepala ini:\n\n");
            for line in head.lines() {
                let _ = writeln!(text, "      {line}");
            }
        }
    }
    text.push_str(
        "\nUsulan berstatus \"shadow\": dihitung, belum memberi poin. Hapus baris status-nya setelah\n`rules check` dan `rules diff` menunjukkan bahwa ia baik.\n",
    );
    text
}

fn hits(text: &mut String, title: &str, hits: &Hits) {
    let _ = writeln!(text, "   {title}: {}", hits.count);
    for excerpt in &hits.excerpts {
        let _ = writeln!(text, "     - {excerpt}");
    }
}
