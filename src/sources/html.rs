//! From HTML to what a reader sees: elements that start a block and `<br>` break the line, emoji
//! drawn as pictures give their character, scripts and styles give nothing. No character is
//! invented, and a hostile page can cost neither much time nor much memory.

use ego_tree::iter::Edge;
use scraper::node::Node;
use scraper::{ElementRef, Html};

/// Tags that may stand open at one place. Real pages stay under a hundred; the parser's time grows
/// with the square of it.
const DEEPEST: usize = 2_000;

/// Elements that a page may be made to grow into: a formatting tag that is left open is opened
/// again in every paragraph after it.
const MOST_ELEMENTS: usize = 5_000_000;

/// The text of a fragment, such as the body of a feed's item.
pub(super) fn text_of_fragment(html: &str) -> String {
    match fragment(html) {
        Some(tree) => text_of(tree.root_element()),
        None => between_tags(html),
    }
}

/// A fragment, unless its elements are tangled beyond good faith.
pub(super) fn fragment(html: &str) -> Option<Html> {
    (!is_tangled(html)).then(|| Html::parse_fragment(html))
}

/// A whole page, unless its elements are tangled beyond good faith.
pub(super) fn document(html: &str) -> Option<Html> {
    (!is_tangled(html)).then(|| Html::parse_document(html))
}

/// The text of an element.
pub(super) fn text_of(element: ElementRef<'_>) -> String {
    let mut text = Text::default();
    let mut skipped = None;
    for edge in element.traverse() {
        match edge {
            Edge::Open(node) => {
                if skipped.is_some() {
                    continue;
                }
                match node.value() {
                    Node::Text(letters) => text.push(letters),
                    Node::Element(tag) => match tag.name() {
                        "br" => text.newline(),
                        "pre" => {
                            text.block();
                            text.verbatim += 1;
                        }
                        "td" | "th" => text.gap(),
                        "img" => {
                            let emoji = tag
                                .classes()
                                .any(|class| class.contains("emoji") || class.contains("smiley"));
                            if let Some(letters) = tag.attr("alt").filter(|_| emoji) {
                                text.push(letters);
                            }
                        }
                        name if is_silent(name) => skipped = Some(node.id()),
                        name if is_block(name) => text.block(),
                        _ => {}
                    },
                    _ => {}
                }
            }
            Edge::Close(node) => {
                if skipped == Some(node.id()) {
                    skipped = None;
                }
                if let (None, Node::Element(tag)) = (skipped, node.value()) {
                    match tag.name() {
                        "pre" => {
                            text.verbatim = text.verbatim.saturating_sub(1);
                            text.block();
                        }
                        name if is_block(name) => text.block(),
                        _ => {}
                    }
                }
            }
        }
    }
    text.finish()
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "legend"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "option"
            | "p"
            | "section"
            | "summary"
            | "table"
            | "tr"
            | "ul"
    )
}

fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "head"
            | "iframe"
            | "noscript"
            | "object"
            | "script"
            | "style"
            | "svg"
            | "template"
            | "title"
    )
}

/// A text under way. White space that holds a line break of the source is one space, other runs of
/// spaces stay (writers part words of spaced-out letters by them), none stands at a line's edge.
#[derive(Default)]
struct Text {
    out: String,
    space: String,
    verbatim: usize,
}

impl Text {
    fn push(&mut self, letters: &str) {
        for letter in letters.chars() {
            match letter {
                '\n' if self.verbatim > 0 => self.newline(),
                '\n' | '\r' | '\u{c}' => self.space.push('\n'),
                ' ' | '\t' => self.space.push(letter),
                _ => {
                    self.settle_space();
                    self.out.push(letter);
                }
            }
        }
    }

    fn settle_space(&mut self) {
        let indents = self.verbatim > 0;
        if !self.space.is_empty() && (indents || !self.at_line_start()) {
            if self.space.contains('\n') {
                self.out.push(' ');
            } else {
                self.out.push_str(&self.space);
            }
        }
        self.space.clear();
    }

    fn at_line_start(&self) -> bool {
        self.out.is_empty() || self.out.ends_with('\n')
    }

