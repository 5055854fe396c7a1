//! What a message says: its text, the texts around it, its links and its media. What it quotes of
//! the message it answers is not its own and left out.

use scraper::ElementRef;

use crate::post::{ExtraKind, ExtraText, Link, Media, MediaKind};
use crate::sources::html::text_of;

const TEXT: &str = "tgme_widget_message_text";
const REPLY: &str = "tgme_widget_message_reply";
const REPLY_TEXT: &str = "js-message_reply_text";
const CARD: &str = "tgme_widget_message_link_preview";

/// Classes whose text belongs to the message without being its main text.
const EXTRAS: &[(&str, ExtraKind)] = &[
    ("tgme_widget_message_poll_question", ExtraKind::Poll),
    ("tgme_widget_message_poll_option_text", ExtraKind::Poll),
    ("tgme_widget_message_contact_name", ExtraKind::Card),
    ("tgme_widget_message_contact_phone", ExtraKind::Card),
    ("tgme_widget_message_location_title", ExtraKind::Card),
    ("tgme_widget_message_location_address", ExtraKind::Card),
    ("tgme_widget_message_document_title", ExtraKind::File),
    ("link_preview_site_name", ExtraKind::Card),
    ("link_preview_title", ExtraKind::Card),
    ("link_preview_description", ExtraKind::Card),
    ("tgme_widget_message_inline_button", ExtraKind::Button),
];

/// What a message says.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) text: String,
    pub(super) extra_text: Vec<ExtraText>,
    pub(super) links: Vec<Link>,
    pub(super) media: Vec<Media>,
}

impl Content {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
            && self.extra_text.is_empty()
            && self.links.is_empty()
            && self.media.is_empty()
    }
}

/// Whether the element is of this class.
pub(super) fn has_class(element: ElementRef<'_>, class: &str) -> bool {
    element.value().classes().any(|own| own == class)
}

/// The elements of this class below an element, in the page's order.
pub(super) fn by_class<'a>(
    element: ElementRef<'a>,
    class: &str,
) -> impl Iterator<Item = ElementRef<'a>> {
    element.descendent_elements().skip(1).filter(move |inner| has_class(*inner, class))
}

/// Reads a message.
pub(super) fn read(message: ElementRef<'_>) -> Content {
    let texts: Vec<ElementRef<'_>> = by_class(message, TEXT)
        .filter(|text| {
            // Albums nest the text twice; replies quote in the same class.
            !has_class(*text, REPLY_TEXT) && !stands_in(*text, message, &[TEXT, REPLY])
        })
        .collect();
    let mut content = Content {
        text: texts.iter().map(|text| text_of(*text)).collect::<Vec<_>>().join("\n"),
        extra_text: extra_texts(message),
        links: Vec::new(),
        media: media(message),
    };
    let anchors = texts.iter().flat_map(|text| text.descendent_elements());
    let buttons = by_class(message, "tgme_widget_message_inline_button");
    let places = by_class(message, "tgme_widget_message_location_wrap");
    for (anchor, shown) in anchors
        .map(|anchor| (anchor, true))
        .chain(places.chain(by_class(message, CARD)).map(|anchor| (anchor, false)))
        .chain(buttons.map(|anchor| (anchor, true)))
    {
        content.add_link(anchor, shown);
    }
    content
}

impl Content {
    /// Keeps where an anchor leads, and its text if it is `shown` as a link's and not as a card's.
    /// Hashtags lead into the page's own search, which is no link.
    fn add_link(&mut self, anchor: ElementRef<'_>, shown: bool) {
        let Some(url) = anchor.attr("href").map(str::trim) else { return };
        let leads_nowhere = url.is_empty() || url.starts_with(['?', '#', '/']);
        if leads_nowhere || url.starts_with("javascript:") {
            return;
        }
        if self.links.iter().any(|link| link.url == url) {
            return;
        }
        let text = Some(text_of(anchor)).filter(|text| shown && !text.is_empty() && text != url);
        self.links.push(Link { url: url.to_owned(), text });
    }
}

/// Whether one of these classes stands between the element and the message it belongs to.
fn stands_in(element: ElementRef<'_>, message: ElementRef<'_>, classes: &[&str]) -> bool {
    element
        .ancestors()
        .take_while(|ancestor| ancestor.id() != message.id())
        .filter_map(ElementRef::wrap)
        .any(|ancestor| classes.iter().any(|class| has_class(ancestor, class)))
}

fn extra_texts(message: ElementRef<'_>) -> Vec<ExtraText> {
    let mut texts = Vec::new();
    for part in message.descendent_elements() {
        // The performer of a piece of music is a name; beside other files it is a size.
        let performer = has_class(part, "tgme_widget_message_document_extra")
            && part
                .ancestors()
                .filter_map(ElementRef::wrap)
                .find(|ancestor| has_class(*ancestor, "tgme_widget_message_document_wrap"))
                .is_some_and(is_audio);
        let kind = EXTRAS
            .iter()
            .find(|(class, _)| has_class(part, class))
            .map(|(_, kind)| *kind)
            .or(performer.then_some(ExtraKind::File));
        let Some(kind) = kind.filter(|_| !stands_in(part, message, &[REPLY])) else { continue };
        let text = text_of(part);
        if !text.is_empty() {
            texts.push(ExtraText { kind, text });
        }
    }
    texts
}

fn media(message: ElementRef<'_>) -> Vec<Media> {
    let mut media: Vec<Media> = Vec::new();
    for part in message.descendent_elements() {
        let source = |tag| {
            part.descendent_elements()
                .filter(|inner| inner.value().name() == tag)
                .find_map(|inner| inner.attr("src"))
                .map(str::to_owned)
        };
        let found = part.value().classes().find_map(|class| {
            Some(match class {
                "tgme_widget_message_photo_wrap" => (MediaKind::Image, background(part)),
                "tgme_widget_message_video_player" | "tgme_widget_message_roundvideo_player" => {
                    (MediaKind::Video, source("video"))
                }
                "tgme_widget_message_voice_player" => (MediaKind::Audio, source("audio")),
                "tgme_widget_message_document_wrap" if is_audio(part) => (MediaKind::Audio, None),
                "tgme_widget_message_document_wrap" => (MediaKind::File, None),
                "tgme_widget_message_sticker" => {
                    (MediaKind::Sticker, part.attr("data-webp").map(str::to_owned))
                }
                "tgme_widget_message_tgsticker_wrap" | "tgme_widget_message_videosticker_wrap" => {
                    (MediaKind::Sticker, None)
                }
                _ => return None,
            })
        });
        let Some((kind, url)) = found.filter(|_| !stands_in(part, message, &[REPLY, CARD])) else {
            continue;
        };
        media.push(Media { kind, url });
    }
    media
}

fn is_audio(document: ElementRef<'_>) -> bool {
    by_class(document, "tgme_widget_message_document_icon").any(|icon| has_class(icon, "audio"))
}

/// The address in `background-image:url('…')`, where photos have theirs.
fn background(element: ElementRef<'_>) -> Option<String> {
    let (_, rest) = element.attr("style")?.split_once("background-image:url(")?;
    let (address, _) = rest.split_once(')')?;
    let address = address.trim_matches(['\'', '"']);
    (!address.is_empty()).then(|| address.to_owned())
}
