//! One message of a preview page: a post, a notice to ignore, or an item set aside with a reason.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use scraper::ElementRef;

use super::content::{self, Content, by_class, has_class};
use crate::post::{Account, Container, ContainerKind, Platform, Post, PostKind};
use crate::sources::SetAside;
use crate::sources::html::text_of;

/// Telegram numbers messages in 31 bits; a larger number would lead the walk astray for ever.
const NUMBERS: RangeInclusive<u64> = 1..=2_147_483_647;

/// An album is at most ten messages; more room than that would let a stray link hide a gap.
const ALBUM: u64 = 10;

/// A message and the numbers it stands for: an album has one for each of its pictures.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) numbers: Vec<u64>,
    pub(super) reading: Reading,
    familiar: bool,
}

/// What a message came to.
#[derive(Debug)]
pub(super) enum Reading {
    /// A post.
    Post(Box<Post>),
    /// A notice of the platform, such as "Channel photo updated".
    Ignored,
    /// Nothing that can be read.
    SetAside(SetAside),
}

impl Message {
    /// Whether its shape is one that is known, be it of a message Telegram shows only in its app.
    pub(super) fn is_familiar(&self) -> bool {
        self.familiar
    }

    /// Why it was set aside, if it was.
    pub(super) fn trouble(&self) -> Option<&str> {
        match &self.reading {
            Reading::SetAside(item) => Some(&item.reason),
            Reading::Post(_) | Reading::Ignored => None,
        }
    }
}

/// Reads a message of the channel of this name.
pub(super) fn read(element: ElementRef<'_>, channel: &str) -> Message {
    let place = element.attr("data-post").unwrap_or_default();
    let set_aside = |numbers, familiar, reason: String| {
        let item = SetAside::new(place, reason, element.html());
        Message { numbers, reading: Reading::SetAside(item), familiar }
    };

    let number = place
        .split_once('/')
        .filter(|(name, _)| name.eq_ignore_ascii_case(channel))
        .and_then(|(_, number)| number.parse().ok())
        .filter(|number| NUMBERS.contains(number));
    let Some(number) = number else {
        let reason =
            format!("data-post `{place}` bukan nomor pesan kanal ini; seharusnya `{channel}/123`");
        return set_aside(Vec::new(), false, reason);
    };
    let numbers = album(element, number);
    if has_class(element, "service_message") {
        return Message { numbers, reading: Reading::Ignored, familiar: true };
    }

    let content = content::read(element);
    let only_in_app = only_in_app(element);
    if content.is_empty() {
        return match only_in_app {
            Some(notice) => {
                let reason = format!("hanya ditampilkan di aplikasi Telegram ({notice})");
                set_aside(numbers, true, reason)
            }
            None => {
                let reason =
                    "tidak ada teks, media, jajak pendapat, tautan, atau tombol yang dikenal";
                set_aside(numbers, false, reason.into())
            }
        };
    }
    let post = post(element, place, channel, number, content, only_in_app.is_some());
    Message { numbers, reading: Reading::Post(Box::new(post)), familiar: true }
}

fn post(
    element: ElementRef<'_>,
    place: &str,
    channel: &str,
    number: u64,
    content: Content,
    hides_media: bool,
) -> Post {
    // Channel names know no case and their owners change it at will; an identity must not.
    let channel = channel.to_ascii_lowercase();
    let shown_name = place.split_once('/').map_or(channel.as_str(), |(name, _)| name);
    let address = format!("https://t.me/{shown_name}");
    let name = first_text(element, "tgme_widget_message_owner_name");
    let date = by_class(element, "tgme_widget_message_date").next();
    let created_at = date.and_then(published);

    let mut post = Post::new(Platform::Telegram, format!("{channel}/{number}"), content.text);
    post.kind = PostKind::Message;
    post.url = Some(format!("{address}/{number}"));
    post.author = Some(Account {
        native_id: Some(channel.clone()),
        handle: Some(shown_name.to_owned()),
        // A signature says more than the channel's name, which the container keeps.
        name: first_text(element, "tgme_widget_message_from_author").or_else(|| name.clone()),
        url: Some(address.clone()),
    });
    post.name_missing(&[
        ("author.name", name.is_some()),
        ("created_at", created_at.is_some()),
        ("media", !hides_media || !content.media.is_empty()),
    ]);
    post.container = Some(Container {
        kind: ContainerKind::Channel,
        native_id: channel,
        name,
        url: Some(address),
    });
    post.created_at = created_at;
    post.edited = is_edited(element);
    post.extra_text = content.extra_text;
    post.links = content.links;
    post.media = content.media;
    post.views = first_text(element, "tgme_widget_message_views").and_then(|text| count(&text));
    post.reply_to = by_class(element, "tgme_widget_message_reply")
        .next()
        .and_then(|reply| reply.attr("href"))
        .map(native_id_of);
    post.forwarded_from = forwarded_from(element);
    post
}

