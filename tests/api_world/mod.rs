//! A world for the doors to documented APIs: the real binary with a config of its own, and a ledger
//! in which a loopback stand-in keeps count of what the client asked, to catch it spending more than
//! the platform documents.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use super::fetch_server::{Asked, Reply, Server};

/// The secret every stand-in expects.
pub const SECRET: &str = "EAAkunci-rahasia-0000";
/// Where the sources look for it.
pub const SECRET_ENV: &str = "WASPADA_UJI_RAHASIA";

pub const OFFER: &str =
    "Dicari admin di Poipet, masuk pelancong dulu, gaji 9-14jt/bln. WA 0840-0000-0001";

/// What a stand-in counts, and where the client went too far.
#[derive(Clone, Default)]
pub struct Ledger(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    counts: BTreeMap<String, u64>,
    faults: Vec<String>,
}

impl Ledger {
    /// Counts one more of these; past the limit the client is at fault.
    pub fn count(&self, what: &str, limit: u64) -> bool {
        self.add(what, 1, limit)
    }

    /// Counts so many more of these.
    pub fn add(&self, what: &str, amount: u64, limit: u64) -> bool {
        let mut ledger = self.0.lock().unwrap();
        let count = ledger.counts.entry(what.to_owned()).or_default();
        *count += amount;
        let count = *count;
        if count > limit {
            ledger.faults.push(format!("{count} {what}, {limit} are allowed"));
        }
        count <= limit
    }

    /// Notes a fault of the client.
    pub fn fault(&self, fault: impl Into<String>) {
        self.0.lock().unwrap().faults.push(fault.into());
    }

    /// How many were counted.
    pub fn counted(&self, what: &str) -> u64 {
        self.0.lock().unwrap().counts.get(what).copied().unwrap_or(0)
    }

    /// Fails the test if the client went too far.
    pub fn assert_kept(&self) {
        let faults = self.0.lock().unwrap().faults.clone();
        assert!(faults.is_empty(), "the client went too far: {faults:#?}");
    }
}

/// The address of a request.
pub fn url(asked: &Asked) -> Url {
    Url::parse("http://standin.invalid").unwrap().join(&asked.path).unwrap()
}

/// A parameter of a request.
pub fn parameter(asked: &Asked, name: &str) -> Option<String> {
    url(asked).query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// An answer in JSON.
pub fn answer(status: u16, body: &Value) -> Reply {
    Reply::new(status, &[("content-type", "application/json; charset=UTF-8")], body.to_string())
}

/// A config in a folder of its own.
pub struct World {
    pub dir: TempDir,
    pub config: PathBuf,
}

impl World {
    /// Sources as the config writes them; the server may be asked.
    pub fn new(server: &Server, sources: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("waspada.toml");
        let world = Self { dir, config };
        world.write(server, sources);
        world
    }

    /// Writes the config anew.
    pub fn write(&self, server: &Server, sources: &str) {
        let head = format!(
            "[fetch]\ncontact = \"ops@contoh.example\"\npace = \"1ms\"\nbackoff = \"10ms\"\n\
             allow_hosts = [\"{}\"]\n[http]\nlisten = \"127.0.0.1:0\"\n[log]\nlevel = \"trace\"\n",
            server.address
        );
        std::fs::write(&self.config, format!("{head}{sources}")).unwrap();
    }

    /// The program with these arguments and the secret in its environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waspada"));
        command.args(arguments).arg("--config").arg(&self.config);
        command.env(SECRET_ENV, SECRET);
        command
    }

    /// Runs to the end; exit status, what it wrote and what it complained about, none of which may
    /// show the secret.
    pub async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = self.command(arguments);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(!out.contains(SECRET) && !err.contains(SECRET), "{out}\n{err}");
        (output.status.code().unwrap_or(-1), out, err)
    }

    /// Visits every source once; its report, by source.
    pub async fn visit(&self) -> BTreeMap<String, Value> {
        let (_, out, err) = self.run(&["run", "--once", "--json"]).await;
        let reports: Vec<Value> =
            serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
        let named = |report: Value| (report["source"].as_str().unwrap().to_owned(), report);
        reports.into_iter().map(named).collect()
    }

    /// The line of `source list --json` of this source.
    pub async fn listed(&self, name: &str) -> Value {
        let (_, out, _) = self.run(&["source", "list", "--json"]).await;
        let mut lines = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.find(|line| line["name"] == name).unwrap()
    }

    /// What is left of a budget, by the beginning of its name.
    pub async fn left(&self, source: &str, budget: &str) -> u64 {
        let line = self.listed(source).await;
        let budgets = line["budgets"].as_array().unwrap();
        let found =
            budgets.iter().find(|known| known["name"].as_str().unwrap().starts_with(budget));
        found.unwrap_or_else(|| panic!("{line}"))["left"].as_u64().unwrap()
    }

    /// Starts a visit that may be killed.
    pub fn start(&self) -> Child {
        let mut command = self.command(&["run", "--once"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Fails the test if the secret stands in any file of this world.
    pub fn assert_secret_is_nowhere(&self) {
        fn walk(dir: &Path) {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path);
                    continue;
                }
                let mut bytes = std::fs::read(&path).unwrap();
                if path.extension().is_some_and(|extension| extension == "zst") {
                    bytes = zstd::decode_all(&bytes[..]).unwrap();
                }
                let found = bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes());
                assert!(!found, "the secret stands in {}", path.display());
            }
        }
        walk(self.dir.path());
    }
}
