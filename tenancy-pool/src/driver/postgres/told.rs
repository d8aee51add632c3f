//! What a session was told beyond the end of a transaction, and what it has to be told before a single statement.

use std::time::{Duration, SystemTime};

use tenancy_core::TenantKey;

use super::Session;
#[cfg(feature = "one-sync")]
use super::one_sync::Setting;
use super::opening::{Opening, Reset};
use super::rules::PostgresRules;
use crate::driver::{Remembers, Single};
use crate::transaction::Tenants;

/// Where a session says whose it is, where that is asked for.
pub(super) const APPLICATION_NAME: &str = "application_name";

/// Whose a session is.
///
/// Only what the server has confirmed is known. Whatever else comes of a statement, an error or a dropped future, forgets it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Told {
    /// Nobody's: nothing was told for longer than a transaction, or all of it was set back.
    #[default]
    Nothing,
    /// Somebody's, it may be.
    Unknown,
    /// As told.
    Confirmed(Telling),
}

/// How what is told to a session travels with a single statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Travels {
    /// As a message before it: the statement runs whether or not that holds.
    Ahead,
    /// In one transaction with it: it runs if that holds.
    #[cfg(feature = "one-sync")]
    AsOne,
}

/// What a session was told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Telling {
    /// `None`: that there is none.
    tenant: Option<TenantKey>,
    /// Its search path, where it is not the role's.
    path: Option<String>,
    /// That transactions only read, unless they say otherwise.
    read_only: bool,
    /// When its tenant was sealed, where that is asked for.
    sealed: Option<SystemTime>,
}

impl Told {
    /// Whether it was told another tenant than this, or may have been.
    fn is_foreign_to(&self, tenant: Option<&TenantKey>) -> bool {
        match self {
            Self::Nothing => false,
            Self::Unknown => true,
            Self::Confirmed(telling) => telling.tenant.as_ref() != tenant,
        }
    }

    /// Whom a connection with it suits.
    pub(super) fn remembers(&self, tenants: &Tenants) -> Remembers {
        match (self, tenants) {
            (Self::Nothing, _) => Remembers::Nobody,
            // A set is told in a transaction, whatever was told before.
            (_, Tenants::Set(_)) => Remembers::Others,
            _ if self.is_foreign_to(tenants.one()) => Remembers::Others,
            _ => Remembers::Them,
        }
    }

    fn of(&self, tenant: Option<&TenantKey>, path: Option<&str>) -> Option<&Telling> {
        match self {
            Self::Confirmed(telling)
                if (telling.tenant.as_ref(), telling.path.as_deref()) == (tenant, path) =>
            {
                Some(telling)
            }
            _ => None,
        }
    }
}

impl Telling {
    /// Whether the server will take its seal for as long as a statement may be on its way: half of its time is for that, and for
    /// what the clocks differ. A seal counts whole seconds, so that it may have one less.
    fn is_good(&self, lifetime: Option<Duration>, now: SystemTime) -> bool {
        let Some(lifetime) = lifetime.filter(|_| self.tenant.is_some()) else { return true };
        let Some(sealed) = self.sealed else { return false };
        now.duration_since(sealed).is_ok_and(|age| age < lifetime.saturating_sub(Duration::from_secs(1)) / 2)
    }
}

/// Whether a session may be another's than this tenant's, or have been changed, as long as nothing sets it back.
pub(super) fn is_foreign(session: &Session, tenant: Option<&TenantKey>) -> bool {
    session.changed || session.told.is_foreign_to(tenant)
}

