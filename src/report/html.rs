//! A measurement as one self-contained page: tables and plots drawn as SVG, no script, nothing
//! loaded from elsewhere.

use std::fmt::Write as _;

use super::evaluation::{AtThreshold, Evaluation, Figures, Group, Measure};
use super::share::Share;
use super::tables::{THRESHOLDS, percent, reader_line, threshold_row};
use crate::engine::Lane;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24;background:#fff}\
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2.2rem}table{border-collapse:collapse;font-variant-numeric:tabular-nums}\
th,td{padding:.15rem .7rem;text-align:right;border-bottom:1px solid #d8dde3}th:first-child,td:first-child{text-align:left}\
tr.now{background:#fff4d6}svg{max-width:100%;height:auto}.post{border-left:3px solid #b42318;margin:1rem 0;padding:.2rem 1rem}\
.post p{white-space:pre-wrap;margin:.3rem 0}.note{color:#59636e}figure{display:inline-block;margin:0 1.5rem 1rem 0}\
@media(prefers-color-scheme:dark){body{color:#e6e9ec;background:#14171a}th,td{border-color:#333a41}tr.now{background:#3b3210}}";

/// The page.
pub fn page(evaluation: &Evaluation) -> String {
    let mut html = format!(
        "<!doctype html><html lang=\"id\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>waspada: pengukuran</title><style>{STYLE}</style><h1>Pengukuran aturan {}</h1>",
        escape(&evaluation.ruleset)
    );
    let posts: Vec<String> =
        evaluation.posts.iter().map(|(label, count)| format!("{count} {label}")).collect();
    let _ = write!(
        html,
        "<p>{}; ditandai mulai skor {}.</p>",
        escape(&posts.join(", ")),
        evaluation.flag
    );
    let _ = write!(html, "<p>{}.</p>", escape(reader_line(evaluation.reader).trim()));
    if let Some(real) = evaluation.innocents {
        let _ = write!(
            html,
            "<p>Dari {} postingan nyata, {} ditandai offer dan {} ditandai victim.</p>",
            real.posts, real.offer, real.victim
        );
    }
    let now = &evaluation.figures;
    let rows = [("offer", now.offer), ("victim", now.victim), ("salah satu", now.any)].map(
        |(name, Measure { precision, recall, f1 })| {
            vec![name.to_owned(), interval(precision), interval(recall), percent(f1)]
        },
    );
    table(&mut html, "Angka", &["jalur", "presisi", "daya tangkap", "F1"], rows, |_| false);
    let rows = [
        ("korban di jalur offer", now.victim_as_offer),
        ("tawaran di jalur victim", now.offer_as_victim),
        ("tak bersalah di jalur offer", now.pass_as_offer),
        ("tak bersalah di jalur victim", now.pass_as_victim),
    ]
    .map(|(name, share)| vec![name.to_owned(), interval(share)]);
    table(&mut html, "Tertukar", &["", "bagian"], rows, |_| false);
    html.push_str("<h2>Grafik</h2>");
    plot(&mut html, "Jalur offer", &evaluation.thresholds, |figures| figures.offer);
    plot(&mut html, "Jalur victim", &evaluation.thresholds, |figures| figures.victim);
    thresholds(&mut html, evaluation);
    groups(&mut html, "Per berkas", &evaluation.files);
    groups(&mut html, "Per tingkat kesulitan", &evaluation.difficulties);
    groups(&mut html, "Per jenis", &evaluation.kinds);
    let rows = evaluation.rules.iter().filter(|rule| rule.offer + rule.victim + rule.pass > 0).map(
        |rule| {
            vec![
                rule.rule.clone(),
                rule.points.map_or_else(|| "bantu".to_owned(), |points| points.to_string()),
                rule.offer.to_string(),
                rule.victim.to_string(),
                rule.pass.to_string(),
            ]
        },
    );
    table(&mut html, "Per aturan", &["aturan", "poin", "offer", "victim", "pass"], rows, |_| false);
    mistakes(&mut html, evaluation);
    html.push_str("</html>\n");
    html
}

fn thresholds(html: &mut String, evaluation: &Evaluation) {
    let rows = evaluation.thresholds.iter().map(|at| threshold_row(at).to_vec());
    let flag = evaluation.flag.to_string();
    table(html, "Setiap ambang", &THRESHOLDS, rows, |row| row[0] == flag);
}

fn groups(html: &mut String, title: &str, groups: &[Group]) {
    if groups.is_empty() {
        return;
    }
    let rows = groups.iter().map(|group| {
        let Figures { offer, victim, .. } = group.figures;
        vec![
            group.name.clone(),
            group.label.map_or("campuran", |label| label.as_str()).to_owned(),
            group.posts.to_string(),
            percent(group.right.value),
            percent(offer.precision.value),
            percent(offer.recall.value),
            percent(victim.precision.value),
            percent(victim.recall.value),
        ]
    });
    let header = ["", "label", "postingan", "benar", "offer P", "R", "victim P", "R"];
    table(html, title, &header, rows, |_| false);
}

fn mistakes(html: &mut String, evaluation: &Evaluation) {
    html.push_str("<h2>Kesalahan terberat</h2>");
    for one in &evaluation.mistakes {
        let _ = write!(
            html,
            "<div class=\"post\"><b>{}</b> {} {} → {}, skor offer {} victim {} <span class=\"note\">{}</span><p>{}</p><ul>",
            escape(&one.id),
            one.label.as_str(),
            escape(one.kind.as_deref().unwrap_or("")),
            one.lane.map_or("tidak ditandai", Lane::as_str),
            one.offer,
            one.victim,
            escape(one.note.as_deref().unwrap_or("")),
            escape(&one.text),
        );
        for hit in &one.hits {
            let _ = write!(
                html,
                "<li>{} {}: {}</li>",
                hit.points,
                escape(&hit.rule.0),
                escape(&hit.text.join(" · "))
            );
        }
        for line in &one.adjustments {
            let _ = write!(html, "<li>{} ({})</li>", line.points, escape(&line.by));
        }
        html.push_str("</ul></div>");
    }
}

fn table(
    html: &mut String,
    title: &str,
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
    is_marked: impl Fn(&[String]) -> bool,
) {
    let _ = write!(html, "<h2>{}</h2><table><tr>", escape(title));
    for name in header {
        let _ = write!(html, "<th>{}</th>", escape(name));
    }
    html.push_str("</tr>");
    for row in rows {
        html.push_str(if is_marked(&row) { "<tr class=\"now\">" } else { "<tr>" });
        for cell in row {
            let _ = write!(html, "<td>{}</td>", escape(&cell));
        }
        html.push_str("</tr>");
    }
    html.push_str("</table>");
}

/// Precision and recall over the threshold.
fn plot(
    html: &mut String,
    title: &str,
    thresholds: &[AtThreshold],
    measure: impl Fn(&Figures) -> Measure,
) {
    let _ = write!(
        html,
        "<figure><figcaption>{}: <span style=\"color:#1f6feb\">presisi</span>, <span style=\"color:#bc4c00\">daya tangkap</span> menurut ambang</figcaption><svg viewBox=\"0 0 460 240\" width=\"460\" height=\"240\" role=\"img\">",
        escape(title)
    );
    for step in 0..=5_u8 {
        let y = 215.0 - 40.0 * f64::from(step);
        let x = 40.0 + 80.0 * f64::from(step);
        let percent = u32::from(step) * 20;
        let _ = write!(
            html,
            "<line x1=\"40\" x2=\"440\" y1=\"{y}\" y2=\"{y}\" stroke=\"#8886\"/><text x=\"34\" y=\"{}\" font-size=\"11\" fill=\"currentColor\" text-anchor=\"end\">{percent}</text><text x=\"{x}\" y=\"232\" font-size=\"11\" fill=\"currentColor\" text-anchor=\"middle\">{percent}</text>",
            y + 4.0
        );
    }
    for (colour, share) in
        [("#1f6feb", (|one| one.precision) as fn(Measure) -> Share), ("#bc4c00", |one| one.recall)]
    {
        let points: Vec<String> = thresholds
            .iter()
            .filter_map(|at| {
                let value = share(measure(&at.figures)).value?;
                Some(format!("{},{:.1}", 40 + 4 * u32::from(at.threshold), 215.0 - 200.0 * value))
            })
            .collect();
        let _ = write!(
            html,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.join(" ")
        );
    }
    html.push_str("</svg></figure>");
}

fn interval(share: Share) -> String {
    format!(
        "{} ({:.1}–{:.1}), {} dari {}",
        percent(share.value),
        share.low * 100.0,
        share.high * 100.0,
        share.count,
        share.of
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
