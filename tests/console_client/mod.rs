//! A browser at the console of a desk's daemon: it sends forms as a page of the console does, follows
//! no redirect, and knows how people come by an account and a session.
#![allow(dead_code, reason = "not every test uses all of the client")]

use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect};
use url::form_urlencoded::Serializer;

use crate::desk::{Daemon, Desk};

/// The password of every account made by `Console::join`.
pub const PASSWORD: &str = "kata sandi yang panjang";

pub struct Console {
    pub daemon: Daemon,
    pub client: Client,
}

impl Console {
    pub fn start(desk: &Desk) -> Self {
        Self::start_with(desk, "")
    }

    /// The same with more lines in the `[http]` table, or after it.
    pub fn start_with(desk: &Desk, more: &str) -> Self {
        // Whoever comes second finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .user_agent("Peramban Uji/1")
            .build()
            .unwrap();
        Self { daemon: Daemon::start_with(desk, more), client }
    }

    /// A request for a path, or for a link as the console tells it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = &self.daemon.address;
        let path = path.strip_prefix(address.as_str()).unwrap_or(path);
        self.client.request(method, format!("{address}{path}"))
    }

    /// Asks with the cookie of a session, or with an empty one as a stranger.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        cookie: &str,
        form: &[(&str, &str)],
    ) -> Response {
        let mut request = self.request(method.clone(), path);
        if method == Method::POST {
            request = request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(ORIGIN, &self.daemon.address)
                .body(Serializer::new(String::new()).extend_pairs(form).finish());
        }
        if !cookie.is_empty() {
            request = request.header(COOKIE, cookie);
        }
        request.send().await.unwrap()
    }

    /// What is answered at an address.
    pub async fn open(&self, path: &str, cookie: &str) -> Response {
        self.ask(Method::GET, path, cookie, &[]).await
    }

    /// The page at an address, which must be shown.
    pub async fn get(&self, path: &str, cookie: &str) -> String {
        let answer = self.open(path, cookie).await;
        let status = answer.status();
        let page = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        page
    }

    pub async fn post(&self, path: &str, cookie: &str, form: &[(&str, &str)]) -> Response {
        self.ask(Method::POST, path, cookie, form).await
    }

    /// Makes an account by a link and answers with the cookie of its session.
    pub async fn join(&self, link: &str, name: &str) -> String {
        let answer = self.post(link, "", &[("name", name), ("password", PASSWORD)]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{name}");
        cookie(&answer)
    }

    /// The link by which somebody new joins in this role.
    pub async fn invite(&self, admin: &str, role: &str) -> String {
        let page = self.post("/people/invite", admin, &[("role", role)]).await;
        between(&page.text().await.unwrap(), "<code id=\"link\">", "<").to_owned()
    }

    /// Invites somebody, who joins; the cookie of that session.
    pub async fn invited(&self, admin: &str, role: &str, name: &str) -> String {
        self.join(&self.invite(admin, role).await, name).await
    }
}

/// The cookie an answer sets, as a browser sends it back.
pub fn cookie(answer: &Response) -> String {
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

/// What stands between two marks, the first time; nothing where the first is missing.
pub fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split(start).nth(1).unwrap_or_default().split(end).next().unwrap()
}

/// Where an answer leads to.
pub fn location(answer: &Response) -> &str {
    answer.headers()[LOCATION].to_str().unwrap()
}
