//! `waspada dev …`: what developers measure with. Each command is a file.

mod disguise;
mod endure;
mod synth;

use super::{Answer, Failure};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Menyamarkan postingan JSONL seperti perekrut menyamarkannya; id dan label tetap
    Disguise(disguise::Arguments),
    /// Mengarang postingan berlabel untuk uji kecepatan dan demo; bukan untuk melatih model
    Synth(synth::Arguments),
    /// Mengukur berapa yang masih tertangkap dari postingan berlabel, untuk setiap penyamaran
    Endure(endure::Arguments),
}

pub(super) fn run(command: &Command, arguments: &super::Arguments) -> Result<Answer, Failure> {
    match command {
        Command::Disguise(disguise) => disguise::run(disguise, arguments),
        Command::Synth(synth) => synth::run(synth, arguments),
        Command::Endure(endure) => endure::run(endure, arguments),
    }
}
