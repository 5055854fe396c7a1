//! The post of a report, put together from what was read, what was known and what was told. Told
//! words are the post's only where it has none of its own: a warning is not what its ad says.

use url::Url;

use crate::post::{ExtraKind, ExtraText, Link, Platform, Post, PostKey};
use crate::registry::Sites;
use crate::sources::reported::{self, Way};
use crate::store::{Found, Told};

use super::follow::{End, Followed};

/// Pieces of told text one post takes up; more would only repeat them.
const MOST_TOLD: usize = 20;
/// The platform of what has no link.
const NOWHERE: &str = "report";

/// A report looked at: what was handed in and where its links led.
pub(super) struct Looked<'a> {
    pub(super) told: &'a Told,
    pub(super) sites: &'a Sites,
    /// The link handed in.
    pub(super) main: Option<Followed>,
    /// Shortened links and pages of links within what was told or read.
    pub(super) within: Vec<Followed>,
}

impl Looked<'_> {
    /// Which post it is about.
    pub(super) fn key(&self) -> PostKey {
        match &self.main {
            Some(Followed { end: End::Read(read), .. }) => read.post.key.clone(),
            Some(Followed { chain, .. }) => match chain.last() {
                Some(last) => reported::key(last, self.sites),
                None => self.key_of_words(),
            },
            None => self.key_of_words(),
        }
    }

    fn key_of_words(&self) -> PostKey {
        PostKey {
            platform: Platform::from(self.told.platform.as_deref().unwrap_or(NOWHERE)),
            native_id: reported::of_words(self.text().unwrap_or_default()),
        }
    }

    fn text(&self) -> Option<&str> {
        self.told.text.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The post as it is stored; `known` is the stored one, if there is one.
    pub(super) fn post(&self, known: Option<&Post>) -> Post {
        let read = match &self.main {
            Some(Followed { end: End::Read(read), .. }) => Some(&read.post),
            _ => None,
        };
        let mut post = match (read, known) {
            (Some(read), _) => read.clone(),
            (None, Some(known)) => known.clone(),
            (None, None) => self.as_told(),
        };
        if !has_own_words(&post) {
            let earlier = known.into_iter().flat_map(|known| &known.extra_text);
            let earlier = earlier.filter(|extra| extra.kind == ExtraKind::Told);
            let told = earlier.map(|extra| extra.text.as_str()).chain(self.text());
            for text in told.take(MOST_TOLD) {
                add(&mut post, ExtraKind::Told, text);
            }
        }
        // Where a link leads belongs to the post that holds the link.
        let held = links(&post);
        for followed in self.main.iter().chain(&self.within) {
            if self.is_main(followed) || followed.chain.first().is_some_and(|it| held.contains(it))
            {
                self.add_target(&mut post, followed);
            }
        }
        post
    }

    /// What was told that this post does not take up.
    pub(super) fn left_over(&self, post: &Post) -> Option<&str> {
        self.text().filter(|text| !holds(post, text))
    }

    fn is_main(&self, followed: &Followed) -> bool {
        self.main.as_ref().is_some_and(|main| std::ptr::eq(main, followed))
    }

    /// A post of which nothing is known but what was told.
    fn as_told(&self) -> Post {
        let key = self.key();
        let mut post = Post::new(key.platform, key.native_id, "");
        let ends = self.main.as_ref().map(|main| (main.chain.first(), main.chain.last()));
        let Some((Some(first), Some(last))) = ends else {
            self.text().unwrap_or_default().clone_into(&mut post.text);
            return post;
        };
        let hides_contact = matches!(reported::way(last, self.sites), Way::Lead(_));
        if hides_contact {
            // An address with a number in it stands where contacts are masked.
            if self.text().is_none() {
                post.text = first.to_string();
            }
            post.links.push(Link { url: first.to_string(), text: None });
        } else {
            post.url = Some(last.to_string());
            post.missing_fields.push("text".to_owned());
        }
        post
    }

    /// What a shortened link or a page of links leads to is part of what its reader learns.
    fn add_target(&self, post: &mut Post, followed: &Followed) {
        let Followed { chain, end } = followed;
        let is_main = self.is_main(followed);
        match end {
            End::Read(read) if !is_main => {
                add(post, ExtraKind::Target, &read.post.reading());
                post.links.extend(read.post.links.iter().cloned());
            }
            End::Read(_) => {}
            End::Lead(_) => {
                if let Some(last) = chain.last() {
                    add(post, ExtraKind::Target, last.as_str());
                }
            }
            End::Reached | End::Left(_) | End::Later { .. } => {
                if let Some(last) = chain.last().filter(|_| chain.len() > 1 && !is_main) {
                    add(post, ExtraKind::Target, last.as_str());
                }
            }
        }
    }

    /// What came of the look, beside the post.
    pub(super) fn found(&self, post: &Post) -> Found {
        let mut leads: Vec<String> = Vec::new();
        let ends = self.main.iter().chain(&self.within);
        let followed = ends.clone().filter_map(|followed| match &followed.end {
            End::Lead(contact) => Some(contact.clone()),
            _ => None,
        });
        let written =
            links(post).into_iter().filter_map(|url| match reported::way(&url, self.sites) {
                Way::Lead(contact) => Some(contact),
                _ => None,
            });
        for lead in followed.chain(written) {
            if !leads.contains(&lead) {
                leads.push(lead);
            }
        }
        let main = self.main.as_ref().map(|main| &main.end);
        Found {
            fetched: matches!(main, Some(End::Read(_))),
            reason: match main {
                Some(End::Left(reason) | End::Later { reason, .. }) => Some(reason.clone()),
                Some(End::Lead(_)) => {
                    Some("nomor, akun, dan undangan dicatat dan tidak pernah dibuka".to_owned())
                }
                _ => None,
            },
            chain: ends
                .filter(|followed| followed.chain.len() > 1)
                .flat_map(|followed| followed.chain.iter().map(Url::to_string))
                .collect(),
            leads,
        }
    }
}

