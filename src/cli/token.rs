//! `waspada token …`: tokens by which programs of other bodies hand in reports.

use std::fmt::Write as _;

use clap::ValueEnum;
use comfy_table::{CellAlignment, Table, presets};
use jiff::Timestamp;

use super::{Answer, Failure, complain, in_wib};
use crate::store::{Scope, Store, StoreError, TokenLine};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Membuat token; hurufnya hanya diperlihatkan sekali
    Add(Add),
    /// Daftar token, juga yang sudah dicabut
    List(List),
    /// Mencabut token; sejak itu ditolak
    Revoke(Revoke),
}

#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// Nama lembaga atau programnya: huruf, angka, `-`, `_`, `.`
    name: TokenName,
    /// Yang boleh dilakukan dengannya
    #[arg(long, value_enum, value_name = "HAK")]
    scope: ScopeName,
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Keluaran JSON, satu token sebaris
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    /// Nama tokennya
    name: TokenName,
}

/// A scope as typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ScopeName {
    /// Menyerahkan laporan dan menanyakan keadaannya
    Reports,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Reports => Self::Reports,
        }
    }
}

/// A token's name: it stands in lists and in the custody log.
#[derive(Debug, Clone)]
struct TokenName(String);

/// The text cannot name a token.
#[derive(Debug, thiserror::Error)]
#[error("nama token: 1 sampai 64 huruf Latin, angka, `-`, `_`, atau `.`")]
struct TokenNameError;

impl std::str::FromStr for TokenName {
    type Err = TokenNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter);
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(plain);
        if fits { Ok(Self(text.to_owned())) } else { Err(TokenNameError) }
    }
}

pub(super) fn run(command: &Command, arguments: &super::Arguments) -> Result<Answer, Failure> {
    match command {
        Command::Add(add) => add.run(arguments),
        Command::List(list) => list.run(arguments),
        Command::Revoke(revoke) => revoke.run(arguments),
    }
}

fn impossible(error: StoreError) -> Failure {
    Failure::Impossible(error.to_string())
}

impl Add {
    fn run(&self, arguments: &super::Arguments) -> Result<Answer, Failure> {
        // A token may be the first thing an operator makes.
        let store = Store::open(&super::config(arguments)?.store).map_err(impossible)?;
        let TokenName(name) = &self.name;
        let made =
            store.token_add(name, self.scope.into(), Timestamp::now()).map_err(impossible)?;
        let Some(letters) = made else {
            complain(&format!(
                "token `{name}` sudah ada; cabut dahulu: waspada token revoke {name}"
            ));
            return Ok(Answer::No);
        };
        let text = if self.json {
            super::json_line(&serde_json::json!({ "name": name, "token": letters }))?
        } else {
            format!(
                "Token `{name}` dibuat. Salin sekarang, tidak akan diperlihatkan lagi:\n\n  {letters}\n\n\
                 Dipakai sebagai kepala `Authorization: Bearer …`; lihat /api/openapi.json.\n"
            )
        };
        super::print(&text)?;
        Ok(Answer::Done)
    }
}

impl List {
    fn run(&self, arguments: &super::Arguments) -> Result<Answer, Failure> {
        let tokens = super::store(arguments)?.tokens().map_err(impossible)?;
        let text = if self.json {
            tokens.iter().map(super::json_line).collect::<Result<String, _>>()?
        } else if tokens.is_empty() {
            "Belum ada token. Buat dengan: waspada token add NAMA --scope reports\n".to_owned()
        } else {
            table(&tokens)
        };
        super::print(&text)?;
        Ok(Answer::Done)
    }
}

fn table(tokens: &[TokenLine]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["nama", "hak", "dibuat", "dicabut", "laporan"]);
    if let Some(column) = table.column_mut(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for TokenLine { name, scopes, created_at, revoked_at, reports } in tokens {
        table.add_row([
            name.clone(),
            scopes.clone(),
            in_wib(*created_at),
            revoked_at.map_or_else(|| "-".to_owned(), in_wib),
            reports.to_string(),
        ]);
    }
    let mut text = String::new();
    let _ = writeln!(text, "{}", table.trim_fmt());
    text
}

impl Revoke {
    fn run(&self, arguments: &super::Arguments) -> Result<Answer, Failure> {
        let TokenName(name) = &self.name;
        let store = super::store(arguments)?;
        if store.token_revoke(name, Timestamp::now()).map_err(impossible)? {
            super::print(&format!("Token `{name}` dicabut.\n"))?;
            return Ok(Answer::Done);
        }
        complain(&format!("tidak ada token `{name}` yang berlaku; lihat `waspada token list`"));
        Ok(Answer::No)
    }
}
