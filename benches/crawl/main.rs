//! Pages a second and peak memory of the crawler over a site of 10,000 pages, served by Debian's nginx
//! on this machine, beside a plain loop that only fetches the same pages. The politeness is off for
//! that one address (`[fetch] unpaced_hosts`), as it never is for another machine. How to run it
//! stands in docs/performance.md.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

#[path = "../../tests/web_server/mod.rs"]
mod web_server;

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const PAGES: usize = 10_000;
/// Set for the child process that is the plain loop.
const PLAIN: &str = "WASPADA_BENCH_PLAIN";

/// Texts of the pages in turn: an ad in ten, the rest what a site of local news has.
const TEXTS: &[&str] = &[
    "Dicari admin di Poipet, masuk pelancong dulu, gaji 9-14jt/bln. WA 0840-0000-0001",
    "Harga cabai di pasar naik lagi minggu ini, pedagang berharap panen segera tiba.",
    "Dicari penjahit borongan di Bandung, upah harian, datang langsung ke bengkel.",
    "Warga bergotong royong membersihkan selokan sebelum musim hujan.",
    "Bursa kerja kampus dibuka lagi bulan depan, pendaftaran lewat situs resmi.",
    "Tim sepak bola desa menang dua kosong di laga pembuka.",
    "Pelatihan bahasa Jepang gratis bagi calon peserta magang resmi.",
    "Jalan ke kecamatan diperbaiki, kendaraan dialihkan sampai Jumat.",
    "Koperasi membagikan sisa hasil usaha kepada anggotanya.",
    "Lomba masak antarkampung diikuti dua puluh regu.",
];

fn site(root: &Path, port: u16) {
    std::fs::create_dir_all(root.join("pos")).unwrap();
    let filler =
        "Kabar ini rekaan dan hanya mengisi halaman agar seukuran halaman biasa. ".repeat(40);
    let mut map = String::from("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">");
    for number in 0..PAGES {
        let text = TEXTS[number % TEXTS.len()];
        let page = format!(
            "<!doctype html><html><head><title>Kabar {number}</title></head><body><nav>Beranda</nav>\
             <article><h1>Kabar {number}</h1><time datetime=\"2026-06-01T09:00:00+07:00\">1 Juni</time>\
             <div class=isi><p>{text} ({number})</p></div></article><aside><p>{filler}</p></aside></body></html>"
        );
        std::fs::write(root.join(format!("pos/{number}.html")), page).unwrap();
        write!(
            map,
            "<url><loc>http://127.0.0.1:{port}/pos/{number}.html</loc><lastmod>2026-06-01</lastmod></url>"
        )
        .unwrap();
    }
    map.push_str("</urlset>");
    std::fs::write(root.join("sitemap.xml"), map).unwrap();
}

/// Runs a command to its end; gives back its output and the most memory it had, in KiB.
fn measured(command: &mut Command) -> (Vec<u8>, u64) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let now = std::fs::read_to_string(&status).unwrap_or_default();
        let line = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
    (child.wait_with_output().unwrap().stdout, peak)
}

/// Fetches every page, one after the other, and does nothing with it.
async fn plain(base: &str) -> usize {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut bytes = 0;
    for number in 0..PAGES {
        let answer = client.get(format!("{base}/pos/{number}.html")).send().await.unwrap();
        bytes += answer.error_for_status().unwrap().bytes().await.unwrap().len();
    }
    bytes
}

fn row(what: &str, requests: usize, took: Duration, peak: u64) {
    #[expect(clippy::cast_precision_loss, reason = "ten thousand")]
    let rate = requests as f64 / took.as_secs_f64();
    let seconds = took.as_secs_f64();
    println!("| {what} | {requests} | {seconds:.1} | {rate:.0} | {:.1} |", peak as f64 / 1024.0);
}

fn main() {
    if let Ok(base) = std::env::var(PLAIN) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        println!("{}", runtime.block_on(plain(&base)));
        return;
    }
    // `cargo test --benches` only wants to know that it builds and starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let port = web_server::free_port();
    let root = dir.path().join("situs");
    site(&root, port);
    let Some(_nginx) = web_server::nginx(dir.path(), port, &root) else {
        println!("skipped: nginx is not installed");
        return;
    };
    let config = dir.path().join("waspada.toml");
    std::fs::write(
        &config,
        format!(
            "[fetch]\ncontact = \"ops@contoh.example\"\nallow_hosts = [\"127.0.0.1:{port}\"]\n\
             unpaced_hosts = [\"127.0.0.1:{port}\"]\n[[source]]\nname = \"peta\"\ntype = \"sitemap\"\n\
             url = \"http://127.0.0.1:{port}/sitemap.xml\"\ninclude = [\"/pos/\"]\npages = 1500\ntext = \".isi\"\n"
        ),
    )
    .unwrap();
    println!("| what | requests | s | requests/s | peak MB |\n|---|---|---|---|---|");
    let log = dir.path().join("access.log");
    let asked = || std::fs::read_to_string(&log).unwrap_or_default().lines().count();
    let began = Instant::now();
    let (_, peak) = measured(
        Command::new(std::env::current_exe().unwrap())
            .env(PLAIN, format!("http://127.0.0.1:{port}")),
    );
    row("plain loop", asked(), began.elapsed(), peak);

    let crawl = |what: &str, all: bool| {
        let (began, before) = (Instant::now(), asked());
        let (mut new, mut peak) = (0, 0);
        loop {
            let (out, most) = measured(
                Command::new(env!("CARGO_BIN_EXE_waspada"))
                    .args(["run", "--once", "--json", "--config"])
                    .arg(&config),
            );
            let report: Value = serde_json::from_slice(&out).unwrap();
            new += report[0]["new"].as_u64().unwrap();
            peak = peak.max(most);
            if !all || report[0]["not_modified"] == true || report[0]["new"] == 0 {
                break;
            }
        }
        row(what, asked() - before, began.elapsed(), peak);
        new
    };
    let new = crawl("crawler, everything new", true);
    assert_eq!(new, PAGES as u64);
    // Every tenth page changed; the file is read and those alone are fetched.
    let map = std::fs::read_to_string(root.join("sitemap.xml")).unwrap();
    let map = map.replace("0.html</loc><lastmod>2026-06-01", "0.html</loc><lastmod>2026-06-02");
    std::fs::write(root.join("sitemap.xml"), map).unwrap();
    crawl("crawler, 1,000 with a new date and nothing else", false);
    crawl("crawler, nothing new", false);
}
