//! Tenants come, rest and return; hooks are called until they have succeeded once.

use std::error::Error;
use std::sync::Mutex;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use tenancy_core::placement::TenantStatus;
use tenancy_operate::tenants::{
    HookCall, Hooks, NoHooks, OperateErrorKind, create, list, prepare, resume, suspend,
};
use tenancy_pool::placement::CatalogMigration;

use crate::database::{Database, key, tables};

/// Fails so many times, and remembers what it was told.
struct Failing {
    times: Mutex<u32>,
    told: Mutex<Vec<String>>,
}

impl Hooks for Failing {
    fn call<'a>(&'a self, call: &'a HookCall) -> BoxFuture<'a, Result<(), Box<dyn Error + Send + Sync>>> {
        self.told.lock().unwrap().push(call.idempotency_key.clone());
        let mut times = self.times.lock().unwrap();
        let failed = *times > 0;
        *times = times.saturating_sub(1);
        ready(if failed { Err("the billing service does not answer".into()) } else { Ok(()) }).boxed()
    }
}

#[tokio::test]
async fn a_tenant_is_served_when_its_hook_has_succeeded_and_the_hook_knows_that_it_is_asked_again() {
    let database = Database::of_three("tenants_create");
    let session = database.session().await;
    let hooks = Failing { times: Mutex::new(2), told: Mutex::new(Vec::new()) };
    for _ in 0..2 {
        let error = create(&session, &tables(), &key("7"), None, &hooks).await.unwrap_err();
        assert_eq!(error.kind(), OperateErrorKind::Hook, "{error}");
        assert_eq!(database.status("7"), "suspended");
    }
    // Nothing else begins meanwhile.
    let error = resume(&session, &key("7"), &NoHooks).await.unwrap_err();
    assert!(error.to_string().contains("interrupted half way: create"), "{error}");
    assert_eq!(
        list(&session).await.unwrap().iter().find(|entry| entry.tenant == "7").unwrap().operation.as_deref(),
        Some("create")
    );
    let changed = create(&session, &tables(), &key("7"), None, &hooks).await.unwrap();
    assert_eq!(
        (changed.status, changed.was_done, database.status("7")),
        (TenantStatus::Active, false, "active".to_owned())
    );
    let told = hooks.told.lock().unwrap().clone();
    assert!(told.len() == 3 && told.iter().all(|key| *key == told[0]), "{told:?}");
    assert!(create(&session, &tables(), &key("7"), None, &hooks).await.unwrap().was_done);
    assert_eq!(hooks.told.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn an_id_that_has_rows_or_was_given_before_is_not_given_again() {
    let database = Database::of_three("tenants_given");
    let session = database.session().await;
    let error = create(&session, &tables(), &key("1"), None, &NoHooks).await.unwrap_err();
    assert!(error.to_string().contains("never given twice"), "{error}");
    database.run("INSERT INTO keyless VALUES (8, 'left by somebody')");
    let error = create(&session, &tables(), &key("8"), None, &NoHooks).await.unwrap_err();
    assert!(error.to_string().contains("has rows already: public.keyless (1)"), "{error}");
    assert_eq!(database.status("8"), "none");
}

#[tokio::test]
async fn a_tenant_is_suspended_and_resumed_once() {
    let database = Database::of_three("tenants_suspend");
    let session = database.session().await;
    assert!(!suspend(&session, &key("1"), &NoHooks).await.unwrap().was_done);
    assert_eq!(database.status("1"), "suspended");
    assert!(suspend(&session, &key("1"), &NoHooks).await.unwrap().was_done);
    let statuses: Vec<_> =
        list(&session).await.unwrap().iter().map(|entry| (entry.tenant.clone(), entry.status)).collect();
    let expected = [("1", TenantStatus::Suspended), ("2", TenantStatus::Active), ("3", TenantStatus::Active)];
    assert_eq!(statuses, expected.map(|(tenant, status)| (tenant.to_owned(), status)));
    let hooks = Failing { times: Mutex::new(1), told: Mutex::new(Vec::new()) };
    resume(&session, &key("1"), &hooks).await.unwrap_err();
    assert_eq!(database.status("1"), "suspended");
    resume(&session, &key("1"), &hooks).await.unwrap();
    assert_eq!(database.status("1"), "active");
    database.run("UPDATE tenancy.tenant_placements SET status = 'deleted' WHERE tenant = '3'");
    for error in [suspend(&session, &key("3"), &NoHooks).await, resume(&session, &key("3"), &NoHooks).await] {
        let error = error.unwrap_err();
        assert!(error.to_string().contains("is deleted"), "{error}");
    }
    assert!(
        suspend(&session, &key("99"), &NoHooks).await.unwrap_err().to_string().contains("not in the catalog")
    );
}

#[tokio::test]
async fn a_database_is_prepared_once_and_prepared_again_without_harm() {
    let database = Database::of_three("tenants_prepare");
    database.run("DROP TABLE tenancy.tenant_placements; DROP FUNCTION tenancy.stamp_placement, tenancy.announce_placement");
    let session = database.session().await;
    assert!(list(&session).await.unwrap_err().to_do().unwrap().contains("tenancy tenants prepare"));
    prepare(&session, &CatalogMigration::new()).await.unwrap();
    database
        .run("INSERT INTO tenancy.tenant_placements (tenant, status, kind) VALUES ('1', 'active', 'shared')");
    prepare(&session, &CatalogMigration::new()).await.unwrap();
    assert_eq!(list(&session).await.unwrap().len(), 1);
}
