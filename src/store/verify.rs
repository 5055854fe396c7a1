//! Checks that the evidence is what it was: the custody log's chain, the decisions it tells of, the
//! posts' digests, and the bytes of every capture. Whatever does not agree is a finding.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use serde::Serialize;

use super::Store;
use super::column::{Json, Named as _};
use super::custody::{Action, Head, Line, head};
use super::error::StoreError;
use super::quality::{KINDS, Kept};
use super::queue::Decision;
use crate::post::{Post, Sha256};

/// Something does not agree. (Indonesian: an analyst reads it.)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// Lines of the log are not there.
    #[error("log kustodi: baris {from} sampai {to} hilang")]
    LinesMissing {
        /// The first one.
        from: i64,
        /// The last one.
        to: i64,
    },
    /// A line does not have the hash of what it says.
    #[error("log kustodi: baris {line} diubah")]
    LineAltered {
        /// Its number.
        line: i64,
    },
    /// A line does not continue the one before.
    #[error("log kustodi: baris {line} tidak bersambung dengan baris sebelumnya")]
    ChainBroken {
        /// Its number.
        line: i64,
    },
    /// The log does not end where it is said to end.
    #[error("log kustodi: ujungnya bukan baris {expected} yang tercatat")]
    WrongEnd {
        /// The number of the last line, as noted.
        expected: i64,
    },
    /// A decision is not what its line says, or its line is not there.
    #[error("keputusan {decision}: tidak sama dengan baris {line} log kustodi")]
    DecisionAltered {
        /// The decision's number.
        decision: i64,
        /// Its line.
        line: i64,
    },
    /// A second opinion or a settlement is not what its line says, or its line is not there.
    #[error("tinjauan kedua, putusan {ruling}: tidak sama dengan baris {line} log kustodi")]
    RulingAltered {
        /// The ruling's number.
        ruling: i64,
        /// Its line.
        line: i64,
    },
    /// A line tells of a decision that is not there.
    #[error("log kustodi: keputusan pada baris {line} hilang")]
    DecisionMissing {
        /// The line.
        line: i64,
    },
    /// A post is not what its digest says.
    #[error("postingan {post}, versi {version}: isinya diubah")]
    PostAltered {
        /// Platform and native id.
        post: String,
        /// Which version, from 1.
        version: i64,
    },
    /// A capture's file is not there or cannot be read.
    #[error("tangkapan {capture}: {reason}")]
    CaptureUnreadable {
        /// Its digest.
        capture: Sha256,
        /// Why.
        reason: String,
    },
    /// A capture's file holds other bytes.
    #[error("tangkapan {capture}: berkasnya diubah atau ditukar")]
    CaptureAltered {
        /// Its digest.
        capture: Sha256,
    },
    /// A capture's row is gone or changed although its line is there.
    #[error("tangkapan {subject}: catatannya tidak sama dengan baris {line} log kustodi")]
    CaptureRowMissing {
        /// The line's subject.
        subject: String,
        /// The line.
        line: i64,
    },
}

/// What was checked and what was found.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    /// Lines of the custody log.
    pub lines: u64,
    /// Decisions, second opinions, settlements and undos.
    pub decisions: u64,
    /// Versions of posts.
    pub versions: u64,
    /// Captures.
    pub captures: u64,
    /// Files of the evidence folder that no capture names: left by a killed process, no fault.
    pub strays: Vec<String>,
    /// The log's end: whoever notes it elsewhere can show later that nothing before it was changed.
    pub head: Head,
    /// What does not agree; empty when all is well.
    pub findings: Vec<Finding>,
}

impl Store {
    /// Checks everything. With an `anchor`, a head noted earlier, also that the log still holds it.
    ///
    /// # Errors
    /// The database or the evidence folder cannot be read at all.
    pub fn verify(&self, anchor: Option<Head>) -> Result<Verified, StoreError> {
        self.readers.get().snapshot(|connection| {
            let mut verified = Verified {
                lines: 0,
                decisions: 0,
                versions: 0,
                captures: 0,
                strays: Vec::new(),
                head: head(connection)?,
                findings: Vec::new(),
            };
            let told = chain(connection, anchor, &mut verified)?;
            decisions(connection, &told, &mut verified)?;
            versions(connection, &mut verified)?;
            self.captures(connection, &told, &mut verified)?;
            Ok(verified)
        })
    }

    fn captures(
        &self,
        connection: &Connection,
        told: &Told,
        verified: &mut Verified,
    ) -> Result<(), StoreError> {
        let mut statement = connection
            .prepare("SELECT sha256, size, line, erased_at IS NOT NULL FROM capture ORDER BY id")?;
        let mut rows = statement.query([])?;
        let mut checked = BTreeSet::new();
        let mut lines = BTreeSet::new();
        while let Some(row) = rows.next()? {
            let (sha256, size): (Sha256, u64) = (row.get(0)?, row.get(1)?);
            let (line, erased): (i64, bool) = (row.get(2)?, row.get(3)?);
            verified.captures += 1;
            let subject = format!("capture:{sha256}");
            if told.captures.get(&line) == Some(&subject) {
                lines.insert(line);
            }
            if erased || !checked.insert(sha256) {
                continue;
            }
            match self.captures.get(&sha256, size) {
                Ok(_) => {}
                Err(StoreError::CaptureHash { named, .. }) => {
                    verified.findings.push(Finding::CaptureAltered { capture: named });
                }
                Err(error) => verified.findings.push(Finding::CaptureUnreadable {
                    capture: sha256,
                    reason: error.to_string(),
                }),
            }
        }
        for (line, subject) in &told.captures {
            if !lines.contains(line) {
                verified
                    .findings
                    .push(Finding::CaptureRowMissing { subject: subject.clone(), line: *line });
            }
        }
        for (path, digest) in self.captures.files()? {
            if digest.is_none_or(|digest| !checked.contains(&digest)) {
                verified.strays.push(path.display().to_string());
            }
        }
        Ok(())
    }
}

