//! The lines of a file of any size, with the place each starts at. A line is held in memory up to
//! a limit; of a longer one only its beginning is, however long it is.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use super::json_stream::Go;

/// The longest line that is read, in bytes without its line feed, as in `waspada scan`.
pub(super) const LONGEST: u64 = 8 << 20;
/// How much is kept of what is too long or cannot be read, in bytes.
pub(super) const KEPT: usize = 64 << 10;

/// Where a line starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Bytes before it.
    pub(super) offset: u64,
    /// Its number, from 1.
    pub(super) line: u64,
}

impl Place {
    pub(super) const START: Self = Self { offset: 0, line: 1 };
}

/// How a line feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineFeed {
    /// One byte, which no other character of the charset contains.
    Byte,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

/// A line with its line feed.
#[derive(Debug)]
pub(super) struct Line {
    /// Its bytes; the first [`KEPT`] of them when it is longer than [`LONGEST`].
    pub(super) bytes: Vec<u8>,
    /// How long it is in the file.
    pub(super) length: u64,
}

impl Line {
    pub(super) fn is_cut(&self) -> bool {
        self.length > self.bytes.len() as u64
    }
}

/// The lines of a file from some place on.
pub(super) struct Lines {
    input: BufReader<File>,
    line_feed: LineFeed,
    next: Place,
}

impl Lines {
    pub(super) fn new(mut file: File, line_feed: LineFeed, start: Place) -> io::Result<Self> {
        file.seek(SeekFrom::Start(start.offset))?;
        Ok(Self::here(file, line_feed, start))
    }

    /// The lines of a part that began at this place of a file and stands alone now.
    pub(super) fn of_part(mut part: File, line_feed: LineFeed, start: Place) -> io::Result<Self> {
        part.rewind()?;
        Ok(Self::here(part, line_feed, start))
    }

    fn here(file: File, line_feed: LineFeed, next: Place) -> Self {
        Self { input: BufReader::with_capacity(1 << 16, file), line_feed, next }
    }

    /// Where the next line starts.
    pub(super) fn place(&self) -> Place {
        self.next
    }

    /// Goes back to a line that was read before.
    pub(super) fn back_to(&mut self, place: Place) -> io::Result<()> {
        let bytes = i64::try_from(self.next.offset - place.offset).map_err(io::Error::other)?;
        self.input.seek_relative(-bytes)?;
        self.next = place;
        Ok(())
    }

