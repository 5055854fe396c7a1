//! Against a server we did not write: Debian's nginx serves the project's own feeds; they are
//! crawled twice, and the second time every one of them answers "not modified".

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;

struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

fn start(dir: &Path, port: u16, root: &Path) -> Option<Nginx> {
    let config = dir.join("nginx.conf");
    std::fs::write(
        &config,
        format!(
            "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;\n\
             events {{}}\nhttp {{ access_log {dir}/access.log;\n\
             client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;\n\
             uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;\n\
             types {{ application/xml xml; application/feed+json json; }}\n\
             gzip on; gzip_types application/xml; gzip_min_length 100;\n\
             server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n",
            dir = dir.display(),
            root = root.display()
        ),
    )
    .unwrap();
    let program = ["/usr/sbin/nginx", "nginx"]
        .into_iter()
        .find(|program| Command::new(program).arg("-v").output().is_ok())?;
    let child = Command::new(program).arg("-p").arg(dir).arg("-c").arg(&config).spawn().unwrap();
    let nginx = Nginx(child);
    let deadline = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "nginx does not answer");
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(nginx)
}

fn once(config: &Path) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_waspada"))
        .args(["run", "--once", "--json", "--config"])
        .arg(config)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn crawled_twice_the_second_time_nothing_is_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/feed");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some(_nginx) = start(dir.path(), port, &root) else {
        eprintln!("skipped: nginx is not installed");
        return;
    };
    let feeds = ["desa.rdf.xml", "kabar.atom.xml", "kampus.feed.json", "loker.rss.xml"];
    let mut text = format!(
        "[fetch]\ncontact = \"ops@contoh.example\"\npace = \"1ms\"\nallow_hosts = [\"127.0.0.1:{port}\"]\n"
    );
    for feed in feeds {
        text.push_str(&format!(
            "[[source]]\nname = \"{feed}\"\ntype = \"feed\"\nurl = \"http://127.0.0.1:{port}/{feed}\"\n"
        ));
    }
    let config = dir.path().join("waspada.toml");
    std::fs::write(&config, text).unwrap();
    for report in once(&config) {
        assert!(report["new"].as_u64().unwrap() > 0, "{report}");
    }
    for report in once(&config) {
        assert_eq!(
            (&report["not_modified"], &report["pages"]),
            (&true.into(), &0.into()),
            "{report}"
        );
    }
    let log = std::fs::read_to_string(dir.path().join("access.log")).unwrap();
    let feeds_only: Vec<&str> = log.lines().filter(|line| !line.contains("/robots.txt ")).collect();
    assert_eq!(feeds_only.len(), 8, "{log}");
    assert!(feeds_only[..4].iter().all(|line| line.contains("\" 200 ")), "{log}");
    assert!(feeds_only[4..].iter().all(|line| line.contains("\" 304 ")), "{log}");
}
