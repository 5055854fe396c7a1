//! A selector as an operator writes it: CSS, and after `@` the attribute that is meant
//! (`a.judul@href`); `@href` alone is an attribute of the very element. What cannot be read is told
//! in words that help.

use scraper::error::SelectorErrorKind;
use scraper::{ElementRef, Selector};

use super::one_line;
use crate::sources::{Finding, OpenError, html};

/// The longest selector: none that a person writes comes near.
const LONGEST: usize = 1_000;
/// Texts a finding shows.
const SHOWN: usize = 3;
/// Letters of a text a finding shows.
const GLIMPSE: usize = 120;

/// A selector that was read.
#[derive(Debug, Clone)]
pub(in crate::sources) struct Pick {
    written: String,
    css: Option<Selector>,
    attribute: Option<String>,
}

impl Pick {
    /// Reads what stands under `key`.
    ///
    /// # Errors
    /// What is wrong with it, for the operator.
    pub fn read(key: &'static str, written: &str) -> Result<Self, OpenError> {
        Self::parse(written).map_err(|reason| OpenError::new(key, reason))
    }

    /// Reads what may stand under `key`.
    ///
    /// # Errors
    /// What is wrong with it, for the operator.
    pub fn read_some(
        key: &'static str,
        written: Option<&String>,
    ) -> Result<Option<Self>, OpenError> {
        written.map(|written| Self::read(key, written)).transpose()
    }

    fn parse(written: &str) -> Result<Self, String> {
        let trimmed = written.trim();
        if trimmed.len() > LONGEST {
            return Err(format!("pemilih lebih panjang dari {LONGEST} byte"));
        }
        let (css, attribute) = match trimmed.rsplit_once('@') {
            Some((css, name)) if is_attribute_name(name) => (css.trim(), Some(name)),
            _ => (trimmed, None),
        };
        if css.is_empty() && attribute.is_none() {
            let help = "tulis pemilih CSS, misalnya \"article h2\" atau \"a.judul@href\"";
            return Err(format!("pemilih ini kosong; {help}"));
        }
        let selector = match css {
            "" => None,
            css => Some(Selector::parse(css).map_err(|error| unreadable(css, &error))?),
        };
        Ok(Self {
            written: trimmed.to_owned(),
            css: selector,
            attribute: attribute.map(str::to_ascii_lowercase),
        })
    }

    /// What it picks inside of `scope`, in order; without CSS `scope` itself.
    pub fn all<'a>(
        &'a self,
        scope: ElementRef<'a>,
    ) -> Box<dyn Iterator<Item = ElementRef<'a>> + 'a> {
        match &self.css {
            Some(css) => Box::new(scope.select(css)),
            None => Box::new(std::iter::once(scope)),
        }
    }

    /// The first value that is not empty: the attribute, or the text.
    pub fn value(&self, scope: ElementRef<'_>) -> Option<String> {
        self.all(scope).find_map(|element| self.value_of(element))
    }

    /// The first date: a `<time>` means its `datetime`, a `<meta>` its `content`.
    pub fn dates<'a>(&'a self, scope: ElementRef<'a>) -> impl Iterator<Item = String> + 'a {
        self.all(scope).flat_map(|element| {
            let tag = element.value();
            let exact = ["datetime", "content"].into_iter().find_map(|name| tag.attr(name));
            let exact = exact.filter(|_| self.attribute.is_none()).map(str::to_owned);
            exact.into_iter().chain(self.value_of(element))
        })
    }

    /// Where the first link leads, as written: the named attribute, or the `href` of the element
    /// or of the first link in it.
    pub fn link(&self, scope: ElementRef<'_>) -> Option<String> {
        if self.attribute.is_some() {
            return self.value(scope);
        }
        self.all(scope).find_map(|element| {
            let within = element.descendent_elements();
            within.filter_map(|element| element.value().attr("href")).next().map(str::to_owned)
        })
    }

    /// What an element that was picked gives.
    pub fn value_of(&self, element: ElementRef<'_>) -> Option<String> {
        let value = match &self.attribute {
            Some(name) => element.value().attr(name)?.trim().to_owned(),
            // No reader sees it on the page, but who names it means it.
            None if element.value().name() == "title" => {
                one_line(&element.text().collect::<String>())
            }
            None => html::text_of(element),
        };
        Some(value).filter(|value| !value.is_empty())
    }

    /// How many elements it finds, and what the first of them give.
    pub fn finding(&self, key: &'static str, scopes: &[ElementRef<'_>]) -> Finding {
        let mut finding =
            Finding { key, selector: self.written.clone(), found: 0, first: Vec::new() };
        for element in scopes.iter().flat_map(|scope| self.all(*scope)) {
            finding.found += 1;
            if finding.first.len() < SHOWN {
                let value = match (key, &self.attribute) {
                    ("link" | "next", None) => self.link_of(element),
                    _ => self.value_of(element),
                };
                finding.first.extend(value.map(|value| glimpse(&value)));
            }
        }
        finding
    }

    fn link_of(&self, element: ElementRef<'_>) -> Option<String> {
        element
            .descendent_elements()
            .find_map(|element| element.value().attr("href").map(str::to_owned))
    }
}

