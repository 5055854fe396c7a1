//! Cuts a file into rows: a line of JSONL, a record of CSV with the lines its quotes span, a block
//! of plain text. Where a row starts depends on the bytes after it alone, so that a walk can be
//! taken up at any of them.

use std::io;

use serde::{Deserialize, Serialize};

use super::charset::Charset;
use super::json_stream;
use super::lines::{KEPT, LONGEST, Line, Lines, Place};
use super::quoting::Quoting;
use super::rows::csv::Header;
use crate::sources::exports::telegram::Chat;
use crate::sources::exports::whatsapp::Style;

/// How the rows of a file are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    /// One JSON object a line.
    Jsonl,
    /// A header and records.
    Csv(Header),
    /// Blocks of plain text.
    Text(Separator),
    /// A document of Telegram Desktop: in this chat, or between two.
    Telegram(Option<Chat>),
    /// A chat of WhatsApp.
    Whatsapp(Style),
}

/// What stands between two blocks of plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Separator {
    /// A line of three dashes or more; blank lines belong to the post.
    Dashes,
    /// A blank line (or a line of dashes).
    BlankLine,
}

impl Separator {
    /// What separates the blocks of a file that begins like this.
    pub(super) fn of(head: &str) -> Self {
        if head.lines().any(Self::is_dashes) { Self::Dashes } else { Self::BlankLine }
    }

    fn is_dashes(line: &str) -> bool {
        let line = line.trim();
        line.len() >= 3 && line.bytes().all(|byte| byte == b'-')
    }

    fn separates(self, line: &str) -> bool {
        Self::is_dashes(line) || (self == Self::BlankLine && line.trim().is_empty())
    }
}

/// A part of a file that belongs together.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where it starts.
    pub(super) start: Place,
    /// Its bytes; the first of them when it is too long to be held.
    pub(super) bytes: Vec<u8>,
    /// How long it is in the file.
    pub(super) length: u64,
    pub(super) content: Content,
}

/// What a piece holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing between rows: a blank line, a separator, the header.
    Nothing,
    /// A row's text.
    Row(String),
    /// What cannot be a row, and why.
    Broken { reason: String, raw: String },
    /// From here on what follows stands in this chat, or in none.
    Enter(Option<Chat>),
}

impl Content {
    /// A row, be it a good one or not.
    pub(super) fn is_row(&self) -> bool {
        matches!(self, Self::Row(_) | Self::Broken { .. })
    }
}

impl Piece {
    /// Longer than can be held: its bytes are not all there.
    pub(super) fn is_cut(&self) -> bool {
        self.length > self.bytes.len() as u64
    }

    fn new(start: Place, line: Line, content: Content) -> Self {
        Self { start, length: line.length, bytes: line.bytes, content }
    }

    fn too_long(start: Place, line: Line, charset: &Charset) -> Self {
        let reason = format!(
            "terlalu panjang: {} byte, padahal paling banyak {LONGEST} byte; sisanya dilewati",
            line.length
        );
        let content = broken(reason, &charset.read(&line.bytes));
        Self::new(start, line, content)
    }
}

fn broken(reason: String, text: &str) -> Content {
    Content::Broken { reason, raw: beginning(text) }
}

/// As much of a text as is kept of what cannot be read.
pub(super) fn beginning(text: &str) -> String {
    text[..text.floor_char_boundary(KEPT)].to_owned()
}

impl Format {
    /// Whether it holds what was said in a closed group.
    pub(super) fn needs_legal_basis(&self) -> bool {
        matches!(self, Self::Whatsapp(_))
    }

