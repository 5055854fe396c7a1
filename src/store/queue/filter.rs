//! Which items a list holds: every wish becomes one condition, its value always bound, never
//! written into the statement.

use jiff::Timestamp;
use rusqlite::types::Value;

use super::{ItemId, ItemState};
use crate::engine::{Band, Grade, Lane};
use crate::store::column::{Named, Stamp};
use crate::store::custody::Analyst;

/// Which items are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// Only items that stand so.
    pub state: Option<ItemState>,
    /// Only this lane.
    pub lane: Option<Lane>,
    /// Only this band.
    pub band: Option<Band>,
    /// Only this much harm.
    pub severity: Option<Grade>,
    /// Only this source.
    pub source: Option<String>,
    /// Only this platform.
    pub platform: Option<String>,
    /// Only posts that name this country (ISO 3166).
    pub destination: Option<String>,
    /// Only posts in which this rule fired.
    pub rule: Option<String>,
    /// Only posts that name this region or one within it (its code).
    pub region: Option<String>,
    /// Only posts that name this phone or handle, as it is stored.
    pub contact: Option<String>,
    /// Only posts published, or else first seen, at or after this time.
    pub since: Option<Timestamp>,
    /// Only posts published, or else first seen, before this time.
    pub until: Option<Timestamp>,
    /// Only posts in which all of these words, or words that begin with them, stand.
    pub words: Option<String>,
    /// Only items given to this person.
    pub assigned_to: Option<String>,
    /// Only items that wait for a supervisor.
    pub escalated: bool,
    /// Who reads: what is kept from her is not told. Nobody in particular is told the least.
    pub reader: Option<Analyst>,
    /// Only what comes after this item in the order of the list.
    pub after: Option<ItemId>,
    /// At most this many.
    pub limit: Option<u32>,
}

/// Conditions of a statement with the values bound in it.
pub(super) struct Condition {
    pub(super) clause: String,
    pub(super) values: Vec<Value>,
}

impl Condition {
    fn add(&mut self, clause: &str, value: impl Into<Value>) {
        self.clause.push_str(" AND ");
        self.clause.push_str(clause);
        self.values.push(value.into());
    }

    fn tag(&mut self, kind: &str, is: &str, value: &Option<String>) {
        if let Some(value) = value {
            let clause = format!(
                "q.id IN (SELECT item_id FROM item_tag WHERE kind = '{kind}' AND value {is})"
            );
            self.add(&clause, value.clone());
        }
    }

    fn named(&mut self, column: &str, value: Option<impl Named>) {
        if let Some(value) = value {
            self.add(&format!("{column} = ?"), value.name().to_owned());
        }
    }
}

impl ListFilter {
    /// The conditions, without place and limit.
    pub(super) fn condition(&self) -> Condition {
        let mut condition = Condition { clause: "1".into(), values: Vec::new() };
        condition.named("q.state", self.state);
        condition.named("q.lane", self.lane);
        condition.named("q.band", self.band);
        condition.named("q.severity", self.severity);
        if let Some(source) = &self.source {
            let clause = "q.source_id = (SELECT id FROM source WHERE name = ?)";
            condition.add(clause, source.clone());
        }
        if let Some(platform) = &self.platform {
            let clause = "(SELECT platform FROM post WHERE id = q.post_id) = ?";
            condition.add(clause, platform.clone());
        }
        condition.tag("destination", "= ?", &self.destination);
        condition.tag("rule", "= ?", &self.rule);
        // Codes of regions are prefixes of the codes of those within them.
        condition.tag("region", "GLOB ? || '*'", &self.region);
        if let Some(contact) = &self.contact {
            let clause = "q.post_id IN (SELECT post_id FROM post_contact WHERE contact = ?)";
            condition.add(clause, contact.clone());
        }
        if let Some(analyst) = &self.assigned_to {
            let clause = "q.id IN (SELECT item_id FROM assignment WHERE analyst = ?)";
            condition.add(clause, analyst.clone());
        }
        if self.escalated {
            condition.clause.push_str(" AND q.id IN (SELECT item_id FROM escalation)");
        }
        for (is, time) in [(">=", self.since), ("<", self.until)] {
            if let Some(time) = time {
                condition.add(&format!("q.fresh {is} ?"), Stamp(time).text());
            }
        }
        if let Some(words) = &self.words {
            match match_expression(words) {
                Some(expression) => condition.add(
                    "q.id IN (SELECT rowid FROM item_text WHERE item_text MATCH ?)",
                    expression,
                ),
                None => condition.clause.push_str(" AND 0"),
            }
        }
        condition
    }

    /// The conditions, with place; the limit is the last value.
    pub(super) fn page(&self) -> Condition {
        let mut page = self.condition();
        if let Some(ItemId(after)) = self.after {
            let clause = "(q.priority, q.fresh, q.id) < (SELECT priority, fresh, id
                     FROM queue_item WHERE id = ?)";
            page.add(clause, after);
        }
        page.values.push(self.limit.map_or(-1, i64::from).into());
        page
    }
}

/// What FTS5 is asked for: each word as the beginning of one, all of them. Nothing of the query
/// language gets through. `None` where there is no word.
fn match_expression(words: &str) -> Option<String> {
    let words: Vec<String> = words
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\" *"))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_of_a_list_is_one_statement() {
        let page = |after, limit| {
            let lane = Some(Lane::Offer);
            ListFilter { lane, after: Some(ItemId(after)), limit, ..ListFilter::default() }.page()
        };
        let (first, second) = (page(7, Some(20)), page(8, None));
        assert_eq!(first.clause, second.clause);
        let values = |numbers: [i64; 2]| numbers.map(Value::from);
        assert_eq!(first.values[1..], values([7, 20]));
        assert_eq!(second.values[1..], values([8, -1]));
    }

    #[test]
    fn nothing_of_a_query_language_gets_through() {
        for (typed, asked) in [
            ("kerja kamboja", Some("\"kerja\" * \"kamboja\" *")),
            ("  ", None),
            ("text:x OR NOT \"a", Some("\"text\" * \"x\" * \"OR\" * \"NOT\" * \"a\" *")),
            ("*^()", None),
        ] {
            assert_eq!(match_expression(typed).as_deref(), asked, "{typed}");
        }
    }
}
