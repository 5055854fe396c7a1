//! What the readers of TOML and of regular expressions say in English, in words an ops officer can
//! act on. What is not known here is passed on as it is, so that nothing is hidden.

use super::Diagnostic;
use super::diagnostic::nearest;

/// How the TOML reader begins a message, what that means, and what to do.
const SYNTAX: &[(&str, &str, &str)] = &[
    ("duplicate key", "kunci ini ditulis dua kali", "hapus salah satunya, atau gabungkan isinya"),
    ("invalid basic string", "teks ini tidak ditutup dengan tanda kutip `\"`", CLOSE),
    ("invalid literal string", "teks ini tidak ditutup dengan tanda kutip `'`", CLOSE),
    ("invalid multi-line", "teks ini tidak ditutup dengan tiga tanda kutip", CLOSE),
    ("missing opening quote", "teks ini tidak dibuka dengan tanda kutip", QUOTE),
    ("string values must be quoted", "nilai ini kosong, atau teks tanpa tanda kutip", QUOTE),
    ("unquoted string", "teks harus diapit tanda kutip", QUOTE),
    ("invalid string", "teks ini tidak dapat dibaca", QUOTE),
    (
        "missing comma between array elements",
        "ada koma yang hilang sebelum entri ini",
        "akhiri setiap entri daftar dengan koma: \"satu\", \"dua\"",
    ),
    ("extra comma", "ada koma yang berlebih", "hapus satu koma"),
    (
        "unclosed array table",
        "judul ini tidak ditutup dengan `]]`",
        "tulis [[rule]] atau [[exception]], dua kurung siku di tiap sisi",
    ),
    (
        "unclosed array",
        "daftar ini tidak ditutup dengan `]`",
        "tutup daftar dengan kurung siku `]`",
    ),
    ("unclosed table", "judul ini tidak ditutup dengan `]`", "tulis [family]"),
    ("missing value", "tidak ada nilai sesudah `=`", "tulis nilainya, atau hapus baris ini"),
    ("key with no value", "kunci ini tidak punya nilai", "tulis `kunci = nilai` dalam satu baris"),
    ("missing assignment", "tanda `=` hilang", "tulis `kunci = nilai` dalam satu baris"),
    ("extra assignment", "ada tanda `=` yang berlebih", "hapus satu tanda `=`"),
    ("extra `=`", "ada tanda `=` yang berlebih", "hapus satu tanda `=`"),
    ("invalid key", "nama kunci ini tidak dapat dibaca", "tulis `kunci = nilai` dalam satu baris"),
    ("unexpected", "bagian ini tidak pada tempatnya", "tulis `kunci = nilai`, satu sebaris"),
    (
        "missing escaped value",
        "tanda `\\` dalam kutip ganda punya arti khusus",
        "untuk pola pakai kutip tunggal: '\\bvisa\\b'",
    ),
];
const CLOSE: &str = "tutup teks di baris yang sama dengan tanda kutip yang membukanya";
const QUOTE: &str = "apit teks dengan tanda kutip: \"teks\"";

/// What the regular expression reader says, and what that means.
const PATTERN: &[(&str, &str)] = &[
    ("unclosed group", "kurung `(` tidak ditutup"),
    ("unopened group", "ada kurung `)` tanpa pembuka"),
    ("unclosed character class", "kurung siku `[` tidak ditutup"),
    ("invalid character class range", "rentang dalam kurung siku terbalik, misalnya [z-a]"),
    ("repetition operator missing", "tidak ada yang diulang sebelum `*`, `+`, `?`, atau `{`"),
    ("unclosed counted repetition", "kurung `{` tidak ditutup"),
    ("repetition quantifier expects", "di dalam `{…}` harus ada angka"),
    ("invalid repetition count", "angka dalam `{…}` terbalik: yang kecil di depan"),
    ("unrecognized escape sequence", "tanda `\\` di depan huruf ini tidak dikenal"),
    ("incomplete escape sequence", "tanda `\\` di akhir tidak diikuti apa pun"),
    ("look-around", "`(?=…)`, `(?!…)`, dan sejenisnya tidak didukung"),
    ("backreferences", "rujukan balik seperti `\\1` tidak didukung"),
];

/// What serde expected, and what found.
const EXPECTED: &[(&str, &str)] = &[
    ("a string", "teks dalam tanda kutip"),
    ("a sequence", "daftar dalam kurung siku, misalnya [\"a\", \"b\"]"),
    ("i32", "bilangan bulat tanpa tanda kutip, misalnya 20 atau -20"),
    ("u8", "bilangan bulat dari 0 sampai 100 tanpa tanda kutip"),
];
const FOUND: &[(&str, &str)] = &[
    ("string", "teks"),
    ("integer", "bilangan"),
    ("floating point", "bilangan pecahan"),
    ("boolean", "nilai"),
    ("sequence", "daftar"),
    ("map", "tabel"),
];

