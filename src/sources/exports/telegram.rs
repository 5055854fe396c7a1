//! A message of Telegram Desktop's `result.json`. Only what was published is taken: private chats
//! and groups are refused unread.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Ways, add_link, identity, list, text};
use crate::post::{
    Account, Container, ContainerKind, ExtraKind, ExtraText, Media, MediaKind, Platform, Post,
    PostKind,
};
use crate::sources::folder::rows::values;

/// The chat a message stands in, as far as the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sources) struct Chat {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::sources) name: Option<String>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(in crate::sources) kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::sources) id: Option<String>,
}

impl Chat {
    /// Why nothing of a chat may be read that ends before it says what it is.
    pub(in crate::sources) const UNTOLD: &str = "obrolan yang jenisnya tidak terbaca tidak dibaca: \
         hanya kanal dan grup publik yang diterima; mungkin berkasnya terpotong";

    /// Why nothing of this chat may be read, if so. A chat that does not say what it is from its
    /// beginning to its end, as old exports do not, was handed in as a public one.
    pub(in crate::sources) fn refusal(&self) -> Option<String> {
        let kind = self.kind.as_deref()?;
        (!kind.starts_with("public_")).then(|| {
            format!("obrolan `{kind}` tidak dibaca: hanya kanal dan grup publik yang diterima")
        })
    }

    fn container(&self) -> Option<Container> {
        Some(Container {
            kind: match self.kind.as_deref() {
                Some("public_channel") => ContainerKind::Channel,
                Some(_) => ContainerKind::Group,
                None => ContainerKind::Chat,
            },
            native_id: self.id.clone().or_else(|| self.name.clone())?,
            name: self.name.clone(),
            url: None,
        })
    }
}

/// Keys that only this program's files have at their beginning, and what their values begin with.
const TELLING: [(&str, char); 4] =
    [("messages", '['), ("chats", '{'), ("left_chats", '{'), ("personal_information", '{')];

/// Whether a document begins as one of this program: by its outermost keys.
pub(in crate::sources) fn is_export(head: &str) -> bool {
    let mut depth = 0_usize;
    let mut letters = head.char_indices().skip_while(|(_, letter)| *letter != '{');
    let mut key = None;
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                let mut escaped = false;
                let end = letters.find(|(_, letter)| {
                    let ends = *letter == '"' && !escaped;
                    escaped = *letter == '\\' && !escaped;
                    ends
                });
                let Some((end, _)) = end else { return false };
                key = (depth == 1).then(|| &head[at + 1..end]);
            }
            '{' | '[' => {
                if key.is_some_and(|key| TELLING.contains(&(key, letter))) {
                    return true;
                }
                depth += 1;
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return false;
                }
            }
            ',' => key = None,
            _ => {}
        }
    }
    false
}

/// A message as a post; `Ok(None)` for a notice such as "joined the group".
pub(in crate::sources) fn read(
    message: &str,
    chat: &Chat,
    ways: &Ways,
) -> Result<Option<Post>, String> {
    let message: Value =
        serde_json::from_str(message).map_err(|error| format!("JSON salah tulis: {error}"))?;
    if text(&message, &["/type"]) == Some("service") {
        return Ok(None);
    }
    let of_chat = |id: &str| chat.id.as_ref().map(|chat| format!("{chat}/{id}"));
    let id = identity(&message, &["/id"]).and_then(|id| of_chat(&id)).unwrap_or_default();
    let said = message.get("text").or_else(|| message.get("text_entities"));
    let mut post = Post::new(Platform::Telegram, id, "");
    post.kind = PostKind::Message;
    match said {
        Some(said) => post.text = joined(said),
        None => post.missing_fields.push("text".to_owned()),
    }
    for part in said.into_iter().chain(message.get("text_entities")).flat_map(|said| list(said, ""))
    {
        let url = match text(part, &["/type"]) {
            Some("text_link") => text(part, &["/href"]),
            Some("link") => text(part, &["/text"]),
            _ => None,
        };
        if let Some(url) = url {
            add_link(&mut post, url);
        }
    }
    post.author = author(&message);
    if post.author.is_none() {
        post.missing_fields.push("author".to_owned());
    }
    post.created_at = message.get("date_unixtime").and_then(values::time);
    if post.created_at.is_none() {
        post.missing_fields.push("date_unixtime".to_owned());
        let local = text(&message, &["/date"]).and_then(|date| date.parse().ok());
        post.created_at = local.and_then(|date| ways.zone.time_zone().to_timestamp(date).ok());
    }
    post.container = chat.container();
    if chat.kind.is_none() {
        post.missing_fields.push("chat_type".to_owned());
    }
    post.edited = message.get("edited_unixtime").or_else(|| message.get("edited")).is_some();
    post.reply_to = identity(&message, &["/reply_to_message_id"]).and_then(|id| of_chat(&id));
    post.forwarded_from = text(&message, &["/forwarded_from"]).map(str::to_owned);
    add_media(&message, &mut post);
    add_extras(&message, &mut post);
    Ok(Some(post))
}

