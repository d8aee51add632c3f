//! The tenant that takes the others' share.

use serde::Serialize;

use super::usage::TenantActivity;

/// A tenant whose statements take most of the database's time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NoisyNeighbour {
    /// The tenant.
    pub tenant: String,
    /// Its part of the time in tenants' statements, from a half to 1.
    pub share: f64,
}

impl NoisyNeighbour {
    /// What part of the time in tenants' statements it has more than.
    pub const SHARE: f64 = 0.5;
    /// How many times as much as the next one.
    pub const TIMES_THE_NEXT: f64 = 2.0;
    /// How many of its sessions run a statement, on average, at least: a database that rests has no noise.
    pub const ACTIVE_SESSIONS: f64 = 0.5;
}

/// Of tenants that are in their order, who used most first.
pub(super) fn of(tenants: &[TenantActivity], window_seconds: f64) -> Option<NoisyNeighbour> {
    let used = |tenant: &TenantActivity| tenant.usage.active_seconds;
    let total: f64 = tenants.iter().map(used).sum();
    let (first, next) = (tenants.first()?, tenants.get(1).map_or(0.0, used));
    let share = used(first) / total;
    let is_noisy = share > NoisyNeighbour::SHARE
        && used(first) > NoisyNeighbour::TIMES_THE_NEXT * next
        && used(first) >= NoisyNeighbour::ACTIVE_SESSIONS * window_seconds;
    is_noisy.then(|| NoisyNeighbour { tenant: first.tenant.clone(), share })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::Usage;

    fn named(seconds: &[f64], window: f64) -> Option<(String, f64)> {
        let tenants: Vec<_> = seconds
            .iter()
            .enumerate()
            .map(|(index, seconds)| TenantActivity {
                tenant: index.to_string(),
                usage: Usage { active_seconds: *seconds, ..Usage::default() },
            })
            .collect();
        of(&tenants, window).map(|noisy| (noisy.tenant, noisy.share))
    }

    #[test]
    fn whoever_takes_more_than_half_and_twice_the_next_is_named() {
        assert_eq!(named(&[6.0, 2.0], 2.0), Some(("0".to_owned(), 0.75)));
        assert_eq!(named(&[6.0, 3.0], 2.0), None, "twice the next, and not more");
        assert_eq!(named(&[5.0, 2.0, 2.0, 1.0], 2.0), None, "half, and not more");
        assert_eq!(named(&[0.9, 0.1], 2.0), None, "a database that rests");
        assert_eq!(named(&[1.0], 2.0), Some(("0".to_owned(), 1.0)));
        assert_eq!(named(&[0.0, 0.0], 2.0), None);
        assert_eq!(named(&[], 2.0), None);
        assert_eq!(named(&[], 0.0), None);
    }
}
