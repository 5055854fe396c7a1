//! The frame of a preview page: its messages, its word on older ones, and how a page without any
//! differs from what stands in place of a preview.

use scraper::{ElementRef, Html};

use super::content::{by_class, has_class};
use super::message::{self, Message};
use crate::sources::html;

/// What a preview page holds.
#[derive(Debug)]
pub(super) enum Preview {
    /// Messages, lowest number first.
    Messages {
        /// The messages.
        messages: Vec<Message>,
        /// Whether the page links to older ones.
        older: bool,
    },
    /// The page says itself that it shows none.
    Empty,
}

/// Reads a page. The error says what stands in place of a preview.
pub(super) fn read(html: &str, channel: &str) -> Result<Preview, String> {
    let document = html::document(html).ok_or("its elements are tangled beyond any real page")?;
    let root = document.root_element();
    let Some(history) = by_class(root, "tgme_channel_history").next() else {
        return Err(instead_of_preview(&document));
    };
    let messages: Vec<Message> = history
        .descendent_elements()
        .filter(is_message)
        .map(|element| message::read(element, channel))
        .collect();
    if messages.is_empty() {
        let notice = by_class(history, "tme_no_messages_found").next().map(html::text_of);
        return match notice {
            // Telegram puts the reason of a ban where it says "No posts found" of an empty page.
            Some(notice) if notice.contains("displayed") => Err(format!("Telegram says: {notice}")),
            Some(_) => Ok(Preview::Empty),
            None => {
                Err("its history holds neither messages nor the notice that there are none".into())
            }
        };
    }
    Ok(Preview::Messages { older: links_to_older(root), messages })
}

/// Reads the page of a single message. The error says what stands in place of it.
pub(super) fn read_one(html: &str, channel: &str) -> Result<Message, String> {
    let document = html::document(html).ok_or("its elements are tangled beyond any real page")?;
    let root = document.root_element();
    if let Some(notice) = by_class(root, "tgme_widget_message_error").next() {
        return Err(format!("Telegram says: {}", html::text_of(notice)));
    }
    let found = root.descendent_elements().find(is_message);
    found
        .map(|element| message::read(element, channel))
        .ok_or_else(|| instead_of_preview(&document))
}

/// A message, whether or not it carries a number. None stands in another.
fn is_message(element: &ElementRef<'_>) -> bool {
    let is = |element: ElementRef<'_>| {
        element.attr("data-post").is_some() || has_class(element, "tgme_widget_message")
    };
    is(*element) && !element.ancestors().filter_map(ElementRef::wrap).any(is)
}

fn links_to_older(root: ElementRef<'_>) -> bool {
    root.descendent_elements().any(|element| {
        element.attr("data-before").is_some() && has_class(element, "tme_messages_more")
            || element.value().name() == "link"
                && element.attr("rel") == Some("prev")
                && element.attr("href").is_some_and(|href| href.contains("before="))
    })
}

fn instead_of_preview(document: &Html) -> String {
    let root = document.root_element();
    if by_class(root, "tgme_page").next().is_some()
        || by_class(root, "tgme_page_wrap").next().is_some()
    {
        return "the channel's contact page stands in place of its preview".into();
    }
    let title = root
        .descendent_elements()
        .find(|element| element.value().name() == "title")
        .map(|title| title.text().collect::<String>().trim().chars().take(80).collect::<String>())
        .filter(|title| !title.is_empty());
    format!("there is no channel history in it (its title: {})", title.as_deref().unwrap_or("none"))
}
