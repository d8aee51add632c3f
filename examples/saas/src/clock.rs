//! Times, in whole seconds since 1970.

use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

/// A day.
pub const DAY: i64 = 24 * 60 * 60;

#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The number of the day.
#[must_use]
pub const fn day(seconds: i64) -> i64 {
    seconds.div_euclid(DAY)
}

/// As people read it, in UTC.
#[must_use]
pub fn shown(seconds: i64) -> String {
    OffsetDateTime::from_unix_timestamp(seconds)
        .map_or_else(|_| String::new(), |at| format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute()))
}
