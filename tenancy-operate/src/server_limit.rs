//! A limit of time, as the server's settings take it.

use std::time::Duration;

/// The most that a setting takes.
const MOST: u128 = i32::MAX as u128;

/// In milliseconds, and never none: to the server that is no limit at all.
pub(crate) fn milliseconds(limit: Duration) -> u128 {
    limit.as_millis().clamp(1, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_never_none_and_never_more_than_the_server_takes() {
        for (limit, told) in [
            (Duration::ZERO, 1),
            (Duration::from_micros(999), 1),
            (Duration::from_millis(250), 250),
            (Duration::from_secs(3_000_000), 2_147_483_647),
            (Duration::MAX, 2_147_483_647),
        ] {
            assert_eq!(milliseconds(limit), told, "{limit:?}");
        }
    }
}