    fn newline(&mut self) {
        self.space.clear();
        self.out.push('\n');
    }

    fn block(&mut self) {
        self.space.clear();
        if !self.at_line_start() {
            self.out.push('\n');
        }
    }

    fn gap(&mut self) {
        if self.space.is_empty() {
            self.space.push(' ');
        }
    }

    fn finish(self) -> String {
        self.out.trim_matches('\n').to_owned()
    }
}

/// Whether the parser may need more time or memory for this than it is worth. Counts open tags
/// without regard to which closes which, so it errs to the side of "tangled".
fn is_tangled(html: &str) -> bool {
    let (mut tags, mut open, mut deepest) = (0_usize, 0_usize, 0_usize);
    for (at, _) in html.match_indices('<') {
        match html.as_bytes().get(at + 1) {
            Some(b'/') => open = open.saturating_sub(1),
            Some(letter) if letter.is_ascii_alphabetic() => {
                tags += 1;
                open += usize::from(!is_void(&html[at + 1..]));
                deepest = deepest.max(open);
            }
            _ => {}
        }
    }
    deepest > DEEPEST || deepest.saturating_mul(tags) > MOST_ELEMENTS
}

/// Whether the tag that starts here never holds anything.
fn is_void(tag: &str) -> bool {
    let name = tag.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or("");
    ["br", "hr", "img", "input", "link", "meta", "source", "wbr"]
        .iter()
        .any(|void| name.eq_ignore_ascii_case(void))
}

/// What stands outside of tags: the poor man's text of what no page of good faith looks like.
fn between_tags(html: &str) -> String {
    let mut text = Text::default();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push(before);
        text.gap();
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push(rest);
    text.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_sees() {
        for (html, text) in [
            ("gaji<br/><br>besar", "gaji\n\nbesar"),
            ("<p>satu</p>\n  <p>dua</p>", "satu\ndua"),
            ("<div>satu<br></div>dua", "satu\ndua"),
            ("<ul><li>satu<li>dua</ul>", "satu\ndua"),
            ("satu\n   baris", "satu baris"),
            ("K A D O   G A J I", "K A D O   G A J I"),
            ("tanpa<b>spasi</b>", "tanpaspasi"),
            ("  <b> tepi </b>  ", "tepi"),
            ("<i class=\"emoji\"><b>🔥</b></i> api", "🔥 api"),
            ("<tg-emoji emoji-id=1><i class=emoji><b>✈️</b></i></tg-emoji>", "✈️"),
            ("<img class='wp-smiley' alt='🙂'><img alt='foto kebun'>", "🙂"),
            ("<tg-spoiler>rahasia</tg-spoiler>", "rahasia"),
            ("a<script>b()</script><style>c{}</style><!-- d -->e", "ae"),
            ("<pre>satu\n  dua</pre>tiga", "satu\n  dua\ntiga"),
            ("<table><tr><td>Gaji<td>9jt<tr><td>Mess<td>ada</table>", "Gaji 9jt\nMess ada"),
            ("Rp&nbsp;5&#46;000 &lt;net&gt; &amp;", "Rp\u{a0}5.000 <net> &"),
            ("gaji &lt 5 < 6 dan <", "gaji < 5 < 6 dan <"),
            ("", ""),
        ] {
            assert_eq!(text_of_fragment(html), text, "{html}");
        }
    }

    #[test]
    fn nesting_without_end_is_read_in_time() {
        for tag in ["<div>", "<b>", "<a href=x>", "<table><td>", "<p>", "<span>"] {
            let html = format!("awal {} akhir", tag.repeat(100_000));
            let text = text_of_fragment(&html);
            assert!(text.starts_with("awal") && text.ends_with("akhir"), "{tag}");
        }
        let open: String = (0..900).map(|number| format!("<b id={number}>")).collect();
        let reopened = format!("awal <p>{open}{} akhir", "<p>x</p>".repeat(100_000));
        assert!(text_of_fragment(&reopened).ends_with("akhir"));
        let breaks = format!("awal{}akhir", "<br>".repeat(3_000));
        assert_eq!(text_of_fragment(&breaks).matches('\n').count(), 3_000);
    }
}
