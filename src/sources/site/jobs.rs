//! Structured job ads (schema.org `JobPosting`) as posts: what search engines are shown names the
//! pay, the place and the employer that the page's own words often leave out. A field that is
//! missing or of another shape is left out, never a reason to drop the ad.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use scraper::Html;
use serde_json::Value;
use url::Url;

use super::{countries, dates, json_ld, one_line};
use crate::post::{Account, Link, Media, MediaKind, Platform, Post, PostKind, Sha256};
use crate::sources::SetAside;
use crate::sources::feed::body::{Body, address};
use crate::sources::feed::walk::same_host;

/// The most ads of one page.
const MOST: usize = 500;
/// The ads of a page, and the scripts that could not be read.
pub(in crate::sources) fn read(
    page: &Html,
    base: &Url,
    now: Timestamp,
) -> (Vec<Post>, Vec<SetAside>) {
    let found = json_ld::read(page);
    let mut known = HashSet::new();
    let mut ads = json_ld::of_type(&found.values, "JobPosting");
    ads.truncate(MOST);
    // A page may hold the very same ad twice.
    ads.retain(|ad| known.insert(ad.to_string()));
    let names = Names::of(&ads, base);
    let posts = ads.into_iter().filter_map(|ad| post(ad, &names, base, now)).collect();
    let broken = found.broken.into_iter().filter(|(_, raw)| raw.contains("JobPosting"));
    let aside = broken.map(|(why, raw)| {
        let reason = format!("structured data that is no JSON: {why}");
        SetAside::new(format!("{base} ld+json"), reason, raw)
    });
    (posts, aside.collect())
}

fn post(ad: &Value, names: &Names, base: &Url, now: Timestamp) -> Option<Post> {
    let title = text(ad, "title").or_else(|| text(ad, "name")).map(|title| one_line(&title));
    let body = ad.get("description").and_then(Value::as_str).map(|it| described(it, base));
    let body = body.unwrap_or_default();
    if title.is_none() && body.text.is_empty() {
        return None;
    }
    let url = own_address(ad, base);
    let mut post = Post::new(Platform::Web, names.of_ad(ad, url.as_ref(), base), "");
    post.kind = PostKind::JobPosting;
    post.url = Some(url.unwrap_or_else(|| base.clone()).to_string());
    let salary = ["baseSalary", "estimatedSalary"].into_iter().find_map(|key| salary(ad.get(key)?));
    let places = places(ad);
    let employer = ad.get("hiringOrganization").and_then(name_of);
    let deadline = text(ad, "validThrough");

    let mut lines = vec![body.text];
    for key in ["responsibilities", "qualifications", "skills", "jobBenefits"] {
        lines.extend(list(ad.get(key)).map(|it| described(&it, base).text));
    }
    let labelled = [
        ("Gaji", salary.clone()),
        ("Lokasi", Some(places.join("; ")).filter(|it| !it.is_empty())),
        ("Perusahaan", employer.clone()),
        ("Jenis", list(ad.get("employmentType"))),
        ("Berlaku sampai", deadline.map(|it| it.split('T').next().unwrap_or("").to_owned())),
    ];
    for (label, value) in labelled {
        lines.extend(value.map(|value| format!("{label}: {}", one_line(&value))));
    }
    lines.extend(contact(ad));
    lines.retain(|line| !line.is_empty());
    post.text = lines.join("\n");

    post.created_at = text(ad, "datePosted").and_then(|it| dates::read(&it, now));
    post.author = employer.map(|name| Account {
        name: Some(name),
        url: ad.get("hiringOrganization").and_then(|it| text(it, "sameAs").or(text(it, "url"))),
        ..Account::default()
    });
    post.links = body.links;
    if let Some(apply) =
        ad.get("directApply").and_then(Value::as_str).and_then(|it| address(it, base))
    {
        post.links.push(Link { url: apply, text: None });
    }
    post.media = body
        .images
        .into_iter()
        .map(|url| Media { kind: MediaKind::Image, url: Some(url) })
        .collect();
    post.name_missing(&[
        ("title", title.is_some()),
        ("description", ad.get("description").is_some()),
        ("hiringOrganization", post.author.is_some()),
        ("jobLocation", !places.is_empty()),
        ("baseSalary", salary.is_some()),
        ("created_at", post.created_at.is_some()),
    ]);
    post.title = title;
    Some(post)
}

/// The address the ad says is its own, if it is of this site.
fn own_address(ad: &Value, base: &Url) -> Option<Url> {
    text(ad, "url").and_then(|it| same_host(&it, base, base))
}

/// The number the employer gave the ad.
fn number(ad: &Value) -> Option<String> {
    ad.get("identifier").and_then(|it| scalar(it.get("value").unwrap_or(it)))
}