/// What goes ahead of a single statement that is its own transaction: nothing, where the session was told the same before. `None`
/// if it needs an explicit transaction.
///
/// - The session has to be the pool's own, and one backend's: behind a pooler what is told would meet other clients. Told for the one
///   transaction with the statement, it meets nobody.
/// - What the statement calls has to be known, because in a read-only transaction of its own it could change nothing.
/// - One that writes goes only behind what is confirmed, or behind what sets right the session of the same tenant. It could not be taken
///   back if the telling failed, as the rows of a read can.
///   Where both are one transaction, it does not run then, and need not wait.
/// - What a view's function set while the tenant read meets the tenant's reads, and no write: that sets the session right.
pub(super) fn in_session(
    rules: &PostgresRules,
    session: &Session,
    tenants: &Tenants,
    path: Option<String>,
    single: Single,
    travels: Travels,
) -> Option<Opening> {
    let (Some(reset), true) = (session.reset, single.harmless) else { return None };
    let tenant = match tenants {
        Tenants::Nobody => None,
        Tenants::One(tenant) => Some(tenant),
        // In a role of its own.
        Tenants::Set(_) => return None,
    };
    let now = SystemTime::now();
    if reset == Reset::Rest {
        #[cfg(feature = "one-sync")]
        if travels == Travels::AsOne {
            return Some(for_the_transaction(rules, session, tenant, path.as_deref(), single, now));
        }
        return None;
    }
    let told = session.told.of(tenant, path.as_deref());
    let label = rules.label(tenant);
    let tells = rules.is_walled() || path.is_some() || label.is_some();
    let read_only = rules.is_walled() && !single.writes;
    let holds = |telling: &&Telling| {
        !session.changed && telling.read_only == read_only && telling.is_good(rules.seals_for(), now)
    };
    let mut opening = Opening::in_session(single.writes);
    let mut sealed = None;
    match told.filter(holds) {
        Some(telling) => sealed = telling.sealed,
        #[cfg(feature = "one-sync")]
        None if travels == Travels::AsOne => {
            let telling = &mut opening.telling;
            // As below.
            let resets = tells || session.changed || session.told != Told::Nothing;
            telling.resets = resets.then_some(Reset::All);
            telling.writes = single.writes;
            let mut set = |name, value: &str, local| {
                telling.settings.push(Setting { name, value: value.to_owned(), local });
            };
            if let Some(path) = &path {
                set("search_path", path, false);
            }
            if let Some(label) = &label {
                set(APPLICATION_NAME, label.as_str(), false);
            }
            if read_only {
                // The session's transactions from the next one on, and this one.
                set("default_transaction_read_only", "on", false);
                set("transaction_read_only", "on", true);
            }
            #[cfg(feature = "rls")]
            if let Some(guard) = &rules.guard {
                let (value, at) = guard.session_setting(tenant, session, now);
                set(tenancy_rls::SETTING, &value, false);
                sealed = at;
            }
        }
        None => {
            // Also where nothing is known to have changed: a view's function may have done it while another tenant read.
            if tells || session.changed || session.told != Told::Nothing {
                opening.push(Reset::All.statements());
            }
            if let Some(path) = &path {
                opening.push(format!("SET search_path TO {path}"));
            }
            if let Some(label) = &label {
                opening.push(format!("SET {APPLICATION_NAME} TO {}", label.literal()));
            }
            if read_only {
                opening.push("SET default_transaction_read_only TO on");
            }
            #[cfg(feature = "rls")]
            if let Some(guard) = &rules.guard {
                sealed = guard.tell_session(tenant, session, now, &mut opening);
            }
            opening.confirmed_first = single.writes && told.is_none();
            let _ = travels;
        }
    }
    // Where nothing is told, it is whose statement may have changed the session that is remembered.
    if tells || single.writes {
        opening.leaves = Told::Confirmed(Telling { tenant: tenant.cloned(), path, read_only, sealed });
    }
    Some(opening)
}

