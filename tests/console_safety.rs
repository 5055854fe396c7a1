//! How people get into the console and are kept out of it: the second factor, passwords, sessions
//! that end, and help for whoever cannot get in.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

mod console_client;
mod desk;

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use console_client::{Console, PASSWORD, between, cookie, location};
use desk::{Daemon, Desk, POSTS};
use reqwest::header::SET_COOKIE;
use reqwest::{Client, Response, StatusCode, redirect};
use totp_rs::{Builder, Secret};

const OTHER: &str = "kata sandi lain yang panjang";

impl Console {
    async fn login(&self, name: &str, password: &str) -> Response {
        self.post("/login", "", &[("name", name), ("password", password)]).await
    }

    /// Gives the password of somebody who has a second factor; the cookie of what is half open.
    async fn half(&self, name: &str) -> String {
        let answer = self.login(name, PASSWORD).await;
        assert_eq!(location(&answer), "/login/code");
        cookie(&answer)
    }

    async fn give_code(&self, half: &str, code: &str) -> Response {
        self.post("/login/code", half, &[("code", code)]).await
    }

    /// Whether a session is one still.
    async fn is_in(&self, cookie: &str) -> bool {
        self.open("/account", cookie).await.status() == StatusCode::OK
    }

    /// Sets a second factor up; its secret, the code that confirmed it and the recovery codes.
    async fn enrol(&self, session: &str) -> (Vec<u8>, String, Vec<String>) {
        assert_eq!(location(&self.post("/account/totp", session, &[]).await), "/account");
        let page = self.get("/account", session).await;
        assert!(
            page.contains("<svg class=\"qr\"") && page.contains("otpauth://totp/waspada"),
            "{page}"
        );
        let secret = between(&page, "<code id=\"secret\">", "<").replace(' ', "");
        let secret = Secret::try_from_base32(secret).unwrap().as_ref().to_vec();
        let right = code(&secret, 0);
        for (code, password) in [("000000", PASSWORD), (right.as_str(), OTHER), ("", PASSWORD)] {
            let form = [("code", code), ("password", password)];
            let answer = self.post("/account/totp/confirm", session, &form).await;
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{code}");
        }
        let form = [("code", right.as_str()), ("password", PASSWORD)];
        let answer = self.post("/account/totp/confirm", session, &form).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let page = answer.text().await.unwrap();
        let codes: Vec<String> = page
            .split("<li><code>")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect();
        assert_eq!(codes.len(), 10, "{page}");
        (secret, right, codes)
    }
}

/// The code of now, or of so many steps later.
fn code(secret: &[u8], later: i64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let totp = Builder::new().with_secret(secret.to_vec()).build().unwrap();
    totp.generate(now.checked_add_signed(30 * later).unwrap()).to_string()
}

