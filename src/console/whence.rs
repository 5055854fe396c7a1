//! Where in the console somebody is, so that a form in the head of every page can lead back there.
//! What a form says of it is believed only as far as it names a place of this console.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

tokio::task_local! {
    /// The page that is being made. It is the head's alone to know, and every page has that head:
    /// handing it through each of them would make all tell of what none of them uses.
    static PLACE: String;
}

/// Notes the place for whatever answers the request.
pub(super) async fn note(request: Request, next: Next) -> Response {
    let uri = request.uri();
    let place = match *request.method() {
        Method::GET | Method::HEAD => {
            uri.path_and_query().map_or(uri.path(), |place| place.as_str()).to_owned()
        }
        _ => page_of(uri.path()),
    };
    PLACE.scope(place, next.run(request)).await
}

/// The page being made; empty where none is.
pub(super) fn place() -> String {
    PLACE.try_with(Clone::clone).unwrap_or_default()
}

/// The page with the form that is sent to this path: no link leads to the path itself.
fn page_of(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts[..] {
        ["items", id, "alike", ..] => format!("/items/{id}/alike"),
        [first @ ("items" | "proposals" | "batches"), id, ..] => format!("/{first}/{id}"),
        [first, ..] => format!("/{first}"),
        [] => String::new(),
    }
}

/// The place that was named, if it is one of this console: a path from the root, and nothing that a
/// browser would take for the name of another site. Browsers read `\` as `/` and overlook control
/// characters.
pub(super) fn inside(named: &str) -> Option<&str> {
    let plain = |letter: u8| letter.is_ascii_graphic() && letter != b'\\';
    let is_path = named.starts_with('/') && !named.starts_with("//");
    (is_path && named.bytes().all(plain)).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_other_site_is_inside() {
        for (named, is_inside) in [
            ("/queue", true),
            ("/queue?q=gaji+12%20juta&after=7", true),
            ("/items/7?last=6", true),
            ("/items/7?q=https://contoh.example", true),
            ("", false),
            ("queue", false),
            ("//evil.example", false),
            ("///evil.example", false),
            ("/\\evil.example", false),
            ("\\\\evil.example", false),
            ("/queue\\..\\evil.example", false),
            ("https://evil.example/queue", false),
            ("javascript:alert(1)", false),
            ("/\t/evil.example", false),
            ("/\r\n/evil.example", false),
            (" //evil.example", false),
            ("/é", false),
        ] {
            assert_eq!(inside(named).is_some(), is_inside, "{named:?}");
        }
    }

    #[test]
    fn a_form_is_told_by_the_page_it_stands_on() {
        for (path, page) in [
            ("/items/7/reveal", "/items/7"),
            ("/items/7/alike", "/items/7/alike"),
            ("/proposals/3/try", "/proposals/3"),
            ("/people/budi/password-link", "/people"),
            ("/account/totp/confirm", "/account"),
            ("/quality/3/settle", "/quality"),
            ("/tokens", "/tokens"),
        ] {
            assert_eq!(page_of(path), page);
        }
    }
}