    /// The next piece; `None` at the end of the file.
    pub(super) fn next_piece(
        &self,
        lines: &mut Lines,
        charset: &Charset,
    ) -> io::Result<Option<Piece>> {
        if let Self::Telegram(chat) = self {
            return json_stream::next_piece(lines, chat.as_ref());
        }
        let start = lines.place();
        let Some(line) = lines.next()? else { return Ok(None) };
        if line.is_cut() && !matches!(self, Self::Text(_) | Self::Whatsapp(_)) {
            return Ok(Some(Piece::too_long(start, line, charset)));
        }
        let text = charset.read(&line.bytes);
        match self {
            _ if text.trim().is_empty() => Ok(Some(Piece::new(start, line, Content::Nothing))),
            Self::Telegram(_) | Self::Jsonl => {
                Ok(Some(Piece::new(start, line, Content::Row(text))))
            }
            Self::Csv(header) if start.offset < header.rows_from => {
                // Checked when the header was read: it is whole.
                let rest = header.rows_from.saturating_sub(lines.place().offset);
                header_piece(start, line, rest, lines).map(Some)
            }
            Self::Csv(header) => {
                record(start, line, text, lines, charset, header.delimiter, Some(header.width()))
                    .map(Some)
            }
            Self::Text(separator) => block(start, line, text, lines, charset, *separator).map(Some),
            Self::Whatsapp(style) => message(start, line, text, lines, charset, *style).map(Some),
        }
    }
}

/// The header, up to where the rows start.
fn header_piece(
    start: Place,
    mut line: Line,
    mut rest: u64,
    lines: &mut Lines,
) -> io::Result<Piece> {
    while rest > 0
        && let Some(more) = lines.next()?
    {
        rest = rest.saturating_sub(more.length);
        line.length += more.length;
        line.bytes.extend_from_slice(&more.bytes);
    }
    Ok(Piece::new(start, line, Content::Nothing))
}

/// A CSV record that starts with this line. One over several lines must be well quoted and as wide
/// as the header: a stray quote would otherwise swallow good rows, and so costs its own line only.
pub(super) fn record(
    start: Place,
    line: Line,
    mut text: String,
    lines: &mut Lines,
    charset: &Charset,
    delimiter: u8,
    width: Option<usize>,
) -> io::Result<Piece> {
    let mut quoting = Quoting::new(delimiter);
    quoting.follow(&text);
    if !quoting.is_open() {
        return Ok(Piece::new(start, line, Content::Row(text)));
    }
    let second = lines.place();
    let first_line = text.len();
    let mut bytes = line.bytes.clone();
    let fault = loop {
        let Some(more) = lines.next()? else {
            break "tanda kutip yang dibuka di baris ini tidak pernah ditutup".to_owned();
        };
        if more.is_cut() || (bytes.len() + more.bytes.len()) as u64 > LONGEST {
            break format!("tanda kutip di baris ini tidak ditutup dalam {LONGEST} byte");
        }
        let more_text = charset.read(&more.bytes);
        quoting.follow(&more_text);
        text.push_str(&more_text);
        bytes.extend_from_slice(&more.bytes);
        if quoting.is_damaged() {
            break "tanda kutip di baris ini tidak berpasangan".to_owned();
        }
        if !quoting.is_open() {
            let Some(width) = width.filter(|width| *width != quoting.fields()) else {
                let length = bytes.len() as u64;
                return Ok(Piece { start, bytes, length, content: Content::Row(text) });
            };
            break format!(
                "tanda kutip di baris ini membuka catatan {} kolom, seharusnya {width} kolom",
                quoting.fields()
            );
        }
    };
    lines.back_to(second)?;
    let content = broken(fault, &text[..first_line]);
    Ok(Piece::new(start, line, content))
}

/// A block of plain text that starts with this line, with the separator that ends it.
fn block(
    start: Place,
    line: Line,
    mut text: String,
    lines: &mut Lines,
    charset: &Charset,
    separator: Separator,
) -> io::Result<Piece> {
    let mut whole = line;
    let mut separated = separator.separates(&text);
    if separated {
        return Ok(Piece::new(start, whole, Content::Nothing));
    }
    while !separated && let Some(more) = lines.next()? {
        whole.length += more.length;
        let more_text = charset.read(&more.bytes);
        separated = !more.is_cut() && separator.separates(&more_text);
        if whole.length > LONGEST {
            whole.bytes.truncate(KEPT);
            continue;
        }
        whole.bytes.extend_from_slice(&more.bytes);
        if !separated {
            text.push_str(&more_text);
        }
    }
    Ok(if whole.is_cut() {
        whole.bytes.truncate(KEPT);
        Piece::too_long(start, whole, charset)
    } else {
        Piece::new(start, whole, Content::Row(text))
    })
}

