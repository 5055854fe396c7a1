//! What a file is, by its first part; its name is asked only when the content leaves it open.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::charset::Charset;
use super::lines::{Lines, Place};
use super::pieces::{Content, Format, Separator, record};
use super::rows::csv::Header;
use super::rows::text_names;

/// How much of a file is looked at, in bytes.
const HEAD: u64 = 64 << 10;
/// How many lines of it are tried as JSON.
const TRIED: usize = 20;
/// How many control characters a hundred characters of text may hold.
const CONTROLS_PERCENT: usize = 2;
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// How a file is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manner {
    pub(super) charset: Charset,
    pub(super) format: Format,
}

/// How to read this file; the inner error says why it cannot be read at all.
pub(super) fn recognise(file: &File, path: &Path) -> io::Result<Result<Manner, String>> {
    let mut head = Vec::new();
    let mut from_start = file.try_clone()?;
    from_start.rewind()?;
    from_start.by_ref().take(HEAD).read_to_end(&mut head)?;
    let charset = Charset::of(&head);
    let whole_lines = match head.iter().rposition(|byte| *byte == b'\n') {
        Some(last) if head.len() as u64 == HEAD => &head[..=last],
        _ => &head,
    };
    let text = charset.read(whole_lines);
    let format = match format(&text, path) {
        Err(reason) => return Ok(Err(reason)),
        Ok(Kind::Jsonl) => Format::Jsonl,
        Ok(Kind::Text(separator)) => Format::Text(separator),
        Ok(Kind::Csv(delimiter)) => match header(from_start, &charset, delimiter)? {
            Some(header) if header.has_text() => Format::Csv(header),
            header => return Ok(Err(no_text_column(header.as_ref()))),
        },
    };
    Ok(Ok(Manner { charset, format }))
}

enum Kind {
    Jsonl,
    Csv(u8),
    Text(Separator),
}

fn format(head: &str, path: &Path) -> Result<Kind, String> {
    if head.trim().is_empty() {
        return Err("berkas kosong".into());
    }
    if is_binary(head) {
        return Err("bukan berkas teks; yang diterima: .jsonl, .csv, .txt".into());
    }
    let extension = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let extension = extension.as_deref().unwrap_or("");
    let named_json = matches!(extension, "jsonl" | "ndjson" | "json");
    if is_one_document(head) {
        return Err("satu dokumen JSON, bukan JSONL; tulis satu objek per baris, misalnya dengan \
                    `jq -c '.[]'`"
            .into());
    }
    if is_jsonl(head) || named_json {
        return Ok(Kind::Jsonl);
    }
    let named_csv = matches!(extension, "csv" | "tsv");
    if let Some(delimiter) = delimiter(head, named_csv) {
        return Ok(Kind::Csv(delimiter));
    }
    match extension {
        "csv" | "tsv" => Err(no_text_column(first_line(head).map(best_header).as_ref())),
        "" | "txt" | "text" | "md" => {
            let dashes = head.lines().any(Separator::is_dashes);
            Ok(Kind::Text(if dashes { Separator::Dashes } else { Separator::BlankLine }))
        }
        other => {
            Err(format!("jenis berkas `.{other}` tidak dikenal; yang diterima: .jsonl, .csv, .txt"))
        }
    }
}

fn is_binary(head: &str) -> bool {
    let control = |letter: &char| letter.is_control() && !letter.is_whitespace();
    let controls = head.chars().filter(control).count();
    head.contains('\0')
        || head.starts_with("%PDF-")
        || controls * 100 > head.chars().count() * CONTROLS_PERCENT
}

fn first_line(head: &str) -> Option<&str> {
    head.lines().find(|line| !line.trim().is_empty())
}

/// JSON over several lines: a list of objects, or an object that is opened in a line of its own.
fn is_one_document(head: &str) -> bool {
    let head = head.trim_start();
    let in_list = head.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'));
    let alone = head.strip_prefix('{').is_some_and(|rest| {
        rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n')
            && rest.trim_start().starts_with('"')
    });
    in_list || alone
}

/// Most of the first lines begin as objects and one of them is one.
fn is_jsonl(head: &str) -> bool {
    let lines: Vec<&str> =
        head.lines().filter(|line| !line.trim().is_empty()).take(TRIED).collect();
    let begun = lines.iter().filter(|line| line.trim_start().starts_with('{')).count();
    let is_object = |line: &&str| {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line).is_ok()
    };
    begun * 2 > lines.len() && lines.iter().any(is_object)
}

/// The delimiter under which most columns are known, with a text among them. A file that is not
/// called CSV must name two columns, for a post may well begin with the word "pesan".
fn delimiter(head: &str, named_csv: bool) -> Option<u8> {
    let header = best_header(first_line(head)?);
    let enough = if named_csv { 1 } else { 2 };
    (header.has_text() && header.known() >= enough).then_some(header.delimiter)
}

