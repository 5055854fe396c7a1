//! Deciding alike items together as a browser meets it: the list on the item's page, taking some out,
//! the preview, what is told afterwards, the undo, and who may do how many.
#![allow(clippy::unwrap_used, reason = "a test")]

mod console_client;
mod desk;

use console_client::{Console, between, location};
use desk::Desk;
use reqwest::{Method, Response, StatusCode};

const AD: &str = "Lowongan kerja admin di Poipet Kamboja, masuk pelancong dulu, permit nyusul. \
     Gaji 12 juta per bulan, tiket ditanggung, tanpa pengalaman.";
const PLEA: &str = "Tolong, adik saya disekap di Myawaddy, paspor ditahan, tidak boleh pulang. \
     Tolong bantu pulangkan. Nomor yang memberangkatkan 0840-0000-0001";

/// So many copies of one ad, then two pleas.
fn desk(copies: usize) -> Desk {
    let mut posts: Vec<(String, String)> = (1..=copies)
        .map(|at| (format!("loker_contoh/{at}"), format!("{AD} WA 0840-0000-{at:04}")))
        .collect();
    for at in [901, 902] {
        posts.push((format!("loker_contoh/{at}"), PLEA.to_owned()));
    }
    let posts: Vec<(&str, &str)> = posts.iter().map(|(id, text)| (&**id, &**text)).collect();
    Desk::with_own_rules(&posts)
}

type Form = Vec<(String, String)>;

impl Console {
    /// Sends the fields of a page.
    async fn send(&self, path: &str, cookie: &str, form: &Form) -> Response {
        let form: Vec<(&str, &str)> =
            form.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.post(path, cookie, &form).await
    }
}

