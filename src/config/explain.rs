//! Turns what serde says of a value into words an operator can act on: which key, what was found,
//! what would be right, and the nearest known key when one was misspelt. What it does not know it
//! passes on as it is.

use super::fault::Fault;

const A_DURATION: &str = "lamanya waktu dalam tanda kutip, misalnya \"30s\" atau \"15m\"";
const A_DATE: &str = "tanggal dalam tanda kutip, misalnya \"2026-01-31\"";
const AN_ADDRESS: &str = "alamat dan port dalam tanda kutip, misalnya \"127.0.0.1:9464\"";
const A_URL: &str = "alamat lengkap, misalnya \"https://contoh.example/feed\"";

/// How the errors begin of types that read a text; what the text is not; what would be right.
/// The first that fits holds.
const UNREADABLE: &[(&str, &str, &str)] = &[
    ("failed to parse input in the \"friendly\" duration format", "lamanya waktu", A_DURATION),
    ("failed to parse", "tanggal", A_DATE),
    ("invalid socket address syntax", "alamat dan port", AN_ADDRESS),
    ("relative URL without a base", "alamat web", A_URL),
    ("empty host", "alamat web", A_URL),
    ("invalid port number", "alamat web", A_URL),
    ("invalid international domain name", "alamat web", A_URL),
    ("invalid domain character", "alamat web", A_URL),
    ("invalid IPv4 address", "alamat web", A_URL),
    ("invalid IPv6 address", "alamat web", A_URL),
];

/// Known wordings of serde, of `toml` and of the types in the settings, for what was expected.
const EXPECTED: &[(&str, &str)] = &[
    ("a string", "teks dalam tanda kutip"),
    ("a borrowed string", "teks dalam tanda kutip"),
    ("path string", "nama berkas atau folder dalam tanda kutip"),
    ("a signed duration string", A_DURATION),
    ("a date string", A_DATE),
    ("socket address", AN_ADDRESS),
    ("a boolean", "true atau false, tanpa tanda kutip"),
    ("a sequence", "daftar dalam kurung siku, misalnya [\"a\", \"b\"]"),
    ("u8", "bilangan bulat dari 0 sampai 255"),
    ("u16", "bilangan bulat dari 0 sampai 65535"),
    ("u32", "bilangan bulat, 0 atau lebih"),
    ("u64", "bilangan bulat, 0 atau lebih"),
    ("usize", "bilangan bulat, 0 atau lebih"),
    ("f64", "bilangan, misalnya 0.02"),
];

/// Known wordings for what was found.
const FOUND: &[(&str, &str)] = &[
    ("string", "teks"),
    ("integer", "bilangan"),
    ("floating point", "bilangan pecahan"),
    ("boolean", "nilai"),
    ("sequence", "daftar"),
    ("map", "tabel"),
];

/// The fault behind an error of a deserialiser. `key` is the key it was about, where known; `beside`
/// are further keys that may stand in the table.
pub(super) fn explain(error: &toml::de::Error, key: Option<&str>, beside: &[&str]) -> Fault {
    let message = error.message();
    let span = error.span().unwrap_or(0..0);
    if let Some(rest) = message.strip_prefix("unknown field ") {
        return unknown(span, rest, "kunci", "tidak ada kunci dengan nama ini di sini", beside);
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        return unknown(span, rest, "nilai", "nilai ini tidak dikenal", &[]);
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return Fault {
            span,
            title: format!("kunci {name} belum ada"),
            label: format!("di sini harus ada {name}"),
            also: None,
            help: None,
        };
    }
    let about = key.map_or_else(|| "nilai".to_owned(), |key| format!("nilai `{key}`"));
    for (prefix, what) in [("invalid type: ", "salah jenis"), ("invalid value: ", "tidak sah")] {
        let Some((found, expected)) =
            message.strip_prefix(prefix).and_then(|rest| rest.rsplit_once(", expected "))
        else {
            continue;
        };
        let help = match (found, expected, key) {
            ("map", "a sequence", Some(key)) => {
                format!("tulis [[{key}]] dengan kurung siku ganda, sekali untuk tiap butir")
            }
            _ => format!("tulis {}", expected_in_words(expected)),
        };
        return Fault {
            span,
            title: format!("{about} {what}"),
            label: format!("ini {}", found_in_words(found)),
            also: None,
            help: Some(help),
        };
    }
    if let Some((_, what, right)) =
        UNREADABLE.iter().find(|(begins, ..)| message.starts_with(begins))
    {
        return Fault {
            span,
            title: format!("{about} tidak dapat dibaca"),
            label: format!("ini bukan {what}"),
            also: None,
            help: Some(format!("tulis {right}")),
        };
    }
    Fault {
        span,
        title: format!("{about} tidak dapat dibaca"),
        label: message.to_owned(),
        also: None,
        help: None,
    }
}

