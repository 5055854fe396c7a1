//! A file page by page: at most so many rows or bytes each, in constant memory, with a cursor
//! from which the rest of the file gives the same posts again. The files of an archive follow one
//! another as if they were one.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

use super::lines::Place;
use super::members::Members;
use super::recognise::{Manner, recognise};
use super::settle::{self, Stamp};
use super::walk::Walk;
use super::wanted::Wanted;
use super::{ADAPTER, Cursor};
use crate::post::Sha256;
use crate::sources::exports::{Terms, Ways, titles};
use crate::sources::{FileEnd, FileError, FilePage, Page, SetAside, WaitingFile};

/// Endings of files that lie in archives beside the texts and hold none.
const MEDIA: [&str; 16] = [
    "jpg", "jpeg", "png", "webp", "gif", "mp4", "3gp", "mov", "opus", "ogg", "mp3", "m4a", "aac",
    "pdf", "vcf", "tgs",
];

/// Where the walk through a file stands, and what is needed to go on from there.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mark {
    sha256: Sha256,
    adapter_version: u16,
    /// Which file of an archive.
    #[serde(default)]
    member: usize,
    next: Place,
    #[serde(flatten)]
    tally: Tally,
    manner: Manner,
}

/// What has been read of the file so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Tally {
    rows: u64,
    set_aside: u64,
    /// Why the first of them was set aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl Tally {
    fn add(&mut self, rows: u64, set_aside: &[SetAside]) {
        self.rows += rows;
        self.set_aside += set_aside.len() as u64;
        if self.why.is_none() {
            self.why = set_aside.first().map(|item| item.reason.clone());
        }
    }
}

/// How files are read that do not say it themselves.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) wanted: Wanted,
    pub(super) ways: Ways,
}

/// The pages of one file.
pub(super) struct Pages {
    file: WaitingFile,
    source: File,
    stamp: Stamp,
    reader: Reader,
    terms: Terms,
    members: Members,
    tally: Tally,
    state: State,
}

enum State {
    /// It is of no use as a whole.
    Useless(FileEnd),
    /// This member is next.
    Entering(usize),
    Walking(usize, Box<Walk>),
    /// This member was read as far as it goes, and something is wrong with it.
    Faulty(usize, String),
    Over,
}

/// Why a member is not read.
enum Unread {
    /// Not on these terms.
    Refused(String),
    Unknown(String),
}

impl Pages {
    pub(super) fn open(
        file: &WaitingFile,
        reader: Reader,
        terms: &Terms,
        cursor: Option<&Cursor>,
    ) -> io::Result<Self> {
        let (source, stamp) = settle::open(&file.path)?;
        let members = Members::of(source.try_clone()?, &file.path)?;
        let goes_on =
            |mark: &Mark| mark.sha256 == file.sha256 && mark.adapter_version == ADAPTER.version;
        let stored = cursor.and_then(|cursor| Mark::deserialize(&cursor.0).ok()).filter(goes_on);
        let (members, state) = match members {
            // Before anything is told of what is in it.
            _ if titles::is_private(&file.path) => {
                let end = FileEnd { refused: true, ..useless(titles::REFUSED.into()) };
                (alone(&source)?, State::Useless(end))
            }
            Ok(members) if members.count() > 0 => (members, State::Entering(0)),
            Ok(members) => (members, State::Useless(useless("arsip kosong".into()))),
            Err(reason) => (alone(&source)?, State::Useless(useless(reason))),
        };
        let (file, terms) = (file.clone(), terms.clone());
        let tally = Tally::default();
        let mut pages = Self { file, source, stamp, reader, terms, members, tally, state };
        if let Some(mark) = stored {
            pages.go_on(mark)?;
        }
        Ok(pages)
    }

    fn go_on(&mut self, mark: Mark) -> io::Result<()> {
        if !matches!(self.state, State::Entering(_)) || mark.member >= self.members.count() {
            return Ok(());
        }
        if let Ok(input) = self.members.open(mark.member)? {
            let walk = Walk::new(input, mark.manner, mark.next)?;
            self.tally = mark.tally;
            self.state = State::Walking(mark.member, Box::new(walk));
        }
        Ok(())
    }