/// A text, or the parts of one.
fn joined(said: &Value) -> String {
    match said {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part.as_str().or_else(|| part.get("text")?.as_str()))
            .collect(),
        _ => String::new(),
    }
}

fn author(message: &Value) -> Option<Account> {
    let account = Account {
        native_id: identity(message, &["/from_id"]),
        name: text(message, &["/from", "/author"]).map(str::to_owned),
        ..Account::default()
    };
    (account != Account::default()).then_some(account)
}

fn add_media(message: &Value, post: &mut Post) {
    let mut add = |kind| post.media.push(Media { kind, url: None });
    if message.get("photo").is_some() {
        add(MediaKind::Image);
    }
    if message.get("file").is_some() {
        add(match text(message, &["/media_type"]) {
            Some("sticker") => MediaKind::Sticker,
            Some("video_file" | "animation" | "video_message") => MediaKind::Video,
            Some("voice_message" | "audio_file") => MediaKind::Audio,
            _ => match text(message, &["/mime_type"]).and_then(|mime| mime.split('/').next()) {
                Some("image") => MediaKind::Image,
                Some("video") => MediaKind::Video,
                Some("audio") => MediaKind::Audio,
                _ => MediaKind::File,
            },
        });
    }
}

fn add_extras(message: &Value, post: &mut Post) {
    let mut extras = Vec::new();
    let mut add = |kind, text: Option<&str>| {
        extras.extend(text.map(|text| ExtraText { kind, text: text.to_owned() }));
    };
    add(ExtraKind::Poll, text(message, &["/poll/question"]));
    for answer in list(message, "/poll/answers") {
        add(ExtraKind::Poll, text(answer, &["/text"]));
    }
    let rows = list(message, "/inline_bot_buttons").iter();
    for button in rows.flat_map(|row| list(row, "")) {
        add(ExtraKind::Button, text(button, &["/text"]));
        if text(button, &["/type"]) == Some("url")
            && let Some(url) = text(button, &["/data"])
        {
            add_link(post, url);
        }
    }
    add(ExtraKind::File, text(message, &["/file_name"]));
    post.extra_text.extend(extras);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_known_by_its_outermost_keys() {
        for (head, is) in [
            ("{\n \"name\": \"x\",\n \"type\": \"public_channel\",\n \"messages\": [", true),
            ("{\"about\":\"a \\\" {\",\"chats\":{\"list\":[", true),
            ("{\"about\":\"…\",\"personal_information\":{\"user_id\":1}", true),
            ("{\"messages\":\"teks\"}", false),
            ("{\"id\":\"1\",\"data\":{\"messages\":[]}}\n{\"messages\":[]}", false),
            ("{\"text\":\"\\\"messages\\\":[\"}", false),
            ("[1]", false),
            ("", false),
        ] {
            assert_eq!(is_export(head), is, "{head}");
        }
    }

    #[test]
    fn only_public_chats_are_read() {
        let chat = |kind: &str| Chat { kind: Some(kind.to_owned()), ..Chat::default() };
        for kind in ["personal_chat", "saved_messages", "private_group", "private_channel", "baru"]
        {
            let refusal = chat(kind).refusal().unwrap_or_default();
            assert!(refusal.contains(kind) && refusal.contains("publik"), "{refusal}");
        }
        for kind in ["public_channel", "public_supergroup"] {
            assert_eq!(chat(kind).refusal(), None);
        }
        assert_eq!(Chat::default().refusal(), None);
    }
}
