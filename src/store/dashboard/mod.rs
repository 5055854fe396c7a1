//! What a supervisor wants to know each morning, counted by the database: the load of the queue, what
//! was flagged and what became of it, and how scores lie. Every count looks back only so far as it
//! is asked to.

mod load;
mod scores;
mod tally;

pub use load::{Backlog, DayLoad, Load};
pub use scores::Scores;
pub use tally::{Tallies, Tally};

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::registry::wib;

/// The first moment of a day in WIB.
fn start_of(day: Date) -> Timestamp {
    // Only days at the ends of the calendar have none.
    wib().to_timestamp(day.to_datetime(Time::midnight())).unwrap_or(Timestamp::MIN)
}
