//! Cuts the messages out of a document of any size, in constant memory: it is walked byte by byte,
//! and only the message in hand is held. Between chats nothing is held but a chat's name, id and
//! kind; a chat that is refused is passed over without a byte of it. What a chat is may stand behind
//! its messages, where its keys were sorted: it is looked for there before any of them is read.

use std::io;

use super::lines::{KEPT, LONGEST, Lines};
use super::pieces::{Content, Piece, beginning};
use crate::sources::exports::telegram::Chat;

/// How deep the keys of a document are followed.
const DEEP: usize = 64;
/// How much of a name is held, in bytes.
const LONGEST_NAME: usize = 1 << 10;

/// What the step of a scan says.
pub(super) enum Go {
    On,
    /// This byte was the last.
    Stop,
}

/// Follows strings, so that what stands in them is not taken for structure.
#[derive(Default)]
struct Strings {
    inside: bool,
    escaped: bool,
}

impl Strings {
    /// Whether this byte is structure.
    fn is_structure(&mut self, byte: u8) -> bool {
        if !self.inside {
            self.inside = byte == b'"';
            return !self.inside;
        }
        if self.escaped {
            self.escaped = false;
        } else if byte == b'\\' {
            self.escaped = true;
        } else if byte == b'"' {
            self.inside = false;
        }
        false
    }
}

/// The next piece: a message where one is inside a chat, else the way to the next chat.
pub(super) fn next_piece(lines: &mut Lines, chat: Option<&Chat>) -> io::Result<Option<Piece>> {
    if chat.is_some() { message(lines) } else { way_to_chat(lines) }
}

fn message(lines: &mut Lines) -> io::Result<Option<Piece>> {
    let start = lines.place();
    let mut strings = Strings::default();
    let mut depth = 0_u64;
    let mut begun = false;
    let mut list_ended = false;
    let mut bytes = Vec::new();
    let step = |byte| {
        if !strings.is_structure(byte) {
            return Go::On;
        }
        match byte {
            b'{' | b'[' => {
                begun = true;
                depth += 1;
            }
            b'}' | b']' if depth == 0 => {
                list_ended = true;
                return Go::Stop;
            }
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Go::Stop;
                }
            }
            _ => {}
        }
        Go::On
    };
    let (length, stopped) = lines.scan(&mut bytes, LONGEST, KEPT, step)?;
    if length == 0 {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',');
    let content = if list_ended {
        Content::Enter(None)
    } else if length > bytes.len() as u64 {
        let reason =
            format!("terlalu panjang: {length} byte, padahal paling banyak {LONGEST} byte");
        Content::Broken { reason, raw: beginning(text) }
    } else if stopped {
        Content::Row(text.to_owned())
    } else if begun {
        let reason = "JSON terpotong: berkas berakhir sebelum pesannya ditutup".to_owned();
        Content::Broken { reason, raw: beginning(text) }
    } else {
        Content::Nothing
    };
    Ok(Some(Piece { start, bytes, length, content }))
}

/// Reads on to where the messages of the next chat begin.
fn way_to_chat(lines: &mut Lines) -> io::Result<Option<Piece>> {
    let start = lines.place();
    let mut keys = Keys::default();
    let (length, stopped) = lines.scan(&mut Vec::new(), 0, 0, |byte| keys.follow(byte))?;
    if length == 0 {
        return Ok(None);
    }
    if !stopped {
        return Ok(Some(Piece { start, bytes: Vec::new(), length: 0, content: Content::Nothing }));
    }
    let mut chat = keys.chat();
    let mut refusal = chat.refusal();
    if chat.kind.is_none() {
        let list = lines.place();
        let end = look_ahead(lines, &mut keys)?;
        lines.back_to(list)?;
        match end {
            End::Whole(whole) => {
                refusal = whole.refusal();
                chat = whole;
            }
            End::Harmless => {}
            // The program writes the name just before the kind: this one never said it.
            End::Cut if chat.name.is_some() => {}
            End::Cut | End::Unclear => refusal = Some(Chat::UNTOLD.to_owned()),
        }
    }
    if let Some(reason) = refusal {
        pass_over_list(lines)?;
        let content = Content::Broken { reason, raw: String::new() };
        return Ok(Some(Piece { start, bytes: Vec::new(), length: 0, content }));
    }
    // Stands for all that was passed by, much of which is private: what is kept can be read again.
    let mut bytes = serde_json::to_vec(&chat)?;
    bytes.pop();
    if bytes.len() > 1 {
        bytes.push(b',');
    }
    bytes.extend_from_slice(b"\"messages\":[");
    let length = bytes.len() as u64;
    Ok(Some(Piece { start, bytes, length, content: Content::Enter(Some(chat)) }))
}

