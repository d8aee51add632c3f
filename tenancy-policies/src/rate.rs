//! How often.

use std::time::Duration;

/// How many microseconds a second has.
const SECOND: u64 = 1_000_000;

/// How often something may be done: one in an interval on the average, and some at once.
///
/// It is the generic cell rate algorithm (GCRA, ITU-T I.371), a leaky bucket: a caller that was away may do
/// [`burst`](Self::burst) at once, and then one in each interval. Intervals are whole microseconds, rounded up, so that a rate is the
/// same in the process and in Redis; a million a second is the fastest.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tenancy_policies::Rate;
///
/// const API: Rate = Rate::per_second(50).burst(100);
/// assert_eq!(API.interval(), Duration::from_millis(20));
///
/// const MAILS: Rate = Rate::per_hour(20);
/// assert_eq!(MAILS.interval(), Duration::from_secs(180));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct Rate {
    /// In microseconds, never zero.
    interval: u64,
    burst: u32,
}

impl Rate {
    /// `units` in a second, and as many at once. With zero units nothing passes.
    pub const fn per_second(units: u32) -> Self {
        Self::per(units, SECOND)
    }

    /// `units` in a minute, and as many at once. With zero units nothing passes.
    pub const fn per_minute(units: u32) -> Self {
        Self::per(units, 60 * SECOND)
    }

    /// `units` in an hour, and as many at once. With zero units nothing passes.
    pub const fn per_hour(units: u32) -> Self {
        Self::per(units, 3600 * SECOND)
    }

    const fn per(units: u32, period: u64) -> Self {
        // With no units there is no burst, and nothing looks at the interval.
        let interval = if units == 0 { period } else { period.div_ceil(units as u64) };
        Self { interval, burst: units }
    }

    /// How many may pass at once after a pause. With zero nothing passes.
    pub const fn burst(mut self, units: u32) -> Self {
        self.burst = units;
        self
    }

    /// After how long one more may pass.
    #[must_use]
    pub const fn interval(&self) -> Duration {
        Duration::from_micros(self.interval)
    }

    /// How many may pass at once after a pause.
    #[must_use]
    pub const fn burst_size(&self) -> u32 {
        self.burst
    }

    #[cfg(feature = "redis")]
    pub(crate) const fn interval_micros(&self) -> u64 {
        self.interval
    }

    /// As a part of a key: a bucket belongs to its rate.
    pub(crate) fn as_part(&self) -> String {
        format!("{}-{}", self.interval, self.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_rounded_up_and_never_zero() {
        assert_eq!(Rate::per_second(3).interval(), Duration::from_micros(333_334));
        assert_eq!(Rate::per_second(u32::MAX).interval(), Duration::from_micros(1));
        assert_eq!(Rate::per_minute(0).burst_size(), 0);
        assert!(!Rate::per_minute(0).interval().is_zero());
    }

    #[test]
    fn rates_that_differ_have_other_parts() {
        let parts = [Rate::per_second(10), Rate::per_second(100), Rate::per_second(10).burst(1)];
        let parts = parts.map(|rate| rate.as_part());
        assert_ne!(parts[0], parts[1]);
        assert_ne!(parts[0], parts[2]);
    }
}
