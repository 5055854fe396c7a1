//! Hyperscan beside the matcher: built from `hyperscan.c` where the library is there, left out where
//! it is not.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What it took for all texts, in nanoseconds, and what each text held.
pub struct Run {
    pub nanoseconds: f64,
    pub hits: Vec<Vec<usize>>,
}

/// Builds the program; `None` where there is no compiler or no library.
pub fn build(folder: &Path) -> Option<PathBuf> {
    let program = folder.join("hyperscan");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/speed/hyperscan.c");
    let built = Command::new("cc")
        .args(["-O2", "-o"])
        .arg(&program)
        .arg(source)
        .arg("-lhs")
        .output()
        .is_ok_and(|output| output.status.success());
    built.then_some(program)
}

/// Runs it over texts.
pub fn run(
    program: &Path,
    folder: &Path,
    expressions: &[String],
    texts: &[String],
) -> io::Result<Run> {
    let [lines, posts, hits] = ["expressions", "posts", "hits"].map(|name| folder.join(name));
    std::fs::write(&lines, expressions.iter().map(|one| format!("{one}\n")).collect::<String>())?;
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(0).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    std::fs::write(&posts, bytes)?;
    let output = Command::new(program).arg(&lines).arg(&posts).arg(&hits).arg("5").output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let nanoseconds = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(0.0);
    let hits = std::fs::read_to_string(&hits)?
        .lines()
        .map(|line| line.split(' ').filter_map(|number| number.parse().ok()).collect())
        .collect();
    Ok(Run { nanoseconds, hits })
}
