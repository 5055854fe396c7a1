//! Finds tags in XML that may be broken: comments and CDATA are stepped over, a stray `<` is text,
//! nothing is refused. What lies between the tags is for `feed-rs` to read. Time in proportion to
//! the length, whatever stands there.

/// A tag as it stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) struct Tag<'a> {
    /// The name with its prefix.
    pub name: &'a str,
    /// Whether it opens or closes an element, or is one by itself.
    pub kind: TagKind,
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) enum TagKind {
    Open,
    Close,
    Empty,
}

impl<'a> Tag<'a> {
    /// The name without its prefix.
    pub fn local(&self) -> &'a str {
        self.name.rsplit(':').next().unwrap_or(self.name)
    }

    /// The prefix of its name, if it has one.
    pub fn prefix(&self) -> Option<&'a str> {
        self.name.split_once(':').map(|(prefix, _)| prefix)
    }

    /// Its attributes as written, in order.
    pub fn attributes(&self, text: &'a str) -> Vec<(&'a str, &'a str)> {
        attributes(text[self.start..self.end].trim_end_matches(['>', '/']))
    }
}

/// What stands at a `<`.
enum Piece<'a> {
    Tag(Tag<'a>),
    /// A comment, CDATA, declaration or instruction that ends here.
    Other(usize),
    /// No markup at all.
    Stray,
}

/// The tags of a text, in order.
pub(in crate::sources) fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text.get(at..)?.find('<')?;
            match piece(text, start) {
                Piece::Tag(tag) => {
                    at = tag.end;
                    return Some(tag);
                }
                Piece::Other(end) => at = end,
                Piece::Stray => at = start + 1,
            }
        }
    })
}

fn piece(text: &str, start: usize) -> Piece<'_> {
    let rest = &text[start..];
    let until = |open: &str, close: &str| {
        let inner = start + open.len();
        text[inner..].find(close).map_or(text.len(), |found| inner + found + close.len())
    };
    if rest.starts_with("<!--") {
        return Piece::Other(until("<!--", "-->"));
    }
    if rest.starts_with("<![CDATA[") {
        return Piece::Other(until("<![CDATA[", "]]>"));
    }
    if rest.starts_with("<?") {
        return Piece::Other(until("<?", "?>"));
    }
    if rest.starts_with("<!") {
        return Piece::Other(end_of_declaration(text, start));
    }
    let closes = rest.starts_with("</");
    let name_at = start + 1 + usize::from(closes);
    let name = text[name_at..]
        .split(|letter: char| letter.is_ascii_whitespace() || matches!(letter, '>' | '/' | '<'))
        .next()
        .unwrap_or("");
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_') {
        return Piece::Stray;
    }
    let Some(end) = end_of_tag(text, name_at + name.len()) else { return Piece::Stray };
    let kind = match (closes, text[..end].ends_with("/>")) {
        (true, _) => TagKind::Close,
        (false, true) => TagKind::Empty,
        (false, false) => TagKind::Open,
    };
    Piece::Tag(Tag { name, kind, start, end })
}

/// Past the `>` outside of quotes; when a quote is left open, past the first `>`. No tag holds a
/// `<`, which also keeps the time in bounds.
fn end_of_tag(text: &str, from: usize) -> Option<usize> {
    let mut quote = None;
    let mut first = None;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match (quote, byte) {
            (_, b'<') => break,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (None, b'>') => return Some(at + 1),
            (Some(_), b'>') => first = first.or(Some(at + 1)),
            _ => {}
        }
    }
    first
}

/// Past a `<!DOCTYPE …>`, its declarations in brackets included.
fn end_of_declaration(text: &str, start: usize) -> usize {
    let Some(close) = text[start..].find('>').map(|found| start + found + 1) else {
        return text.len();
    };
    match text[start..close].contains('[') {
        true => text[start..].find("]>").map_or(text.len(), |found| start + found + 2),
        false => close,
    }
}

fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = tag.split_once(|letter: char| letter.is_ascii_whitespace()).map_or("", |s| s.1);
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|letter| matches!(letter, '"' | '\'')) else {
            break;
        };
        let Some((value, next)) = after[1..].split_once(quote) else { break };
        found.push((name.trim(), value));
        rest = next;
    }
    found
}

/// An element of a text: from the start of its opening tag to past its closing one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) struct Element<'a> {
    /// Its opening tag.
    pub open: Tag<'a>,
    /// Where its closing tag starts; `open.end` when it is empty.
    pub inner_end: usize,
    /// Past its closing tag.
    pub end: usize,
}