fn form(fields: &[(&str, &str)]) -> Form {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The fields a browser would send of this page: what is ticked, and what is hidden.
fn fields(page: &str) -> Form {
    let value = |input: &str, name: &str| between(input, &format!(" {name}=\""), "\"").to_owned();
    let main = page.split("<main").nth(1).unwrap_or(page);
    main.split("<input")
        .skip(1)
        .map(|input| input.split('>').next().unwrap())
        .filter(|input| {
            input.contains("type=\"hidden\"")
                || (input.contains("type=\"checkbox\"") && input.contains(" checked "))
        })
        .map(|input| (value(input, "name"), value(input, "value")))
        .collect()
}

fn with(mut form: Form, more: &[(&str, &str)]) -> Form {
    form.extend(self::form(more));
    form
}

fn count(form: &Form) -> usize {
    form.iter().filter(|(name, _)| name == "item").count()
}

#[tokio::test]
async fn copies_of_an_ad_are_decided_together_after_a_preview_and_taken_back() {
    let desk = desk(6);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;

    // The item tells what is like it, and why; the plea that names its number stands there as such.
    let page = console.get("/items/1", &admin).await;
    let open = between(&page, "id=\"alike-open\"", "</ul>");
    assert!(open.contains("kata-katanya sama"), "{open}");
    let across = between(&page, "id=\"alike-across\"", "</ul>");
    assert!(across.contains("kontak sama") && across.contains("disekap"), "{page}");
    assert!(!page.contains("0840-0000-0002") && open.contains("**02"), "masked: {open}");
    assert!(page.contains("href=\"/items/1/alike\" data-key=\"m\""), "{page}");

    // All copies are ticked, the pleas are not there; looking decides nothing.
    let page = console.get("/items/1/alike", &admin).await;
    let ticked = fields(&page);
    assert_eq!(count(&ticked), 6);
    assert!(!page.contains("disekap") && !page.contains("0840-0000-0002"), "{page}");
    assert_eq!(count(&fields(&console.get("/items/1/alike?pick=none", &admin).await)), 0);

    // Two are taken out. Without the reason the outcome asks for, the page comes again as it was.
    let chosen: Form = ticked.iter().skip(2).cloned().collect();
    let again = console
        .send("/items/1/alike", &admin, &with(chosen.clone(), &[("outcome", "TAKEDOWN")]))
        .await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST);
    let again = again.text().await.unwrap();
    assert!(again.contains("perlu alasan") && fields(&again) == chosen, "{again}");
    let said = [("outcome", "TAKEDOWN"), ("reason", "enam <salinan> & satu iklan")];
    let preview = console.send("/items/1/alike", &admin, &with(chosen.clone(), &said)).await;
    assert_eq!(preview.status(), StatusCode::OK);
    let preview = preview.text().await.unwrap();
    assert!(preview.contains("Akan diputuskan: 4 butir"), "{preview}");
    assert!(!preview.contains("<salinan>"), "what is typed is text");
    assert!(console.get("/queue", &admin).await.contains("8 butir"), "nothing is decided yet");

    // Meanwhile somebody else works on one of them and decides another.
    let analyst = console.invited(&admin, "analyst", "budi").await;
    let number = |at: usize| chosen[at].1.split('-').next().unwrap().to_owned();
    let (decided, held) = (number(0), number(1));
    let item = console.get(&format!("/items/{decided}"), &analyst).await;
    let token = between(&item, "name=\"token\" value=\"", "\"");
    let single = [("token", token), ("outcome", "EDUKASI")];
    console.post(&format!("/items/{decided}/decide"), &analyst, &single).await;
    console.get(&format!("/items/{held}"), &analyst).await;

    // What was shown is decided, but for those two, and that is told.
    let confirm = form_of_preview(&preview);
    let answer = console.send("/items/1/alike/decide", &admin, &confirm).await;
    let batch = location(&answer).to_owned();
    let page = console.get(&batch, &admin).await;
    let left = between(&page, "id=\"left\"", "</ul>");
    assert!(
        left.contains("sudah diputuskan orang lain")
            && left.contains("sedang dikerjakan orang lain")
    );
    assert!(
        page.contains("2 butir diputuskan bersama") && page.contains("data-key=\"u\""),
        "{page}"
    );
    assert!(console.get(&format!("/items/{decided}"), &admin).await.contains("EDUKASI ·"));
    assert!(console.get("/queue?state=decided", &admin).await.contains("3 butir"));
    let item = console.get(&format!("/items/{}", number(2)), &admin).await;
    assert!(item.contains(&format!("href=\"{batch}\"")), "the item leads to its batch: {item}");
    // Sent twice, it decides nothing twice.
    let twice = console.send("/items/1/alike/decide", &admin, &confirm).await;
    let page = console.get(location(&twice), &admin).await;
    assert!(
        page.contains("Tidak ada butir yang diputuskan") && !page.contains("/undo\""),
        "{page}"
    );
    // What was decided is told on the page of what is like it.
    let page = console.get("/items/1", &admin).await;
    assert!(between(&page, "id=\"alike-decided\"", "</ul>").contains("TAKEDOWN"), "{page}");

    // Others may not take it back, the one who decided may; then it waits as before.
    let undo = format!("{batch}/undo");
    assert_eq!(console.post(&undo, &analyst, &[]).await.status(), StatusCode::FORBIDDEN);
    assert!(!console.get(&batch, &analyst).await.contains("/undo\""));
    assert_eq!(location(&console.post(&undo, &admin, &[]).await), batch);
    let page = console.get(&batch, &admin).await;
    assert!(page.contains(">dibatalkan<") && !page.contains("/undo\""), "{page}");
    assert!(console.get("/queue?state=decided", &admin).await.contains("1 butir"));
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);

    console.post("/language", &admin, &[("language", "en")]).await;
    assert!(console.get("/items/1/alike", &admin).await.contains("Decide together with item 1"));
}

fn form_of_preview(page: &str) -> Form {
    fields(between(page, "id=\"confirm\"", "</form>"))
}

