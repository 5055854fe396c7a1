//! Who is told what somebody decided while another person is to judge the same without knowing it:
//! the one who decided, and whoever supervises. To everybody else, any of whom may be asked, it only
//! waits for a second opinion, wherever she looks.

use rusqlite::Connection;

use super::super::custody::Analyst;
use super::super::team;

/// Who decided item `q`, as long as a second opinion on that is wanted. (The states are those of
/// the index.)
pub(in crate::store) const AWAITED_ON: &str =
    "(SELECT d.analyst FROM second_review r JOIN decision d ON d.id = r.decision_id
     WHERE r.item_id = q.id AND r.state IN ('waiting', 'ruled') AND r.state = 'waiting')";

/// What a reader may know.
pub(in crate::store) struct Sight<'a> {
    reader: Option<&'a Analyst>,
    supervises: bool,
}

impl<'a> Sight<'a> {
    /// That of a person; nobody in particular may know the least.
    pub(in crate::store) fn of(
        connection: &Connection,
        reader: Option<&'a Analyst>,
    ) -> rusqlite::Result<Self> {
        let supervises = match reader {
            Some(reader) => team::role(connection, reader)?.supervises(),
            None => false,
        };
        Ok(Self { reader, supervises })
    }

    /// Whether a decision on which a second opinion is wanted, by whom it is, stays hidden.
    pub(in crate::store) fn hides(&self, decided_by: Option<&str>) -> bool {
        let is_own = |by: &str| self.reader.is_some_and(|reader| reader.as_str() == by);
        decided_by.is_some_and(|by| !self.supervises && !is_own(by))
    }
}
