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
    Timestamp::now().to_zoned_datetime(wib()).date()
}
