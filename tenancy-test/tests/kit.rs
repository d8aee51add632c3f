//! F33: the kit on SQLite, through a pool and on plain connections.
#![cfg(all(feature = "kit-diesel", feature = "kit-diesel-async"))]
#![allow(missing_docs, reason = "Diesel documents what it generates only where the declaration does")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]

use std::panic::AssertUnwindSafe;
use std::path::Path;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel_async::SimpleAsyncConnection as _;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use tenancy_core::{Authority, Claimed, Scoped};
use tenancy_pool::TenantPool;
use tenancy_test::assert_isolated;
use tenancy_test::kit::{
    Factory, RolledBack, RolledBackAsync, Sequence, SqliteTemplate, TestMembership, TestTenants,
};

type Sqlite = SyncConnectionWrapper<SqliteConnection>;

tenancy_diesel::table! {
    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

const TABLES: &str =
    "CREATE TABLE agents (id INTEGER PRIMARY KEY, tenant_id INTEGER NOT NULL, name TEXT NOT NULL)";

#[derive(Debug, Insertable)]
#[diesel(table_name = agents)]
struct NewAgent {
    name: String,
}

#[derive(Default)]
struct Agents(Sequence);

impl Factory<i32> for Agents {
    type Row = NewAgent;

    fn sequence(&self) -> &Sequence {
        &self.0
    }

    fn row(&self, _: &Scoped<i32>, number: u64) -> NewAgent {
        NewAgent { name: format!("agent {number}") }
    }
}

fn insert(connection: &mut SqliteConnection, tenants: &TestTenants<i32>) {
    let agents = Agents::default();
    for scope in tenants.both() {
        for row in agents.rows(scope, 2) {
            tenancy_diesel::insert_into(agents::table.scoped(scope)).values(row).execute(connection).unwrap();
        }
    }
}

fn rows(connection: &mut SqliteConnection, scope: &Scoped<i32>) -> Vec<(i32, String)> {
    agents::table.scoped(scope).select((agents::tenant_id, agents::name)).load(connection).unwrap()
}

/// What a test says when it fails.
fn failure(test: impl FnOnce()) -> String {
    let panicked = std::panic::catch_unwind(AssertUnwindSafe(test)).unwrap_err();
    panicked.downcast_ref::<String>().cloned().unwrap()
}

#[tokio::test]
async fn f33_test_tenants_are_admitted_and_nobody_else_is() {
    let tenants = TestTenants::of(1, 2).await;
    assert_eq!(tenants.both().map(|scope| *scope.tenant()), [1, 2]);
    let authority = Authority::new(TestMembership::new().with("ada", 1).with("zoe", 2));
    let by_it = TestTenants::admitted_by(&authority, ("ada", 1), ("zoe", 2)).await.unwrap();
    assert_eq!(by_it.a().admitted().principal(), "ada");
    assert!(TestTenants::admitted_by(&authority, ("ada", 1), ("ada", 2)).await.is_err());
    assert!(authority.admit("ada", Claimed::new(2)).await.is_err());
    assert!(failure(|| drop(TestTenants::of(1, 1))).contains("1 is one tenant"));
}

#[tokio::test]
async fn f33_scoped_statements_pass_the_assertion_and_raw_ones_fail_it_by_their_row() {
    let tenants = TestTenants::of(1, 2).await;
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection.batch_execute(TABLES).unwrap();
    let nothing = failure(|| assert_isolated!("agents", tenants, |scope| rows(&mut connection, scope)));
    assert_eq!(nothing.split(',').next(), Some("assert_isolated: `agents`: tenant 1 has no rows"));
    insert(&mut connection, &tenants);
    assert_isolated!(
        "agents",
        tenants,
        |scope| rows(&mut connection, scope),
        act | scope | {
            tenancy_diesel::update(agents::table.scoped(scope))
                .set(agents::name.eq("renamed"))
                .execute(&mut connection)
                .unwrap()
        }
    );
    let seen = failure(|| {
        assert_isolated!("agents", tenants, |scope| {
            // Somebody forgot a WHERE, and the compiler could not see it.
            let all =
                format!("SELECT name AS line FROM agents WHERE tenant_id = {} OR id = 4", scope.tenant());
            lines(&mut connection, &all)
        });
    });
    assert_eq!(seen, "assert_isolated: `agents`: tenant 1 was given a row of tenant 2: \"agent 4\"");
    let changed = failure(|| {
        assert_isolated!(
            "agents",
            tenants,
            |scope| rows(&mut connection, scope),
            act | _scope | {
                connection.batch_execute("UPDATE agents SET name = 'gone' WHERE id = 3").unwrap()
            }
        );
    });
    assert_eq!(
        changed,
        "assert_isolated: `agents`: what tenant 1 did changed or removed a row of tenant 2: (2, \"agent 3\")"
    );
    let planted = failure(|| {
        assert_isolated!(
            "agents",
            tenants,
            |scope| rows(&mut connection, scope),
            act | _scope | {
                connection
                    .batch_execute("INSERT INTO agents (tenant_id, name) VALUES (2, 'planted')")
                    .unwrap()
            }
        );
    });
    assert_eq!(
        planted,
        "assert_isolated: `agents`: what tenant 1 did made a row of tenant 2: (2, \"planted\")"
    );
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

fn lines(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    diesel::sql_query(sql).load::<Line>(connection).unwrap().into_iter().map(|line| line.line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn f33_what_a_rolled_back_connection_has_committed_is_gone_also_after_a_panic() {
    let tenants = TestTenants::of(1, 2).await;
    let template = SqliteTemplate::prepare(|address| {
        SqliteConnection::establish(address).unwrap().batch_execute(TABLES)
    });
    let file = template.unwrap().copy().unwrap();
    let count = || {
        let mut connection = SqliteConnection::establish(file.address()).unwrap();
        rows(&mut connection, tenants.a()).len()
    };
    {
        let mut connection = RolledBack::<SqliteConnection>::establish(file.address()).unwrap();
        connection
            .transaction(|connection| {
                insert(connection, &tenants);
                QueryResult::Ok(())
            })
            .unwrap();
        assert_eq!(rows(&mut connection, tenants.a()).len(), 2);
    }
    assert_eq!(count(), 0);
    failure(|| {
        let mut connection = RolledBack::<SqliteConnection>::establish(file.address()).unwrap();
        insert(&mut connection, &tenants);
        panic!("{} rows are there, and the test fails", rows(&mut connection, tenants.a()).len());
    });
    assert_eq!(count(), 0);
    {
        let mut connection = RolledBackAsync::<Sqlite>::establish(file.address()).await.unwrap();
        connection.batch_execute("INSERT INTO agents (tenant_id, name) VALUES (1, 'ada')").await.unwrap();
        let loading = agents::table.scoped(tenants.a()).select(agents::name);
        let names: Vec<String> = diesel_async::RunQueryDsl::load(loading, &mut *connection).await.unwrap();
        assert_eq!(names, ["ada"]);
    }
    assert_eq!(count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn f33_each_copy_of_a_template_is_a_database_of_its_own_and_goes_with_its_test() {
    let tenants = TestTenants::of(1, 2).await;
    let template = SqliteTemplate::prepare(|address| {
        SqliteConnection::establish(address)?.batch_execute(TABLES)?;
        Ok::<_, Box<dyn std::error::Error>>(())
    });
    let template = template.unwrap();
    let agents = Agents::default();
    for _ in 0..2 {
        let database = template.copy().unwrap();
        let pool = TenantPool::<Sqlite>::builder(database.address()).build().await.unwrap();
        for scope in tenants.both() {
            for row in agents.rows(scope, 3) {
                let inserting = tenancy_diesel::insert_into(agents::table.scoped(scope)).values(row);
                pool.execute(scope, inserting).await.unwrap();
            }
        }
        assert_isolated!("agents", tenants, |scope| {
            let names: Vec<String> =
                pool.load(scope, agents::table.scoped(scope).select(agents::name)).await.unwrap();
            names
        });
        let names: Vec<String> =
            pool.load(tenants.a(), agents::table.scoped(tenants.a()).select(agents::name)).await.unwrap();
        assert_eq!(names.len(), 3, "the copy before has left nothing");
        drop(pool);
        let path = database.address().to_owned();
        drop(database);
        assert!(!Path::new(&path).exists());
    }
}