#[tokio::test]
async fn a_code_is_asked_for_beside_the_password_and_taken_once() {
    let desk = Desk::filled(POSTS);
    let console = Console::start(&desk);
    let session = console.join(&console.daemon.link, "sari").await;
    let elsewhere = cookie(&console.login("sari", PASSWORD).await);
    let (secret, confirmed, recovery) = console.enrol(&session).await;
    assert!(console.is_in(&session).await);
    assert!(!console.is_in(&elsewhere).await, "sessions by a password alone end");
    let page = console.get("/account", &session).await;
    assert!(!page.contains("id=\"secret\"") && page.contains("belum dipakai: 10"), "{page}");

    // Half a session is no session, under either name.
    let half = console.half("sari").await;
    let token = half.split('=').nth(1).unwrap();
    for cookie in [half.clone(), format!("waspada_session={token}")] {
        for path in ["/queue", "/work", "/account", "/people"] {
            assert_eq!(location(&console.open(path, &cookie).await), "/login", "{path}");
        }
    }
    assert!(console.get("/login/code", &half).await.contains("name=\"code\""));

    // The code that confirmed it is used up; the next one, of a clock a little ahead, is not.
    let next = code(&secret, 1);
    for wrong in [confirmed, code(&secret, 9), "1".into(), "abcdef".into(), String::new()] {
        assert_eq!(
            console.give_code(&half, &wrong).await.status(),
            StatusCode::UNAUTHORIZED,
            "{wrong}"
        );
    }
    let entered = console.give_code(&half, &next).await;
    assert_eq!(location(&entered), "/queue");
    assert!(console.is_in(&cookie(&entered)).await);
    assert_eq!(location(&console.give_code(&half, &next).await), "/login", "a half is good once");
    let half = console.half("sari").await;
    assert_eq!(
        console.give_code(&half, &next).await.status(),
        StatusCode::UNAUTHORIZED,
        "taken before"
    );

    // A recovery code, however it is typed, once.
    let typed = recovery[0].replace('-', " ").to_uppercase();
    assert_eq!(location(&console.give_code(&half, &typed).await), "/queue");
    let half = console.half("sari").await;
    assert_eq!(console.give_code(&half, &recovery[0]).await.status(), StatusCode::UNAUTHORIZED);

    // Who takes longer than five minutes begins again.
    desk.sql("UPDATE half_session SET ends_at = '2026-01-01T00:00:00.000000Z'");
    assert_eq!(location(&console.give_code(&half, &recovery[1]).await), "/login");
    assert_eq!(location(&console.open("/login/code", &half).await), "/login");

    // A right password between wrong codes starts no new count; many at once are counted one by one.
    desk.sql("UPDATE account SET failures = 0");
    let halves = [console.half("sari").await, console.half("sari").await];
    let tries = (0..40).map(|n| console.give_code(&halves[n % 2], "000000"));
    let answers = futures_util::future::join_all(tries).await;
    let looked_at =
        answers.iter().filter(|answer| answer.status() == StatusCode::UNAUTHORIZED).count();
    assert_eq!(looked_at, 5);
    assert_eq!(location(&console.give_code(&halves[0], &recovery[2]).await), "/login", "locked");
    assert_eq!(console.login("sari", PASSWORD).await.status(), StatusCode::UNAUTHORIZED);

    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);
    let log = custody(&desk);
    for line in
        ["\"totp\":\"enrolled\"", "\"by\":\"totp\"", "\"by\":\"recovery_code\"", "\"until\""]
    {
        assert!(log.contains(line), "{line}: {log}");
    }
    assert!(!log.contains(&recovery[0].replace('-', "")), "no code stands in the log");
}

