//! Meta's official doors through one client of the Graph API: Threads by keyword and hashtag,
//! Instagram by hashtag, Facebook by Page. Here is what they share: how they are asked, how their
//! pages follow each other, and what their error codes mean.

pub mod facebook;
pub mod instagram;
pub mod threads;

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::Url;

use super::{Given, OpenError, ShapeError, api};
use crate::fetch::{Capture, Credential, Request, Secret, SecretPlace};

/// Share of an app's allowance, in percent, from which on it is left to recover.
const NEARLY_ALL: u64 = 90;
/// How long an app is left alone that was asked too often, when Meta does not say.
const RECOVERY: SignedDuration = SignedDuration::from_hours(1);

/// The Graph API, as one source asks it.
struct Graph {
    base: Url,
    token: Secret,
    /// Whose token it is, for the names of budgets.
    holder: String,
}

impl Graph {
    /// The API at `base`, with the token from where the settings say.
    fn open(
        base: &Url,
        env: Option<&str>,
        file: Option<&PathBuf>,
        given: &Given,
    ) -> Result<Self, OpenError> {
        let place = SecretPlace { env, file: file.map(PathBuf::as_path) };
        Ok(Self {
            base: api::base("base", base)?,
            token: given.secret("token_env", place)?,
            holder: place.holder(),
        })
    }

    fn request(&self, path: &[&str], query: &[(&str, &str)]) -> Request {
        Request::api(api::address(&self.base, path, query), &self.base)
            .with(Credential::Query("access_token", self.token.clone()))
    }
}

/// The items of an answer and what the next page is asked for with.
fn page<'a>(
    adapter: &'static str,
    answer: &'a Value,
) -> Result<(&'a [Value], Option<String>), ShapeError> {
    let items = api::list(adapter, answer, "/data")?;
    let more = answer.pointer("/paging/next").is_some();
    // The address of the next page repeats the token: only its mark is used.
    let after = api::owned(answer, "/paging/cursors/after").filter(|_| more);
    Ok((items, after))
}

/// Whether the app has used up nearly all it may ask for: what is left waits for the next visit.
fn is_nearly_spent(capture: &Capture) -> bool {
    let usage = |name| serde_json::from_str::<Value>(capture.header(name)?).ok();
    let app = usage("x-app-usage").into_iter();
    // Of a business, by its id: a list of shares for each kind of call.
    let business = usage("x-business-use-case-usage").and_then(|usage| {
        let lists = usage.as_object()?.values().filter_map(Value::as_array).flatten();
        Some(lists.cloned().collect::<Vec<_>>())
    });
    app.chain(business.unwrap_or_default()).any(|usage| {
        ["/call_count", "/total_time", "/total_cputime"]
            .iter()
            .any(|share| api::count(&usage, share).is_some_and(|share| share >= NEARLY_ALL))
    })
}

/// What an error of the Graph API means.
#[derive(Debug, PartialEq, Eq)]
enum No {
    /// Too many requests: nothing before then.
    TooMany(Timestamp),
    /// Too many distinct hashtags in seven days.
    TooManyTags,
    /// The token expired or was withdrawn, or the app lacks a permission or an approval.
    Credentials(String),
    /// The thing asked about is not there, or is not to be had.
    Gone(String),
    /// A parameter is wrong: this one question is refused, not whoever asks it.
    Refused(String),
    /// It may work later.
    Transient(String),
    /// Meta does not want us.
    Blocked(String),
}