/// The fault behind an error of the TOML reader.
pub(super) fn toml_fault(file: &str, text: &str, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().unwrap_or(0..0);
    let message = error.message();
    let fault = |message: String| Diagnostic::error("E002", file, span.clone(), message);
    let named = |rest: &str| rest.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    for (start, what) in [("unknown field ", "kunci"), ("unknown variant ", "nilai")] {
        let Some(rest) = message.strip_prefix(start) else { continue };
        let names: Vec<String> = named(rest);
        let Some((wrong, known)) = names.split_first() else { continue };
        let help = match nearest(wrong, known.iter().map(String::as_str)) {
            Some(near) => format!("maksud Anda `{near}`?"),
            None => format!("yang dikenal di sini: {}", known.join(", ")),
        };
        return fault(format!("{what} `{wrong}` tidak dikenal")).help(help);
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        let header = text[..span.end.min(text.len())].rsplit('\n').next().unwrap_or("");
        let name = name.trim_matches('`');
        return fault(format!(
            "{} ini belum punya `{name}`",
            if header.is_empty() { "bagian" } else { header }
        ))
        .help(format!("tambahkan baris: {name} = …"));
    }
    for (start, what) in [("invalid type: ", "salah jenis"), ("invalid value: ", "tidak sah")] {
        let parts = message.strip_prefix(start).and_then(|rest| rest.rsplit_once(", expected "));
        let Some((found, expected)) = parts else { continue };
        let key = key_before(text, span.start)
            .map_or_else(|| "nilai ini".to_owned(), |key| format!("nilai `{key}`"));
        let found = FOUND
            .iter()
            .find_map(|(known, words)| Some(format!("{words}{}", found.strip_prefix(known)?)))
            .unwrap_or_else(|| found.to_owned());
        let expected = EXPECTED
            .iter()
            .find(|(known, _)| *known == expected)
            .map_or(expected, |(_, words)| words);
        return fault(format!("{key} {what}: ini {found}")).help(format!("tulis {expected}"));
    }
    match SYNTAX.iter().find(|(start, ..)| message.starts_with(start)) {
        Some((_, words, help)) => fault((*words).to_owned()).help(*help),
        None => fault(format!("bagian ini tidak dapat dibaca: {message}")),
    }
}

/// The key of the line a value stands in.
fn key_before(text: &str, at: usize) -> Option<&str> {
    let line = text.get(..at)?.rsplit('\n').next()?;
    let key = line.split_once('=')?.0.trim();
    (!key.is_empty()).then_some(key)
}

/// What is wrong with a regular expression.
pub(super) fn pattern_fault(message: &str) -> String {
    let words = PATTERN.iter().find(|(start, _)| message.starts_with(start));
    format!("pola ini tidak dapat dibaca: {}", words.map_or(message, |(_, words)| words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::rule_file::RuleFile;

    #[test]
    fn the_readers_still_word_their_errors_as_this_module_reads_them() {
        let head = "[family]\nid = \"a\"\ntitle = \"A\"\n[[rule]]\nid = \"b\"\ntitle = \"B\"\n";
        for (line, says) in [
            ("points = 1\npoints = 2", "kunci ini ditulis dua kali"),
            ("owner = \"ops", "tidak ditutup dengan tanda kutip `\"`"),
            ("owner = 'ops", "tidak ditutup dengan tanda kutip `'`"),
            ("owner = ops", "tanda kutip"),
            ("hit = [\"a\" \"b\"]", "koma yang hilang"),
            ("hit = [\"a\"", "tidak ditutup dengan `]`"),
            ("hit = [\"a\",, \"b\"]", "koma yang berlebih"),
            ("[[rule]", "tidak ditutup dengan `]]`"),
            ("points =", "nilai ini kosong"),
            ("points", "kunci ini tidak punya nilai"),
            ("points == 3", "`=` yang berlebih"),
            ("patterns = [\"\\d\"]", "punya arti khusus"),
            ("hit = \"a\"", "nilai `hit` salah jenis: ini teks"),
            ("floor = 300", "nilai `floor` tidak sah: ini bilangan"),
        ] {
            let text = format!("{head}{line}\n");
            let error = toml::from_str::<RuleFile>(&text).unwrap_err();
            let fault = toml_fault("a.toml", &text, &error);
            assert!(
                fault.message.contains(says),
                "{line}: {} ({})",
                fault.message,
                error.message()
            );
        }
    }
}
