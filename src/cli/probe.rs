//! `waspada source probe`: what a source shows, and what each selector finds. With `--url` selectors
//! are tried out before they stand in the config, and the lines to paste are printed.

use std::io::Write;

use url::Url;

use super::source::{on_screen, write_json};
use super::{Answer, Failure, unwritable};
use crate::config::{Config, SourceConfig, SourceName};
use crate::pipeline::{Probe, ProbeError, probe, probe_source};
use crate::sources::{Finding, Settings, page, sitemap};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Nama sumber dalam konfigurasi; boleh yang tidak menyala
    #[arg(required_unless_present = "url", conflicts_with = "url", value_name = "NAMA")]
    name: Option<String>,
    /// Mencoba alamat ini tanpa menulisnya di konfigurasi
    #[arg(long, value_name = "ALAMAT")]
    url: Option<Url>,
    /// Alamat itu peta situs (sitemap), bukan halaman
    #[arg(long, requires = "url")]
    sitemap: bool,
    /// Pemilih tiap butir daftar, misalnya "article.loker"
    #[arg(long, requires = "url", conflicts_with = "sitemap", value_name = "CSS")]
    item: Option<String>,
    /// Pemilih tautan di dalam butir, misalnya "h2 a@href"
    #[arg(long, requires = "item", value_name = "CSS")]
    link: Option<String>,
    /// Membuka tautan tiap butir: isinya ada di halaman itu
    #[arg(long, requires = "item")]
    follow: bool,
    /// Pemilih judul
    #[arg(long, requires = "url", value_name = "CSS")]
    title: Option<String>,
    /// Pemilih isi
    #[arg(long, requires = "url", value_name = "CSS")]
    text: Option<String>,
    /// Pemilih tanggal, misalnya "time@datetime"
    #[arg(long, requires = "url", value_name = "CSS")]
    date: Option<String>,
    /// Pemilih penulis
    #[arg(long, requires = "url", value_name = "CSS")]
    author: Option<String>,
    /// Pemilih tautan ke halaman daftar yang lebih lama
    #[arg(long, requires = "item", value_name = "CSS")]
    next: Option<String>,
    /// Keluaran JSON, satu postingan sebaris
    #[arg(long)]
    json: bool,
}

impl From<ProbeError> for Failure {
    fn from(error: ProbeError) -> Self {
        match error {
            ProbeError::Failed(_) => Self::Impossible(error.to_string()),
            ProbeError::Unknown { .. } | ProbeError::Setting(_) | ProbeError::Rules(_) => {
                Self::Usage(error.to_string())
            }
        }
    }
}

impl Arguments {
    pub(super) fn run(&self, config: &Config) -> Result<Answer, Failure> {
        let runtime = super::runtime()?;
        let tried = self.url.as_ref().map(|url| self.tried(url)).transpose()?;
        let probe = match (&tried, &self.name) {
            (Some(source), _) => runtime.block_on(probe_source(config, source))?,
            (None, name) => runtime.block_on(probe(config, name.as_deref().unwrap_or_default()))?,
        };
        let answer = if probe.unread.is_some() { Answer::No } else { Answer::Done };
        if self.json {
            let rows = probe
                .posts
                .iter()
                .map(|(post, verdict)| serde_json::json!({ "post": post, "verdict": verdict }));
            return write_json(rows.collect()).map(|_| answer);
        }
        let mut out = std::io::stdout().lock();
        let name = tried.as_ref().map(|source| source.name.as_str()).or(self.name.as_deref());
        show(name.unwrap_or_default(), &probe, &mut out).map_err(unwritable)?;
        if let Some(source) = &tried {
            let lines = lines(source).map_err(|why| Failure::Impossible(why.to_string()))?;
            writeln!(out, "\nUntuk berkas konfigurasi:\n\n{lines}").map_err(unwritable)?;
        }
        Ok(answer)
    }