/// The fault of a name that is not one of the `known`.
pub(super) fn unknown_name(
    span: std::ops::Range<usize>,
    what: &str,
    name: &str,
    label: &str,
    known: &[&str],
) -> Fault {
    let nearest = nearest(name, known);
    let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let help = match (nearest, known.is_empty()) {
        (_, true) => None,
        (Some(nearest), _) => Some(format!("maksud Anda `{nearest}`? yang dikenal: {list}")),
        (None, _) => Some(format!("yang dikenal: {list}")),
    };
    Fault {
        span,
        title: format!("{what} `{name}` tidak dikenal"),
        label: label.to_owned(),
        also: None,
        help,
    }
}

/// Reads serde's "`x`, expected one of `a`, `b`": the names stand in backticks, the wrong one first.
fn unknown(
    span: std::ops::Range<usize>,
    rest: &str,
    what: &str,
    label: &str,
    beside: &[&str],
) -> Fault {
    let mut names = rest.split('`').skip(1).step_by(2);
    let name = names.next().unwrap_or(rest);
    unknown_name(span, what, name, label, &names.chain(beside.iter().copied()).collect::<Vec<_>>())
}

/// The known name that a misspelt one most likely stands for.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), *known))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

fn expected_in_words(expected: &str) -> String {
    if expected.starts_with("struct ") {
        return "sebuah tabel".to_owned();
    }
    EXPECTED
        .iter()
        .find(|(serde, _)| *serde == expected)
        .map_or_else(|| expected.to_owned(), |(_, words)| (*words).to_owned())
}

fn found_in_words(found: &str) -> String {
    FOUND
        .iter()
        .find_map(|(serde, words)| Some(format!("{words}{}", found.strip_prefix(serde)?)))
        .unwrap_or_else(|| found.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_near_or_absent() {
        let known = ["pace", "timeout", "max_redirects"];
        for (name, wanted) in [
            ("pacee", Some("pace")),
            ("pcae", Some("pace")),
            ("timout", Some("timeout")),
            ("max_redirect", Some("max_redirects")),
            ("kecepatan", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, &known), wanted, "{name}");
        }
    }

    #[test]
    fn serde_still_words_its_errors_as_this_module_reads_them() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            #[serde(rename = "many")]
            _many: u8,
            #[serde(rename = "choice")]
            _choice: Option<Choice>,
        }
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Choice {
            Text,
            Json,
        }
        for (text, title, help) in [
            ("many = 1\nmnay = 1", "kunci `mnay` tidak dikenal", "maksud Anda `many`?"),
            ("many = 1\nchoice = 'jsn'", "nilai `jsn` tidak dikenal", "maksud Anda `json`?"),
            ("choice = 'json'", "kunci `many` belum ada", ""),
            ("many = 'x'", "nilai `k` salah jenis", "tulis bilangan bulat dari 0 sampai 255"),
            ("many = 256", "nilai `k` tidak sah", "tulis bilangan bulat dari 0 sampai 255"),
        ] {
            let error = toml::from_str::<Table>(text).unwrap_err();
            let fault = explain(&error, Some("k"), &[]);
            assert_eq!(fault.title, title, "{text}");
            assert!(fault.help.unwrap_or_default().starts_with(help), "{text}");
        }
    }
}
