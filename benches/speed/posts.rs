//! The posts measured on: the real ones of `../shared/data` (or of `WASPADA_SHARED`), and where they
//! are not to be had a generated stream, which is said.

use std::path::PathBuf;

use fastrand::Rng;

/// Lines of JSON, as `scan` reads them, and the texts in them.
pub struct Posts {
    pub real: bool,
    pub files: Vec<PathBuf>,
    pub lines: Vec<Vec<u8>>,
    pub texts: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Line {
    text: String,
}

/// All real posts, or where there are none invented ones.
pub fn load() -> std::io::Result<Posts> {
    let shared = std::env::var_os("WASPADA_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let mut files: Vec<PathBuf> = std::fs::read_dir(shared.join("data"))
        .map(|folder| folder.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "jsonl"));
    files.sort();
    let mut lines = Vec::new();
    for file in &files {
        let bytes = std::fs::read(file)?;
        lines.extend(
            bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec),
        );
    }
    let real = !lines.is_empty();
    if !real {
        lines = invented(20_000);
    }
    let texts = lines
        .iter()
        .filter_map(|line| serde_json::from_slice::<Line>(line).ok())
        .map(|line| line.text)
        .collect();
    Ok(Posts { real, files, lines, texts })
}

const WORDS: &[&str] = &[
    "aku",
    "yang",
    "di",
    "dan",
    "ini",
    "itu",
    "tidak",
    "kerja",
    "mau",
    "sudah",
    "pagi",
    "hujan",
    "makan",
    "rumah",
    "kopi",
    "besok",
    "malam",
    "jalan",
    "teman",
    "banget",
    "lagi",
    "ke",
    "pasar",
    "bus",
    "kucing",
    "film",
    "lagu",
    "bagus",
    "senang",
    "capek",
    "tidur",
    "sekolah",
    "kampus",
    "harga",
    "murah",
    "gaji",
    "bulan",
    "orang",
    "anak",
    "ibu",
    "😂",
    "👍",
    "🙏",
    "https://contoh.id/a",
    "12",
    "3.000",
    "@contoh",
];

/// A stream of invented small talk, the same on every machine.
pub fn invented(count: usize) -> Vec<Vec<u8>> {
    let mut random = Rng::with_seed(8);
    (0..count)
        .map(|number| {
            let mut text = String::new();
            for _ in 0..random.usize(8..70) {
                // Half of all words are rare ones.
                if random.bool() {
                    text.push_str(&word(&mut random));
                } else {
                    text.push_str(WORDS[random.usize(..WORDS.len())]);
                }
                text.push_str([" ", " ", " ", ", ", ". "][random.usize(..5)]);
            }
            let text = serde_json::Value::from(text.trim_end());
            format!("{{\"id\": \"{number}\", \"text\": {text}}}").into_bytes()
        })
        .collect()
}

/// A word nobody uses.
pub fn word(random: &mut Rng) -> String {
    let mut word = String::new();
    for _ in 0..random.usize(2..5) {
        word.push(char::from(b"bcdghjklmnprstw"[random.usize(..15)]));
        word.push(char::from(b"aeiou"[random.usize(..5)]));
    }
    if random.bool() {
        word.push(char::from(b"knrstg"[random.usize(..6)]));
    }
    word
}
