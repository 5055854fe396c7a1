//! An export of any size is read in constant memory: a document of one line, written as it is read,
//! with chats that are refused among those that are not.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

use std::fs::File;
use std::io::{BufWriter, Write};

use waspada::sources::folder::{Handed, Wanted};
use waspada::sources::{FileSource, Pseudonyms, Terms, Ways};

const MESSAGES: u64 = 60_000;
/// What may be added to the memory in use, in kilobytes: a tenth of the file.
const MORE: u64 = 12 << 10;

/// The memory in use, in kilobytes, at its highest since the process began.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_large_document_is_read_in_constant_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.json");
    let mut out = BufWriter::new(File::create(&path).unwrap());
    write!(out, "{{\"about\":\"\",\"chats\":{{\"list\":[").unwrap();
    let filling = "kabar hari ini, ".repeat(48);
    for (at, kind) in ["personal_chat", "public_channel", "private_group"].iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        write!(out, "{comma}{{\"name\":\"c{at}\",\"type\":\"{kind}\",\"id\":{at},\"messages\":[")
            .unwrap();
        for number in 1..=MESSAGES {
            let comma = if number == 1 { "" } else { "," };
            write!(
                out,
                "{comma}{{\"id\":{number},\"type\":\"message\",\"date_unixtime\":\"1767232800\",\
                 \"from\":\"c{at}\",\"text\":\"{filling}{number}\"}}"
            )
            .unwrap();
        }
        write!(out, "]}}").unwrap();
    }
    write!(out, "]}}}}").unwrap();
    out.into_inner().unwrap().sync_all().unwrap();
    let size = std::fs::metadata(&path).unwrap().len() >> 10;
    assert!(size > 10 * MORE, "{size} kB");

    let handed = Handed::new(Wanted::Auto, Ways::default());
    let file = Handed::waiting_file(&path).unwrap();
    let terms = Terms { pseudonyms: Pseudonyms::passing(), legal_basis: None };
    let before = peak();
    let began = std::time::Instant::now();
    let (mut posts, mut refused) = (0, 0);
    for page in handed.pages(&file, None, &terms).unwrap() {
        let page = page.unwrap();
        assert!(page.bytes.len() <= 2 << 20, "{}", page.bytes.len());
        posts += page.page.posts.len() as u64;
        refused += page.page.set_aside.len();
        if let Some(end) = page.end {
            assert_eq!(end.rows, MESSAGES + 2);
        }
    }
    let more = peak() - before;
    eprintln!("{size} kB in {:?}, {more} kB more in use", began.elapsed());
    assert_eq!((posts, refused), (MESSAGES, 2));
    assert!(more < MORE, "{more} kB more for a file of {size} kB");
}