/// Behind a pooler, where nothing outlives the transaction that the statement is: so it is told each time, and so is what sets right
/// whichever session the pooler gives.
#[cfg(feature = "one-sync")]
fn for_the_transaction(
    rules: &PostgresRules,
    session: &Session,
    tenant: Option<&TenantKey>,
    path: Option<&str>,
    single: Single,
    now: SystemTime,
) -> Opening {
    let mut opening = Opening::in_session(single.writes);
    let telling = &mut opening.telling;
    telling.resets = Some(Reset::Rest);
    let mut set = |name, value: &str| {
        telling.settings.push(Setting { name, value: value.to_owned(), local: true });
    };
    if let Some(path) = path {
        set("search_path", path);
    }
    if let Some(label) = rules.label(tenant) {
        set(APPLICATION_NAME, label.as_str());
    }
    if !single.writes {
        set("transaction_read_only", "on");
    }
    #[cfg(feature = "rls")]
    if let Some(guard) = &rules.guard {
        set(tenancy_rls::SETTING, &guard.session_setting(tenant, session, now).0);
    }
    let _ = (rules, session, tenant, now);
    opening
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use tenancy_core::TenantKey;

    use super::{Telling, Told};
    use crate::driver::Remembers;
    use crate::transaction::Tenants;

    fn key(text: &str) -> TenantKey {
        TenantKey::new(text).expect("a key")
    }

    fn telling(sealed: Option<SystemTime>) -> Telling {
        Telling { tenant: Some(key("7")), path: Some("\"a\", pg_temp".to_owned()), read_only: true, sealed }
    }

    #[test]
    fn only_what_is_confirmed_is_known() {
        let (seven, eight) = (key("7"), key("8"));
        assert!(!Told::Nothing.is_foreign_to(Some(&seven)));
        assert!(Told::Unknown.is_foreign_to(Some(&seven)));
        let told = Told::Confirmed(telling(None));
        assert!(!told.is_foreign_to(Some(&seven)));
        assert!(told.is_foreign_to(Some(&eight)) && told.is_foreign_to(None));
        let (path, other) = (Some("\"a\", pg_temp"), Some("\"b\", pg_temp"));
        assert!(told.of(Some(&seven), path).is_some());
        assert!(told.of(Some(&seven), other).is_none() && told.of(Some(&seven), None).is_none());
        assert!(told.of(Some(&eight), path).is_none() && told.of(None, path).is_none());
        assert!(Told::Unknown.of(None, None).is_none() && Told::Nothing.of(None, None).is_none());
    }

    #[test]
    fn a_session_suits_whom_it_was_told() {
        let one = |text| Tenants::One(key(text));
        let told = Told::Confirmed(telling(None));
        assert_eq!(told.remembers(&one("7")), Remembers::Them);
        assert_eq!(told.remembers(&one("8")), Remembers::Others);
        assert_eq!(told.remembers(&Tenants::Nobody), Remembers::Others);
        assert_eq!(told.remembers(&Tenants::Set(vec![key("7")])), Remembers::Others);
        assert_eq!(Told::Unknown.remembers(&one("7")), Remembers::Others);
        assert_eq!(Told::Nothing.remembers(&one("7")), Remembers::Nobody);
        let nobodys = Told::Confirmed(Telling { tenant: None, path: None, read_only: true, sealed: None });
        assert_eq!(nobodys.remembers(&Tenants::Nobody), Remembers::Them);
        assert_eq!(nobodys.remembers(&Tenants::Set(Vec::new())), Remembers::Others);
    }

    #[test]
    fn a_seal_is_relied_on_for_half_of_its_time_and_not_before_it() {
        let (lifetime, at) = (Some(Duration::from_secs(60)), SystemTime::now());
        let sealed = telling(Some(at));
        let after = |seconds| at + Duration::from_secs(seconds);
        assert!(sealed.is_good(lifetime, at) && sealed.is_good(lifetime, after(29)));
        assert!(!sealed.is_good(lifetime, after(30)));
        assert!(!sealed.is_good(lifetime, at - Duration::from_secs(1)), "the clock was set back");
        assert!(!telling(None).is_good(lifetime, at), "sealed since");
        assert!(telling(None).is_good(None, at), "a plain wall");
        let nobodys = Telling { tenant: None, path: None, read_only: true, sealed: None };
        assert!(nobodys.is_good(lifetime, at), "there is nothing to seal");
    }
}
