//! Who is let in, and until when.

use std::time::{Duration, SystemTime};

use tenancy_core::AdmitError;
use tenancy_core::support::{SupportError, Through};
use tenancy_operate::support::{self, LogEvent, Person, SupportStoreError};

use crate::world::{HOUR, World, key};

#[tokio::test]
async fn a_grant_lets_in_its_person_into_its_tenant_until_it_is_revoked_or_over() {
    let world = World::new("support_in").await;
    assert!(world.denied("bob", 1).await);
    world.grant("bob", "1", HOUR).await.unwrap();
    let bob = world.admit("bob", 1).await.unwrap();
    let Through::Support(access) = bob.details() else { panic!("no member: {:?}", bob.details()) };
    assert_eq!((access.reason().as_str(), access.granted_by()), ("ticket 12: an import that fails", "carol"));
    let left = access.until().duration_since(SystemTime::now()).unwrap();
    assert!(left <= HOUR && left > HOUR - Duration::from_secs(120), "{left:?}");
    assert_eq!(*world.admit("alice", 1).await.unwrap().details(), Through::Membership(()));
    for (who, tenant) in [("bob", 2), ("Bob", 1), ("bob ", 1), ("mallory", 1), ("", 1), ("bo\0b", 1)] {
        assert!(world.denied(who, tenant).await, "{who:?} {tenant}");
    }

    let session = world.session("owner").await;
    let person = Person::new("bob").unwrap();
    assert_eq!(support::revoke(&session, &key("1"), &person, None).await.unwrap().len(), 1);
    assert!(world.denied("bob", 1).await);
    assert_eq!(support::revoke(&session, &key("1"), &person, None).await.unwrap(), []);

    // The database's clock ends it, whatever this process's says.
    world.grant("bob", "1", HOUR).await.unwrap();
    let scope = world.admit("bob", 1).await.unwrap();
    world.run("UPDATE tenancy.support_access SET starts_at = starts_at - interval '1 hour', ends_at = now() WHERE revoked_at IS NULL");
    assert!(world.denied("bob", 1).await);
    world.run("UPDATE tenancy.support_access SET starts_at = now() + interval '1 hour', ends_at = now() + interval '2 hours' WHERE revoked_at IS NULL");
    assert!(world.denied("bob", 1).await, "it has not begun");
    world.run("UPDATE tenancy.support_access SET starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour' WHERE revoked_at IS NULL");

    // Each of the two uses is there, and none of those that were denied.
    let store = world.authority.membership().store();
    let events: Vec<_> =
        store.log(scope.scope()).await.unwrap().into_iter().map(|entry| entry.what).collect();
    let count = |what| events.iter().filter(|event| **event == what).count();
    let counts = [LogEvent::Granted, LogEvent::Used, LogEvent::Revoked, LogEvent::Ended].map(count);
    assert_eq!(counts, [2, 2, 1, 1], "{events:?}");
    assert_eq!(support::log(&session, &key("1")).await.unwrap().len(), 6);
    assert_eq!(support::log(&session, &key("2")).await.unwrap(), []);
}

#[tokio::test]
async fn a_use_that_cannot_be_recorded_lets_nobody_in() {
    let world = World::new("support_unrecorded").await;
    world.grant("bob", "1", HOUR).await.unwrap();
    let door = world.database.role("door");
    world.run(&format!("REVOKE INSERT (access, tenant, person) ON tenancy.support_uses FROM {door}"));
    let refused = world.admit("bob", 1).await;
    assert!(
        matches!(refused, Err(AdmitError::Membership(SupportError::Store(SupportStoreError::Query(_))))),
        "{refused:?}"
    );
    support::prepare(&world.session("owner").await, &world.migration()).await.unwrap();
    assert!(world.admit("bob", 1).await.is_ok());
    // A lost connection is opened anew.
    for _ in 0..2 {
        world
            .run(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{door}'"));
        assert!(world.admit("bob", 1).await.is_ok());
    }
    // A table that somebody holds is no way in either.
    let held = world.session("owner").await;
    let slow = world.authority.membership().store().clone().answer_within(Duration::from_millis(300));
    support::prepare(&held, &world.migration()).await.unwrap();
    let mut locker = world.database.superuser();
    diesel::connection::SimpleConnection::batch_execute(
        &mut locker,
        "BEGIN; LOCK TABLE tenancy.support_uses",
    )
    .unwrap();
    let late = tenancy_core::support::SupportStore::use_grant(&slow, "bob", &key("1")).await;
    assert!(matches!(late, Err(SupportStoreError::Late { .. })), "{late:?}");
}

#[tokio::test]
async fn a_grant_is_short_has_a_reason_and_is_the_owners_to_give() {
    let world = World::new("support_short").await;
    let error = world.grant("bob", "1", 9 * HOUR).await.unwrap_err();
    assert!(error.to_string().contains("longer than the 28800 that are allowed"), "{error}");
    world.grant("bob", "1", 8 * HOUR).await.unwrap();
    let session = world.session("owner").await;
    support::prepare(&session, &world.migration().longest(HOUR)).await.unwrap();
    assert!(world.grant("bob", "1", HOUR + Duration::from_secs(1)).await.is_err());
    world.grant("bob", "2", HOUR).await.unwrap();
    // What was granted before goes on.
    assert!(world.admit("bob", 1).await.is_ok());
    // The table itself keeps it.
    let insert = |columns: &str| {
        format!(
            "INSERT INTO tenancy.support_access (tenant, person, granted_by, reason, ends_at) VALUES ('1', 'eve', 'eve', {columns})"
        )
    };
    for columns in ["'why', now() + interval '2 hours'", "' ', now() + interval '1 minute'", "'why', now()"] {
        let sql = insert(columns);
        let error =
            diesel::connection::SimpleConnection::batch_execute(&mut world.database.superuser(), &sql);
        assert!(error.unwrap_err().to_string().contains("check constraint"), "{columns}");
    }
    // The door reads grants and writes uses of them, and nothing else.
    for sql in [
        insert("'why', now() + interval '1 minute'").as_str(),
        "UPDATE tenancy.support_access SET person = 'eve', tenant = '3'",
        "DELETE FROM tenancy.support_uses",
        "UPDATE tenancy.support_uses SET tenant = '3'",
        "INSERT INTO tenancy.support_uses (access, tenant, person, used_at) SELECT id, tenant, person, now() - interval '1 day' FROM tenancy.support_access",
    ] {
        let error =
            diesel::connection::SimpleConnection::batch_execute(&mut world.database.as_role("door"), sql);
        assert!(error.unwrap_err().to_string().contains("permission denied"), "{sql}");
    }
    let elsewhere = "INSERT INTO tenancy.support_uses (access, tenant, person) SELECT id, '2', person FROM tenancy.support_access WHERE tenant = '1'";
    let error =
        diesel::connection::SimpleConnection::batch_execute(&mut world.database.as_role("door"), elsewhere);
    assert!(error.unwrap_err().to_string().contains("foreign key"), "a use in the trail of another tenant");
}
