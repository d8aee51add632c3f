//! That a cache hears of changes, and keeps nothing while it does not.

use std::time::Duration;

use tenancy_pool::placement::{CacheOptions, CachedCatalog, Catalog as _, PgCatalog, Placement};

use crate::database::{Database, eventually, key, schema};

/// So long that only a notification can be the reason for a new answer.
const HOUR: CacheOptions = CacheOptions::new().time_to_live(Duration::from_secs(3600));

async fn following(database: &Database) -> CachedCatalog<PgCatalog> {
    let catalog = database.reading().await.following(HOUR);
    eventually("it listens", async || catalog.invalidations().is_heard()).await;
    catalog
}

/// Changes a row so that nobody is told.
fn change_silently(database: &Database, tenant: &str, schema: &str) {
    database.run(&format!(
        "ALTER TABLE tenancy.tenant_placements DISABLE TRIGGER announce;
         UPDATE tenancy.tenant_placements SET kind = 'schema', schema_name = '{schema}' WHERE tenant = '{tenant}';
         ALTER TABLE tenancy.tenant_placements ENABLE ALWAYS TRIGGER announce"
    ));
}

fn listeners(database: &Database) -> i64 {
    database.count(
        "pg_stat_activity WHERE datname = current_database() AND application_name = 'tenancy-catalog-listener'",
    )
}

#[tokio::test]
async fn a_change_is_heard_of_and_nothing_else_is_asked_again() {
    let database = Database::new("changes");
    let manager = database.managing().await;
    let catalog = following(&database).await;
    for tenant in ["acme", "globex", "last"] {
        manager.register(tenant, &Placement::Shared).await.expect("a tenant");
        eventually("the answer is kept", async || {
            catalog.locate(&key(tenant)).await.is_ok_and(|place| place == Placement::Shared)
        })
        .await;
    }
    // The notifications of the registrations have to have passed before answers stay: they come in order, and this one is the last.
    manager.start_move("last").await.expect("a step");
    eventually("the last change shows", async || catalog.locate(&key("last")).await.is_err()).await;
    for tenant in ["acme", "globex"] {
        catalog.locate(&key(tenant)).await.expect("a place");
        change_silently(&database, tenant, &format!("silent_{tenant}"));
        assert_eq!(
            catalog.locate(&key(tenant)).await.expect("a place"),
            Placement::Shared,
            "the answer is kept"
        );
    }

    manager.start_move("acme").await.expect("a step");
    eventually("the move shows", async || catalog.locate(&key("acme")).await.is_err()).await;
    manager
        .finish_move("acme", &Placement::Schema("acme".try_into().expect("a name")))
        .await
        .expect("a step");
    eventually("the new place shows", async || {
        catalog.locate(&key("acme")).await.is_ok_and(|place| place == schema("acme"))
    })
    .await;
    assert_eq!(
        catalog.locate(&key("globex")).await.expect("a place"),
        Placement::Shared,
        "globex did not change"
    );

    database.run("UPDATE tenancy.tenant_placements SET tenant = 'renamed' WHERE tenant = 'acme'");
    eventually("a new id shows", async || catalog.locate(&key("acme")).await.is_err()).await;
    database.run("SET session_replication_role = replica; DELETE FROM tenancy.tenant_placements WHERE tenant = 'globex'");
    eventually("a removal shows, triggers turned off or not", async || {
        catalog.locate(&key("globex")).await.is_err()
    })
    .await;
    assert!(catalog.locate(&key("renamed")).await.is_ok());
    database.run("TRUNCATE tenancy.tenant_placements");
    eventually("the end of all shows", async || catalog.locate(&key("renamed")).await.is_err()).await;
}

#[tokio::test]
async fn while_nothing_is_heard_nothing_is_kept() {
    let database = Database::new("changes");
    let manager = database.managing().await;
    manager.register("acme", &Placement::Shared).await.expect("a tenant");
    let catalog = following(&database).await;
    catalog.locate(&key("acme")).await.expect("a place");
    change_silently(&database, "acme", "first");
    assert_eq!(catalog.locate(&key("acme")).await.expect("a place"), Placement::Shared, "the answer is kept");

    // It cannot come back for now; the connections for lookups stay.
    database.run(&format!("ALTER ROLE {} NOLOGIN", database.reader));
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'tenancy-catalog-listener'",
    );
    eventually("the loss is noticed", async || !catalog.invalidations().is_heard()).await;
    assert_eq!(
        catalog.locate(&key("acme")).await.expect("a place"),
        schema("first"),
        "the old answer is forgotten"
    );
    change_silently(&database, "acme", "second");
    assert_eq!(catalog.locate(&key("acme")).await.expect("a place"), schema("second"), "no answer is kept");

    database.run(&format!("ALTER ROLE {} LOGIN", database.reader));
    eventually("it listens again", async || catalog.invalidations().is_heard()).await;
    assert_eq!(catalog.locate(&key("acme")).await.expect("a place"), schema("second"));
    manager.start_move("acme").await.expect("a step");
    eventually("it hears again", async || catalog.locate(&key("acme")).await.is_err()).await;
}

#[tokio::test]
async fn the_listening_ends_with_the_cache() {
    let database = Database::new("changes");
    let catalog = following(&database).await;
    assert_eq!(listeners(&database), 1);
    drop(catalog);
    eventually("nobody listens", async || listeners(&database) == 0).await;
}

#[tokio::test]
async fn without_listening_answers_age() {
    let database = Database::new("changes");
    database.managing().await.register("acme", &Placement::Shared).await.expect("a tenant");
    let age = Duration::from_millis(300);
    let catalog = database.reading().await.cached(CacheOptions::new().time_to_live(age));
    catalog.locate(&key("acme")).await.expect("a place");
    change_silently(&database, "acme", "later");
    tokio::time::sleep(age * 2).await;
    assert_eq!(catalog.locate(&key("acme")).await.expect("a place"), schema("later"));
}