#[tokio::test]
async fn roles_and_limits_hold() {
    let desk = desk(30);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let analyst = console.invited(&admin, "analyst", "budi").await;
    let supervisor = console.invited(&admin, "supervisor", "rini").await;

    // Whoever decides nothing sees that there are copies, and no way to decide them.
    for role in ["viewer", "ops"] {
        let one = console.invited(&admin, role, role).await;
        let page = console.get("/items/1", &one).await;
        assert!(page.contains("id=\"alike-open\"") && !page.contains("/items/1/alike"), "{page}");
        for (method, path) in [
            (Method::GET, "/items/1/alike"),
            (Method::POST, "/items/1/alike"),
            (Method::POST, "/items/1/alike/decide"),
        ] {
            let sent = [("item", "1-1"), ("outcome", "EDUKASI")];
            let answer = console.ask(method, path, &one, &sent).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{role} {path}");
        }
    }

    // An analyst decides twenty at once, and no more by whatever she sends.
    let page = console.get("/items/1/alike", &analyst).await;
    assert_eq!(count(&fields(&page)), 20);
    assert!(page.contains("10 butir lain menunggu"), "{page}");
    let all = fields(&console.get("/items/1/alike", &supervisor).await);
    assert_eq!(count(&all), 30);
    let many = with(all.clone(), &[("outcome", "EDUKASI")]);
    for path in ["/items/1/alike", "/items/1/alike/decide"] {
        let answer = console.send(path, &analyst, &many).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert!(answer.text().await.unwrap().contains("Terlalu banyak"), "{path}");
    }
    let answer = console.send("/items/1/alike/decide", &supervisor, &many).await;
    let batch = location(&answer).to_owned();
    assert!(console.get(&batch, &supervisor).await.contains("30 butir diputuskan bersama"));
    // A supervisor takes back what another supervisor decided.
    console.post(&format!("{batch}/undo"), &admin, &[]).await;
    assert!(console.get("/queue", &admin).await.contains("32 butir"));

    // What makes no sense is refused in words.
    for (path, sent, status) in [
        ("/items/1/alike", form(&[("outcome", "EDUKASI")]), StatusCode::BAD_REQUEST),
        ("/items/1/alike", form(&[("item", "x"), ("outcome", "EDUKASI")]), StatusCode::BAD_REQUEST),
        ("/items/1/alike", form(&[("item", "1-1"), ("outcome", "APA")]), StatusCode::BAD_REQUEST),
        (
            "/items/1/alike",
            form(&[("item", "999-1"), ("outcome", "EDUKASI")]),
            StatusCode::NOT_FOUND,
        ),
        (
            "/items/1/alike",
            with(all[..2].to_vec(), &[("outcome", "DUPLIKAT")]),
            StatusCode::BAD_REQUEST,
        ),
        ("/batches/99/undo", Form::new(), StatusCode::NOT_FOUND),
    ] {
        let answer = console.send(path, &admin, &sent).await;
        assert_eq!(answer.status(), status, "{sent:?}");
    }
    let nothing = console.open("/batches/99", &admin).await;
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pleas_are_not_ticked_for_anybody_and_never_decided_with_offers() {
    let desk = desk(2);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let queue = console.get("/queue?lane=victim", &admin).await;
    let plea = between(&queue, "href=\"/items/", "\"").to_owned();
    let page = console.get(&format!("/items/{plea}/alike"), &admin).await;
    assert!(page.contains("setiap orang perlu dibaca sendiri"), "{page}");
    assert_eq!(page.matches("type=\"checkbox\"").count(), 2);
    let ticked = fields(&page);
    assert_eq!(count(&ticked), 1, "only the one that was opened");
    let offers = fields(&console.get("/items/1/alike", &admin).await);
    let mixed = [ticked, offers].concat();
    let mixed = with(mixed, &[("outcome", "KORBAN_DIBANTU")]);
    for path in ["/items/1/alike", "/items/1/alike/decide"] {
        let answer = console.send(path, &admin, &mixed).await;
        assert_eq!(answer.status(), StatusCode::CONFLICT);
        assert!(answer.text().await.unwrap().contains("tidak dapat diputuskan bersama tawaran"));
    }
}