/// Whether the post says anything besides what was told of it, its address and where that leads.
fn has_own_words(post: &Post) -> bool {
    let says = |text: &str| !text.trim().is_empty() && reported::as_link(text).is_none();
    post.title.as_deref().is_some_and(says)
        || says(&post.text)
        || post
            .extra_text
            .iter()
            .any(|extra| !matches!(extra.kind, ExtraKind::Told | ExtraKind::Target))
}

/// Every link of a post, written or attached.
pub(super) fn links(post: &Post) -> Vec<Url> {
    let attached = post.links.iter().filter_map(|link| Url::parse(&link.url).ok());
    reported::links_in(&post.reading()).into_iter().chain(attached).collect()
}

fn holds(post: &Post, text: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    words(&post.reading()).contains(&words(text))
}

/// Adds a text the post does not hold yet.
fn add(post: &mut Post, kind: ExtraKind, text: &str) {
    if !holds(post, text) {
        post.extra_text.push(ExtraText { kind, text: text.to_owned() });
        post.missing_fields.retain(|field| field != "text");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites() -> Sites {
        let table = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/registry/sites.toml");
        toml::from_str(&std::fs::read_to_string(table).unwrap()).unwrap()
    }

    fn told(url: Option<&str>, text: Option<&str>) -> Told {
        Told { url: url.map(str::to_owned), text: text.map(str::to_owned), ..Told::default() }
    }

    fn followed(chain: &[&str], end: End) -> Followed {
        Followed { chain: chain.iter().map(|url| Url::parse(url).unwrap()).collect(), end }
    }

    fn left() -> End {
        End::Left("tidak boleh".into())
    }

    #[test]
    fn what_is_told_twice_stands_once_and_replaces_nothing() {
        let sites = sites();
        let link = "https://www.facebook.com/groups/1/posts/2";
        let report = |text: Option<&'static str>, known: Option<&Post>| {
            let told = told(Some(link), text);
            let looked = Looked {
                told: &told,
                sites: &sites,
                main: Some(followed(&[link], left())),
                within: vec![],
            };
            looked.post(known)
        };
        let bare = report(None, None);
        assert_eq!(
            (bare.text.as_str(), bare.missing_fields.as_slice()),
            ("", &["text".to_owned()][..])
        );
        let first = report(Some("Dicari admin di Poipet"), Some(&bare));
        assert_eq!(first.reading(), "Dicari admin di Poipet");
        assert!(first.missing_fields.is_empty());
        for (text, reading) in [
            (None, "Dicari admin di Poipet"),
            (Some("dicari"), "Dicari admin di Poipet\ndicari"),
            (Some(" admin  di\nPoipet "), "Dicari admin di Poipet"),
            (Some("hati-hati"), "Dicari admin di Poipet\nhati-hati"),
        ] {
            assert_eq!(report(text, Some(&first)).reading(), reading, "{text:?}");
        }
        let mut many = first;
        for number in 0..100 {
            let told = told(Some(link), Some(&format!("kata ke-{number}")));
            let looked = Looked {
                told: &told,
                sites: &sites,
                main: Some(followed(&[link], left())),
                within: vec![],
            };
            many = looked.post(Some(&many));
        }
        assert_eq!(many.extra_text.len(), MOST_TOLD);
    }

    #[test]
    fn beside_words_of_its_own_told_ones_are_left_over() {
        let sites = sites();
        let link = "https://www.facebook.com/groups/1/posts/2";
        let told = told(Some(link), Some("AWAS PENIPUAN, nomornya di https://bit.ly/a"));
        let within = vec![followed(
            &["https://bit.ly/a", "https://wa.me/6281200000001"],
            End::Lead("+6281200000001".into()),
        )];
        let main = Some(followed(&[link], left()));
        let looked = Looked { told: &told, sites: &sites, main, within };
        let post = |change: fn(&mut Post)| {
            let mut post = Post::new(Platform::from("facebook"), "2", "");
            change(&mut post);
            post
        };
        let extra = |kind| ExtraText { kind, text: "Admin Poipet".into() };
        for known in [
            post(|post| post.text = "Admin Poipet".into()),
            post(|post| post.title = Some("Admin Poipet".into())),
            Post { extra_text: vec![extra(ExtraKind::Alt)], ..post(|_| ()) },
        ] {
            let composed = looked.post(Some(&known));
            assert_eq!(composed, known);
            assert_eq!(looked.left_over(&composed), looked.text());
        }
        for known in [
            post(|_| ()),
            Post { text: link.into(), ..post(|_| ()) },
            Post { extra_text: vec![extra(ExtraKind::Told)], ..post(|_| ()) },
        ] {
            let composed = looked.post(Some(&known));
            assert!(composed.reading().ends_with("bit.ly/a\nhttps://wa.me/6281200000001"));
            assert_eq!(looked.left_over(&composed), None);
        }
    }

    #[test]
    fn a_number_stands_in_text_and_nowhere_else() {
        let sites = sites();
        for (chain, text, reading) in [
            (&["https://wa.me/6281200000001"][..], None, "https://wa.me/6281200000001"),
            (
                &["https://wa.me/6281200000001"],
                Some("agen ke Kamboja"),
                "agen ke Kamboja\nhttps://wa.me/6281200000001",
            ),
            (
                &["https://bit.ly/a", "https://wa.me/6281200000001"],
                None,
                "https://bit.ly/a\nhttps://wa.me/6281200000001",
            ),
        ] {
            let told = told(Some(chain[0]), text);
            let end = End::Lead("+6281200000001".into());
            let looked = Looked {
                told: &told,
                sites: &sites,
                main: Some(followed(chain, end)),
                within: vec![],
            };
            let post = looked.post(None);
            assert_eq!(post.reading(), reading);
            assert!(!post.key.native_id.contains("8120000") && post.url.is_none());
            assert_eq!(looked.found(&post).leads, ["+6281200000001"]);
        }
    }
}