    /// The source that the arguments describe.
    fn tried(&self, url: &Url) -> Result<SourceConfig, Failure> {
        let [title, text, date, author] =
            [&self.title, &self.text, &self.date, &self.author].map(Clone::clone);
        let (kind, settings) = if self.sitemap {
            let plain = sitemap::Settings::of(url.clone());
            ("sitemap", Settings::Sitemap(sitemap::Settings { title, text, date, author, ..plain }))
        } else {
            let plain = page::Settings::of(url.clone());
            let settings = page::Settings {
                item: self.item.clone(),
                link: self.link.clone(),
                follow: self.follow,
                next: self.next.clone(),
                title,
                text,
                date,
                author,
                ..plain
            };
            ("page", Settings::Page(settings))
        };
        let name = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let name = SourceName::try_from(name)
            .or_else(|_| SourceName::try_from("situs-baru".to_owned()))
            .map_err(|why| Failure::Usage(why.to_string()))?;
        Ok(SourceConfig {
            name,
            kind: kind.to_owned(),
            enabled: true,
            legal_basis: None,
            every: None,
            slowest: None,
            settings,
        })
    }
}

/// The `[[source]]` to paste: what differs from the defaults.
fn lines(source: &SourceConfig) -> Result<String, toml::ser::Error> {
    let mut table = toml::Table::try_from(&source.settings)?;
    let plain = match &source.settings {
        Settings::Sitemap(own) => toml::Table::try_from(sitemap::Settings::of(own.url.clone()))?,
        Settings::Page(own) => toml::Table::try_from(page::Settings::of(own.url.clone()))?,
        _ => toml::Table::new(),
    };
    table.retain(|key, value| key == "url" || plain.get(key) != Some(value));
    let (name, kind) = (&source.name, &source.kind);
    Ok(format!("[[source]]\nname = \"{name}\"\ntype = \"{kind}\"\n{}", toml::to_string(&table)?))
}

fn show(name: &str, probe: &Probe, out: &mut impl Write) -> std::io::Result<()> {
    let none = Vec::new();
    for (at, address) in probe.addresses.iter().enumerate() {
        writeln!(out, "{name}: {address}")?;
        found(probe.findings.get(at).unwrap_or(&none), out)?;
    }
    for (post, verdict) in &probe.posts {
        let time = post.created_at.map_or_else(|| "waktu tidak disebut".to_owned(), on_screen);
        let flag = match verdict.lane {
            Some(lane) => format!("diduga {} ({})", lane.as_str(), verdict.score),
            None => format!("tidak ditandai ({})", verdict.score),
        };
        writeln!(out, "\n{} · {time} · {flag}", post.key)?;
        for line in post.reading().lines() {
            writeln!(out, "  {line}")?;
        }
        if !post.missing_fields.is_empty() {
            writeln!(out, "  (tidak terbaca: {})", post.missing_fields.join(", "))?;
        }
    }
    for (place, reason) in &probe.set_aside {
        writeln!(out, "\ndisisihkan: {place}: {reason}")?;
    }
    if let Some(reason) = &probe.unread {
        writeln!(out, "\nhalaman ini tidak terbaca: {reason}")?;
    }
    let withheld = match probe.withheld {
        0 => String::new(),
        posts => format!(", {posts} tidak diperlihatkan atas keinginan penulisnya"),
    };
    let more = if probe.more { "; masih ada halaman berikutnya" } else { "" };
    writeln!(
        out,
        "\n{} postingan, {} disisihkan, {} tanpa isi{withheld}{more}. Tidak ada yang disimpan.",
        probe.posts.len(),
        probe.set_aside.len(),
        probe.ignored
    )
}

fn found(findings: &[Finding], out: &mut impl Write) -> std::io::Result<()> {
    for Finding { key, selector, found, first } in findings {
        let told = match found {
            0 => "tidak menemukan apa pun".to_owned(),
            found => format!("{found} ditemukan"),
        };
        writeln!(out, "  {key} = \"{selector}\": {told}")?;
        for text in first {
            writeln!(out, "      {text}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_that_are_withheld_are_told() {
        let end = |withheld| {
            let mut out = Vec::new();
            show("contoh", &Probe { withheld, ignored: 1, ..Probe::default() }, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(end(0).contains("0 disisihkan, 1 tanpa isi. Tidak"), "{}", end(0));
        let told = "1 tanpa isi, 3 tidak diperlihatkan atas keinginan penulisnya. Tidak";
        assert!(end(3).contains(told), "{}", end(3));
    }
}
