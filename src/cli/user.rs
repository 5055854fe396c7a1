//! `waspada user …`: accounts of the review console for whoever runs the machine, also when nobody
//! can sign in any more.

use clap::ValueEnum;
use comfy_table::{Table, presets};
use jiff::Timestamp;

use super::{Answer, Failure, complain, in_wib};
use crate::store::{Account, Analyst, Identity, Role, Store, StoreError};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Daftar akun, juga yang ditutup
    List(List),
    /// Membuat tautan sekali pakai untuk akun baru (24 jam)
    Invite(Invite),
    /// Memberi peran lain; sesi orangnya berakhir
    Role(NewRole),
    /// Menutup akun; sesinya berakhir saat itu juga
    Disable(Named),
    /// Membuka lagi akun yang ditutup
    Enable(Named),
    /// Menghubungkan akun dengan seseorang di penyedia masuk; sesinya berakhir
    Link(Link),
    /// Menghapus langkah kedua seseorang, misalnya bila teleponnya hilang; sesinya berakhir
    ResetTotp(Named),
    /// Membuat tautan sekali pakai untuk kata sandi baru (24 jam)
    ResetPassword(Named),
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Keluaran JSON, satu akun sebaris
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Invite {
    /// Peran akun itu
    #[arg(long, value_enum, value_name = "PERAN")]
    role: RoleName,
}

#[derive(Debug, clap::Args)]
pub(super) struct NewRole {
    /// Nama akun
    name: Analyst,
    /// Peran barunya
    #[arg(value_enum, value_name = "PERAN")]
    role: RoleName,
}

#[derive(Debug, clap::Args)]
pub(super) struct Link {
    /// Nama akun
    name: Analyst,
    /// Orangnya seperti disebut penyedia (klaim `sub`)
    #[arg(long)]
    subject: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct Named {
    /// Nama akun
    name: Analyst,
}

/// A role as typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    /// Melihat butir, kontak disamarkan
    Viewer,
    /// Merawat aturan; melihat butir, kontak disamarkan
    Ops,
    /// Memutuskan dan melihat kontak
    Analyst,
    /// Membatalkan keputusan siapa pun
    Supervisor,
    /// Membuat dan menutup akun
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Self::Viewer,
            RoleName::Ops => Self::Ops,
            RoleName::Analyst => Self::Analyst,
            RoleName::Supervisor => Self::Supervisor,
            RoleName::Admin => Self::Admin,
        }
    }
}

pub(super) fn run(command: &Command, arguments: &super::Arguments) -> Result<Answer, Failure> {
    match command {
        Command::List(list) => list.run(arguments),
        Command::Invite(invite) => invite.run(arguments),
        Command::Role(role) => {
            let wanted = role.role.into();
            with_account(&role.name, arguments, |store, account, now| {
                store.set_role(account, wanted, None, now)?;
                Ok(format!("Peran {}: {}.\n", account.name, wanted.as_str()))
            })
        }
        Command::Disable(named) => with_account(&named.name, arguments, |store, account, now| {
            store.set_disabled(account, true, None, now)?;
            Ok(format!("Akun {} ditutup.\n", account.name))
        }),
        Command::Enable(named) => with_account(&named.name, arguments, |store, account, now| {
            store.set_disabled(account, false, None, now)?;
            Ok(format!("Akun {} terbuka.\n", account.name))
        }),
        Command::Link(link) => link.run(arguments),
        Command::ResetTotp(named) => with_account(&named.name, arguments, |store, account, now| {
            store.reset_totp(account, None, now)?;
            Ok(format!("Langkah kedua {} dihapus.\n", account.name))
        }),
        Command::ResetPassword(named) => {
            with_account(&named.name, arguments, |store, account, now| {
                let link = store.link_password(account, None, now)?;
                Ok(told(&format!("/password/{link}")))
            })
        }
    }
}

/// A one-time link, whose host only the operator knows: there may be a proxy before the console.
fn told(path: &str) -> String {
    format!("Buka di alamat konsol (24 jam, sekali pakai, hanya ditampilkan sekali ini):\n{path}\n")
}

