//! A post as one line of JSON, the way files and the standard input bring many of them.

use serde::Deserialize;

/// Reads a line of JSON. Whether it is UTF-8 is asked once of the whole and not of each string again.
///
/// # Errors
///
/// What is no JSON or no `T`, with the column at which it is not.
pub fn from_json_line<'a, T: Deserialize<'a>>(line: &'a [u8]) -> serde_json::Result<T> {
    // Only strings that nobody asks for may be anything but UTF-8: these are passed over.
    std::str::from_utf8(line)
        .map_or_else(|_| serde_json::from_slice(line), |text| serde_json::from_str(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Named<'a> {
        name: &'a str,
    }

    #[test]
    fn only_what_is_asked_for_must_be_utf8() {
        let cases: [(&[u8], Option<&str>); 4] = [
            ("{\"name\": \"“kerja”\", \"other\": \"é\"}".as_bytes(), Some("“kerja”")),
            (b"{\"name\": \"kerja\", \"other\": \"\xFF\"}", Some("kerja")),
            (b"{\"name\": \"ker\xFFja\"}", None),
            (b"{\"name\": \"kerja\"", None),
        ];
        for (line, name) in cases {
            let read = from_json_line::<Named<'_>>(line).ok();
            assert_eq!(read.map(|read| read.name), name, "{}", line.escape_ascii());
        }
    }
}