fn glimpse(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(GLIMPSE) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

fn is_attribute_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_:".contains(&byte))
}

/// Names the part that cannot be read, where one can be told.
fn unreadable(css: &str, error: &SelectorErrorKind) -> String {
    let reason = match error {
        SelectorErrorKind::EndOfLine => "pemilih terputus sebelum selesai",
        SelectorErrorKind::UnexpectedToken => "ada tanda yang tidak pada tempatnya",
        SelectorErrorKind::ExpectedColonOnPseudoElement
        | SelectorErrorKind::ExpectedIdentityOnPseudoElement => {
            "setelah `:` harus ada nama, misalnya `:first-child`"
        }
        _ if css.starts_with('/') => "ini XPath, bukan CSS",
        SelectorErrorKind::UnexpectedSelectorParseError(_) => {
            "bagian ini tidak dikenal sebagai pemilih CSS"
        }
        _ => "bukan pemilih CSS yang sah",
    };
    let part = css
        .split([' ', ',', '>', '+', '~'])
        .filter(|part| !part.is_empty())
        .find(|part| Selector::parse(part).is_err());
    let place = match part {
        Some(part) if part != css => format!(" (bagian `{part}`)"),
        _ => String::new(),
    };
    format!(
        "pemilih CSS `{css}` tidak dapat dibaca{place}: {reason}; \
         tulis misalnya \"article.pos\", \"h2 a\", atau \"a.judul@href\""
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(written: &str, html: &str) -> Vec<String> {
        let page = html::document(html).unwrap();
        let pick = Pick::parse(written).unwrap();
        pick.all(page.root_element()).filter_map(|element| pick.value_of(element)).collect()
    }

    #[test]
    fn css_and_attributes_are_picked() {
        let page = "<title> Situs\n Contoh</title><ul><li class=a data-id=7><a href='/satu'>Satu <b>kerja</b></a>\
                    <li class=b><a href='mailto:x@y.example' title='x@y'>Dua</a></ul>";
        for (written, expected) in [
            ("li a", &["Satu kerja", "Dua"][..]),
            ("li a@href", &["/satu", "mailto:x@y.example"]),
            ("li.a@data-id", &["7"]),
            (" li , p ", &["Satu kerja", "Dua"]),
            ("a[title=\"x@y\"]", &["Dua"]),
            ("a[href*='@']@HREF", &["mailto:x@y.example"]),
            ("li:has(b)", &["Satu kerja"]),
            ("h1", &[]),
            ("title", &["Situs Contoh"]),
        ] {
            assert_eq!(values(written, page), expected, "{written}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (written, told) in [
            ("", "kosong"),
            ("  ", "kosong"),
            ("div..judul", "tidak dapat dibaca: bagian ini tidak dikenal"),
            ("article > h2[", "(bagian `h2[`)"),
            ("li a:apa", "(bagian `a:apa`)"),
            ("a@", "tidak dapat dibaca"),
            ("p >", "tidak dapat dibaca"),
            ("//div/a", "ini XPath"),
        ] {
            let error = Pick::parse(written).unwrap_err();
            assert!(error.contains(told), "{written}: {error}");
        }
        assert!(Pick::parse(&"a ".repeat(600)).is_err());
    }

    #[test]
    fn dates_and_links_are_where_they_are_meant() {
        let page = html::document(
            "<article><h2><a href='/1'>Judul</a></h2><time datetime='2026-07-01'>kemarin</time>\
             <meta property='article:published_time' content='2026-07-02'></article>",
        )
        .unwrap();
        let root = page.root_element();
        let dates =
            |written: &str| -> Vec<String> { Pick::parse(written).unwrap().dates(root).collect() };
        assert_eq!(dates("time"), ["2026-07-01", "kemarin"]);
        assert_eq!(dates("meta[property='article:published_time']"), ["2026-07-02"]);
        assert_eq!(Pick::parse("h2").unwrap().link(root).as_deref(), Some("/1"));
        assert_eq!(Pick::parse("h2 a@href").unwrap().link(root).as_deref(), Some("/1"));
        assert_eq!(Pick::parse("time").unwrap().link(root), None);
    }
}
