//! Signing in through a provider that is not ours: `.ci/oidc` fetches it; without it these skip, saying
//! so. A real provider in a real browser, and one that lies in every way the checks are there for.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

mod console_client;
mod desk;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use console_client::{Console, PASSWORD, location};
use desk::{Daemon, Desk};
use reqwest::header::{CONTENT_TYPE, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};
use url::Url;

const SHARED: &str = "rahasia-uji-0000";

fn tools(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join(name)
}

fn has(tool: &str) -> bool {
    Command::new(tool).arg("--version").output().is_ok()
}

/// Whether there is a provider to sign in at.
fn there_is_one() -> bool {
    let there = tools("oidc").join("node_modules/oidc-provider").is_dir() && has("node");
    if !there {
        eprintln!("skipped: no sign-in provider here; .ci/oidc fetches one");
    }
    there
}

/// A provider that runs as a script of `tests/oidc`.
struct Provider {
    child: Child,
    address: String,
}

impl Provider {
    fn start(script: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc").join(script);
        let mut child = Command::new("node")
            .arg(script)
            .arg(tools("oidc"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: address.trim().to_owned() }
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The tables that let the people of this provider in.
fn table(desk: &Desk, issuer: &str, console: &str) -> String {
    std::fs::write(desk.path("rahasia"), SHARED).unwrap();
    format!(
        "[oidc]\nlabel = \"SSO Contoh\"\nissuer = \"{issuer}\"\nclient_id = \"waspada\"\n\
         secret_file = \"rahasia\"\nconsole = \"{console}\"\n\
         [oidc.roles]\nanalis = \"analyst\"\npengawas = \"supervisor\"\n"
    )
}

/// A console whose people a forger vouches for, in the way this path of it does.
struct House {
    console: Console,
    forger: String,
}

impl House {
    fn open(desk: &Desk, forger: &Provider, path: &str) -> Self {
        let issuer = format!("{}/{path}", forger.address);
        let table = table(desk, &issuer, "http://127.0.0.1:1");
        Self { console: Console::start_with(desk, &table), forger: forger.address.clone() }
    }

    /// From now on the provider vouches for this person.
    async fn person(&self, claims: Value) {
        let request = self.console.client.post(format!("{}/person", self.forger));
        let request = request.header(CONTENT_TYPE, "application/json").body(claims.to_string());
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    }

    /// Goes to the provider; the cookie of the attempt and where the provider sends the browser back.
    async fn leave(&self) -> (String, String) {
        let away = self.console.open("/login/oidc", "").await;
        assert_eq!(away.status(), StatusCode::SEE_OTHER);
        let cookie = away.headers()[SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("; HttpOnly; SameSite=Lax; Max-Age=600"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let door = Url::parse(location(&away)).unwrap();
        let asked =
            |name: &str| door.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert_eq!(asked("response_type"), "code");
        assert_eq!(asked("code_challenge_method"), "S256");
        assert_eq!(asked("scope"), "openid profile");
        assert_eq!(asked("redirect_uri"), "http://127.0.0.1:1/login/oidc/callback");
        let back = self.console.client.get(door).send().await.unwrap();
        let back = Url::parse(location(&back)).unwrap();
        (cookie, format!("{}?{}", back.path(), back.query().unwrap()))
    }

    async fn sign_in(&self) -> Response {
        let (cookie, back) = self.leave().await;
        self.console.open(&back, &cookie).await
    }
}

/// The cookie of this name that an answer sets.
fn set(answer: &Response, name: &str) -> Option<String> {
    let cookies = answer.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let cookie = cookies
        .filter(|cookie| !cookie.contains("Max-Age=0"))
        .find(|cookie| cookie.split('=').next() == Some(name))?;
    assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    Some(cookie.split(';').next().unwrap().to_owned())
}

/// The session somebody has who was let in.
async fn session(answer: Response) -> String {
    let cookie = set(&answer, "waspada_session");
    let (status, page) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, StatusCode::OK, "{page}");
    // By a redirect from another site a browser would not bring the cookie.
    assert!(page.contains("<meta http-equiv=\"refresh\" content=\"0;url=/queue\">"), "{page}");
    cookie.unwrap()
}

/// Nobody was let in, and the page says this.
async fn refused(answer: Response, status: StatusCode, says: &str) {
    assert!(set(&answer, "waspada_session").is_none());
    let (found, page) = (answer.status(), answer.text().await.unwrap());
    assert!(page.contains(says), "{page}");
    assert_eq!(found, status);
    assert!(page.contains("href=\"/login/oidc\"") && page.contains("SSO Contoh"), "{page}");
}

fn accounts(desk: &Desk) -> Vec<Value> {
    let told = desk.run(&["user", "list", "--json"]).out;
    told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn who_a_provider_vouches_for_works_in_the_role_of_her_groups() {
    if !there_is_one() {
        return;
    }
    let (desk, forger) = (Desk::bare(), Provider::start("forger.mjs"));
    let house = House::open(&desk, &forger, "jujur");
    let console = &house.console;
    let admin = console.join(&console.daemon.link, "dewi").await;

    house
        .person(json!({ "sub": "1", "preferred_username": "sari", "groups": ["semua", "analis"] }))
        .await;
    let sari = session(house.sign_in().await).await;
    let page = console.get("/account", &sari).await;
    assert!(page.contains("sari") && page.contains("Anda masuk lewat penyedia masuk"), "{page}");
    assert!(!page.contains("name=\"password\""), "{page}");
    let made = accounts(&desk).into_iter().find(|account| account["name"] == "sari").unwrap();
    assert_eq!(
        [&made["role"], &made["password"], &made["oidc"]],
        [&json!("analyst"), &json!(false), &json!(true)]
    );
    // Nobody gets in without a password where there is none.
    for password in ["", PASSWORD] {
        let form = [("name", "sari"), ("password", password)];
        assert_eq!(console.post("/login", "", &form).await.status(), StatusCode::UNAUTHORIZED);
    }

    // She stays who she is when her name changes there, and her new group counts.
    house
        .person(json!({ "sub": "1", "preferred_username": "sari.baru", "groups": "pengawas" }))
        .await;
    let again = session(house.sign_in().await).await;
    assert!(console.get("/account", &again).await.contains("sari ·"));
    assert_eq!(console.open("/quality", &again).await.status(), StatusCode::OK);
    assert_eq!(console.open("/account", &sari).await.status(), StatusCode::SEE_OTHER, "old role");
    assert_eq!(accounts(&desk).len(), 2);

    // Who has no group here, or no name, is told so.
    house.person(json!({ "sub": "2", "preferred_username": "budi", "groups": ["semua"] })).await;
    refused(house.sign_in().await, StatusCode::FORBIDDEN, "tidak termasuk kelompok").await;
    house.person(json!({ "sub": "2", "preferred_username": "", "groups": ["analis"] })).await;
    refused(house.sign_in().await, StatusCode::FORBIDDEN, "tidak menyebut nama Anda").await;

    // The name of somebody else opens nothing, until an operator says who she is.
    house.person(json!({ "sub": "3", "preferred_username": "dewi", "groups": ["analis"] })).await;
    refused(house.sign_in().await, StatusCode::FORBIDDEN, "akun lain dengan nama Anda").await;
    assert_eq!(desk.run(&["user", "link", "dewi", "--subject", "3"]).status, 0);
    assert_eq!(console.open("/account", &admin).await.status(), StatusCode::SEE_OTHER);
    session(house.sign_in().await).await;
    let dewi = accounts(&desk).into_iter().find(|account| account["name"] == "dewi").unwrap();
    assert_eq!([&dewi["role"], &dewi["password"]], [&json!("analyst"), &json!(true)]);
    let taken = desk.run(&["user", "link", "sari", "--subject", "3"]);
    assert_eq!(taken.status, 1, "{}", taken.err);

    assert_eq!(desk.run(&["user", "disable", "dewi"]).status, 0);
    refused(house.sign_in().await, StatusCode::FORBIDDEN, "Akun Anda ditutup").await;

    let log = desk.run(&["evidence", "verify"]);
    assert_eq!(log.status, 0, "{}{}", log.out, log.err);
}

#[tokio::test]
async fn a_second_factor_of_ones_own_is_asked_for_after_the_provider_too() {
    if !there_is_one() {
        return;
    }
    let (desk, forger) = (Desk::bare(), Provider::start("forger.mjs"));
    let house = House::open(&desk, &forger, "jujur");
    let console = &house.console;
    let dewi = console.join(&console.daemon.link, "dewi").await;
    console.post("/account/totp", &dewi, &[]).await;
    let page = console.get("/account", &dewi).await;
    let secret = console_client::between(&page, "<code id=\"secret\">", "<").replace(' ', "");
    let totp =
        Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    let form = [("code", totp.generate_current().to_string()), ("password", PASSWORD.to_owned())];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let codes = console.post("/account/totp/confirm", &dewi, &form).await.text().await.unwrap();
    let recovery = console_client::between(&codes, "<li><code>", "<").to_owned();
    assert_eq!(desk.run(&["user", "link", "dewi", "--subject", "1"]).status, 0);

    house.person(json!({ "sub": "1", "preferred_username": "dewi", "groups": ["pengawas"] })).await;
    let answer = house.sign_in().await;
    assert!(set(&answer, "waspada_session").is_none());
    let half = set(&answer, "waspada_half").unwrap();
    assert!(answer.text().await.unwrap().contains("url=/login/code"));
    let entered = console.post("/login/code", &half, &[("code", &recovery)]).await;
    assert_eq!(location(&entered), "/queue");
}

#[tokio::test]
async fn a_provider_that_lies_lets_nobody_in() {
    if !there_is_one() {
        return;
    }
    let forger = Provider::start("forger.mjs");
    for lie in [
        "nonce",
        "audience",
        "expired",
        "issuer",
        "access",
        "key",
        "symmetric",
        "unsigned",
        "userinfo",
    ] {
        let desk = Desk::bare();
        let house = House::open(&desk, &forger, lie);
        house
            .person(json!({ "sub": "1", "preferred_username": "sari", "groups": ["analis"] }))
            .await;
        eprintln!("{lie}");
        refused(house.sign_in().await, StatusCode::BAD_GATEWAY, "jawabannya tidak sah").await;
        assert!(accounts(&desk).is_empty(), "{lie}");
    }
}

#[tokio::test]
async fn what_comes_back_unasked_opens_nothing() {
    if !there_is_one() {
        return;
    }
    let (desk, mut forger) = (Desk::bare(), Provider::start("forger.mjs"));
    let house = House::open(&desk, &forger, "jujur");
    let console = &house.console;
    house.person(json!({ "sub": "1", "preferred_username": "sari", "groups": ["analis"] })).await;
    let (cookie, back) = house.leave().await;
    let (other, _) = house.leave().await;
    let unasked = "tidak dimulai di peramban ini";
    for (what, cookie) in [("none", ""), ("another attempt's", other.as_str())] {
        eprintln!("{what}");
        refused(console.open(&back, cookie).await, StatusCode::BAD_REQUEST, unasked).await;
    }
    let changed = back.replace("&state=", "&state=x");
    refused(console.open(&changed, &cookie).await, StatusCode::BAD_REQUEST, unasked).await;
    let stranger = back.replace("iss=http", "iss=x");
    refused(console.open(&stranger, &cookie).await, StatusCode::BAD_GATEWAY, "tidak sah").await;
    let state = console_client::between(&back, "&state=", "&");
    let denied = format!("/login/oidc/callback?error=access_denied&state={state}");
    refused(console.open(&denied, &cookie).await, StatusCode::UNAUTHORIZED, "membatalkannya").await;
    session(console.open(&back, &cookie).await).await;

    // A provider that is down is told as such, in the reader's language.
    forger.child.kill().unwrap();
    let (desk, gone) = (Desk::bare(), forger);
    let house = House::open(&desk, &gone, "jujur");
    refused(
        house.console.open("/login/oidc", "").await,
        StatusCode::BAD_GATEWAY,
        "tidak dapat dihubungi",
    )
    .await;
    let english = house.console.request(Method::GET, "/login/oidc").header("Accept-Language", "en");
    let page = english.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("SSO Contoh cannot be reached"), "{page}");
}

#[tokio::test]
async fn without_a_provider_there_is_no_such_door() {
    let desk = Desk::bare();
    let console = Console::start(&desk);
    for path in ["/login/oidc", "/login/oidc/callback?code=a&state=b"] {
        assert_eq!(console.open(path, "").await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!console.get("/login", "").await.contains("/login/oidc"));

    // Without the secret only passwords count, and the daemon runs.
    let desk = Desk::bare();
    let table = table(&desk, "http://127.0.0.1:1", "http://127.0.0.1:1");
    std::fs::remove_file(desk.path("rahasia")).unwrap();
    let console = Console::start_with(&desk, &table);
    assert!(!console.get("/login", "").await.contains("/login/oidc"));
}

#[test]
fn a_real_provider_in_a_real_browser() {
    let browser = tools("browser");
    if !there_is_one() {
        return;
    }
    if !browser.join("node_modules/playwright-core").is_dir() || !has("chromium") {
        eprintln!("skipped: no browser here; .ci/browser fetches one");
        return;
    }
    let (desk, mut provider) = (Desk::bare(), Provider::start("provider.mjs"));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("http://127.0.0.1:{port}");
    provider.tell(&format!("{address}/login/oidc/callback"));
    let daemon = Daemon::start_at(&desk, port, &table(&desk, &provider.address, &address));
    let ended = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/oidc.mjs"))
        .args([browser.to_str().unwrap(), &daemon.address])
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let sari =
        accounts(&desk).into_iter().find(|account| account["name"] == "analis-sari").unwrap();
    assert_eq!(sari["role"], "analyst");
}
