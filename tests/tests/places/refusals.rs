//! What is not served: with a typed error, and without a word to any database.
//!
//! On two threads: the end of a read is sent in the background, and the superuser's statements block the thread they run on.

use diesel::prelude::*;
use tenancy_diesel::{Scoped, testing};
use tenancy_pool::placement::{CatalogError, DatabasePoolError, Placement, TenantStatus};
use tenancy_pool::{BuildError, PoolError};
use tenancy_rls::Wall;
use tenancy_tests::chain;
use tenancy_tests::fleet::schema::agents;
use tenancy_tests::fleet::{Fleet, Kind};

use crate::body::{Pool, texts};

async fn names(pool: &Pool, scope: &Scoped<i32>) -> Result<Vec<String>, PoolError> {
    pool.load(scope, agents::table.scoped(scope).select(agents::name).order(agents::id)).await
}

/// The statements that the databases have run for the application, whose sessions say only when they last did.
///
/// Nobody waits for the end of a read: until it is there its session is idle in the transaction.
fn activity(fleet: &Fleet) -> Vec<String> {
    fleet.settle();
    let query = format!(
        "SELECT concat_ws('|', datname, pid, query_start) AS line FROM pg_stat_activity WHERE usename = '{}' ORDER BY 1",
        fleet.role("app")
    );
    fleet.lines("home", &query)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_without_a_place_is_refused_and_nothing_is_sent() {
    let fleet = Fleet::new("pl_none", Kind::Plain);
    let book = fleet.book();
    let pool = fleet.builder().catalog(book.clone()).max_connections(2).build().await.unwrap();
    for tenant in [1, 3, 5, 6] {
        names(&pool, &testing::scope(tenant)).await.unwrap();
    }
    let (before, connections) = (activity(&fleet), pool.state().connections);
    book.status(1, TenantStatus::Suspended);
    book.status(3, TenantStatus::Moving);
    book.status(5, TenantStatus::Deleted);
    book.lose(6);
    for (tenant, transient) in [(1, false), (3, true), (5, false), (6, true), (99, false)] {
        let scope = testing::scope(tenant);
        let error = names(&pool, &scope).await.unwrap_err();
        let PoolError::Catalog(error) = error else { panic!("{error}") };
        match (tenant, &error) {
            (1, CatalogError::Suspended { .. })
            | (3, CatalogError::Moving { .. })
            | (5, CatalogError::Deleted { .. })
            | (6, CatalogError::Unavailable { .. })
            | (99, CatalogError::Unknown { .. }) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!((error.tenant().as_str(), error.is_transient()), (tenant.to_string().as_str(), transient));
        let begun = pool.begin(&scope).await.map(|_| ());
        assert!(matches!(begun, Err(PoolError::Catalog(_))), "{begun:?}");
    }
    assert_eq!(
        (activity(&fleet), pool.state().connections),
        (before, connections),
        "no database heard of it"
    );
    // The others are served as before, and so are these when they are back.
    names(&pool, &testing::scope(2)).await.unwrap();
    book.place(3, fleet.placement(3));
    assert_eq!(names(&pool, &testing::scope(3)).await.unwrap(), texts(&Fleet::place(3), 3, "agent", 1..=3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_does_not_exist_is_an_error_and_not_the_shared_tables() {
    let fleet = Fleet::at_home("pl_gone", Kind::Plain);
    let book = fleet.book();
    let pool = fleet.builder().catalog(book.clone()).max_connections(1).build().await.unwrap();
    book.place(1, Placement::Schema("nowhere".try_into().unwrap()));
    let error = names(&pool, &testing::scope(1)).await.unwrap_err();
    assert!(matches!(&error, PoolError::Unsafe(holes) if matches!(**holes, BuildError::Holes(_))), "{error}");
    let gone = fleet.url("home", "app").replace(&fleet.role("app").replace("_app", "?"), "nowhere?");
    let gone = format!("{}/nowhere?sslmode=disable", gone.rsplit_once('/').unwrap().0);
    book.place(2, Placement::Database(tenancy_pool::placement::DatabaseAddress::new(gone).unwrap()));
    let error = names(&pool, &testing::scope(2)).await.unwrap_err();
    assert!(matches!(&error, PoolError::DatabasePool(DatabasePoolError::Open { .. })), "{error:?}");
    assert!(!format!("{error} {error:?}").contains(":tenancy@"), "no password in {error:?}");

    // A schema without one of the tables: the shared one of that name does not stand in for it. The wall is looked at
    // first, so that this is what becomes of a table that is dropped while the application runs.
    names(&pool, &testing::scope(3)).await.unwrap();
    fleet.run("home", "DROP TABLE tenant_3.agents CASCADE");
    let error = names(&pool, &testing::scope(3)).await.unwrap_err();
    assert!(error.to_string().contains("\"agents\" does not exist"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shared_tables_without_their_wall_are_refused_at_build() {
    let fleet = Fleet::at_home("pl_hole", Kind::Plain);
    fleet.run("home", "ALTER TABLE public.agents NO FORCE ROW LEVEL SECURITY");
    let Err(BuildError::Holes(report)) = fleet.builder().build().await else { panic!("built") };
    assert_eq!(report.refusals().map(|finding| finding.code.as_str()).collect::<Vec<_>>(), ["R012"]);
    fleet.run("home", "ALTER TABLE public.agents FORCE ROW LEVEL SECURITY");
    // A wall of the other kind than the database's: what it would not understand is not sent to it.
    let sealed = Wall::sealed(fleet.security(), tenancy_tests::fleet::sealer());
    let Err(BuildError::Holes(report)) = fleet.builder().wall(sealed).build().await else { panic!("built") };
    assert!(!report.is_clean(), "{report}");
    // As a role that policies do not hold for.
    fleet.run("home", "ALTER TABLE public.agents FORCE ROW LEVEL SECURITY");
    fleet.run("home", &format!("ALTER ROLE {} BYPASSRLS", fleet.role("app")));
    let Err(BuildError::Holes(report)) = fleet.builder().build().await else { panic!("built") };
    assert!(report.refusals().next().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_or_a_database_without_its_wall_is_refused_when_it_is_first_opened() {
    let fleet = Fleet::new("pl_holes", Kind::Plain);
    let pool = fleet.builder().max_connections(2).build().await.unwrap();
    // A table without row-level security would be a hole of the whole database, and refuse all of its tenants.
    fleet.run("home", "DROP POLICY tenancy_roles ON tenant_3.canvases");
    fleet.run("silo", "DROP POLICY tenancy_roles ON tenant_6.agents");
    fleet.run("annex", &format!("GRANT TRUNCATE ON agents TO {}", fleet.role("app")));
    for tenant in [3, 6] {
        let error = names(&pool, &testing::scope(tenant)).await.unwrap_err();
        let PoolError::Unsafe(holes) = &error else { panic!("{tenant}: {error:?}") };
        let BuildError::Holes(report) = &**holes else { panic!("{tenant}: {error}") };
        assert!(
            report.refusals().all(|finding| finding.object.contains(&format!("tenant_{tenant}"))),
            "{error}"
        );
        assert!(
            chain(&error).contains("ROW LEVEL SECURITY") || chain(&error).contains("CREATE POLICY"),
            "says what mends it: {}",
            chain(&error)
        );
    }
    let error = names(&pool, &testing::scope(8)).await.unwrap_err();
    assert!(matches!(&error, PoolError::DatabasePool(DatabasePoolError::Open { .. })), "{error:?}");
    assert!(chain(&error).contains("TRUNCATE"), "{}", chain(&error));
    // The places that are whole are served, beside the others and in the same database.
    for tenant in [1, 4, 5, 7] {
        assert_eq!(
            names(&pool, &testing::scope(tenant)).await.unwrap(),
            texts(&Fleet::place(tenant), tenant, "agent", 1..=3)
        );
    }
    // Refused is not forever.
    fleet.run_as_owner(
        "home",
        &fleet.security().in_tenant_schema(&"tenant_3".parse().unwrap()).tables_migration().up(),
    );
    fleet.run_as_owner(
        "silo",
        &fleet.security().in_tenant_schema(&"tenant_6".parse().unwrap()).tables_migration().up(),
    );
    fleet.run("annex", &format!("REVOKE TRUNCATE ON agents FROM {}", fleet.role("app")));
    for tenant in [3, 6, 8] {
        assert_eq!(
            names(&pool, &testing::scope(tenant)).await.unwrap(),
            texts(&Fleet::place(tenant), tenant, "agent", 1..=3)
        );
    }
}
