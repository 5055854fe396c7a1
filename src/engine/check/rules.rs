//! Rules as a whole: those that cannot fire or always do, that have ended, and that lack an example,
//! a legal basis or a use.

use rustc_hash::FxHashSet;

use super::{Seen, warning};
use crate::engine::expression::Expression;
use crate::engine::{Diagnostic, Rule, Status};

/// From this many points on, a rule should name the law it rests on.
const POINTS_THAT_NEED_A_BASIS: i32 = 30;

pub(super) fn check(seen: &Seen<'_>, found: &mut Vec<Diagnostic>) {
    let mut asked: FxHashSet<usize> = FxHashSet::default();
    for rule in seen.rules {
        asked.extend(rule.asks(seen.rules));
    }
    for (number, (rule, entry)) in seen.rules.iter().zip(seen.entries).enumerate() {
        let id = &rule.id;
        let at = entry.rule.id.span();
        let mut warn = |code, message: String, help: &str| {
            found.push(warning(code, &entry.file, at.clone(), message).help(help));
        };
        if rule.status == Status::Off {
            continue;
        }
        if let (Some(today), Some(until)) = (seen.today, rule.until)
            && until < today
        {
            let what = if entry.is_exception {
                "pengecualian ini".to_owned()
            } else {
                format!("aturan `{id}`")
            };
            warn(
                "W010",
                format!("{what} sudah berakhir pada {until} dan tidak berlaku lagi"),
                "perpanjang `until`, atau hapus entri ini",
            );
        }
        if rule.scored && (rule.hit.is_empty() || rule.miss.is_empty()) {
            let lacking = if rule.hit.is_empty() { "hit" } else { "miss" };
            warn(
                "W001",
                format!("aturan `{id}` tidak punya contoh `{lacking}`"),
                "tulis satu kalimat yang harus kena (hit) dan satu yang tidak boleh kena (miss)",
            );
        }
        if rule.points.0 >= POINTS_THAT_NEED_A_BASIS && rule.legal.is_empty() {
            warn(
                "W002",
                format!("aturan `{id}` bernilai {} tanpa dasar hukum", rule.points),
                "tambahkan `legal = [\"…\"]` dengan id dari registry/legal.toml",
            );
        }
        let cap = seen.families[rule.family].cap.0;
        if rule.points.0.abs() > cap {
            warn(
                "W015",
                format!(
                    "poin aturan `{id}` ({}) melebihi batas keluarganya ({cap}): selebihnya tidak pernah terhitung",
                    rule.points
                ),
                "kecilkan `points` aturan ini, atau besarkan `cap` keluarganya",
            );
        }
        if let Some(why) = never(seen.rules, number) {
            warn(
                "W009",
                format!("aturan `{id}` tidak akan pernah menyala: {why}"),
                "hapus salah satu syarat yang bertentangan itu, atau hidupkan aturan yang mati",
            );
        }
        if rule.scored && seen.on_nothing.contains(&number) {
            warn(
                "W003",
                format!("aturan `{id}` selalu menyala, bahkan pada postingan kosong"),
                "tambahkan `requires`, misalnya [\"tawaran\", \"di-luar-negeri\"], atau frasa",
            );
        }
        if rule.points.0 > 0
            && rule.requires.is_empty()
            && rule.when.is_none()
            && seen.rows.iter().any(|row| row.rule as usize == number && row.slots.len() == 1)
        {
            warn(
                "W011",
                format!("satu kata saja sudah memberi poin pada aturan `{id}`"),
                "satu kata tidak boleh menandai postingan: tambahkan `requires`, misalnya [\"tawaran\", \"di-luar-negeri\"]",
            );
        }
        if !rule.scored
            && !asked.contains(&number)
            && entry.rule.floor.is_none()
            && entry.rule.hold.is_none()
        {
            warn(
                "W012",
                format!("aturan bantu `{id}` tidak dipakai aturan mana pun"),
                "hapus, atau beri `points`",
            );
        }
    }
}

/// Why a rule cannot fire, whatever the post: what it asks for, directly or through what it asks
/// for, is off or is also forbidden.
fn never(rules: &[Rule], number: usize) -> Option<String> {
    let mut needed = vec![number];
    let mut at = 0;
    while let Some(one) = needed.get(at).copied() {
        for other in demands(&rules[one], true) {
            if !needed.contains(&other) {
                needed.push(other);
            }
        }
        at += 1;
    }
    if let Some(off) = needed.iter().find(|one| rules[**one].status == Status::Off) {
        return Some(format!("`{}` yang disyaratkannya mati (status = \"off\")", rules[*off].id));
    }
    needed.iter().find_map(|one| {
        let forbidden = demands(&rules[*one], false).into_iter().find(|it| needed.contains(it))?;
        let (one, forbidden) = (&rules[*one].id, &rules[forbidden].id);
        Some(if *one == rules[number].id {
            format!("ia mensyaratkan sekaligus mengecualikan `{forbidden}`")
        } else {
            format!("`{one}` yang disyaratkannya mengecualikan `{forbidden}`")
        })
    })
}

/// The rules that must have fired (or must not have) for this one to fire.
fn demands(rule: &Rule, fired: bool) -> Vec<usize> {
    let mut found = if fired { rule.requires.clone() } else { rule.unless.clone() };
    let mut parts: Vec<&Expression<usize>> = rule.when.iter().collect();
    while let Some(part) = parts.pop() {
        match part {
            Expression::All(all) => parts.extend(all),
            Expression::Rule(other) if fired => found.push(*other),
            Expression::Not(inner) if !fired => {
                if let Expression::Rule(other) = **inner {
                    found.push(other);
                }
            }
            _ => {}
        }
    }
    found
}
