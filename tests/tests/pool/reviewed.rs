//! Fragments of SQL that somebody has read: they run, they are listed, and they cost no connection.

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use tenancy_diesel::testing::{RecordedEvent, RecordingSink};
use tenancy_diesel::{ReviewedSql, Scoped, reviewed_sql};
use tenancy_pool::{BuildError, PoolError, RawSqlRefused, TenantPool};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::agents;

use super::walled::Database;
use crate::Tested;

reviewed_sql! {
    initial: Text = "left(name, 1)", "groups by the first letter";
    of_other_tables: Bool = "exists (SELECT 1 FROM agents)", "reads a tenant's table";
    of_the_catalog: Bool = "exists (SELECT 1 FROM pg_class)", "reads the catalog";
    sets_a_setting: Text = "set_config('search_path', 'nowhere', false)", "sets what it likes";
    by_similarity: Bool = "similar_names(name, 'ada')", "an extension's function"
}

diesel::define_sql_function!(fn lower(name: Text) -> Text);
diesel::define_sql_function!(fn set_config(name: Text, value: Text, is_local: Bool) -> Text);

type Pool = TenantPool<Tested>;

async fn by_initial(pool: &Pool, scope: &Scoped<i32>) -> Result<Vec<(String, i64)>, PoolError> {
    let query = agents::table
        .scoped(scope)
        .group_by(initial)
        .select((initial, count_star()))
        .order((count_star().desc(), initial.asc()));
    pool.load(scope, query).await
}

/// The processes that serve the application. They are all at rest.
async fn backends(database: &Database) -> Vec<String> {
    database.settled().await;
    let pids = "SELECT pid::text AS line FROM pg_stat_activity WHERE datname = current_database() AND usename = 'tenancy_application'";
    database.lines(pids).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewed_fragment_runs_and_its_connection_serves_on() {
    let database = Database::new().await;
    let audit = RecordingSink::new();
    let pool = database
        .builder()
        .max_connections(1)
        .audit_sink(audit.clone())
        .reviewed_sql([initial::REVIEWED])
        .build()
        .await
        .unwrap();
    assert_eq!(pool.reviewed_sql().iter().map(|fragment| fragment.name()).collect::<Vec<_>>(), ["initial"]);
    let told = audit.take();
    assert!(
        matches!(&told[..], [RecordedEvent::ReviewedSql { name: "initial", place: (file, _), .. }] if file.ends_with("reviewed.rs")),
        "{told:?}"
    );

    let before = backends(&database).await;
    for _ in 0..5 {
        let initials = by_initial(&pool, &acme()).await.unwrap();
        assert_eq!(initials, [("a".to_owned(), 1), ("b".to_owned(), 1), ("c".to_owned(), 1)]);
        let initials = by_initial(&pool, &globex()).await.unwrap();
        assert_eq!(initials, [("a".to_owned(), 1), ("d".to_owned(), 1), ("z".to_owned(), 1)]);
        // In a transaction that writes, and in a predicate.
        let scope = &acme();
        let changed = tenancy_diesel::update(agents::table.scoped(scope))
            .filter(initial.eq("a"))
            .set(agents::name.eq("ada"));
        assert_eq!(pool.execute(scope, changed).await.unwrap(), 1);
    }
    assert_eq!(backends(&database).await, before);
    assert_eq!(audit.take(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fragment_that_is_not_listed_is_refused() {
    let database = Database::new().await;
    let pool = database.tenants(1).await;
    let refused = by_initial(&pool, &acme()).await.unwrap_err().to_string();
    assert_eq!(refused, RawSqlRefused::Unlisted { fragment: "initial" }.to_string());
}

async fn refusal(database: &Database, fragment: &'static ReviewedSql) -> String {
    match database.builder().reviewed_sql([fragment]).build().await.map(drop).unwrap_err() {
        BuildError::ReviewedSql { fragment: found, fault } => {
            assert_eq!(found, fragment);
            fault
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_review_makes_harmless_is_refused_when_the_pool_is_built() {
    let database = Database::new().await;
    for (fragment, fault) in [
        (of_other_tables::REVIEWED, "reads `agents`"),
        (of_the_catalog::REVIEWED, "reads `pg_class`"),
        (sets_a_setting::REVIEWED, "calls `set_config`"),
        (by_similarity::REVIEWED, "calls `similar_names`"),
    ] {
        let refused = refusal(&database, fragment).await;
        assert!(refused.contains(fault), "{refused}");
    }
    let builder =
        database.builder().harmless_functions(["similar_names"]).reviewed_sql([by_similarity::REVIEWED]);
    builder.build().await.unwrap();
}

/// Typed, with a function of the server's: nothing is raw, and nothing is closed.
#[tokio::test(flavor = "multi_thread")]
async fn ordering_and_grouping_by_declared_functions_closes_nothing() {
    let database = Database::new().await;
    let pool = database.tenants(1).await;
    let scope = &acme();
    let before = backends(&database).await;
    for _ in 0..3 {
        let names: Vec<String> = pool
            .load(scope, agents::table.scoped(scope).select(agents::name).order(lower(agents::name).desc()))
            .await
            .unwrap();
        assert_eq!(names, ["cyd", "bob", "ada"]);
        let counts: Vec<i64> = pool
            .load(scope, agents::table.scoped(scope).group_by(lower(agents::name)).select(count_star()))
            .await
            .unwrap();
        assert_eq!(counts, [1, 1, 1]);
    }
    assert_eq!(backends(&database).await, before);
    // This one does not leave the session alone.
    let sets = diesel::select(set_config("app.actor", "ada", true));
    let _: String = pool.get_result(scope, sets).await.unwrap();
    assert_ne!(backends(&database).await, before);
}

/// Where there is no wall the list decides all the same.
#[tokio::test(flavor = "multi_thread")]
async fn on_mariadb_a_fragment_is_listed_as_well() {
    let Some((unlisted, database)) = super::mariadb::open().await else { return };
    let builder = || TenantPool::<super::mariadb::Connection>::builder(database.address());
    let listed = builder().reviewed_sql([initial::REVIEWED]).build().await.unwrap();
    let scope = &acme();
    let initials = || agents::table.scoped(scope).select(initial).order(agents::id);
    let refused = unlisted.load::<_, _, _, _, String>(scope, initials()).await.unwrap_err().to_string();
    assert_eq!(refused, RawSqlRefused::Unlisted { fragment: "initial" }.to_string());
    assert_eq!(listed.load::<_, _, _, _, String>(scope, initials()).await.unwrap(), ["a", "b", "c"]);
    let reads = builder().reviewed_sql([of_other_tables::REVIEWED]).build().await.map(drop).unwrap_err();
    assert!(matches!(reads, BuildError::ReviewedSql { .. }), "{reads}");
}