    fn step(&mut self) -> io::Result<Option<FilePage>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return Ok(None),
                State::Useless(end) => return Ok(Some(self.empty(end))),
                State::Entering(at) => match self.enter(at)? {
                    Ok(walk) => self.state = State::Walking(at, Box::new(walk)),
                    Err(Unread::Unknown(reason)) if self.members.is_archive() => {
                        return Ok(Some(self.pass_over(at, reason)));
                    }
                    Err(Unread::Unknown(reason)) => {
                        return Ok(Some(self.empty(useless(reason))));
                    }
                    Err(Unread::Refused(reason)) => {
                        let end = FileEnd { refused: true, ..useless(reason) };
                        return Ok(Some(self.empty(end)));
                    }
                },
                State::Walking(at, walk) => return self.page(at, walk).map(Some),
                State::Faulty(at, reason) => return Ok(Some(self.pass_over(at, reason))),
            }
        }
    }

    /// Opens a member at its beginning.
    fn enter(&mut self, at: usize) -> io::Result<Result<Walk, Unread>> {
        if titles::is_private(self.members.name(at)) {
            return Ok(Err(Unread::Unknown(titles::REFUSED.into())));
        }
        let input = match self.members.open(at)? {
            Ok(input) => input,
            Err(reason) => return Ok(Err(Unread::Unknown(reason))),
        };
        let Reader { wanted, ways } = &self.reader;
        let manner = match recognise(&input, self.members.name(at), *wanted, ways)? {
            Ok(manner) => manner,
            Err(reason) => return Ok(Err(Unread::Unknown(reason))),
        };
        if manner.format.needs_legal_basis() && self.terms.legal_basis.is_none() {
            return Ok(Err(Unread::Refused(
                "percakapan grup WhatsApp hanya diterima bila dasar hukumnya disebut: \
                 --legal-basis \"…\", atau legal_basis pada sumbernya"
                    .into(),
            )));
        }
        Walk::new(input, manner, Place::START).map(Ok)
    }

    fn page(&mut self, at: usize, mut walk: Box<Walk>) -> io::Result<FilePage> {
        let name = self.shown(at);
        let read = walk.page(&name, &self.reader.ways, &self.terms)?;
        let mut page = read.page;
        self.tally.add(read.rows, &page.set_aside);
        if read.at_end && Stamp::of(&self.source.metadata()?) != self.stamp {
            return Err(settle::changed());
        }
        let mark = Mark {
            sha256: self.file.sha256,
            adapter_version: ADAPTER.version,
            member: at,
            next: walk.next(),
            tally: self.tally.clone(),
            manner: walk.manner().clone(),
        };
        page.cursor = Some(Cursor(serde_json::to_value(&mark).map_err(io::Error::other)?));
        let address = format!("{}{}", self.address(at), read.lines);
        let mut end = None;
        self.state = match self.members.fault().map(str::to_owned) {
            _ if !read.at_end => State::Walking(at, walk),
            Some(fault) => State::Faulty(at, fault),
            None if at + 1 < self.members.count() => State::Entering(at + 1),
            None => {
                end = Some(self.end());
                State::Over
            }
        };
        Ok(FilePage { page, bytes: read.bytes.into(), manner: read.manner, address, end })
    }

    /// A file of an archive that cannot be read does not stop the others.
    fn pass_over(&mut self, at: usize, reason: String) -> FilePage {
        let ending = self.members.name(at).extension().map(|ending| ending.to_ascii_lowercase());
        let is_media = ending
            .as_ref()
            .and_then(|ending| ending.to_str())
            .is_some_and(|ending| MEDIA.contains(&ending));
        let mut page = Page::default();
        if is_media {
            page.ignored = 1;
        } else {
            page.set_aside.push(SetAside { place: self.shown(at), reason, raw: String::new() });
            self.tally.add(1, &page.set_aside);
        }
        let end = (at + 1 == self.members.count()).then(|| self.end());
        if end.is_none() {
            self.state = State::Entering(at + 1);
        }
        let address = self.address(at);
        FilePage { page, bytes: bytes::Bytes::new(), manner: String::new(), address, end }
    }

    fn empty(&self, end: FileEnd) -> FilePage {
        FilePage {
            page: Page::default(),
            bytes: bytes::Bytes::new(),
            manner: String::new(),
            address: address(&self.file.path),
            end: Some(end),
        }
    }

    fn end(&self) -> FileEnd {
        let Tally { rows, set_aside, ref why } = self.tally;
        let failed = match rows {
            0 if self.members.is_archive() => {
                Some("tidak ada berkas yang dapat dibaca di arsip ini".into())
            }
            0 => Some("tidak ada satu baris pun selain kepalanya".into()),
            rows if rows == set_aside => {
                let why = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                Some(format!("tidak satu pun dari {rows} baris dapat dibaca{why}"))
            }
            _ => None,
        };
        FileEnd { rows, set_aside, failed, refused: false }
    }

    /// The name of a member for messages, with that of its archive.
    fn shown(&self, at: usize) -> String {
        let file = name(&self.file.path);
        match self.members {
            Members::Alone { .. } => file,
            Members::Archive(_) => format!("{file}/{}", titles::shown(self.members.name(at))),
        }
    }

    fn address(&self, at: usize) -> String {
        let file = address(&self.file.path);
        match self.members {
            Members::Alone { .. } => file,
            Members::Archive(_) => {
                format!("{file}/{}", escaped(Path::new(&titles::shown(self.members.name(at)))))
            }
        }
    }
}

/// A file of which nothing is read.
fn alone(source: &File) -> io::Result<Members> {
    Ok(Members::Alone { file: source.try_clone()?, name: PathBuf::new() })
}

fn useless(reason: String) -> FileEnd {
    FileEnd { failed: Some(reason), ..FileEnd::default() }
}

/// The name of a file, without its folder.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The `file:` address of a file, without its folder.
fn address(path: &Path) -> String {
    let name = titles::shown(Path::new(path.file_name().unwrap_or_default()));
    format!("file:{}", escaped(Path::new(&name)))
}

/// A relative path as it stands in an address.
fn escaped(path: &Path) -> String {
    Url::from_file_path(Path::new("/").join(path))
        .map_or_else(|()| path.to_string_lossy().into_owned(), |url| url.path()[1..].to_owned())
}

impl Iterator for Pages {
    type Item = Result<FilePage, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let stepped = self.step();
        let path = || self.file.path.clone();
        stepped.map_err(|source| FileError { path: path(), source }).transpose()
    }
}
