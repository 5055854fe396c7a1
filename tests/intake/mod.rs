//! A folder with a config and rules whose table of sites names loopback servers as shortener, page
//! of links and Telegram, and the real binary run in it.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, not all used by each"
)]

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use waspada::engine::RuleFiles;

pub struct Intake {
    pub folder: tempfile::TempDir,
}

pub struct Answer {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// Servers by what they stand for, as `host:port`.
#[derive(Default)]
pub struct StandIns {
    pub shortener: String,
    pub linktree: String,
    pub telegram: String,
    pub open: String,
}

impl Intake {
    /// Nobody may be asked for a page: the config names no contact.
    pub fn without_network() -> Self {
        Self::new(&StandIns::default(), "")
    }

    pub fn with(servers: &StandIns) -> Self {
        Self::new(servers, "contact = \"ops@contoh.example\"\n")
    }

    fn new(servers: &StandIns, contact: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in RuleFiles::embedded().select(|_| true) {
            let path = folder.path().join("aturan").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let text = match name {
                "registry/sites.toml" => text
                    .replace("\"bit.ly\"", &format!("\"{}\", \"bit.ly\"", servers.shortener))
                    .replace("\"linktr.ee\"", &format!("\"{}\", \"linktr.ee\"", servers.linktree))
                    .replace("\"t.me\"", &format!("\"{}\", \"t.me\"", servers.telegram)),
                _ => text.to_owned(),
            };
            std::fs::write(path, text).unwrap();
        }
        let StandIns { shortener, linktree, telegram, open } = servers;
        let allowed: Vec<String> = [shortener, linktree, telegram, open]
            .into_iter()
            .filter(|server| !server.is_empty())
            .map(|server| format!("\"{server}\""))
            .collect();
        let config = format!(
            "[fetch]\n{contact}pace = \"1ms\"\nbackoff = \"10ms\"\nconnect_timeout = \"1s\"\n\
             timeout = \"2s\"\nallow_hosts = [{}]\n[store]\npath = \"w.db\"\nevidence = \"bukti\"\n\
             [quality]\nunflagged_share = 0\nsecond_review_share = 0\n\
             [rules]\npath = \"aturan\"\n[http]\nlisten = \"127.0.0.1:0\"\n",
            allowed.join(", ")
        );
        std::fs::write(folder.path().join("waspada.toml"), config).unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waspada"));
        command.current_dir(self.folder.path()).args(["--config", "waspada.toml"]).args(arguments);
        command.env("WASPADA_ANALYST", "sari").env_remove("CLICOLOR_FORCE");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Answer {
        let output = self.command(arguments).output().unwrap();
        Answer {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The same off the threads that serve the stand-ins.
    pub async fn report(&self, arguments: &[&str]) -> Value {
        let mut command = self.command(&["report", "--json"]);
        command.args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let (out, err) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{out}{err}");
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"))
    }

    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path("w.db")).unwrap()
    }

    /// Every custody line, as action and subject.
    pub fn custody(&self) -> Vec<(String, String)> {
        let database = self.database();
        let mut lines =
            database.prepare("SELECT action, subject FROM custody ORDER BY seq").unwrap();
        lines
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    pub fn daemon(&self) -> Daemon {
        let log = self.path("log");
        let child = self
            .command(&["run"])
            .stderr(Stdio::from(std::fs::File::create(&log).unwrap()))
            .spawn()
            .unwrap();
        let mut daemon = Daemon { child, log, address: String::new() };
        let ready = daemon.wait_for("listen=");
        let address = ready.split("listen=").nth(1).unwrap();
        daemon.address = address.split(['\n', ' ']).next().unwrap().trim_matches('"').to_owned();
        daemon
    }
}

pub struct Daemon {
    child: Child,
    log: PathBuf,
    pub address: String,
}

impl Daemon {
    pub fn wait_for(&self, text: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let so_far = std::fs::read_to_string(&self.log).unwrap_or_default();
            if so_far.contains(text) {
                return so_far;
            }
            assert!(Instant::now() < deadline, "no `{text}` in:\n{so_far}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
