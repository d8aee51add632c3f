//! Whether answers to foreign ids take longer: a sign test of pairs in random order.
//!
//! Each pair is one request with a foreign id and one with an id that exists nowhere, in an order that a coin decides. If the two take
//! the same time, whichever of a pair was longer is as good as another coin, whatever else the machine does and however the times are
//! distributed: the number of pairs that the foreign id was longer in is binomial with one half. (The randomisation is Fisher's, The
//! Design of Experiments, 1935, §10; that the test is by pairs and not by means is for the long tails that Crosby, Wallach and Riedi
//! describe, Opportunities and Limits of Remote Timing Attacks, 2009.)

use std::time::Duration;

/// How times are compared: off unless it is asked for, and advisory.
///
/// The chance that a service without a difference is reported is [`false_alarms`](Self::false_alarms) for each operation and pair of
/// tenants; twenty operations of two tenants have forty times that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    pub(crate) pairs: u32,
    pub(crate) false_alarms: f64,
}

impl Timing {
    /// By this many pairs of requests for each operation, with one false alarm in a million. 200 pairs show what is longer two times in
    /// three; what is longer slightly more often than not takes thousands.
    pub const fn pairs(pairs: u32) -> Self {
        Self { pairs, false_alarms: 1e-6 }
    }

    /// With this chance of a false alarm, of each comparison.
    #[must_use = "this returns the setting"]
    pub const fn false_alarms(mut self, chance: f64) -> Self {
        self.false_alarms = chance;
        self
    }
}

/// The chance that this many of so many pairs, or a number as far from the half, were longer if nothing made them so.
pub(crate) fn chance(longer: u32, pairs: u32) -> f64 {
    let extreme = longer.max(pairs - longer);
    // The logarithm of a binomial coefficient, step by step: the coefficients themselves do not fit.
    let mut log_of_coefficient = 0.0_f64;
    let mut tail = 0.0_f64;
    for count in 0..=pairs {
        if count > 0 {
            log_of_coefficient += f64::from(pairs - count + 1).ln() - f64::from(count).ln();
        }
        if count >= extreme {
            tail += (log_of_coefficient - f64::from(pairs) * std::f64::consts::LN_2).exp();
        }
    }
    (2.0 * tail).min(1.0)
}

/// The one in the middle.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_is_the_binomial_one() {
        // By hand: 10 pairs, all of them: 2/1024; 9 or more: 2·11/1024.
        assert!((chance(10, 10) - 2.0 / 1024.0).abs() < 1e-12);
        assert!((chance(1, 10) - 22.0 / 1024.0).abs() < 1e-12);
        assert!((chance(5, 10) - 1.0).abs() < 1e-12);
        assert!((chance(0, 0) - 1.0).abs() < 1e-12);
        assert!(chance(1000, 2000) > 0.9 && chance(1200, 2000) < 1e-6);
    }

    #[test]
    fn coins_alarm_as_seldom_as_they_are_said_to() {
        // Not a time but the arithmetic: with a chance of 1 in 20, 2000 runs of coins alarm about 100 times. Ten standard deviations
        // would be about 100 more.
        let mut random = fastrand::Rng::with_seed(7);
        let alarms = (0..2000)
            .filter(|_| chance((0..200).filter(|_| random.bool()).count() as u32, 200) < 0.05)
            .count();
        assert!(alarms < 200, "{alarms}");
    }
}
