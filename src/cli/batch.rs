//! Lines of a file in batches that are scored together: bounded in number and in bytes, read into
//! buffers that the next batch uses again.

use std::io::{self, BufRead, Read};
use std::ops::Range;

/// Lines of a batch: enough to keep all cores busy.
const MOST_LINES: usize = 4096;
/// Bytes from which a batch is full: what it takes stays small, however long its lines.
const MOST_BYTES: usize = 4 << 20;
/// The longest line read, in bytes.
pub(super) const LONGEST_LINE: usize = 8 << 20;

/// Lines read and not scored yet.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    lines: Vec<Place>,
    /// Lines of the file so far, empty ones too.
    number: u64,
}

#[derive(Debug)]
struct Place {
    number: u64,
    /// `None` where the line was too long to keep.
    bytes: Option<Range<usize>>,
}

/// A line of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Its number in the file, from 1.
    pub(super) number: u64,
    /// What stands in it; `None` where it was longer than [`LONGEST_LINE`].
    pub(super) bytes: Option<&'a [u8]>,
}

impl Batch {
    /// Reads the next batch in place of the last; false when there are no more lines after it.
    pub(super) fn read(&mut self, input: &mut dyn BufRead) -> io::Result<bool> {
        self.bytes.clear();
        self.lines.clear();
        while self.lines.len() < MOST_LINES && self.bytes.len() < MOST_BYTES {
            if !self.read_line(input)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads one line; empty ones are counted and passed over. False at the end.
    fn read_line(&mut self, mut input: &mut dyn BufRead) -> io::Result<bool> {
        let from = self.bytes.len();
        let longest = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
        let read = (&mut input).take(longest).read_until(b'\n', &mut self.bytes)?;
        if read == 0 {
            return Ok(false);
        }
        self.number += 1;
        let number = self.number;
        if read == LONGEST_LINE && self.bytes.last() != Some(&b'\n') {
            self.bytes.truncate(from);
            self.lines.push(Place { number, bytes: None });
            skip_line(input)?;
            return Ok(true);
        }
        let len = self.bytes[from..].trim_ascii_end().len();
        self.bytes.truncate(from + len);
        if len > 0 {
            self.lines.push(Place { number, bytes: Some(from..from + len) });
        }
        Ok(true)
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The lines of these numbers within the batch, as far as there are any.
    pub(super) fn lines(&self, range: Range<usize>) -> impl Iterator<Item = Line<'_>> {
        let range = range.start.min(self.len())..range.end.min(self.len());
        self.lines[range].iter().map(|place| Line {
            number: place.number,
            bytes: place.bytes.clone().map(|bytes| &self.bytes[bytes]),
        })
    }
}

fn skip_line(input: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (len, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(len);
        if ended {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers_whatever_stands_between_them() {
        let long = "x".repeat(LONGEST_LINE + 5);
        let text = format!("one\n\n  \r\n{long}\nlast");
        let mut batch = Batch::default();
        assert!(!batch.read(&mut text.as_bytes()).unwrap());
        let seen: Vec<_> = batch.lines(0..9).map(|line| (line.number, line.bytes)).collect();
        assert_eq!(seen, [(1, Some(&b"one"[..])), (4, None), (5, Some(&b"last"[..]))]);
    }

    #[test]
    fn a_batch_ends_and_the_next_goes_on_counting() {
        let text = "a\n".repeat(MOST_LINES + 1);
        let mut input = text.as_bytes();
        let mut batch = Batch::default();
        assert!(batch.read(&mut input).unwrap());
        assert_eq!(batch.len(), MOST_LINES);
        assert!(!batch.read(&mut input).unwrap());
        assert_eq!(batch.lines(0..1).next().map(|line| line.number), Some(MOST_LINES as u64 + 1));
    }
}