/// A message of a chat: up to where the next begins.
fn message(
    start: Place,
    line: Line,
    mut text: String,
    lines: &mut Lines,
    charset: &Charset,
    style: Style,
) -> io::Result<Piece> {
    let mut whole = line;
    let begins = style.begins(&text);
    loop {
        let next = lines.place();
        let Some(more) = lines.next()? else { break };
        let more_text = charset.read(&more.bytes);
        if style.begins(&more_text) {
            lines.back_to(next)?;
            break;
        }
        whole.length += more.length;
        if whole.length > LONGEST {
            whole.bytes.truncate(KEPT);
            text.truncate(text.floor_char_boundary(KEPT));
            continue;
        }
        whole.bytes.extend_from_slice(&more.bytes);
        text.push_str(&more_text);
    }
    if whole.is_cut() {
        whole.bytes.truncate(KEPT);
        return Ok(Piece::too_long(start, whole, charset));
    }
    let content = if begins {
        Content::Row(text)
    } else {
        broken("tidak berawal dengan tanggal dan jam seperti pesan lainnya".into(), &text)
    };
    Ok(Piece::new(start, whole, content))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::sources::exports::whatsapp::Survey;
    use crate::sources::folder::lines::LineFeed;

    fn pieces(format: &Format, file: &File, start: Place) -> Vec<(Place, Vec<u8>, Content)> {
        let mut lines = Lines::new(file.try_clone().unwrap(), LineFeed::Byte, start).unwrap();
        let charset = Charset::of(b"");
        let mut found = Vec::new();
        while let Some(piece) = format.next_piece(&mut lines, &charset).unwrap() {
            assert_eq!(piece.length, piece.bytes.len() as u64);
            found.push((piece.start, piece.bytes, piece.content));
        }
        found
    }

    proptest! {
        #[test]
        fn a_chat_can_be_cut_from_the_start_of_any_message_on(
            lines in prop::collection::vec(
                prop::sample::select(vec![
                    "14/11/23 10.04 - Budi: halo\n", "[14/11/23 10.04] Budi: halo\n", "lanjutan\n",
                    "\n", "14/11/23 10.05 - bergabung\r\n", "---\n",
                ]),
                0..30,
            ),
        ) {
            let text = format!("{}14/11/23 10.06 - Budi: akhir", lines.concat());
            let mut survey = Survey::default();
            text.lines().for_each(|line| survey.see(line));
            let format = Format::Whatsapp(survey.style().unwrap());
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let whole = pieces(&format, &file, Place::START);
            let glued: Vec<u8> = whole.iter().flat_map(|(_, bytes, _)| bytes.clone()).collect();
            prop_assert_eq!(glued, text.as_bytes());
            for (at, (start, ..)) in whole.iter().enumerate() {
                prop_assert_eq!(pieces(&format, &file, *start), &whole[at..]);
            }
        }

        #[test]
        fn a_file_can_be_cut_from_the_start_of_any_piece_on(
            format in prop::sample::select(vec![
                Format::Jsonl,
                Format::Csv(Header::new("id,text", b',', 8)),
                Format::Text(Separator::Dashes),
                Format::Text(Separator::BlankLine),
            ]),
            rest in prop::collection::vec(prop::sample::select(b"\"\"\",,\n\n\n\r-a".to_vec()), 0..200),
        ) {
            let bytes = [b"id,text\n".as_slice(), &rest, b"\n---\nb"].concat();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&bytes).unwrap();
            let whole = pieces(&format, &file, Place::START);
            let glued: Vec<u8> = whole.iter().flat_map(|(_, bytes, _)| bytes.clone()).collect();
            prop_assert_eq!(glued, bytes);
            for (at, (start, ..)) in whole.iter().enumerate() {
                prop_assert_eq!(pieces(&format, &file, *start), &whole[at..]);
            }
        }
    }
}