#[tokio::test]
async fn where_a_second_factor_is_required_nothing_opens_before_it_is_set_up() {
    let desk = Desk::filled(POSTS);
    let console = Console::start_with(&desk, "[console]\ntotp = \"required\"");
    let session = console.join(&console.daemon.link, "sari").await;
    for path in ["/queue", "/work", "/items/1", "/people"] {
        assert_eq!(location(&console.open(path, &session).await), "/account", "{path}");
    }
    for path in ["/items/1/reveal", "/people/invite", "/people/sari/role"] {
        let answer = console.post(path, &session, &[("role", "admin")]).await;
        assert_eq!(location(&answer), "/account", "{path}");
    }
    assert!(console.get("/account", &session).await.contains("Pasang dahulu"));
    console.enrol(&session).await;
    console.get("/queue", &session).await;
    let off = console.post("/account/totp/off", &session, &[("password", PASSWORD)]).await;
    assert_eq!(off.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_second_factor_can_be_switched_off_by_its_person_and_taken_off_by_an_administrator() {
    let desk = Desk::filled(POSTS);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let analyst = console.join(&console.invite(&admin, "analyst").await, "budi").await;
    let (_, _, old) = console.enrol(&analyst).await;
    // New recovery codes void the old ones.
    let form = [("password", PASSWORD)];
    let wrong = console.post("/account/totp/codes", &analyst, &[("password", OTHER)]).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let page = console.post("/account/totp/codes", &analyst, &form).await.text().await.unwrap();
    assert!(page.contains("<li><code>") && !page.contains(&old[0]));
    let half = console.half("budi").await;
    assert_eq!(console.give_code(&half, &old[0]).await.status(), StatusCode::UNAUTHORIZED);
    let wrong = console.post("/account/totp/off", &analyst, &[("password", OTHER)]).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let off = console.post("/account/totp/off", &analyst, &form).await;
    assert_eq!(location(&off), "/account?done=off");
    assert_eq!(location(&console.login("budi", PASSWORD).await), "/queue");

    console.enrol(&analyst).await;
    for (who, path, status) in [
        (&analyst, "/people/budi/totp/reset", StatusCode::FORBIDDEN),
        (&admin, "/people/sari/totp/reset", StatusCode::BAD_REQUEST),
        (&admin, "/people/tono/totp/reset", StatusCode::NOT_FOUND),
        (&admin, "/people/budi/totp/reset", StatusCode::SEE_OTHER),
    ] {
        assert_eq!(console.post(path, who, &[]).await.status(), status, "{path}");
    }
    assert!(!console.is_in(&analyst).await, "her sessions end");
    assert_eq!(location(&console.login("budi", PASSWORD).await), "/queue");
    assert!(
        custody(&desk).contains("analyst:sari account_changed account:budi {\"totp\":\"reset\"}")
    );
}

#[tokio::test]
async fn sessions_end_with_what_they_stood_on() {
    let desk = Desk::filled(POSTS);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let analyst = console.join(&console.invite(&admin, "analyst").await, "budi").await;
    let again = async || cookie(&console.login("budi", PASSWORD).await);

    // Her own list: each told apart, ended one by one or all others together.
    let second = again().await;
    let page = console.get("/account", &analyst).await;
    assert_eq!(page.matches("Peramban Uji/1").count(), 2, "{page}");
    let id = between(&page, "name=\"id\" value=\"", "\"");
    console.post("/account/sessions/end", &admin, &[("id", id)]).await;
    assert!(console.is_in(&second).await, "nobody ends another's");
    console.post("/account/sessions/end", &analyst, &[("id", id)]).await;
    assert!(!console.is_in(&second).await && console.is_in(&analyst).await);
    let others = [again().await, again().await];
    console.post("/account/sessions/end", &analyst, &[]).await;
    assert!(!console.is_in(&others[0]).await && !console.is_in(&others[1]).await);

    // Another password, which takes the old one.
    let second = again().await;
    for (old, new, status) in [
        (OTHER, OTHER, StatusCode::BAD_REQUEST),
        (PASSWORD, "pendek", StatusCode::BAD_REQUEST),
        (PASSWORD, OTHER, StatusCode::SEE_OTHER),
    ] {
        let form = [("password", old), ("new", new)];
        assert_eq!(
            console.post("/account/password", &analyst, &form).await.status(),
            status,
            "{new}"
        );
    }
    assert!(!console.is_in(&second).await && console.is_in(&analyst).await);
    assert_eq!(console.login("budi", PASSWORD).await.status(), StatusCode::UNAUTHORIZED);
    let second = cookie(&console.login("budi", OTHER).await);

    // Another role, and a shut account.
    let role = console.post("/people/budi/role", &admin, &[("role", "viewer")]).await;
    assert_eq!(location(&role), "/people");
    assert!(!console.is_in(&analyst).await && !console.is_in(&second).await);
    let viewer = cookie(&console.login("budi", OTHER).await);
    assert_eq!(console.open("/work", &viewer).await.status(), StatusCode::FORBIDDEN);
    let own = console.post("/people/sari/role", &admin, &[("role", "viewer")]).await;
    assert_eq!(own.status(), StatusCode::BAD_REQUEST, "nobody takes his own role away");
    console.post("/people/budi/disabled", &admin, &[("disabled", "true")]).await;
    assert!(!console.is_in(&viewer).await);

    // Idle for an hour, or open for half a day.
    for column in ["seen_at", "ends_at"] {
        let session = cookie(&console.login("sari", PASSWORD).await);
        assert!(console.is_in(&session).await);
        desk.sql(&format!("UPDATE session SET {column} = '2026-01-01T00:00:00.000000Z'"));
        assert!(!console.is_in(&session).await, "{column}");
    }
    // Guessing from inside locks as well, and a locked door stays locked for the right password.
    let session = cookie(&console.login("sari", PASSWORD).await);
    for _ in 0..5 {
        console.post("/account/password", &session, &[("password", "x"), ("new", OTHER)]).await;
    }
    let form = [("password", PASSWORD), ("new", OTHER)];
    let locked = console.post("/account/password", &session, &form).await;
    assert_eq!(locked.status(), StatusCode::BAD_REQUEST);
    assert_eq!(console.login("sari", PASSWORD).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);
}

#[tokio::test]
async fn whoever_runs_the_machine_lets_people_in_again() {
    let desk = Desk::filled(POSTS);
    let console = Console::start(&desk);
    let user = |arguments: &[&str]| desk.run(&[&["user"], arguments].concat());
    let path = |out: &str| out.lines().last().unwrap().to_owned();
    assert!(user(&["list"]).out.contains("Belum ada akun"));
    // One invitation does not void another.
    let links = [user(&["invite", "--role", "admin"]), user(&["invite", "--role", "admin"])];
    let admin = console.join(&path(&links[0].out), "sari").await;
    console.join(&path(&links[1].out), "budi").await;
    console.enrol(&admin).await;
    let listed = user(&["list", "--json"]).out;
    assert!(listed.contains(r#""name":"sari","role":"admin","totp":true"#), "{listed}");

    // A forgotten password: the link sets one, once, lets nobody past the second factor, and ends
    // what was open.
    let older = path(&user(&["reset-password", "sari"]).out);
    let link = path(&user(&["reset-password", "sari"]).out);
    assert_eq!(console.open(&older, "").await.status(), StatusCode::BAD_REQUEST, "void");
    assert!(console.get(&link, "").await.contains("sari"));
    let short = console.post(&link, "", &[("password", "pendek")]).await;
    assert_eq!(short.status(), StatusCode::BAD_REQUEST);
    let set = console.post(&link, "", &[("password", OTHER)]).await;
    assert_eq!(location(&set), "/login");
    assert!(set.headers().get(SET_COOKIE).is_none());
    let twice = console.post(&link, "", &[("password", PASSWORD)]).await;
    assert_eq!(twice.status(), StatusCode::BAD_REQUEST);
    assert!(!console.is_in(&admin).await);
    assert_eq!(location(&console.login("sari", OTHER).await), "/login/code");
    // A lost telephone.
    assert_eq!(user(&["reset-totp", "sari"]).status, 0);
    let admin = cookie(&console.login("sari", OTHER).await);
    assert!(console.is_in(&admin).await);
    // The same link from the console.
    let page = console.post("/people/budi/password-link", &admin, &[]).await.text().await.unwrap();
    let link = between(&page, "<code id=\"link\">", "<").to_owned();
    assert!(console.get(&link, "").await.contains("budi"));

    assert_eq!(user(&["disable", "sari"]).status, 0);
    assert!(!console.is_in(&admin).await);
    assert_eq!(console.login("sari", OTHER).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(user(&["enable", "sari"]).status, 0);
    assert_eq!(user(&["role", "sari", "viewer"]).status, 0);
    let viewer = cookie(&console.login("sari", OTHER).await);
    assert_eq!(console.open("/people", &viewer).await.status(), StatusCode::FORBIDDEN);
    assert!(user(&["list"]).out.contains("viewer"));
    let nobody = user(&["disable", "tono"]);
    assert_eq!((nobody.status, nobody.err.contains("tidak ada akun `tono`")), (1, true));
    // What the manual shows.
    let manual = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/console.md");
    let manual = std::fs::read_to_string(manual).unwrap();
    let shown: Vec<&str> =
        manual.lines().filter_map(|line| line.strip_prefix("waspada user ")).collect();
    assert!(shown.len() >= 6, "{shown:?}");
    for command in shown {
        let (arguments, _) = command.split_once(" --config").unwrap();
        let ran = user(&arguments.split_whitespace().collect::<Vec<_>>());
        assert_eq!(ran.status, 0, "{command}: {}", ran.err);
    }
    let log = custody(&desk);
    assert!(
        log.contains("waspada account_changed account:sari {\"password\":\"link_made\"}"),
        "{log}"
    );
    assert!(log.contains("waspada account_changed account:sari {\"role\":\"viewer\"}"), "{log}");
}

#[tokio::test]
async fn behind_https_cookies_are_bound_to_the_host() {
    let desk = Desk::filled(POSTS);
    let console = Console::start_with(&desk, "public = true");
    let answer =
        console.post(&console.daemon.link, "", &[("name", "sari"), ("password", PASSWORD)]).await;
    let whole = answer.headers()[SET_COOKIE].to_str().unwrap();
    assert!(whole.starts_with("__Host-waspada_session=") && whole.ends_with("; Secure"), "{whole}");
    let session = cookie(&answer);
    assert!(console.is_in(&session).await);
    assert!(
        !console.is_in(session.trim_start_matches("__Host-")).await,
        "another name proves nothing"
    );
}

/// A certificate for this machine and its key, as PEM.
fn issued() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

/// A client that trusts this certificate and no other.
fn trusting(certificate: &str) -> Client {
    let certificate = reqwest::Certificate::from_pem(certificate.as_bytes()).unwrap();
    let redirects = redirect::Policy::none();
    Client::builder().tls_certs_only([certificate]).redirect(redirects).build().unwrap()
}

const TLS: &str = "certificate = \"rantai.pem\"\nkey = \"kunci.pem\"";

fn put(desk: &Desk, certificate: &str, key: &str) {
    std::fs::write(desk.path("rantai.pem"), certificate).unwrap();
    std::fs::write(desk.path("kunci.pem"), key).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(desk.path("kunci.pem"), private).unwrap();
}

#[tokio::test]
async fn with_a_certificate_the_daemon_itself_speaks_https() {
    let desk = Desk::filled(POSTS);
    let (first, renewed) = (issued(), issued());
    put(&desk, &first.0, &first.1);
    let mut console = Console::start_with(&desk, TLS);
    let address = console.daemon.address.clone();
    assert!(address.starts_with("https://127.0.0.1:"), "{address}");
    let host = address.strip_prefix("https://").unwrap();
    console.client = trusting(&first.0);
    // Who says nothing, and who speaks no TLS, keeps nobody else waiting.
    let silent: Vec<_> = (0..3).map(|_| std::net::TcpStream::connect(host).unwrap()).collect();
    let plain = Client::builder().build().unwrap();
    assert!(plain.get(format!("http://{host}/healthz")).send().await.is_err());
    assert!(trusting(&renewed.0).get(&address).send().await.is_err(), "it is not that one");

    let answer =
        console.post(&console.daemon.link, "", &[("name", "sari"), ("password", PASSWORD)]).await;
    assert!(answer.headers()["strict-transport-security"].to_str().unwrap().contains("max-age="));
    assert!(answer.headers()[SET_COOKIE].to_str().unwrap().ends_with("; Secure"));
    let session = cookie(&answer);
    assert!(session.starts_with("__Host-") && console.is_in(&session).await);
    // Where somebody asks from is known behind TLS too.
    let report = console.client.post(format!("{address}/api/reports")).send().await.unwrap();
    assert_eq!(report.status(), StatusCode::UNAUTHORIZED);
    // The program itself asks it by its certificate.
    let http = waspada::config::Http {
        listen: host.parse().unwrap(),
        public: false,
        certificate: Some(desk.path("rantai.pem")),
        key: Some(desk.path("kunci.pem")),
    };
    let health = tokio::task::spawn_blocking(move || waspada::pipeline::ask_health(&http));
    assert_eq!(health.await.unwrap().unwrap().status, "ok");

    // A renewal is noticed; connections and sessions go on.
    put(&desk, &renewed.0, &renewed.1);
    let newer = trusting(&renewed.0);
    let is_taken_up = async |client: &Client| {
        for _ in 0..60 {
            if client.get(format!("{address}/healthz")).send().await.is_ok() {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        false
    };
    assert!(is_taken_up(&newer).await);
    assert!(console.is_in(&session).await);
    // One that is broken leaves the last in force; SIGHUP reads at once.
    put(&desk, &first.0, &renewed.1);
    console.daemon.hang_up();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert!(trusting(&renewed.0).get(format!("{address}/healthz")).send().await.is_ok());
    put(&desk, &first.0, &first.1);
    console.daemon.hang_up();
    assert!(is_taken_up(&trusting(&first.0)).await);
    drop(silent);
}

#[tokio::test]
async fn the_daemon_tells_when_its_certificate_ends() {
    for (year, told) in [(2020, "the certificate is over"), (4000, "")] {
        let desk = Desk::filled(&[]);
        let mut made = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        made.not_after = rcgen::date_time_ymd(year, 1, 2);
        let key = rcgen::KeyPair::generate().unwrap();
        put(&desk, &made.self_signed(&key).unwrap().pem(), &key.serialize_pem());
        let console = Console::start_with(&desk, TLS);
        // Who asks for its health need not believe in it.
        let trusting = Client::builder().tls_danger_accept_invalid_certs(true).build().unwrap();
        let address = format!("{}/metrics", console.daemon.address);
        let ends = format!("{year}-01-02T00:00:00Z").parse::<jiff::Timestamp>().unwrap();
        let line = format!("waspada_certificate_ends_seconds {}\n", ends.as_second());
        let mut metrics = String::new();
        for _ in 0..60 {
            metrics = trusting.get(&address).send().await.unwrap().text().await.unwrap();
            if metrics.contains(&line) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        }
        assert!(metrics.contains(&line), "{metrics}");
        let log = std::fs::read_to_string(desk.path("penjaga.log")).unwrap();
        assert_eq!(log.contains("the certificate"), !told.is_empty(), "{log}");
        assert!(log.contains(told), "{log}");
    }
}

#[test]
fn what_is_wrong_with_certificate_files_is_told_in_a_sentence() {
    let desk = Desk::bare();
    let (certificate, key) = issued();
    let other = issued().1;
    let check = |table: &str, certificate: &str, key: &str| {
        put(&desk, certificate, key);
        let base = "[store]\npath = \"w.db\"\nevidence = \"bukti\"\n[http]\n";
        std::fs::write(desk.path("waspada.toml"), format!("{base}{table}\n")).unwrap();
        desk.run(&["config", "check"])
    };
    let broken = certificate.replace('M', "%");
    for (table, certificate, key, told) in [
        (TLS, key.as_str(), key.as_str(), "rantai.pem: tidak ada sertifikat PEM"),
        (TLS, broken.as_str(), key.as_str(), "rantai.pem: tidak ada sertifikat PEM"),
        (TLS, certificate.as_str(), certificate.as_str(), "kunci.pem: tidak ada kunci PEM"),
        (TLS, certificate.as_str(), "", "kunci.pem: tidak ada kunci PEM"),
        (TLS, certificate.as_str(), other.as_str(), "kunci ini bukan pasangan"),
        ("certificate = \"rantai.pem\"", "", "", "`certificate` tanpa `key`"),
        ("key = \"kunci.pem\"", "", "", "`key` tanpa `certificate`"),
        (
            "certificate = \"hilang.pem\"\nkey = \"kunci.pem\"",
            "",
            key.as_str(),
            "hilang.pem: berkas `certificate` tidak dapat dibaca",
        ),
    ] {
        let answer = check(table, certificate, key);
        assert_eq!(answer.status, 2, "{told}: {}", answer.err);
        assert!(answer.err.contains(told), "{told}: {}", answer.err);
        let secret = key.lines().nth(1).unwrap_or("-----BEGIN");
        assert!(!answer.err.contains(secret), "nothing of a key is told");
    }
    let right = check(TLS, &certificate, &key);
    assert_eq!((right.status, right.err.as_str()), (0, ""));
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(desk.path("kunci.pem"), open).unwrap();
    let told = desk.run(&["config", "check"]);
    assert_eq!(told.status, 0);
    assert!(told.err.contains("kunci.pem: kunci ini terbuka") && told.err.contains("chmod o-rwx"));
}

/// The same in a real browser, which also looks at each page for what hinders a reader;
/// `.ci/browser` fetches it.
#[test]
fn a_second_factor_is_set_up_in_a_browser() {
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("browser");
    let has = |name: &str| Command::new(name).arg("--version").output().is_ok();
    if !tools.join("node_modules/playwright-core").is_dir() || !has("chromium") || !has("node") {
        eprintln!("skipped: no browser here; .ci/browser fetches one");
        return;
    }
    let desk = Desk::filled(POSTS);
    let daemon = Daemon::start(&desk);
    let ended = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/safety.mjs"))
        .args([tools.to_str().unwrap(), &daemon.address, &daemon.link])
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

/// The lines of the log as `actor action subject detail`.
fn custody(desk: &Desk) -> String {
    let connection = rusqlite::Connection::open(desk.path("w.db")).unwrap();
    let mut lines = connection
        .prepare("SELECT actor || ' ' || action || ' ' || subject || ' ' || detail FROM custody")
        .unwrap();
    let lines = lines.query_map([], |row| row.get::<_, String>(0)).unwrap();
    lines.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
}
