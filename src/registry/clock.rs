//! The clock of the screen and of dated tables: WIB, seven hours ahead of UTC all year. Storage is
//! in UTC.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};

/// The time zone of the screen.
pub fn wib() -> TimeZone {
    TimeZone::fixed(offset(7))
}

/// The day it is in WIB.
pub fn today() -> Date {
    day_of(Timestamp::now())
}

/// The day in WIB of a time.
pub fn day_of(time: Timestamp) -> Date {
    time.to_zoned_datetime(wib()).date()
}