fn best_header(line: &str) -> Header {
    let [first, others @ ..] = DELIMITERS.map(|delimiter| Header::new(line, delimiter, 0));
    others.into_iter().fold(first, |best, header| {
        let rank = |header: &Header| (header.has_text(), header.known(), header.width());
        if rank(&header) > rank(&best) { header } else { best }
    })
}

/// The header record as it stands in the file.
fn header(file: File, charset: &Charset, delimiter: u8) -> io::Result<Option<Header>> {
    let mut lines = Lines::new(file, charset.line_feed(), Place::START)?;
    loop {
        let start = lines.place();
        let Some(line) = lines.next()? else { return Ok(None) };
        let text = charset.read(&line.bytes);
        if text.trim().is_empty() {
            continue;
        }
        let piece = record(start, line, text, &mut lines, charset, delimiter, None)?;
        let Content::Row(text) = piece.content else { return Ok(None) };
        return Ok(Some(Header::new(&text, delimiter, lines.place().offset)));
    }
}

fn no_text_column(header: Option<&Header>) -> String {
    let found = header.map_or_else(|| "tidak terbaca".into(), Header::columns);
    format!("kepala CSV tanpa kolom teks; kolomnya: {found}; yang dicari: {}", text_names())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn recognised(name: &str, bytes: &[u8]) -> String {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        match recognise(&file, Path::new(name)).unwrap() {
            Err(reason) => reason,
            Ok(Manner { format: Format::Jsonl, .. }) => "jsonl".into(),
            Ok(Manner { format: Format::Csv(header), .. }) => {
                format!("csv {:?} from {}", char::from(header.delimiter), header.rows_from)
            }
            Ok(Manner { format: Format::Text(separator), .. }) => format!("text {separator:?}"),
        }
    }

    #[test]
    fn the_content_decides_before_the_name() {
        let cases: [(&str, &[u8], &str); 18] = [
            ("a.jsonl", b"{\"id\":\"1\",\"text\":\"a\"}\n", "jsonl"),
            ("a.txt", b"{\"id\":\"1\",\"text\":\"a\"}\nrusak\n{\"id\":\"2\"", "jsonl"),
            ("a.jsonl", b"rusak\n{\"id\":\"1\",\"text\":\"a\"}\n", "jsonl"),
            ("a.jsonl", b"id;text\n1;a\n", "jsonl"),
            ("a.csv", b"{\"text\":\"a,b\"}\n", "jsonl"),
            ("a.csv", b"id,text\n1,a\n", "csv ',' from 8"),
            ("a.txt", b"\n\xef\xbb\xbfid;Caption\r\n1;a\n", "csv ';' from 16"),
            ("a", b"tanggal\tisi\n1\ta\n", "csv '\\t' from 12"),
            ("a.csv", b"\"a\nb\",text\n1,a\n", "kepala CSV tanpa kolom teks"),
            ("a.csv", b"text,\"a\nb\"\n1,a\n", "csv ',' from 11"),
            ("a.csv", b"text\na\n", "csv ',' from 5"),
            ("a.txt", b"Pesan, jangan lupa\n", "text BlankLine"),
            ("a.txt", b"satu\n\ndua\n", "text BlankLine"),
            ("a.txt", b"satu\n\nlagi\n---\ndua\n", "text Dashes"),
            ("a.csv", b"id,nama\n1,a\n", "kepala CSV tanpa kolom teks; kolomnya: `id`, `nama`;"),
            ("a.txt", b"\x7fELF\x02\x01\x01\0\0\0", "bukan berkas teks"),
            ("a.json", b"[\n {\"id\":\"1\"}\n]\n", "satu dokumen JSON"),
            ("a.html", b"<p>halo</p>", "jenis berkas `.html` tidak dikenal"),
        ];
        for (name, bytes, expected) in cases {
            let found = recognised(name, bytes);
            assert!(found.starts_with(expected), "{name} {bytes:?}: {found}");
        }
        for empty in [&b""[..], b" \n\n", b"\xef\xbb\xbf"] {
            assert_eq!(recognised("a.jsonl", empty), "berkas kosong");
        }
    }

    #[test]
    fn pretty_printed_json_is_one_document_but_spintax_is_text() {
        assert!(recognised("a.json", b"{\n  \"id\": \"1\"\n}\n").starts_with("satu dokumen"));
        assert_eq!(
            recognised("a.txt", b"{Halo|Hai} kak\n{Dicari|Butuh} admin\n"),
            "text BlankLine"
        );
    }
}
