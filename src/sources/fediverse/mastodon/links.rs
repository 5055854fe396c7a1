//! The `Link` header (RFC 8288), by which servers say where the next older page is.

use url::Url;

use crate::fetch::Capture;

/// The next older page, if the answer names one on the same server: a timeline must not lead the
/// walk elsewhere.
pub(super) fn next(capture: &Capture, server: &Url) -> Option<Url> {
    let header = capture.header("link")?;
    let next = links(header).find(|(_, rel)| rel.split_whitespace().any(|rel| rel == "next"))?.0;
    let next = server.join(next).ok()?;
    (next.origin() == server.origin() && next != capture.url).then_some(next)
}

/// The targets and relations of a header. Commas may stand within the angle brackets.
fn links(header: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = header;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once('<')?;
        let (target, after) = after.split_once('>')?;
        let parameters = after.split_once('<').map_or(after, |(parameters, _)| parameters);
        rest = &after[parameters.len()..];
        let rel = parameters.split([';', ',']).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"'))
        });
        Some((target, rel.unwrap_or("")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_read_as_servers_write_them() {
        for (header, expected) in [
            (
                "<https://a/?max_id=1>; rel=\"next\", <https://a/?min_id=2>; rel=\"prev\"",
                vec![("https://a/?max_id=1", "next"), ("https://a/?min_id=2", "prev")],
            ),
            ("</x?a=1,2>;title=\"x\";REL=next", vec![("/x?a=1,2", "next")]),
            ("<https://a>", vec![("https://a", "")]),
            ("https://a; rel=next", vec![]),
            ("<https://a; rel=next", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(links(header).collect::<Vec<_>>(), expected, "{header}");
        }
    }
}