/// What the log tells of decisions and captures, by line.
#[derive(Default)]
struct Told {
    /// Action, subject and detail of decisions, rulings and undos.
    decisions: BTreeMap<i64, (String, String, String)>,
    captures: BTreeMap<i64, String>,
}

fn chain(
    connection: &Connection,
    anchor: Option<Head>,
    verified: &mut Verified,
) -> Result<Told, StoreError> {
    let mut told = Told::default();
    let mut statement =
        connection.prepare(&format!("SELECT {} FROM custody ORDER BY seq", Line::COLUMNS))?;
    let lines = statement.query_map([], Line::read)?;
    let mut last = Head { seq: 0, hash: Sha256::from_bytes([0; 32]) };
    let mut anchored = anchor.is_none_or(|anchor| anchor == last);
    for line in lines {
        let line = line?;
        verified.lines += 1;
        let expected = last.seq + 1;
        if line.seq != expected {
            let missing = Finding::LinesMissing { from: expected, to: line.seq - 1 };
            verified.findings.push(missing);
        } else if line.prev != last.hash {
            verified.findings.push(Finding::ChainBroken { line: line.seq });
        }
        if line.digest() != line.hash {
            verified.findings.push(Finding::LineAltered { line: line.seq });
        }
        last = Head { seq: line.seq, hash: line.hash };
        anchored |= anchor == Some(last);
        if line.action == Action::CaptureStored.name() {
            told.captures.insert(line.seq, line.subject);
        } else if KINDS
            .iter()
            .chain(&[Action::Decision, Action::Undo])
            .any(|action| action.name() == line.action)
        {
            told.decisions.insert(line.seq, (line.action, line.subject, line.detail));
        }
    }
    if last.seq < verified.head.seq {
        let missing = Finding::LinesMissing { from: last.seq + 1, to: verified.head.seq };
        verified.findings.push(missing);
    } else if last != verified.head {
        verified.findings.push(Finding::WrongEnd { expected: verified.head.seq });
    }
    if let Some(anchor) = anchor.filter(|_| !anchored) {
        verified.findings.push(Finding::WrongEnd { expected: anchor.seq });
    }
    Ok(told)
}

fn decisions(
    connection: &Connection,
    told: &Told,
    verified: &mut Verified,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(&format!("{} ORDER BY d.id", Decision::SELECT))?;
    let mut lines = BTreeSet::new();
    for decision in statement.query_map([], Decision::read)? {
        let decision = decision?;
        verified.decisions += 1;
        lines.insert(decision.line);
        let says = (
            decision.action().name().to_owned(),
            format!("item:{}", decision.item),
            decision.detail().to_string(),
        );
        if told.decisions.get(&decision.line) != Some(&says) {
            let (decision, line) = (decision.id, decision.line);
            verified.findings.push(Finding::DecisionAltered { decision, line });
        }
    }
    let mut statement = connection.prepare(&format!("{} ORDER BY g.id", Kept::SELECT))?;
    for kept in statement.query_map([], Kept::read)? {
        let kept = kept?;
        verified.decisions += 1;
        lines.insert(kept.line);
        let says = (
            kept.action().name().to_owned(),
            format!("item:{}", kept.item),
            kept.detail().to_string(),
        );
        if told.decisions.get(&kept.line) != Some(&says) {
            let (ruling, line) = (kept.id, kept.line);
            verified.findings.push(Finding::RulingAltered { ruling, line });
        }
    }
    for line in told.decisions.keys().filter(|line| !lines.contains(line)) {
        verified.findings.push(Finding::DecisionMissing { line: *line });
    }
    Ok(())
}

fn versions(connection: &Connection, verified: &mut Verified) -> Result<(), StoreError> {
    let mut statement = connection.prepare(
        "SELECT p.platform || ':' || p.native_id, v.number, v.content_hash, v.content
         FROM post_version v JOIN post p ON p.id = v.post_id WHERE v.content NOT NULL",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        verified.versions += 1;
        let digest: Sha256 = row.get(2)?;
        // Content that is no post any more is as altered as content with another digest.
        let found = row.get::<_, Json<Post>>(3).map(|Json(post)| post.content_hash());
        if found.ok() != Some(digest) {
            let (post, version) = (row.get(0)?, row.get(1)?);
            verified.findings.push(Finding::PostAltered { post, version });
        }
    }
    Ok(())
}