fn said(capture: &Capture, now: Timestamp) -> No {
    let answer: Value = serde_json::from_slice(&capture.body).unwrap_or_default();
    let number = |pointer| api::count(&answer, pointer).unwrap_or_default();
    let (code, subcode) = (number("/error/code"), number("/error/error_subcode"));
    let message = api::text(&answer, "/error/message").unwrap_or("no reason given");
    let told = format!("Meta {}/{code}/{subcode}: {message}", capture.status.unwrap_or_default());
    let unapproved = message.contains("Public Content Access")
        || message.contains("permission")
        || message.contains("appsecret_proof");
    match (code, subcode) {
        // A page that is not there and one that may not be seen share a code.
        (100, 33) | (803 | 24 | 110, _) => No::Gone(told),
        (190 | 102 | 104 | 10 | 3 | 200..=299, _) => No::Credentials(told),
        (100, _) if unapproved => No::Credentials(told),
        (100, _) => No::Refused(told),
        (18, _) | (_, 2_207_034) => No::TooManyTags,
        (4 | 17 | 32 | 341 | 613 | 80_000..=80_014, _) => No::TooMany(
            now.checked_add(recovery(capture).unwrap_or(RECOVERY)).unwrap_or(Timestamp::MAX),
        ),
        (1 | 2, _) => No::Transient(told),
        _ => No::Blocked(told),
    }
}

/// How long Meta itself says it takes until more is allowed.
fn recovery(capture: &Capture) -> Option<SignedDuration> {
    let usage: Value = serde_json::from_str(capture.header("x-business-use-case-usage")?).ok()?;
    let lists = usage.as_object()?.values().filter_map(Value::as_array).flatten();
    let minutes = lists.filter_map(|usage| api::count(usage, "/estimated_time_to_regain_access"));
    let minutes = minutes.max().filter(|&minutes| minutes > 0)?;
    Some(SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(60).min(24 * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Sha256;

    fn capture(headers: &[(&str, &str)], body: &str) -> Capture {
        let url: Url = "https://graph.contoh.example/v1/x".parse().unwrap();
        Capture {
            final_url: url.clone(),
            url,
            status: Some(400),
            fetched_at: Timestamp::now(),
            headers: headers.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
            sha256: Sha256::of(body.as_bytes()),
            body: bytes::Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[test]
    fn codes_are_told_apart() {
        let now: Timestamp = "2026-11-28T00:00:00Z".parse().unwrap();
        let later = |minutes| No::TooMany(now + SignedDuration::from_mins(minutes));
        for (code, subcode, message, expected) in [
            (190, 463, "Session has expired", "Credentials"),
            (10, 0, "Application does not have permission", "Credentials"),
            (100, 0, "(#100) Pages Public Content Access requires …", "Credentials"),
            (100, 33, "Object does not exist", "Gone"),
            (24, 2_207_024, "The hashtag does not exist", "Gone"),
            (18, 2_207_034, "You can only search 30 hashtags", "TooManyTags"),
            (4, 0, "Application request limit reached", "TooMany"),
            (80_002, 0, "There have been too many calls", "TooMany"),
            (2, 0, "Please retry your request later", "Transient"),
            (368, 0, "blocked from performing this action", "Blocked"),
            (100, 0, "Invalid parameter", "Refused"),
        ] {
            let body = serde_json::json!({ "error": { "code": code, "error_subcode": subcode,
                "message": message, "type": "OAuthException" } });
            let said = said(&capture(&[], &body.to_string()), now);
            assert!(format!("{said:?}").starts_with(expected), "{code}/{subcode}: {said:?}");
        }
        let limit = r#"{"error":{"code":17}}"#;
        let usage = r#"{"17841":[{"call_count":100,"estimated_time_to_regain_access":19}]}"#;
        assert_eq!(said(&capture(&[], limit), now), later(60));
        let headers = [("x-business-use-case-usage", usage)];
        assert_eq!(said(&capture(&headers, limit), now), later(19));
    }

    #[test]
    fn an_app_that_is_nearly_spent_is_left_to_recover() {
        for (name, value, spent) in [
            ("x-app-usage", r#"{"call_count":28,"total_time":25,"total_cputime":25}"#, false),
            ("x-app-usage", r#"{"call_count":28,"total_time":91,"total_cputime":25}"#, true),
            ("x-business-use-case-usage", r#"{"1":[{"call_count":95}]}"#, true),
            ("x-app-usage", "rusak", false),
        ] {
            assert_eq!(is_nearly_spent(&capture(&[(name, value)], "{}")), spent, "{value}");
        }
    }
}
