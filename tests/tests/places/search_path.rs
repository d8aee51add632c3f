//! What one place leaves on a connection that another is served from next: nothing.

use diesel::prelude::*;
use diesel::sql_types::Text;
use tenancy_diesel::prelude::*;
use tenancy_diesel::{insert_into, testing};
use tenancy_pool::{PoolError, RunQueryDsl};
use tenancy_tests::fleet::schema::agents;
use tenancy_tests::fleet::{Fleet, Kind};

use crate::body::{self, Pool, texts};

diesel::define_sql_function! {
    /// The setting, or an empty text.
    fn current_setting(name: Text) -> Text;
}

diesel::define_sql_function! {
    /// The process that serves the connection.
    fn pg_backend_pid() -> Integer;
}

async fn path(pool: &Pool, scope: &Scoped<i32>) -> (String, i32) {
    pool.get_result(scope, diesel::select((current_setting("search_path"), pg_backend_pid()))).await.unwrap()
}

async fn names(pool: &Pool, scope: &Scoped<i32>) -> Result<Vec<String>, PoolError> {
    pool.load(scope, agents::table.scoped(scope).select(agents::name).order(agents::id)).await
}

/// Whoever may run SQL as the role can store a path for it, which every later connection begins with.
#[tokio::test]
async fn l86_a_path_stored_for_the_role_does_not_move_the_shared_tenants() {
    let fleet = Fleet::at_home("pl_stored", Kind::Plain);
    let pool = fleet.builder().max_connections(1).build().await.unwrap();
    fleet.run("home", &format!("ALTER ROLE {} SET search_path = tenant_3", fleet.role("app")));
    let app = fleet.role("app");
    fleet.run(
        "home",
        &format!("SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE usename = '{app}'"),
    );
    let scope = &testing::scope(1);
    // The one that was ended may be noticed only when it is used.
    let _noticed = names(&pool, scope).await;
    assert_eq!(names(&pool, scope).await.unwrap(), texts(&Fleet::place(1), 1, "agent", 1..=3));
    assert_eq!(path(&pool, scope).await.0.replace('"', ""), "public, pg_temp");
}

#[tokio::test]
async fn l86_a_connection_keeps_no_search_path_for_the_next_borrower() {
    let fleet = Fleet::at_home("pl_path", Kind::Plain);
    let pool = fleet.builder().max_connections(1).build().await.unwrap();
    let scopes = [1, 2, 3, 4].map(testing::scope);
    let (shared, backend) = path(&pool, &scopes[0]).await;
    for (tenant, expected) in [
        (3, "tenant_3, pg_temp"),
        (1, &shared),
        (4, "tenant_4, pg_temp"),
        (3, "tenant_3, pg_temp"),
        (2, &shared),
    ] {
        let scope = &scopes[tenant - 1];
        let found = path(&pool, scope).await;
        assert_eq!(
            (found.0.replace('"', ""), found.1),
            (expected.to_owned().replace('"', ""), backend),
            "tenant {tenant}"
        );
        let tenant = tenant as i32;
        assert_eq!(names(&pool, scope).await.unwrap(), texts(&Fleet::place(tenant), tenant, "agent", 1..=3));
    }

    // However the schema's transaction ends: with an error, rolled back, dropped with a savepoint open, or dropped unsent.
    for end in 0..5 {
        let scope = &scopes[2];
        let mut tx = pool.begin(scope).await.unwrap();
        match end {
            0 => {
                let double = (agents::id.eq(1), agents::name.eq("double"));
                insert_into(agents::table.scoped(scope)).values(double).execute(&mut tx).await.unwrap_err();
                tx.commit().await.unwrap_err();
            }
            1 => {
                agents::table.scoped(scope).count().get_result::<i64>(&mut tx).await.unwrap();
                tx.rollback().await.unwrap();
            }
            2 => {
                let nested = tx.transaction(async |tx| {
                    agents::table.scoped(scope).count().get_result::<i64>(tx).await?;
                    std::future::pending::<Result<(), PoolError>>().await
                });
                tokio::time::timeout(std::time::Duration::from_millis(50), nested).await.unwrap_err();
                drop(tx);
            }
            3 => drop(tx),
            _ => {
                let nested: Result<(), PoolError> = tx
                    .transaction(async |tx| {
                        agents::table.scoped(scope).count().get_result::<i64>(tx).await?;
                        Err(PoolError::Aborted)
                    })
                    .await;
                nested.unwrap_err();
                // The path survives the way back to the savepoint.
                let all: Vec<String> = agents::table
                    .scoped(scope)
                    .select(agents::name)
                    .order(agents::id)
                    .load(&mut tx)
                    .await
                    .unwrap();
                assert_eq!(all, texts(&Fleet::place(3), 3, "agent", 1..=3));
                tx.commit().await.unwrap();
            }
        }
        assert_eq!(path(&pool, &scopes[0]).await, (shared.clone(), backend), "after end {end}");
        assert_eq!(names(&pool, &scopes[0]).await.unwrap(), texts(&Fleet::place(1), 1, "agent", 1..=3));
    }
}

/// The same statement, prepared once on the one connection, is another one in each schema.
#[tokio::test]
async fn l43_a_prepared_statement_answers_for_the_schema_that_is_asked() {
    let fleet = Fleet::at_home("pl_prep", Kind::Plain);
    let pool = fleet.builder().max_connections(1).build().await.unwrap();
    // More often than it takes PostgreSQL to keep a generic plan.
    for round in 0..9 {
        for tenant in [3, 1, 4, 2] {
            let (scope, place) = (testing::scope(tenant), Fleet::place(tenant));
            body::reads(&pool, &scope, &place)
                .await
                .unwrap_or_else(|error| panic!("{round}, {place}: {error}"));
        }
    }
    let stats = pool.state();
    assert_eq!(stats.connections, 1, "all of it on one connection");
}

/// A schema that was migrated before the others: its answer may be refused, and is never another's.
#[tokio::test]
async fn l43_a_schema_whose_columns_differ_gets_its_own_answer_or_an_error() {
    let fleet = Fleet::at_home("pl_differ", Kind::Plain);
    fleet.run_as_owner("home", "ALTER TABLE tenant_4.agents ALTER name TYPE varchar(80)");
    let pool = fleet.builder().max_connections(1).build().await.unwrap();
    let mut answered = 0;
    for tenant in [3, 4, 1, 4, 3, 4, 4] {
        let scope = testing::scope(tenant);
        match names(&pool, &scope).await {
            Ok(names) => {
                answered += 1;
                assert_eq!(names, texts(&Fleet::place(tenant), tenant, "agent", 1..=3));
            }
            Err(PoolError::Query(error)) => assert!(error.to_string().contains("cached plan"), "{error}"),
            Err(other) => panic!("{other}"),
        }
    }
    assert!(answered >= 3, "{answered}");
}
