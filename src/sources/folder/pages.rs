//! A file page by page: at most so many rows or bytes each, in constant memory, with a cursor
//! from which the rest of the file gives the same posts again.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

use super::lines::{Lines, Place};
use super::pieces::{Content, Format, Piece, beginning};
use super::recognise::{Manner, recognise};
use super::rows::{self, Reading};
use super::settle::{self, Stamp};
use super::{ADAPTER, Cursor};
use crate::post::{Platform, Sha256};
use crate::sources::{FileEnd, FileError, FilePage, Page, SetAside, WaitingFile};

/// Rows a page holds at most.
const ROWS: u64 = 500;
/// Bytes a page holds at most, unless one row alone is longer.
const BYTES: u64 = 1 << 20;

/// Where the walk through a file stands, and what is needed to go on from there.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mark {
    sha256: Sha256,
    adapter_version: u16,
    next: Place,
    rows: u64,
    set_aside: u64,
    manner: Manner,
}

/// The pages of one file.
pub(super) struct Pages {
    path: PathBuf,
    name: String,
    address: String,
    platform: Platform,
    state: State,
}

enum State {
    /// It is of no use as a whole.
    Useless(String),
    Walking(Box<Walk>),
    Over,
}

struct Walk {
    lines: Lines,
    stamp: Stamp,
    mark: Mark,
    /// Read, but left for the next page.
    pending: Option<Piece>,
}

impl Pages {
    pub(super) fn open(
        file: &WaitingFile,
        platform: Platform,
        cursor: Option<&Cursor>,
    ) -> io::Result<Self> {
        let (input, stamp) = settle::open(&file.path)?;
        let goes_on =
            |mark: &Mark| mark.sha256 == file.sha256 && mark.adapter_version == ADAPTER.version;
        let stored = cursor.and_then(|cursor| Mark::deserialize(&cursor.0).ok()).filter(goes_on);
        let mark = match stored {
            Some(mark) => Ok(mark),
            None => recognise(&input, &file.path)?.map(|manner| Mark {
                sha256: file.sha256,
                adapter_version: ADAPTER.version,
                next: Place::START,
                rows: 0,
                set_aside: 0,
                manner,
            }),
        };
        let state = match mark {
            Err(reason) => State::Useless(reason),
            Ok(mark) => {
                let lines = Lines::new(input, mark.manner.charset.line_feed(), mark.next)?;
                State::Walking(Box::new(Walk { lines, stamp, mark, pending: None }))
            }
        };
        Ok(Self {
            name: name(&file.path),
            address: address(&file.path),
            path: file.path.clone(),
            platform,
            state,
        })
    }
}

/// The name of a file, without its folder.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The `file:` address of a file, without its folder.
fn address(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    let written = Url::from_file_path(Path::new("/").join(name))
        .map_or_else(|()| name.to_string_lossy().into_owned(), |url| url.path()[1..].to_owned());
    format!("file:{written}")
}

impl Iterator for Pages {
    type Item = Result<FilePage, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Over => None,
            State::Useless(reason) => {
                let end = FileEnd { rows: 0, set_aside: 0, failed: Some(reason) };
                Some(Ok(FilePage {
                    page: Page::default(),
                    bytes: bytes::Bytes::new(),
                    address: self.address.clone(),
                    end: Some(end),
                }))
            }
            State::Walking(mut walk) => Some(match walk.page(self) {
                Ok(page) => {
                    if page.end.is_none() {
                        self.state = State::Walking(walk);
                    }
                    Ok(page)
                }
                Err(source) => Err(FileError { path: self.path.clone(), source }),
            }),
        }
    }
}

impl Walk {
    fn page(&mut self, pages: &Pages) -> io::Result<FilePage> {
        let first = self.mark.next.line;
        let mut page = Page::default();
        let mut bytes = Vec::new();
        let mut rows = 0;
        let mut alone = false;
        let at_end = loop {
            let piece = match self.pending.take() {
                Some(piece) => Some(piece),
                None => self
                    .mark
                    .manner
                    .format
                    .next_piece(&mut self.lines, &self.mark.manner.charset)?,
            };
            let Some(piece) = piece else { break true };
            let full = alone
                || rows == ROWS
                || (!bytes.is_empty() && bytes.len() as u64 + piece.length > BYTES);
            if full {
                self.mark.next = piece.start;
                self.pending = Some(piece);
                break false;
            }
            alone = piece.is_cut();
            bytes.extend_from_slice(&piece.bytes);
            rows += u64::from(piece.content != Content::Nothing);
            self.read(piece, &mut page, pages);
        };
        if at_end {
            self.mark.next = self.lines.place();
            if Stamp::of(&self.lines.file().metadata()?) != self.stamp {
                return Err(settle::changed());
            }
        }
        self.mark.rows += rows;
        self.mark.set_aside += page.set_aside.len() as u64;
        page.cursor = Some(Cursor(serde_json::to_value(&self.mark).map_err(io::Error::other)?));
        let lines = match (first, self.mark.next.line - 1) {
            (first, last) if last < first => String::new(),
            (first, last) if last == first => format!("#L{first}"),
            (first, last) => format!("#L{first}-{last}"),
        };
        Ok(FilePage {
            page,
            bytes: bytes.into(),
            address: format!("{}{lines}", pages.address),
            end: at_end.then(|| self.end()),
        })
    }

    fn read(&self, piece: Piece, page: &mut Page, pages: &Pages) {
        let (reading, raw) = match piece.content {
            Content::Nothing => return,
            Content::Broken { reason, raw } => (Reading::Bad(reason), raw),
            Content::Row(text) => {
                let platform = &pages.platform;
                let reading = match &self.mark.manner.format {
                    Format::Jsonl => rows::jsonl::read(text.trim(), platform),
                    Format::Csv(header) => rows::csv::read(&text, header, platform),
                    Format::Text(_) => rows::text::read(&text, platform),
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
                let place = format!("{}:{}", pages.name, piece.start.line);
                page.set_aside.push(SetAside { place, reason, raw });
            }
        }
    }

    fn end(&self) -> FileEnd {
        let Mark { rows, set_aside, .. } = self.mark;
        let failed = match rows {
            0 => Some("tidak ada satu baris pun selain kepalanya".into()),
            rows if rows == set_aside => {
                Some(format!("tidak satu pun dari {rows} baris dapat dibaca"))
            }
            _ => None,
        };
        FileEnd { rows, set_aside, failed }
    }
}