/// How often the ads of one page call themselves by the same address or number: only what is one
/// ad's alone tells it from the others.
struct Names {
    alone: bool,
    addresses: HashMap<Url, usize>,
    numbers: HashMap<String, usize>,
}

impl Names {
    fn of(ads: &[&Value], base: &Url) -> Self {
        let (mut addresses, mut numbers) = (HashMap::new(), HashMap::new());
        for ad in ads {
            if let Some(url) = own_address(ad, base) {
                *addresses.entry(url).or_default() += 1;
            }
            if let Some(number) = number(ad) {
                *numbers.entry(number).or_default() += 1;
            }
        }
        Self { alone: ads.len() == 1, addresses, numbers }
    }

    /// The ad's own address on this site, else the page's; several ads of one page are told apart
    /// by their number, else by what they say.
    fn of_ad(&self, ad: &Value, url: Option<&Url>, base: &Url) -> String {
        if self.alone {
            return url.unwrap_or(base).to_string();
        }
        if let Some(url) = url.filter(|url| *url != base && self.addresses.get(url) == Some(&1)) {
            return url.to_string();
        }
        let number = number(ad).filter(|number| self.numbers.get(number) == Some(&1));
        let mark = number.unwrap_or_else(|| Sha256::of(ad.to_string().as_bytes()).to_string());
        format!("{base}#{mark}")
    }
}

/// HTML as text; what was escaped twice on the way into JSON is unescaped twice.
fn described(html: &str, base: &Url) -> Body {
    let body = Body::html(html, base);
    let escaped = ["<p", "<br", "<li", "<div", "</"].iter().any(|tag| body.text.contains(tag));
    if escaped { Body::html(&body.text, base) } else { body }
}

/// `MYR 1.800 - 2.500 per bulan`, as rules read pay.
fn salary(value: &Value) -> Option<String> {
    if let Some(written) = scalar(value) {
        return Some(written);
    }
    if let Value::Array(items) = value {
        return items.iter().find_map(salary);
    }
    let inner = value.get("value").unwrap_or(value);
    let currency = text(value, "currency").or_else(|| text(inner, "currency")).unwrap_or_default();
    let amount = |key: &str| inner.get(key).and_then(scalar).map(|it| grouped(&it));
    let range = match (amount("minValue"), amount("maxValue")) {
        (Some(from), Some(to)) if from != to => format!("{from} - {to}"),
        (Some(one), _) | (_, Some(one)) => one,
        (None, None) => amount("value").or_else(|| scalar(inner).map(|it| grouped(&it)))?,
    };
    let unit = text(inner, "unitText").or_else(|| text(value, "unitText")).unwrap_or_default();
    let unit = match unit.to_ascii_uppercase().as_str() {
        "HOUR" | "HUR" => " per jam",
        "DAY" => " per hari",
        "WEEK" | "WEE" => " per minggu",
        "MONTH" | "MON" => " per bulan",
        "YEAR" | "ANN" => " per tahun",
        _ => "",
    };
    Some(format!("{currency} {range}{unit}").trim().to_owned())
}

/// Whole numbers with dots, as Indonesians write them; anything else as written.
fn grouped(number: &str) -> String {
    let whole = number.strip_suffix(".00").or(number.strip_suffix(".0")).unwrap_or(number);
    match whole.parse::<u64>() {
        Ok(number) => crate::facts::grouped(number),
        Err(_) => number.to_owned(),
    }
}

/// Every place of work with the country's name, and where applicants must be.
fn places(ad: &Value) -> Vec<String> {
    let many = |key: &str| match ad.get(key) {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let mut found: Vec<String> = Vec::new();
    for place in many("jobLocation") {
        let address = place.get("address").unwrap_or(place);
        if let Some(written) = scalar(address) {
            found.push(written);
            continue;
        }
        let parts = ["streetAddress", "addressLocality", "addressRegion", "addressCountry"];
        let mut written: Vec<String> = Vec::new();
        for part in parts {
            let Some(value) = address.get(part).and_then(|it| scalar(it).or_else(|| name_of(it)))
            else {
                continue;
            };
            let value = match part {
                "addressCountry" => countries::name(&value).to_owned(),
                _ => value,
            };
            if !written.contains(&value) {
                written.push(value);
            }
        }
        if written.is_empty() {
            written.extend(text(place, "name"));
        }
        found.push(written.join(", "));
    }
    for place in many("applicantLocationRequirements") {
        found.extend(name_of(place).map(|it| countries::name(&it).to_owned()));
    }
    let remote = text(ad, "jobLocationType").is_some_and(|it| it.contains("TELECOMMUTE"));
    found.extend(remote.then(|| "jarak jauh".to_owned()));
    found.retain(|place| !place.is_empty());
    found
}

/// `applicationContact` and the employer's telephone: what a recruiter is reached by.
fn contact(ad: &Value) -> Option<String> {
    let holders = [ad.get("applicationContact"), ad.get("hiringOrganization"), Some(ad)];
    let mut found: Vec<String> = Vec::new();
    for holder in holders.into_iter().flatten() {
        for key in ["telephone", "email"] {
            found.extend(text(holder, key).filter(|it| !found.contains(it)));
        }
    }
    (!found.is_empty()).then(|| format!("Kontak: {}", found.join(", ")))
}

fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) => items.iter().find_map(name_of),
        Value::Object(_) => text(value, "name").or_else(|| text(value, "legalName")),
        _ => scalar(value),
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(scalar)
}

