//! A post's text with the places marked where rules saw something, each with the numbers of the
//! hits below: in colour on a terminal, with brackets elsewhere.

use anstyle::{AnsiColor, Style};

use super::harmless;
use crate::engine::{Hit, marks};

/// For evidence of suspicion.
pub(super) const AGAINST: Style = AnsiColor::Red.on_default().bold();
/// For what speaks for innocence.
pub(super) const FOR: Style = AnsiColor::Green.on_default().bold();
/// For what stands beside the matter.
pub(super) const FAINT: Style = Style::new().dimmed();
/// For headings.
pub(super) const HEADING: Style = Style::new().bold();

/// A word in a style.
pub(super) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The style of points.
pub(super) fn style_of(points: i32) -> Style {
    match points.signum() {
        -1 => FOR,
        0 => FAINT,
        _ => AGAINST,
    }
}

/// The text, safe for a terminal, with the hits' places marked.
pub(super) fn marked(text: &str, hits: &[Hit], colour: bool) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut done = 0;
    for mark in marks(text, hits) {
        let (before, inside) = (&text[done..mark.start], &text[mark.start..mark.end]);
        done = mark.end;
        out.push_str(&harmless(before));
        let numbers: Vec<String> = mark.hits.iter().map(usize::to_string).collect();
        let note = format!("[{}]", numbers.join(","));
        if colour {
            let style = if mark.points.0 < 0 { FOR } else { AGAINST };
            // A style ends with its line, so that a margin stays plain.
            let lines: Vec<String> =
                harmless(inside).split('\n').map(|line| styled(style, line)).collect();
            out.push_str(&lines.join("\n"));
            out.push_str(&styled(FAINT, &note));
        } else {
            out.push_str(&format!("⟦{}⟧{note}", harmless(inside)));
        }
    }
    out.push_str(&harmless(&text[done..]));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{FamilyId, Points, RuleId};
    use crate::text::Span;

    fn hit(points: i32, text: &str, words: &[&str]) -> Hit {
        let span = |word: &&str| {
            let start = text.find(word).unwrap();
            Span::new(u32::try_from(start).unwrap(), u32::try_from(start + word.len()).unwrap())
        };
        Hit {
            rule: RuleId("a".into()),
            family: FamilyId("f".into()),
            points: Points(points),
            spans: words.iter().map(span).collect(),
            text: words.iter().map(|word| (*word).to_owned()).collect(),
        }
    }

    #[test]
    fn overlapping_hits_share_a_mark() {
        let text = "masuk pelancong dulu, gaji\n15 jt 🙂";
        let hits = [
            hit(60, text, &["masuk pelancong", "gaji\n15 jt"]),
            hit(20, text, &["pelancong dulu"]),
            hit(-5, text, &["🙂"]),
            hit(10, text, &[]),
        ];
        assert_eq!(
            marked(text, &hits, false),
            "⟦masuk pelancong dulu⟧[1,2], ⟦gaji\n15 jt⟧[1] ⟦🙂⟧[3]"
        );
        let coloured = marked(text, &hits, true);
        assert!(!coloured.contains('⟦'));
        assert_eq!(
            anstream::adapter::strip_str(&coloured).to_string(),
            "masuk pelancong dulu[1,2], gaji\n15 jt[1] 🙂[3]"
        );
    }
}
