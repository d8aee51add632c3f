//! The fixtures, and what each file of tests is about.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::*;
use crate::testing::RecordingSink;
use crate::{
    Authority, Claimed, Decision, DetailedDecision, DetailedMembership, Membership, Scoped, TenantId,
};

mod jobs;
mod keys;
mod opening;
mod tampering;

const MAIL: Purpose = Purpose::new("mail");
const EXPORT: Purpose = Purpose::new("export");
const HOUR: Duration = Duration::from_secs(3600);

/// Now, for these tests: 29 November 2026, 12:00 UTC.
const NOON: u64 = 1_795_953_600_000;

/// A clock that is set.
#[derive(Clone)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn at(millis: u64) -> Self {
        Self(Arc::new(AtomicU64::new(millis)))
    }

    fn set(&self, millis: u64) {
        self.0.store(millis, Ordering::Relaxed);
    }

    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Debug, PartialEq)]
struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the membership table could not be read")
    }
}

impl std::error::Error for Unreadable {}

/// Everybody belongs to each tenant, but for those who left and what cannot be read.
#[derive(Clone, Default)]
struct Members {
    left: Arc<std::sync::Mutex<Vec<&'static str>>>,
}

impl Membership for Members {
    type TenantId = TenantId;
    type Principal = str;
    type Error = Unreadable;

    async fn check(&self, who: &str, _: &TenantId) -> Result<Decision, Unreadable> {
        if who == "unreadable" {
            return Err(Unreadable);
        }
        Ok(Decision::admit_if(!self.left.lock().unwrap().contains(&who)))
    }
}

impl DetailedMembership for Members {
    type Details = String;

    async fn check_details(
        &self,
        who: &str,
        tenant: &TenantId,
    ) -> Result<DetailedDecision<String>, Unreadable> {
        let decision = self.check(who, tenant).await?;
        Ok(DetailedDecision::admit_if_some(
            (decision == Decision::Admit).then(|| format!("{who} of {tenant}")),
        ))
    }
}

fn key(id: &str, byte: u8) -> ScopeKey {
    let mut secret = [byte; 32];
    secret[0] = !byte;
    ScopeKey::new(id, &secret).unwrap()
}

fn sealing(keys: ScopeKeys, clock: &Clock) -> (SealingAuthority<Members>, RecordingSink) {
    let (sink, clock) = (RecordingSink::new(), clock.clone());
    let authority = Authority::new(Members::default()).with_audit_sink(sink.clone());
    (authority.sealing_with(keys).with_clock(move || clock.now()), sink)
}

/// The usual one, at noon.
fn usual() -> (SealingAuthority<Members>, RecordingSink, Clock) {
    let clock = Clock::at(NOON);
    let (authority, sink) = sealing(ScopeKeys::new("users", key("k1", 1)), &clock);
    (authority, sink, clock)
}

fn alice_in(tenant: TenantId) -> Scoped<TenantId> {
    Scoped::mint(tenant, "alice".into())
}
