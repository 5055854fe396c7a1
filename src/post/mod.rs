//! What every source yields and every later stage reads: a public item, its author, its media.
//! No I/O and no judgement; a field a source did not give is `None`, never a guess.

mod hash;
mod line;
mod platform;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(crate) use hash::Hasher;
pub use hash::{ParseSha256Error, Sha256};
pub use line::from_json_line;
pub use platform::Platform;

/// What makes a post the same post on the next visit: its platform and the platform's own id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PostKey {
    /// Where it was published.
    pub platform: Platform,
    /// The platform's id: `chan/123` on Telegram, the guid of a feed item, the `id` of an imported row.
    pub native_id: String,
}

impl std::fmt::Display for PostKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.platform, self.native_id)
    }
}

/// The kind of public item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostKind {
    /// A post of its own.
    #[default]
    Post,
    /// A comment under another item.
    Comment,
    /// An answer to another post.
    Reply,
    /// Another's post passed on.
    Repost,
    /// A video with its caption.
    Video,
    /// A structured job advertisement.
    JobPosting,
    /// A message of a channel or chat.
    Message,
    /// A web page.
    Page,
}

/// Who published a post, as far as the source says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    /// The platform's id of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_id: Option<String>,
    /// The handle without `@`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// The name shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The profile's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The channel, group, page or site a post stood in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// What it is.
    pub kind: ContainerKind,
    /// The platform's id of it.
    pub native_id: String,
    /// Its name as shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The kinds of container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerKind {
    /// A broadcast channel.
    Channel,
    /// A group of members.
    Group,
    /// A page or account that publishes.
    Page,
    /// A web site or its feed.
    Site,
    /// A chat.
    Chat,
    /// A hashtag's stream.
    Hashtag,
}

/// Text that belongs to a post but stands outside its main text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtraText {
    /// Where it stood.
    pub kind: ExtraKind,
    /// As written.
    pub text: String,
}

/// Where extra text stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraKind {
    /// A button under the post.
    Button,
    /// A poll's question or option.
    Poll,
    /// The title or description of a link's preview.
    Card,
    /// The alternative text of a picture.
    Alt,
    /// Text drawn on a picture or video.
    Sticker,
    /// A file's name.
    File,
    /// Where a link of the post leads, or what a page of links it leads to holds.
    Target,
    /// What somebody who reported the post said it says.
    Told,
    /// A hashtag that stands outside the text.
    Tag,
}

/// A link a post carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The address as the source gave it.
    pub url: String,
    /// The text it was shown with, when that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A picture, video or file of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Where it was served; such addresses often expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The kinds of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A still picture.
    Image,
    /// A moving picture.
    Video,
    /// Sound.
    Audio,
    /// A sticker or animated emoji.
    Sticker,
    /// Any other file.
    File,
}

/// One public item as a source gave it. Text is as published and never changed in place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// Its identity.
    #[serde(flatten)]
    pub key: PostKey,
    /// What kind of item it is.
    #[serde(default)]
    pub kind: PostKind,
    /// The address a person can open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Account>,
    /// Where it stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    /// When it was published, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The source says it was edited since; it may not say when.
    #[serde(default)]
    pub edited: bool,
    /// Its title, where the platform has titles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its main text.
    pub text: String,
    /// Buttons, polls, cards and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra_text: Vec<ExtraText>,
    /// Links, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Pictures, videos, files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// Times seen, as the source says (rounded when it rounds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<u64>,
    /// The post this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Whose post this one passes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded_from: Option<String>,
    /// Names of the fields the adapter expected and did not find.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_fields: Vec<String>,
}

impl Post {
    /// A post with an identity and a text and nothing else, for a source to fill.
    pub fn new(platform: Platform, native_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            key: PostKey { platform, native_id: native_id.into() },
            kind: PostKind::Post,
            url: None,
            author: None,
            container: None,
            created_at: None,
            edited: false,
            title: None,
            text: text.into(),
            extra_text: Vec::new(),
            links: Vec::new(),
            media: Vec::new(),
            views: None,
            reply_to: None,
            forwarded_from: None,
            missing_fields: Vec::new(),
        }
    }

    /// Names those of these fields that were expected and are not there.
    pub fn name_missing(&mut self, is_there: &[(&str, bool)]) {
        let missing = is_there.iter().filter(|(_, is_there)| !is_there);
        self.missing_fields.extend(missing.map(|(name, _)| (*name).to_owned()));
    }

    /// All that a reader of the post would read, as one text: title, text, extra text, one a line.
    /// Every span of a verdict points into this text; for a bare text the two are the same bytes.
    pub fn reading(&self) -> std::borrow::Cow<'_, str> {
        let title = self.title.as_deref().filter(|title| !title.is_empty());
        if title.is_none() && self.extra_text.is_empty() {
            return std::borrow::Cow::Borrowed(&self.text);
        }
        let parts = title
            .into_iter()
            .chain((!self.text.is_empty()).then_some(self.text.as_str()))
            .chain(self.extra_text.iter().map(|extra| extra.text.as_str()));
        std::borrow::Cow::Owned(parts.collect::<Vec<_>>().join("\n"))
    }

    /// The SHA-256 of what a reader would see (reading, links, media): two fetches of an unedited
    /// post agree, whatever its view count, and an edit changes it. Media addresses are left out
    /// because platforms renew them at every fetch; their number and kind are in.
    pub fn content_hash(&self) -> Sha256 {
        let mut hasher = Hasher::new();
        hasher.field(self.reading().as_bytes());
        for link in &self.links {
            hasher.field(link.url.as_bytes());
        }
        for media in &self.media {
            hasher.field(&[media.kind as u8]);
        }
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_of_a_bare_text_is_the_text() {
        let post = Post::new(Platform::Feed, "1", "kerja di kebun");
        assert!(matches!(post.reading(), std::borrow::Cow::Borrowed("kerja di kebun")));
    }

    #[test]
    fn reading_holds_title_and_extras_in_order() {
        let mut post = Post::new(Platform::Feed, "1", "isi");
        post.title = Some("judul".into());
        post.extra_text.push(ExtraText { kind: ExtraKind::Button, text: "Daftar".into() });
        assert_eq!(post.reading(), "judul\nisi\nDaftar");
    }

    #[test]
    fn content_hash_sees_an_edit_but_not_a_view_count() {
        let mut post = Post::new(Platform::Telegram, "a/1", "isi");
        let before = post.content_hash();
        post.views = Some(3);
        assert_eq!(before, post.content_hash());
        post.text.push('!');
        assert_ne!(before, post.content_hash());
    }

    #[test]
    fn a_post_survives_json() {
        let mut post = Post::new(Platform::Other("forum".into()), "x", "isi");
        post.created_at = "2026-01-02T03:04:05Z".parse().ok();
        let json = serde_json::to_string(&post).unwrap();
        assert_eq!(serde_json::from_str::<Post>(&json).unwrap(), post);
    }
}
