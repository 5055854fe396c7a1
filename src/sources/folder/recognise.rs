//! What a file is, by its first part; its name is asked only when the content leaves it open.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::charset::Charset;
use super::lines::{Lines, Place};
use super::pieces::{Content, Format, Separator, record};
use super::rows::Names;
use super::rows::csv::Header;
use super::wanted::Wanted;
use crate::sources::exports::whatsapp::{self, Style, Survey};
use crate::sources::exports::{Ways, telegram};

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
pub(super) fn recognise(
    file: &File,
    path: &Path,
    wanted: Wanted,
    ways: &Ways,
) -> io::Result<Result<Manner, String>> {
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
    let names = Names::new(&ways.columns);
    let kind = match wanted {
        Wanted::Auto => format(&text, path, &names),
        wanted => as_wanted(&text, wanted, &names),
    };
    let format = match kind {
        Err(reason) => return Ok(Err(reason)),
        Ok(Kind::Jsonl) => Format::Jsonl,
        Ok(Kind::Text(separator)) => Format::Text(separator),
        Ok(Kind::Telegram) => Format::Telegram(None),
        Ok(Kind::Whatsapp) => match style(from_start, &charset)? {
            Some(style) => Format::Whatsapp(style),
            None => return Ok(Err("tidak ada pesan bertanggal seperti ekspor WhatsApp".into())),
        },
        Ok(Kind::Csv(delimiter)) => match header(from_start, &charset, delimiter)? {
            Some(header) if header.has_text(&names) => Format::Csv(header),
            header => return Ok(Err(no_text_column(header.as_ref(), &names))),
        },
    };
    Ok(Ok(Manner { charset, format }))
}

enum Kind {
    Jsonl,
    Csv(u8),
    Text(Separator),
    Telegram,
    Whatsapp,
}

/// The format that was asked for, whatever the file looks like.
fn as_wanted(head: &str, wanted: Wanted, names: &Names<'_>) -> Result<Kind, String> {
    no_text(head)?;
    Ok(match wanted {
        Wanted::Auto | Wanted::Jsonl | Wanted::Zeeschuimer => Kind::Jsonl,
        Wanted::Csv | Wanted::Fourcat => {
            let line = first_line(head).unwrap_or_default();
            Kind::Csv(best_header(line, names).delimiter)
        }
        Wanted::Telegram => Kind::Telegram,
        Wanted::Whatsapp => Kind::Whatsapp,
        Wanted::Text => Kind::Text(Separator::of(head)),
    })
}

/// Why a file is no text at all.
fn no_text(head: &str) -> Result<(), String> {
    if head.trim().is_empty() {
        return Err("berkas kosong".into());
    }
    if is_binary(head) {
        return Err("bukan berkas teks; yang diterima: .jsonl, .csv, .txt".into());
    }
    Ok(())
}

fn format(head: &str, path: &Path, names: &Names<'_>) -> Result<Kind, String> {
    no_text(head)?;
    let extension = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let extension = extension.as_deref().unwrap_or("");
    let named_json = matches!(extension, "jsonl" | "ndjson" | "json");
    if telegram::is_export(head) {
        return Ok(Kind::Telegram);
    }
    if whatsapp::is_chat(head) {
        return Ok(Kind::Whatsapp);
    }
    if is_one_document(head) {
        return Err("satu dokumen JSON, bukan JSONL; tulis satu objek per baris, misalnya dengan \
                    `jq -c '.[]'`"
            .into());
    }
    if is_jsonl(head) || named_json {
        return Ok(Kind::Jsonl);
    }
    let named_csv = matches!(extension, "csv" | "tsv");
    if let Some(delimiter) = delimiter(head, named_csv, names) {
        return Ok(Kind::Csv(delimiter));
    }
    match extension {
        "csv" | "tsv" => {
            let header = first_line(head).map(|line| best_header(line, names));
            Err(no_text_column(header.as_ref(), names))
        }
        "" | "txt" | "text" | "md" => Ok(Kind::Text(Separator::of(head))),
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
fn delimiter(head: &str, named_csv: bool, names: &Names<'_>) -> Option<u8> {
    let header = best_header(first_line(head)?, names);
    let enough = if named_csv { 1 } else { 2 };
    (header.has_text(names) && header.known(names) >= enough).then_some(header.delimiter)
}

fn best_header(line: &str, names: &Names<'_>) -> Header {
    let [first, others @ ..] = DELIMITERS.map(|delimiter| Header::new(line, delimiter, 0));
    others.into_iter().fold(first, |best, header| {
        let rank = |header: &Header| (header.has_text(names), header.known(names), header.width());
        if rank(&header) > rank(&best) { header } else { best }
    })
}

/// How the dates of a chat are written, from all of its lines.
fn style(file: File, charset: &Charset) -> io::Result<Option<Style>> {
    let mut lines = Lines::new(file, charset.line_feed(), Place::START)?;
    let mut survey = Survey::default();
    while let Some(line) = lines.next()? {
        survey.see(&charset.read(&line.bytes));
    }
    Ok(survey.style())
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

fn no_text_column(header: Option<&Header>, names: &Names<'_>) -> String {
    let found = header.map_or_else(|| "tidak terbaca".into(), Header::columns);
    format!("kepala CSV tanpa kolom teks; kolomnya: {found}; yang dicari: {}", names.of_text())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn recognised(name: &str, bytes: &[u8]) -> String {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let ways = Ways::default();
        match recognise(&file, Path::new(name), Wanted::Auto, &ways).unwrap() {
            Err(reason) => reason,
            Ok(Manner { format: Format::Jsonl, .. }) => "jsonl".into(),
            Ok(Manner { format: Format::Csv(header), .. }) => {
                format!("csv {:?} from {}", char::from(header.delimiter), header.rows_from)
            }
            Ok(Manner { format: Format::Text(separator), .. }) => format!("text {separator:?}"),
            Ok(Manner { format: Format::Telegram(_), .. }) => "telegram".into(),
            Ok(Manner { format: Format::Whatsapp(_), .. }) => "whatsapp".into(),
        }
    }

    #[test]
    fn the_content_decides_before_the_name() {
        let cases: [(&str, &[u8], &str); 20] = [
            ("a.json", b"{\n \"name\": \"a\",\n \"messages\": [\n", "telegram"),
            ("a.csv", b"14/11/23 10.04 - Budi: id,text\n", "whatsapp"),
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
