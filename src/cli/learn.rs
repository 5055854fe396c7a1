//! `waspada learn`: trains the second reader on labelled posts, and tells how well it reads writers
//! it never saw. The file it writes holds weights only, no text.

use std::io::Write;
use std::path::PathBuf;

use super::{Answer, Failure, unwritable};
use crate::report::crossing::lessons;
use crate::report::{crossing_tables, innocents, labelled};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Berkas JSONL berlabel, satu penulis satu berkas
    #[arg(required = true, value_name = "BERKAS")]
    files: Vec<PathBuf>,
    /// Postingan nyata yang dianggap tak bersalah (JSONL)
    #[arg(long, value_name = "BERKAS", num_args = 1..)]
    innocent: Vec<PathBuf>,
    /// Tulis model ke berkas ini, biasanya rules/model/pembaca.bin
    #[arg(long, value_name = "BERKAS")]
    output: Option<PathBuf>,
    /// Uji silang: setiap berkas bergantian tidak dipelajari, lalu dinilai
    #[arg(long)]
    cross: bool,
    /// Keluaran JSON dari uji silang
    #[arg(long, requires = "cross")]
    json: bool,
}

pub(super) fn run(learn: &Arguments, arguments: &super::Arguments) -> Result<Answer, Failure> {
    if learn.output.is_none() && !learn.cross {
        return Err(Failure::Usage("sebutkan --output BERKAS, --cross, atau keduanya".into()));
    }
    let read = |error: crate::report::UnreadablePosts| Failure::Impossible(error.to_string());
    let mut engine = super::engine(arguments)?;
    let posts = labelled(&learn.files).map_err(read)?;
    let real = innocents(&learn.innocent).map_err(read)?;
    let disguiser = super::disguiser(arguments, 1)?;
    let lessons = lessons(&engine, &disguiser, &posts, &real);
    let mut out = std::io::stdout().lock();
    if learn.cross {
        let files: Vec<String> = learn.files.iter().map(|file| super::eval::name(file)).collect();
        let crossing = lessons.cross(&mut engine, super::today(), &files);
        if learn.json {
            let json = serde_json::to_string(&crossing)
                .map_err(|error| Failure::Impossible(error.to_string()))?;
            writeln!(out, "{json}").map_err(unwritable)?;
        } else {
            out.write_all(crossing_tables(&crossing).as_bytes()).map_err(unwritable)?;
        }
    }
    if let Some(path) = &learn.output {
        let fail =
            |error: std::io::Error| Failure::Impossible(format!("{}: {error}", path.display()));
        let model = lessons.learn();
        let file = model.write().map_err(fail)?;
        std::fs::write(path, &file).map_err(fail)?;
        let [(seen, all), (seen_real, all_real)] = lessons.seen();
        super::complain(&format!(
            "{}: {} bita, dipelajari dari {seen} dari {all} postingan berlabel dan {seen_real} dari {all_real} postingan nyata",
            path.display(),
            file.len()
        ));
    }
    Ok(Answer::Done)
}