fn impossible(error: StoreError) -> Failure {
    Failure::Impossible(error.to_string())
}

fn with_account(
    name: &Analyst,
    arguments: &super::Arguments,
    change: impl FnOnce(&Store, &Account, Timestamp) -> Result<String, StoreError>,
) -> Result<Answer, Failure> {
    let store = super::store(arguments)?;
    let Some(account) = store.account(name).map_err(impossible)? else {
        return Ok(nobody(name));
    };
    super::print(&change(&store, &account, Timestamp::now()).map_err(impossible)?)?;
    Ok(Answer::Done)
}

impl Invite {
    fn run(&self, arguments: &super::Arguments) -> Result<Answer, Failure> {
        // The first account may be made before the daemon ever ran.
        let store = Store::open(&super::config(arguments)?.store).map_err(impossible)?;
        let link = store.invite(self.role.into(), None, Timestamp::now()).map_err(impossible)?;
        super::print(&told(&format!("/invitation/{link}")))?;
        Ok(Answer::Done)
    }
}

impl Link {
    fn run(&self, arguments: &super::Arguments) -> Result<Answer, Failure> {
        let Some(oidc) = super::config(arguments)?.oidc else {
            return Err(Failure::Usage("tidak ada tabel [oidc] di konfigurasi".into()));
        };
        let store = super::store(arguments)?;
        let Some(account) = store.account(&self.name).map_err(impossible)? else {
            return Ok(nobody(&self.name));
        };
        let issuer = oidc.issuer.as_str().to_owned();
        let identity = Identity { issuer, subject: self.subject.clone() };
        if !store.link_identity(&account, &identity, Timestamp::now()).map_err(impossible)? {
            complain(&format!("`{}` sudah terhubung dengan akun lain", self.subject));
            return Ok(Answer::No);
        }
        super::print(&format!("Akun {} terhubung dengan {}.\n", account.name, oidc.label))?;
        Ok(Answer::Done)
    }
}

fn nobody(name: &Analyst) -> Answer {
    complain(&format!("tidak ada akun `{name}`; lihat `waspada user list`"));
    Answer::No
}

impl List {
    fn run(&self, arguments: &super::Arguments) -> Result<Answer, Failure> {
        let accounts = super::store(arguments)?.accounts().map_err(impossible)?;
        let text = if self.json {
            accounts.iter().map(line).collect::<Result<String, _>>()?
        } else if accounts.is_empty() {
            "Belum ada akun. Buat dengan: waspada user invite --role admin\n".to_owned()
        } else {
            table(&accounts)
        };
        super::print(&text)?;
        Ok(Answer::Done)
    }
}

fn line(account: &Account) -> Result<String, Failure> {
    super::json_line(&serde_json::json!({
        "name": account.name,
        "role": account.role,
        "password": account.has_password(),
        "oidc": account.has_identity,
        "totp": account.has_totp,
        "disabled_at": account.disabled_at,
        "locked_until": account.locked_until,
    }))
}

fn table(accounts: &[Account]) -> String {
    let now = Timestamp::now();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header([
        "nama",
        "peran",
        "masuk dengan",
        "langkah kedua",
        "keadaan",
    ]);
    for account in accounts {
        let state = match (account.disabled_at, account.locked_until) {
            (Some(since), _) => format!("ditutup sejak {}", in_wib(since)),
            (None, Some(until)) if until > now => format!("terkunci sampai {}", in_wib(until)),
            (None, _) => "terbuka".to_owned(),
        };
        table.add_row([
            account.name.to_string(),
            account.role.as_str().to_owned(),
            match (account.has_password(), account.has_identity) {
                (true, true) => "kata sandi, penyedia",
                (false, true) => "penyedia",
                _ => "kata sandi",
            }
            .to_owned(),
            if account.has_totp { "menyala" } else { "-" }.to_owned(),
            state,
        ]);
    }
    format!("{}\n", table.trim_fmt())
}