/// How the object of a chat goes on from its messages.
enum End {
    /// It ends, having said this of the chat.
    Whole(Chat),
    /// It holds no message.
    Harmless,
    /// The file ends before it does.
    Cut,
    /// It has more lists of messages than one, or none of it stands around the list.
    Unclear,
}

/// Reads past the messages to the end of the chat.
fn look_ahead(lines: &mut Lines, keys: &mut Keys) -> io::Result<End> {
    let depth = keys.depth();
    let holds_some = pass_over_list(lines)?;
    let (mut whole, mut again) = (None, false);
    if depth > 0 {
        lines.scan(&mut Vec::new(), 0, 0, |byte| {
            again = matches!(keys.follow(byte), Go::Stop);
            if keys.depth() < depth {
                whole = keys.closed.take();
            }
            if again || keys.depth() < depth { Go::Stop } else { Go::On }
        })?;
    }
    Ok(match whole {
        Some(chat) => End::Whole(chat),
        None if !holds_some => End::Harmless,
        None if again || depth == 0 => End::Unclear,
        None => End::Cut,
    })
}

/// Whether there is anything in the list.
fn pass_over_list(lines: &mut Lines) -> io::Result<bool> {
    let mut strings = Strings::default();
    let mut depth = 1_u64;
    let mut holds_some = false;
    lines.scan(&mut Vec::new(), 0, 0, |byte| {
        holds_some |= !byte.is_ascii_whitespace() && byte != b']';
        match byte {
            byte if !strings.is_structure(byte) => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 { Go::Stop } else { Go::On }
    })?;
    Ok(holds_some)
}

/// Follows the keys of a document to a list called `messages`, keeping what the objects around it
/// say of themselves.
#[derive(Default)]
struct Keys {
    strings: Strings,
    /// What each open object has said so far; lists stand among them and say nothing.
    open: Vec<Chat>,
    /// Opened below what is followed.
    deeper: u64,
    /// What the object said that was closed last.
    closed: Option<Chat>,
    key: Option<Vec<u8>>,
    value: Vec<u8>,
}

impl Keys {
    fn follow(&mut self, byte: u8) -> Go {
        let was_inside = self.strings.inside;
        if !self.strings.is_structure(byte) {
            if !was_inside {
                self.value.clear();
            }
            if self.value.len() < LONGEST_NAME {
                self.value.push(byte);
            }
            return Go::On;
        }
        match byte {
            b':' => self.key = Some(std::mem::take(&mut self.value)),
            b',' => self.say(),
            b'[' if self.key.take().is_some_and(|key| key == b"\"messages\"") => return Go::Stop,
            b'[' | b'{' if self.open.len() < DEEP => {
                self.key = None;
                self.open.push(Chat::default());
            }
            b'[' | b'{' => self.deeper += 1,
            b']' | b'}' if self.deeper > 0 => self.deeper -= 1,
            b']' | b'}' => {
                self.say();
                self.closed = self.open.pop();
            }
            byte if byte.is_ascii_whitespace() => {}
            byte if self.value.len() < LONGEST_NAME => self.value.push(byte),
            _ => {}
        }
        Go::On
    }

    /// A key and its value are complete.
    fn say(&mut self) {
        let value = std::mem::take(&mut self.value);
        let (Some(key), Some(chat)) = (self.key.take(), self.open.last_mut()) else { return };
        let field = match key.as_slice() {
            b"\"name\"" => &mut chat.name,
            b"\"type\"" => &mut chat.kind,
            b"\"id\"" => &mut chat.id,
            _ => return,
        };
        *field = match serde_json::from_slice(&value) {
            Ok(serde_json::Value::String(text)) => Some(text),
            Ok(serde_json::Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
    }

    fn depth(&self) -> u64 {
        self.open.len() as u64 + self.deeper
    }

    fn chat(&self) -> Chat {
        self.open.last().cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;
    use crate::sources::folder::lines::{LineFeed, Place};

    type Cut = (Place, Option<Chat>, Content);

    /// The pieces of a document from some place on, each with the chat it stands in.
    fn pieces(file: &File, start: Place, mut chat: Option<Chat>) -> Vec<Cut> {
        let mut lines = Lines::new(file.try_clone().unwrap(), LineFeed::Byte, start).unwrap();
        let mut found = Vec::new();
        while let Some(piece) = next_piece(&mut lines, chat.as_ref()).unwrap() {
            let stood = chat.clone();
            if let Content::Enter(entered) = &piece.content {
                chat.clone_from(entered);
            }
            found.push((piece.start, stood, piece.content));
        }
        found
    }

    fn document(text: &str) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn rows(text: &str) -> Vec<String> {
        let cut = pieces(&document(text), Place::START, None);
        cut.into_iter()
            .filter_map(|(_, chat, content)| match content {
                Content::Row(row) => Some(format!("{}:{row}", chat.unwrap_or_default().name?)),
                Content::Broken { reason, raw } => Some(format!("! {} {raw}", &reason[..15])),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn messages_are_cut_out_of_the_chats_they_stand_in() {
        for (text, expected) in [
            (
                r#"{"name":"a","type":"public_channel","messages":[{"x":"]}\""},{"y":[{}]}]}"#,
                vec![r#"a:{"x":"]}\""}"#, r#"a:{"y":[{}]}"#],
            ),
            (
                r#"{"chats":{"list":[{"name":"a","type":"private_group","messages":[{"x":"]"}]},
                    {"name":"b","about":{"name":"c"},"messages":[ {"z":1} ]}]}}"#,
                vec!["! obrolan `privat ", r#"b:{"z":1}"#],
            ),
            (
                r#"{"name":"a","messages":[{"x":1},{"y":"#,
                vec![r#"a:{"x":1}"#, r#"! JSON terpotong: {"y":"#],
            ),
            (r#"{"about":"\"messages\":[","name":"a","messages":[]}"#, vec![]),
            // Keys that were sorted.
            (
                r#"{"chats":{"list":[{"id":1,"messages":[{"x":"}"}],"name":"a","type":"personal_chat"},
                    {"id":2,"messages":[{"y":[1]},{"z":1}],"name":"b","type":"public_channel"},
                    {"id":3,"messages":[],"type":"saved_messages"},
                    {"id":4,"messages":[{"old":1}],"name":"d"}]}}"#,
                vec![
                    "! obrolan `person ",
                    r#"b:{"y":[1]}"#,
                    r#"b:{"z":1}"#,
                    "! obrolan `saved_ ",
                    r#"d:{"old":1}"#,
                ],
            ),
            (r#"{"id":1,"messages":[{"x":1}],"name":"a","ty"#, vec!["! obrolan yang je "]),
            (
                r#"{"name":"a","messages":[{"x":1}],"messages":[{"x":2}],"type":"personal_chat"}"#,
                vec!["! obrolan yang je ", "! obrolan yang je "],
            ),
            (r#"{"messages":"a"}"#, vec![]),
            ("", vec![]),
        ] {
            assert_eq!(rows(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_document_can_be_cut_from_the_start_of_any_piece_on(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "{", "}", "[", "]", "\"", ":", ",", "\\", "\n", "\"messages\":[",
                    "\"type\":\"public_channel\",", "\"type\":\"private_chat\",", "\"name\":\"a\",",
                    "{\"id\":1}", "7",
                ]),
                0..60,
            ),
        ) {
            let file = document(&format!("{{\"name\":\"a\",\"messages\":[{}", parts.concat()));
            let whole = pieces(&file, Place::START, None);
            for (at, (start, chat, _)) in whole.iter().enumerate() {
                prop_assert_eq!(&pieces(&file, *start, chat.clone()), &whole[at..]);
            }
        }
    }
}