fn first_text(element: ElementRef<'_>, class: &str) -> Option<String> {
    by_class(element, class).next().map(text_of).filter(|text| !text.is_empty())
}

/// The numbers of an album, by the links of its pictures; otherwise the message's own.
fn album(element: ElementRef<'_>, number: u64) -> Vec<u64> {
    let mut numbers: Vec<u64> = element
        .descendent_elements()
        .filter_map(|link| {
            link.attr("href")?.strip_suffix("?single")?.rsplit('/').next()?.parse().ok()
        })
        .filter(|other| (number..number + ALBUM).contains(other))
        .collect();
    numbers.push(number);
    numbers
}

/// The notice in place of a message that the preview does not show. The same element is a mere
/// fallback for old browsers around media that it does show.
fn only_in_app(element: ElementRef<'_>) -> Option<String> {
    by_class(element, "message_media_not_supported_label")
        .map(text_of)
        .find(|notice| notice.to_ascii_lowercase().contains("open telegram"))
}

/// Scoped to the date's link: the lengths of videos are `time` elements too.
fn published(date: ElementRef<'_>) -> Option<Timestamp> {
    date.descendent_elements().find_map(|time| time.attr("datetime"))?.parse().ok()
}

/// The word stands in the footer itself; a signature, which may say anything, in an element.
fn is_edited(element: ElementRef<'_>) -> bool {
    by_class(element, "tgme_widget_message_meta")
        .flat_map(|meta| meta.children())
        .filter_map(|child| child.value().as_text())
        .any(|text| text.contains("edited"))
}

/// The name and, where it is not hidden, the address of what was passed on.
fn forwarded_from(element: ElementRef<'_>) -> Option<String> {
    let forward = by_class(element, "tgme_widget_message_forwarded_from").next()?;
    let name = first_text(forward, "tgme_widget_message_forwarded_from_name")?;
    let address = forward
        .descendent_elements()
        .filter(|part| has_class(*part, "tgme_widget_message_forwarded_from_name"))
        .find_map(|part| part.attr("href"));
    let signature = first_text(forward, "tgme_widget_message_forwarded_from_author");
    let details: Vec<&str> = signature.as_deref().into_iter().chain(address).collect();
    Some(if details.is_empty() { name } else { format!("{name} ({})", details.join(", ")) })
}

/// `https://t.me/Kanal/12` as the identity of a post; any other address stays as it is.
fn native_id_of(href: &str) -> String {
    let path = href.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    let path = path.map_or(href, |(_, path)| path).split(['?', '#']).next().unwrap_or_default();
    match path.split_once('/') {
        Some((name, number)) if number.parse::<u64>().is_ok() => {
            format!("{}/{number}", name.to_ascii_lowercase())
        }
        _ => href.to_owned(),
    }
}

/// A count as Telegram rounds it: `999`, `4.85K`, `3.1M`.
fn count(text: &str) -> Option<u64> {
    let text = text.trim();
    let (digits, unit) = match text.chars().last()? {
        'K' => (&text[..text.len() - 1], 1_000_u64),
        'M' => (&text[..text.len() - 1], 1_000_000),
        'B' => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text, 1),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut total = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.chars() {
        place /= 10;
        total = total.checked_add(u64::from(digit.to_digit(10)?) * place)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_unrounded_as_far_as_they_say() {
        for (text, expected) in [
            ("2", Some(2)),
            ("999", Some(999)),
            ("1K", Some(1_000)),
            ("4.85K", Some(4_850)),
            ("436.6K", Some(436_600)),
            ("3.1M", Some(3_100_000)),
            ("1.25B", Some(1_250_000_000)),
            ("", None),
            ("K", None),
            ("4,85K", None),
            ("-1", None),
            ("99999999999999999999", None),
            ("99999999999999999B", None),
        ] {
            assert_eq!(count(text), expected, "{text}");
        }
    }

    #[test]
    fn a_reply_names_a_post() {
        for (href, expected) in [
            ("https://t.me/Loker_Contoh/12", "loker_contoh/12"),
            ("https://t.me/Loker_Contoh/12?single", "loker_contoh/12"),
            ("/Loker_Contoh/12", "/Loker_Contoh/12"),
            ("https://t.me/c/123/4", "https://t.me/c/123/4"),
            ("https://t.me/loker_contoh", "https://t.me/loker_contoh"),
        ] {
            assert_eq!(native_id_of(href), expected);
        }
    }
}
