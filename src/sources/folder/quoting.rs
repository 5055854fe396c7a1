//! Follows the quotes of a CSV record, as the `csv` crate reads them, to tell where it ends.

/// Where a reader of a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    AfterQuote,
}

/// What the quotes of a record say so far.
#[derive(Debug)]
pub(super) struct Quoting {
    delimiter: char,
    state: State,
    fields: usize,
    damaged: bool,
}

impl Quoting {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            delimiter: char::from(delimiter),
            state: State::FieldStart,
            fields: 1,
            damaged: false,
        }
    }

    pub(super) fn follow(&mut self, text: &str) {
        for letter in text.chars() {
            self.state = match (self.state, letter) {
                (State::FieldStart, '"') | (State::AfterQuote, '"') => State::Quoted,
                (State::Quoted, '"') => State::AfterQuote,
                (State::Quoted, _) => State::Quoted,
                (_, letter) if letter == self.delimiter => {
                    self.fields += 1;
                    State::FieldStart
                }
                (State::AfterQuote, '\r' | '\n') => State::AfterQuote,
                (State::AfterQuote, _) => {
                    self.damaged = true;
                    State::Plain
                }
                _ => State::Plain,
            };
        }
    }

    /// The record goes on in the next line.
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Quoted
    }

    /// Something stood between a closing quote and the next delimiter.
    pub(super) fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Fields begun.
    pub(super) fn fields(&self) -> usize {
        self.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_followed_as_the_csv_crate_reads_them() {
        for (text, open, damaged, fields) in [
            ("a,b\n", false, false, 2),
            ("a,\"b\n", true, false, 2),
            ("a,\"b,c\"\r\n", false, false, 2),
            ("a,\"b \"\"c\"\"\"\n", false, false, 2),
            ("a,\"b \"\"\n", true, false, 2),
            ("5\" pipa,b\n", false, false, 2),
            ("\"a\" b,c\n", false, true, 2),
            ("\"\",\"\"\n", false, false, 2),
        ] {
            let mut quoting = Quoting::new(b',');
            quoting.follow(text);
            assert_eq!(
                (quoting.is_open(), quoting.is_damaged(), quoting.fields()),
                (open, damaged, fields),
                "{text:?}"
            );
        }
    }
}
