//! A walk through one text from some place on: pieces become rows, rows become posts, and pages
//! end where they are full. What must not be kept leaves the bytes here, before anything is stored.

use std::borrow::Cow;
use std::fs::File;
use std::io;

use serde::{Deserialize, Serialize};

use super::lines::{Lines, Place};
use super::pieces::{Content, Format, Piece, beginning};
use super::recognise::Manner;
use super::rows::{self, Reading};
use crate::sources::exports::{Terms, Ways, whatsapp, zeeschuimer};
use crate::sources::{Page, SetAside};

/// Rows a page holds at most.
const ROWS: u64 = 500;
/// Bytes a page holds at most, unless one row alone is longer.
const BYTES: u64 = 1 << 20;

/// What is kept beside the bytes of a page, to read them again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The file's name.
    pub(super) name: String,
    /// Where in it the page began.
    pub(super) start: Place,
    pub(super) ways: Ways,
    pub(super) manner: Manner,
}

/// A walk through one text.
pub(super) struct Walk {
    lines: Lines,
    manner: Manner,
    next: Place,
    /// Read, but left for the next page.
    pending: Option<Piece>,
}

/// A page, and what it was read from.
pub(super) struct Read {
    pub(super) page: Page,
    pub(super) bytes: Vec<u8>,
    /// What is needed beside the bytes to read them again.
    pub(super) manner: String,
    /// `#L…`, the lines of it.
    pub(super) lines: String,
    pub(super) rows: u64,
    pub(super) at_end: bool,
}

impl Walk {
    pub(super) fn new(input: File, manner: Manner, next: Place) -> io::Result<Self> {
        let lines = Lines::new(input, manner.charset.line_feed(), next)?;
        Ok(Self { lines, manner, next, pending: None })
    }

    /// A walk through a page that was kept.
    pub(super) fn again(part: File, kept: &Kept) -> io::Result<Self> {
        let manner = kept.manner.clone();
        let lines = Lines::of_part(part, manner.charset.line_feed(), kept.start)?;
        Ok(Self { lines, manner, next: kept.start, pending: None })
    }

    /// Where the next page starts.
    pub(super) fn next(&self) -> Place {
        self.next
    }

    pub(super) fn manner(&self) -> &Manner {
        &self.manner
    }

    /// The next page of the text called `name`.
    pub(super) fn page(&mut self, name: &str, ways: &Ways, terms: &Terms) -> io::Result<Read> {
        let first = self.next;
        let kept = Kept {
            name: name.to_owned(),
            start: first,
            ways: ways.clone(),
            manner: self.manner.clone(),
        };
        let mut page = Page::default();
        let mut bytes = Vec::new();
        let mut rows = 0;
        let mut alone = false;
        let at_end = loop {
            let piece = match self.pending.take() {
                Some(piece) => Some(piece),
                None => self.manner.format.next_piece(&mut self.lines, &self.manner.charset)?,
            };
            let Some(piece) = piece else { break true };
            // What nothing is kept of stands on a page of its own: else what is kept of the page
            // would be read again as if it were all of it.
            let apart = piece.bytes.is_empty();
            let full = alone
                || rows == ROWS
                || (apart && !bytes.is_empty())
                || (!bytes.is_empty() && bytes.len() as u64 + piece.length > BYTES);
            if full {
                self.next = piece.start;
                self.pending = Some(piece);
                break false;
            }
            // The way to a chat is kept without the lines it took.
            alone = apart || piece.is_cut() || matches!(piece.content, Content::Enter(Some(_)));
            let piece = without_what_must_go(piece, &self.manner, terms);
            bytes.extend_from_slice(&piece.bytes);
            rows += u64::from(piece.content.is_row());
            self.read(piece, &mut page, name, ways);
        };
        if at_end {
            self.next = self.lines.place();
        }
        let lines = match (first.line, self.next.line - 1) {
            (first, last) if last < first => String::new(),
            (first, last) if last == first => format!("#L{first}"),
            (first, last) => format!("#L{first}-{last}"),
        };
        let manner = serde_json::to_string(&kept).map_err(io::Error::other)?;
        Ok(Read { page, bytes, manner, lines, rows, at_end })
    }

    fn read(&mut self, piece: Piece, page: &mut Page, name: &str, ways: &Ways) {
        let (reading, raw) = match piece.content {
            Content::Nothing => return,
            Content::Enter(chat) => {
                self.manner.format = Format::Telegram(chat);
                return;
            }
            Content::Broken { reason, raw } => (Reading::Bad(reason), raw),
            Content::Row(text) => {
                let reading = match &self.manner.format {
                    Format::Jsonl => rows::jsonl::read(text.trim(), ways),
                    Format::Csv(header) => rows::csv::read(&text, header, ways),
                    Format::Text(_) => rows::text::read(&text, ways),
                    Format::Telegram(chat) => rows::telegram(&text, chat.as_ref(), ways),
                    Format::Whatsapp(style) => rows::whatsapp(&text, *style, ways, name),
                };
                let raw = match &reading {
                    Reading::Bad(_) => beginning(text.trim_end_matches(['\r', '\n'])),
                    _ => String::new(),
                };
                (reading, raw)
            }
        };
        match reading {
            Reading::Post(post) => page.posts.push(*post),
            Reading::Nothing => page.ignored += 1,
            Reading::Bad(reason) => {
                let place = format!("{name}:{}", piece.start.line);
                page.set_aside.push(SetAside { place, reason, raw });
            }
        }
    }
}

/// A piece without what may be read but not kept.
fn without_what_must_go(mut piece: Piece, manner: &Manner, terms: &Terms) -> Piece {
    let text = match &mut piece.content {
        Content::Row(text) => text,
        Content::Broken { raw, .. } => raw,
        Content::Nothing | Content::Enter(_) => return piece,
    };
    let clean = match &manner.format {
        Format::Jsonl => zeeschuimer::without_device(text),
        Format::Whatsapp(_) => Cow::Owned(whatsapp::without_numbers(text, &terms.pseudonyms)),
        Format::Csv(_) | Format::Text(_) | Format::Telegram(_) => return piece,
    };
    if let Cow::Owned(clean) = clean {
        piece.bytes = manner.charset.write(&clean);
        *text = clean;
    }
    piece
}
