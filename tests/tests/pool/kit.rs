//! F33: the kit on PostgreSQL, behind the wall.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, QueryDsl as _};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection as _};
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};
use tenancy_rls::Wall;
use tenancy_test::assert_isolated;
use tenancy_test::kit::{
    Factory, PostgresTemplate, RolledBack, RolledBackAsync, Sequence, TestDatabase, TestTenants, known_holes,
};
use tenancy_tests::fixture::{ACME, GLOBEX};
use tenancy_tests::schema::agents;

use crate::walled::{APPLICATION, Database, FIXTURE};

#[derive(Debug, diesel::Insertable)]
#[diesel(table_name = agents)]
struct NewAgent {
    id: i32,
    name: String,
}

#[derive(Default)]
struct Agents(Sequence);

impl Factory<i32> for Agents {
    type Row = NewAgent;

    fn sequence(&self) -> &Sequence {
        &self.0
    }

    fn row(&self, scope: &Scoped<i32>, number: u64) -> NewAgent {
        let id = 100 + i32::try_from(number).unwrap();
        NewAgent { id, name: format!("agent {number} of {}", scope.tenant()) }
    }
}

/// F33: what an application's tests waive is the server's version, and nothing of the wall.
#[tokio::test]
async fn f33_known_holes_are_those_of_the_server_and_no_others() {
    let database = Database::new().await;
    let mut connection = AsyncPgConnection::establish(database.superusers()).await.unwrap();
    let wall = database.security();
    let waivers = known_holes(&mut connection, &wall, "a server of a test").await.unwrap();
    let pool = |waivers| {
        TenantPool::<AsyncPgConnection>::builder(database.application())
            .wall(Wall::plain(wall.clone()))
            .waive(waivers)
    };
    pool(waivers.clone()).build().await.unwrap();
    database.run("ALTER TABLE agents NO FORCE ROW LEVEL SECURITY").await;
    let waivers = known_holes(&mut connection, &wall, "a server of a test").await.unwrap();
    let refused = pool(waivers).build().await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("R012") && refused.contains("agents"), "{refused}");
}

async fn names(pool: &TenantPool<AsyncPgConnection>, scope: &Scoped<i32>) -> Vec<String> {
    pool.load(scope, agents::table.scoped(scope).select(agents::name)).await.unwrap()
}

#[tokio::test]
async fn f33_a_copy_has_tables_rows_and_wall_and_takes_commits_that_the_template_never_sees() {
    let database = Database::new().await;
    let template = PostgresTemplate::new(database.superusers()).unwrap();
    let tenants = TestTenants::of(ACME, GLOBEX).await;
    let agents = Agents::default();
    // Two tests at once.
    let (one, other) = tokio::join!(template.copy(), template.copy());
    let [one, other]: [TestDatabase; 2] = [one.unwrap(), other.unwrap()];
    for copy in [&one, &other] {
        // The pool inspects the copy's wall before it serves.
        let pool = database.builder_at(copy.address_as(APPLICATION, APPLICATION)).build().await.unwrap();
        for scope in tenants.both() {
            for row in agents.rows(scope, 2) {
                let inserting = tenancy_diesel::insert_into(agents::table.scoped(scope)).values(row);
                assert_eq!(pool.execute(scope, inserting).await.unwrap(), 1);
            }
        }
        assert_isolated!(
            "agents",
            tenants,
            |scope| {
                let owned = agents::table.scoped(scope).select((agents::tenant_id, agents::name));
                let rows: Vec<(i32, String)> = pool.load(scope, owned).await.unwrap();
                rows
            },
            act | scope | {
                let all = tenancy_diesel::delete(agents::table.scoped(scope));
                assert_eq!(pool.execute(scope, all).await.unwrap(), 5);
            }
        );
        assert_eq!(names(&pool, tenants.a()).await, Vec::<String>::new());
    }
    assert_eq!(database.agents().await, FIXTURE);
    // They are dropped with the tests, though the pool's connections were open.
    let (address, prefix) = (
        one.address(),
        "SELECT datname AS line FROM pg_database WHERE datname LIKE 'tenants%\\_%\\_%' ORDER BY 1",
    );
    let name = address.rsplit('/').next().unwrap().to_owned();
    assert!(database.lines(prefix).await.contains(&name));
    drop((one, other));
    assert!(!database.lines(prefix).await.contains(&name));
}

#[tokio::test]
async fn f33_a_connection_is_rolled_back_behind_the_wall_also_by_a_panic() {
    let database = Database::new().await;
    let tenants = TestTenants::of(ACME, GLOBEX).await;
    let address = database.application();
    let say = |scope: &Scoped<i32>| format!("SET LOCAL tenancy.tenant = '{}'", scope.tenant());
    {
        let mut connection = RolledBackAsync::<AsyncPgConnection>::establish(&address).await.unwrap();
        connection.batch_execute(&say(tenants.a())).await.unwrap();
        let scope = tenants.a();
        let deleted = connection
            .transaction::<_, PoolError, _>(async |connection| {
                let all = tenancy_diesel::delete(agents::table.scoped(scope));
                Ok(diesel_async::RunQueryDsl::execute(all, connection).await?)
            })
            .await;
        assert_eq!(deleted.unwrap(), 3);
    }
    database.settled().await;
    assert_eq!(database.agents().await, FIXTURE);
    let said = say(tenants.b());
    let failed = tokio::task::spawn_blocking(move || {
        let mut connection = RolledBack::<PgConnection>::establish(&address).unwrap();
        connection.batch_execute(&said).unwrap();
        let committed = connection
            .transaction(|connection| connection.batch_execute("DELETE FROM agents WHERE name = 'zoe'"));
        committed.unwrap();
        panic!("the test fails");
    })
    .await;
    assert!(failed.unwrap_err().is_panic());
    database.settled().await;
    assert_eq!(database.agents().await, FIXTURE);
}