/// A list or a single text, as one line each.
fn list(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().filter_map(name_of).collect();
            (!items.is_empty()).then(|| items.join("\n"))
        }
        one => name_of(one),
    }
}

fn scalar(value: &Value) -> Option<String> {
    let written = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(written).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::html;

    fn ads(json: &str) -> Vec<Post> {
        let page = format!("<script type='application/ld+json'>{json}</script>");
        let base = "https://loker.example/a".parse().unwrap();
        let (posts, _) = read(&html::document(&page).unwrap(), &base, Timestamp::UNIX_EPOCH);
        posts
    }

    #[test]
    fn salaries_of_every_shape_are_one_line() {
        for (json, line) in [
            (
                r#"{"currency":"MYR","value":{"minValue":1800,"maxValue":2500,"unitText":"MONTH"}}"#,
                "MYR 1.800 - 2.500 per bulan",
            ),
            (
                r#"{"currency":"IDR","value":{"value":"15000000.00","unitText":"month"}}"#,
                "IDR 15.000.000 per bulan",
            ),
            (r#"{"currency":"USD","value":900}"#, "USD 900"),
            (r#"{"currency":"SGD","minValue":30,"unitText":"DAY"}"#, "SGD 30 per hari"),
            (r#"[{"currency":"USD","value":"1.000-1.500"}]"#, "USD 1.000-1.500"),
            (r#""9-14 juta""#, "9-14 juta"),
            ("17000000", "17000000"),
        ] {
            let json = format!(r#"{{"@type":"JobPosting","title":"Admin","baseSalary":{json}}}"#);
            assert_eq!(ads(&json)[0].text, format!("Gaji: {line}"), "{json}");
        }
    }

    #[test]
    fn places_of_every_shape_name_the_country() {
        for (json, line) in [
            (
                r#"{"address":{"addressLocality":"Poipet","addressCountry":"KH"}}"#,
                "Poipet, Kamboja",
            ),
            (
                r#"[{"address":{"addressCountry":{"name":"Laos"}}},{"address":"Johor Bahru"}]"#,
                "Laos; Johor Bahru",
            ),
            (r#"{"name":"Kilang","address":{}}"#, "Kilang"),
            (r#""Taipei""#, "Taipei"),
        ] {
            let json = format!(r#"{{"@type":"JobPosting","title":"Admin","jobLocation":{json}}}"#);
            assert_eq!(ads(&json)[0].text, format!("Lokasi: {line}"), "{json}");
        }
    }

    #[test]
    fn ads_of_one_page_are_told_apart() {
        let ids = |json: &str| -> Vec<String> {
            ads(json).into_iter().map(|post| post.key.native_id).collect()
        };
        assert_eq!(ids(r#"{"@type":"JobPosting","title":"A"}"#), ["https://loker.example/a"]);
        assert_eq!(
            ids(r#"[{"@type":"JobPosting","title":"A","url":"/satu#x"},
                    {"@type":"JobPosting","title":"B","identifier":{"value":7}},
                    {"@type":"JobPosting","title":"C","url":"https://lain.example/"},
                    {"@type":"JobPosting"}]"#)[..2],
            ["https://loker.example/satu", "https://loker.example/a#7"]
        );
        // Anchors of one page, and a number that is the employer's, tell no ad from another.
        let shared = ids(r#"[{"@type":"JobPosting","title":"A","url":"/semua#1","identifier":1},
                {"@type":"JobPosting","title":"B","url":"/semua#2","identifier":2},
                {"@type":"JobPosting","title":"C","url":"/semua","identifier":"PT"},
                {"@type":"JobPosting","title":"D","identifier":"PT"},
                {"@type":"JobPosting","title":"D","identifier":"PT"}]"#);
        assert_eq!(shared[..2], ["https://loker.example/a#1", "https://loker.example/a#2"]);
        assert!(shared.len() == 4 && shared[2] != shared[3], "{shared:?}");
    }

    #[test]
    fn descriptions_escaped_twice_are_read() {
        let json = r#"{"@type":"JobPosting","title":"A","description":"&lt;p&gt;Gaji&lt;/p&gt;&lt;p&gt;besar&lt;/p&gt;"}"#;
        assert_eq!(ads(json)[0].text, "Gaji\nbesar");
    }
}