impl<'a> Element<'a> {
    /// What stands between its tags.
    pub fn inner(&self, text: &'a str) -> &'a str {
        &text[self.open.end..self.inner_end]
    }
}

/// The children of the element the text starts with. Tags inside of a child need not match; a
/// child without an end ends the list.
pub(in crate::sources) fn children(text: &str) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    let mut tags = tags(text).skip(1);
    while let Some(open) = tags.next() {
        match open.kind {
            TagKind::Empty => found.push(Element { open, inner_end: open.end, end: open.end }),
            TagKind::Close => {}
            TagKind::Open => {
                let mut depth = 1_usize;
                let close = tags.by_ref().filter(|tag| tag.name == open.name).find(|tag| {
                    match tag.kind {
                        TagKind::Open => depth += 1,
                        TagKind::Close => depth -= 1,
                        TagKind::Empty => {}
                    }
                    depth == 0
                });
                let Some(close) = close else { break };
                found.push(Element { open, inner_end: close.start, end: close.end });
            }
        }
    }
    found
}

/// The text with every `&` and `<` escaped that is not markup.
pub(in crate::sources) fn escape_strays(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    while let Some(found) = text[at..].find(['&', '<']) {
        let here = at + found;
        out.push_str(&text[at..here]);
        if text[here..].starts_with('&') {
            out.push_str(if is_reference(&text[here..]) { "&" } else { "&amp;" });
            at = here + 1;
            continue;
        }
        let end = match piece(text, here) {
            Piece::Tag(tag) => {
                out.push_str(&escape_ampersands(&text[here..tag.end]));
                tag.end
            }
            Piece::Other(end) => {
                out.push_str(&text[here..end]);
                end
            }
            Piece::Stray => {
                out.push_str("&lt;");
                here + 1
            }
        };
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

fn escape_ampersands(tag: &str) -> String {
    let mut out = String::with_capacity(tag.len());
    let mut rest = tag;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        out.push_str(if is_reference(&rest[at..]) { "&" } else { "&amp;" });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out
}

/// Whether the text starts with a reference XML can read, or at least a well-formed name.
fn is_reference(text: &str) -> bool {
    // No reference of any standard is longer than this.
    let Some(end) = text.bytes().take(40).position(|byte| byte == b';') else { return false };
    let name = &text[1..end];
    let number = match name.strip_prefix('#') {
        None => {
            return name.starts_with(|letter: char| letter.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        }
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => digits.parse(),
        },
    };
    number.ok().and_then(char::from_u32).is_some_and(|letter| {
        matches!(letter, '\t' | '\n' | '\r') || (letter >= ' ' && letter != '\u{fffe}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_and_all_else_is_stepped_over() {
        let text = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b '<c>'>]><a x=\"1>2\">3 < 4 <5> \
                    <!-- <no> --><![CDATA[<no>]]><b:c/></a>";
        let found: Vec<_> = tags(text).map(|tag| (tag.name, tag.local(), tag.kind)).collect();
        assert_eq!(
            found,
            [("a", "a", TagKind::Open), ("b:c", "c", TagKind::Empty), ("a", "a", TagKind::Close)]
        );
    }

    #[test]
    fn attributes_are_read_as_written() {
        let text = r#"<rss version="2.0" xmlns:dc='http://purl.org/dc/elements/1.1/' x/>"#;
        let tag = tags(text).next().unwrap();
        assert_eq!(
            tag.attributes(text),
            [("version", "2.0"), ("xmlns:dc", "http://purl.org/dc/elements/1.1/")]
        );
    }

    #[test]
    fn children_end_where_their_own_name_closes() {
        let text = "<item><title>a</title><d>x <b>y<br> <d>z</d></d><e/><f>tanpa akhir</item>";
        let found: Vec<_> = children(text).iter().map(|e| (e.open.name, e.inner(text))).collect();
        assert_eq!(found, [("title", "a"), ("d", "x <b>y<br> <d>z</d>"), ("e", "")]);
    }

    #[test]
    fn strays_are_escaped_and_markup_is_left() {
        for (text, escaped) in [
            ("a & b", "a &amp; b"),
            ("a &amp; &nbsp; &#38; &#x26;", "a &amp; &nbsp; &#38; &#x26;"),
            ("&#0; &#xD800; &#x1F600;", "&amp;#0; &amp;#xD800; &#x1F600;"),
            ("gaji <5 jt < 6", "gaji &lt;5 jt &lt; 6"),
            ("<a href='?x=1&y=2'>&</a>", "<a href='?x=1&amp;y=2'>&amp;</a>"),
            ("<![CDATA[a & b < c]]>", "<![CDATA[a & b < c]]>"),
        ] {
            assert_eq!(escape_strays(text), escaped);
        }
    }

    #[test]
    fn hostile_text_is_still_read() {
        for part in ["<", "<a '", "<a \"'>", "<!--", "<![CDATA[", "<!x[", "<item>", "&", "</"] {
            let text = part.repeat(200_000);
            let _ = (tags(&text).count(), children(&text).len(), escape_strays(&text).len());
        }
    }
}
