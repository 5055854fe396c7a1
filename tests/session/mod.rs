//! Sessions written down: a page whose blocks with `file=` are written as they come and whose
//! ```console blocks are run in a folder of its own. `…` in an expected output stands for anything, on
//! a line of its own for any number of lines; `? 2` is the exit status expected. Beside `waspada …`
//! three commands are known: `waspada … &` leaves the watch running until the session ends,
//! `tunggu "TEKS"` waits until its log says this since the last wait, and `ambil /metrics` asks it.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, not all used by each"
)]

use std::cell::RefCell;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use waspada::engine::RuleFiles;

pub struct Block {
    pub kind: String,
    pub file: Option<String>,
    pub broken: bool,
    pub line: usize,
    pub text: String,
}

/// The blocks of a page of the repository.
pub fn blocks(page: &str) -> Vec<Block> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let document = fs::read_to_string(page).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in document.lines().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            open = !open;
            if open {
                let mut words = info.split_whitespace();
                let kind = words.next().unwrap_or("").to_owned();
                let words: Vec<&str> = words.collect();
                let file = words.iter().find_map(|word| word.strip_prefix("file="));
                blocks.push(Block {
                    kind,
                    file: file.map(str::to_owned),
                    broken: words.contains(&"broken"),
                    line: number + 1,
                    text: String::new(),
                });
            }
        } else if open {
            let block = blocks.last_mut().unwrap();
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    assert!(!open);
    blocks
}

/// A folder with the shipped rules twice, in which sessions are played.
pub struct Session {
    folder: tempfile::TempDir,
    port: u16,
    watch: RefCell<Option<Watch>>,
}

/// The watch left running, with how much of its log was waited for.
struct Watch {
    child: Child,
    read: usize,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Session {
    pub fn new() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let session = Self { folder, port, watch: RefCell::new(None) };
        for (name, text) in RuleFiles::embedded().select(|_| true) {
            session.put(&format!("aturan/{name}"), text);
            session.put(&format!("aturan-kemarin/{name}"), text);
        }
        session
    }

    /// Writes a file whole, as a copy that is moved into place.
    pub fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        let aside = path.with_file_name(".ditulis");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&aside, text.replace("PORT", &self.port.to_string())).unwrap();
        fs::rename(aside, path).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Goes through a page from its first block to its last.
    pub fn play(&self, page: &str) {
        for block in blocks(page) {
            if let Some(file) = &block.file {
                self.put(file, &block.text);
            }
            if block.kind == "console" {
                self.console(page, &block);
            }
        }
    }

    fn console(&self, page: &str, block: &Block) {
        let mut commands: Vec<(&str, Vec<&str>, i32)> = Vec::new();
        for line in block.text.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                commands.push((command, Vec::new(), 0));
            } else if let Some(status) = line.strip_prefix("? ") {
                commands.last_mut().unwrap().2 = status.parse().unwrap();
            } else {
                commands.last_mut().unwrap().1.push(line);
            }
        }
        assert!(!commands.is_empty());
        for (command, expected, status) in commands {
            let (ended, said) = self.run(command);
            let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
            assert_eq!(ended, status, "{page}:{}: {command}\n{said}", block.line);
            assert!(
                as_written(&expected, &lines),
                "{page}:{}: {command}\n--- written\n{}\n--- said\n{said}",
                block.line,
                expected.join("\n")
            );
        }
    }

    /// Runs a command; its exit status and what it said.
    fn run(&self, command: &str) -> (i32, String) {
        let mut words = words(command);
        match words.remove(0) {
            "waspada" if words.last() == Some(&"&") => {
                words.pop();
                let log = fs::File::create(self.path("penjaga.log")).unwrap();
                let child = self.waspada(&words).stderr(Stdio::from(log)).spawn().unwrap();
                *self.watch.borrow_mut() = Some(Watch { child, read: 0 });
                (0, String::new())
            }
            "waspada" => {
                let output = self.waspada(&words).output().unwrap();
                let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
                (output.status.code().unwrap(), said)
            }
            "tunggu" => (0, self.wait_for(words[0])),
            "ambil" => (0, self.ask(words[0])),
            other => panic!("a session knows no `{other}`"),
        }
    }

    fn waspada(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waspada"));
        command.current_dir(self.folder.path()).args(words).env("WASPADA_ANALYST", "sari");
        command
    }

    fn wait_for(&self, text: &str) -> String {
        let mut watch = self.watch.borrow_mut();
        let watch = watch.as_mut().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let log = fs::read_to_string(self.path("penjaga.log")).unwrap();
            if let Some(at) = log[watch.read..].find(text) {
                watch.read += at + text.len();
                return String::new();
            }
            assert!(Instant::now() < deadline, "no `{text}` in\n{}", &log[watch.read..]);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn ask(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

/// The words of a command; double quotes hold one together.
fn words(command: &str) -> Vec<&str> {
    command
        .split('"')
        .enumerate()
        .flat_map(
            |(number, part)| {
                if number % 2 == 1 { vec![part] } else { part.split_whitespace().collect() }
            },
        )
        .collect()
}

fn as_written(written: &[&str], said: &[&str]) -> bool {
    match written.split_first() {
        None => said.iter().all(|line| line.is_empty()),
        Some((&"…", rest)) => (0..=said.len()).any(|skipped| as_written(rest, &said[skipped..])),
        Some((line, rest)) => said
            .split_first()
            .is_some_and(|(first, others)| fits(line, first) && as_written(rest, others)),
    }
}

fn fits(written: &str, said: &str) -> bool {
    let mut parts = written.split('…');
    let Some(mut rest) = parts.next().and_then(|head| said.strip_prefix(head)) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty()
}