    /// The next line; `None` at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut line = Line { bytes: Vec::new(), length: 0 };
        loop {
            let left = (LONGEST + 1).saturating_sub(line.length);
            if left == 0 {
                let before = line.bytes.last().copied();
                line.bytes.truncate(KEPT);
                line.bytes.shrink_to_fit();
                self.skip(&mut line, before)?;
                break;
            }
            let from = line.bytes.len();
            let read = (&mut self.input).take(left).read_until(b'\n', &mut line.bytes)?;
            line.length += read as u64;
            let ends = line.bytes.last() == Some(&b'\n') && self.is_line_end(&mut line)?;
            if ends || (read == 0 && line.bytes.len() == from) {
                break;
            }
        }
        if line.length == 0 {
            return Ok(None);
        }
        self.next.offset += line.length;
        self.next.line += 1;
        Ok(Some(line))
    }

    /// Whether the byte `\n` at the end of `line` is a line feed of this charset, and completes it.
    fn is_line_end(&mut self, line: &mut Line) -> io::Result<bool> {
        let length = line.bytes.len();
        Ok(match self.line_feed {
            LineFeed::Byte => true,
            LineFeed::Utf16Be => length.is_multiple_of(2) && line.bytes.get(length - 2) == Some(&0),
            LineFeed::Utf16Le if length.is_multiple_of(2) => false,
            LineFeed::Utf16Le => {
                let Some(high) = self.input.fill_buf()?.first().copied() else { return Ok(true) };
                if high == 0 {
                    self.input.consume(1);
                    line.bytes.push(0);
                    line.length += 1;
                }
                high == 0
            }
        })
    }

    /// Reads byte by byte until `step` stops or the input ends: how much that was, and whether it
    /// stopped. The bytes are put into `into` up to `longest`; of more only the first `kept` are.
    pub(super) fn scan(
        &mut self,
        into: &mut Vec<u8>,
        longest: u64,
        kept: usize,
        mut step: impl FnMut(u8) -> Go,
    ) -> io::Result<(u64, bool)> {
        let mut length = 0_u64;
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok((length, false));
            }
            let stop = buffer.iter().position(|byte| matches!(step(*byte), Go::Stop));
            let passed = &buffer[..stop.map_or(buffer.len(), |at| at + 1)];
            length += passed.len() as u64;
            if length <= longest {
                into.extend_from_slice(passed);
            } else {
                into.truncate(kept);
                into.shrink_to_fit();
            }
            self.next.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
            self.next.offset += passed.len() as u64;
            let passed = passed.len();
            self.input.consume(passed);
            if stop.is_some() {
                return Ok((length, true));
            }
        }
    }

    /// Passes over the rest of a line that is too long, whose beginning has been read.
    fn skip(&mut self, line: &mut Line, mut before: Option<u8>) -> io::Result<()> {
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            let mut passed = 0;
            let mut ended = false;
            for byte in buffer {
                passed += 1;
                let even = (line.length + passed).is_multiple_of(2);
                ended = match self.line_feed {
                    LineFeed::Byte => *byte == b'\n',
                    LineFeed::Utf16Le => even && *byte == 0 && before == Some(b'\n'),
                    LineFeed::Utf16Be => even && *byte == b'\n' && before == Some(0),
                };
                before = Some(*byte);
                if ended {
                    break;
                }
            }
            line.length += passed;
            self.input.consume(usize::try_from(passed).map_err(io::Error::other)?);
            if ended {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn lines(bytes: &[u8], line_feed: LineFeed) -> Vec<(Place, Vec<u8>, u64)> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let mut lines = Lines::new(file, line_feed, Place::START).unwrap();
        let mut found = Vec::new();
        loop {
            let place = lines.place();
            let Some(line) = lines.next().unwrap() else { return found };
            found.push((place, line.bytes, line.length));
        }
    }

    #[test]
    fn each_line_starts_where_the_one_before_ended() {
        let place = |offset, line| Place { offset, line };
        assert_eq!(
            lines(b"a\r\n\nbc", LineFeed::Byte),
            [
                (place(0, 1), b"a\r\n".to_vec(), 3),
                (place(3, 2), b"\n".to_vec(), 1),
                (place(4, 3), b"bc".to_vec(), 2),
            ]
        );
        assert!(lines(b"", LineFeed::Byte).is_empty());
    }

    #[test]
    fn a_utf16_line_feed_is_two_bytes_at_an_even_place() {
        // U+0A41 and U+410A hold the byte of a line feed.
        let text = "\u{a41}\u{410a}\u{a0a}\nb\n";
        for (line_feed, bytes) in [
            (LineFeed::Utf16Le, text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()),
            (LineFeed::Utf16Be, text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()),
        ] {
            let found = lines(&bytes, line_feed);
            let lengths: Vec<u64> = found.iter().map(|(_, _, length)| *length).collect();
            assert_eq!(lengths, [8, 4], "{line_feed:?}");
        }
    }

    #[test]
    fn a_line_too_long_is_measured_but_not_held() {
        let long = usize::try_from(LONGEST).unwrap();
        for (extra, kept) in [(1, long + 1), (2, KEPT), (100_000, KEPT)] {
            let mut bytes = vec![b'x'; long - 1 + extra];
            bytes.extend_from_slice(b"\nlast\n");
            let found = lines(&bytes, LineFeed::Byte);
            assert_eq!(found.len(), 2, "{extra}");
            assert_eq!((found[0].1.len(), found[0].2), (kept, LONGEST + extra as u64), "{extra}");
            assert_eq!(found[1].1, b"last\n");
        }
    }

    #[test]
    fn a_line_can_be_read_again() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"one\ntwo\nthree\n").unwrap();
        let mut lines = Lines::new(file, LineFeed::Byte, Place::START).unwrap();
        lines.next().unwrap();
        let two = lines.place();
        lines.next().unwrap();
        lines.next().unwrap();
        lines.back_to(two).unwrap();
        assert_eq!(lines.next().unwrap().unwrap().bytes, b"two\n");
        assert_eq!(lines.place().line, 3);
    }
}
