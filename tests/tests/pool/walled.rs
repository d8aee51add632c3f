//! PostgreSQL behind the generated wall, and the roles that act within tenants and across them.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tenancy_pool::{TenantPool, TenantPoolBuilder, TenantTransaction};
use tenancy_rls::{Binding, Roles, RowSecurity, Sealer, SealingKey, Tables, Wall, tables};
use tenancy_tests::fixture::{ROWS, TABLES};
use tenancy_tests::schema::{agents, canvases, plans};
use tenancy_tests::server::{self, known_holes};

use crate::Tested;

/// The role of the application, which the policies hold for.
pub(crate) const APPLICATION: &str = "tenancy_application";

/// The role of what spans tenants.
const ACROSS: &str = "tenancy_across";

/// The role of what is read before admission.
pub(crate) const ADMISSION: &str = "tenancy_admission";
/// The role of what reads over sets of tenants, where there is one.
const SETS: &str = "tenancy_sets";

/// How long the server may take to finish what was abandoned.
const PATIENCE: Duration = Duration::from_secs(30);

/// A database of its own.
pub(crate) struct Database {
    url: String,
    wall: Wall,
}

impl Database {
    /// The fixture's tables and rows behind the wall.
    pub(crate) async fn new() -> Self {
        Self::with("", |tables| tables).await
    }

    /// The same with a role for sets of tenants.
    pub(crate) async fn with_sets(make: &str, declare: impl FnOnce(Tables) -> Tables) -> Self {
        let roles = roles().sets(SETS).expect("the name of a role");
        Self::for_roles(roles, make, declare).await
    }

    /// The same with sealed tenants.
    pub(crate) async fn sealed() -> Self {
        Self::sealed_with("").await
    }

    /// The same with what `make` creates.
    pub(crate) async fn sealed_with(make: &str) -> Self {
        Self::with(make, |tables| tables).await.seal().await
    }

    /// The same behind a sealed wall.
    pub(crate) async fn seal(mut self) -> Self {
        let key = SealingKey::new(1, [7; 32]).expect("a key");
        self.wall = Wall::sealed(self.security(), Sealer::new(key.clone()));
        self.run(&self.security().migration().up()).await;
        self.run(&key.install(Binding::Backend)).await;
        self
    }

    /// The same with tables of the test's own, which `make` creates and `declare` declares.
    pub(crate) async fn with(make: &str, declare: impl FnOnce(Tables) -> Tables) -> Self {
        Self::for_roles(roles(), make, declare).await
    }

    /// The same with a role that reads before admission.
    pub(crate) async fn admitting(make: &str, declare: impl FnOnce(Tables) -> Tables) -> Self {
        let roles = roles().admission(ADMISSION).expect("the name of a role");
        Self::for_roles(roles, make, declare).await
    }

    async fn for_roles(roles: Roles, make: &str, declare: impl FnOnce(Tables) -> Tables) -> Self {
        let security = RowSecurity::new(declare(tables![agents, canvases, plans]), roles).expect("tables");
        let database = Self { url: server::fresh_postgres_database("tenants"), wall: Wall::plain(security) };
        for role in [APPLICATION, ACROSS, ADMISSION] {
            // Tests run side by side, and roles are of the whole server.
            database
                .run(&format!(
                    "DO $$ BEGIN
                        CREATE ROLE {role} LOGIN PASSWORD '{role}';
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                    END $$"
                ))
                .await;
        }
        // Whether or not this one's wall knows it.
        database
            .run(&format!(
                "DO $$ BEGIN
                    CREATE ROLE {SETS} NOLOGIN;
                EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                END $$;
                DO $$ BEGIN
                    GRANT {SETS} TO {APPLICATION};
                EXCEPTION WHEN unique_violation OR internal_error THEN NULL;
                END $$"
            ))
            .await;
        database.run(TABLES).await;
        database.run(ROWS).await;
        if !make.is_empty() {
            database.run(make).await;
        }
        database.run(&database.security().migration().up()).await;
        database
            .run(&format!("GRANT SELECT, INSERT, UPDATE, DELETE ON plans TO {APPLICATION}, {ACROSS}"))
            .await;
        database
    }

    /// The wall.
    pub(crate) fn security(&self) -> RowSecurity {
        self.wall.row_security().clone()
    }

    /// The address for the application's role.
    pub(crate) fn application(&self) -> String {
        self.as_role(APPLICATION)
    }

    /// The address for the role that spans tenants.
    pub(crate) fn across(&self) -> String {
        self.as_role(ACROSS)
    }

    /// The address for the role that reads before admission.
    pub(crate) fn admission(&self) -> String {
        self.as_role(ADMISSION)
    }

    fn as_role(&self, role: &str) -> String {
        let (scheme, rest) = self.url.split_once("://").expect("an address");
        let place = rest.split_once('@').map_or(rest, |(_, place)| place);
        format!("{scheme}://{role}:{role}@{place}")
    }

    /// Starts to build a `TenantPool` behind the wall, as the application's role.
    pub(crate) fn builder(&self) -> TenantPoolBuilder<Tested> {
        self.builder_at(self.application())
    }

    /// The same at another address of it.
    pub(crate) fn builder_at(&self, address: String) -> TenantPoolBuilder<Tested> {
        TenantPool::builder(address).wall(self.wall.clone()).waive(known_holes())
    }

    /// A `TenantPool` behind the wall with a pool of so many connections.
    pub(crate) async fn tenants(&self, connections: u32) -> TenantPool<Tested> {
        self.builder().max_connections(connections).build().await.expect("PostgreSQL answers")
    }

    /// Its address for the superuser, for whom there is no wall.
    pub(crate) fn superusers(&self) -> &str {
        &self.url
    }

    /// A connection of the superuser's.
    pub(crate) async fn superuser(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.url).await.expect("PostgreSQL answers")
    }

    /// Runs statements that the library has no part in, as the superuser.
    pub(crate) async fn run(&self, statements: &str) {
        self.superuser().await.batch_execute(statements).await.expect("the superuser's statements");
    }

    /// What a query with one text column `line` returns to the superuser, whom no policy holds for.
    pub(crate) async fn lines(&self, query: &str) -> Vec<String> {
        lines(&mut self.superuser().await, query).await
    }

    /// All agents, as `tenant:id:name`.
    pub(crate) async fn agents(&self) -> Vec<String> {
        self.lines(AGENTS).await
    }

    /// Waits until nothing of the application's is under way, and returns the states of its backends.
    pub(crate) async fn settled(&self) -> Vec<String> {
        settled(&mut self.superuser().await).await
    }
}

fn roles() -> Roles {
    Roles::new(APPLICATION, ACROSS).expect("names of roles")
}

/// Lists the agents as `tenant:id:name`.
pub(crate) const AGENTS: &str =
    "SELECT concat_ws(':', tenant_id, id, name) AS line FROM agents ORDER BY tenant_id, id";

/// The agents of the fixture.
pub(crate) const FIXTURE: [&str; 6] = ["1:1:ada", "1:2:bob", "1:3:cyd", "2:1:ada", "2:2:zoe", "2:4:dan"];

/// One text.
#[derive(QueryableByName, Debug)]
pub(crate) struct Line {
    /// The text.
    #[diesel(sql_type = Text)]
    pub(crate) line: String,
}

/// What a query with one text column `line` returns.
pub(crate) async fn lines<C>(connection: &mut C, query: &str) -> Vec<String>
where
    C: AsyncConnection<Backend = diesel::pg::Pg>,
{
    let rows: Vec<Line> = diesel::sql_query(query).load(connection).await.expect("an answer");
    rows.into_iter().map(|row| row.line).collect()
}

/// What a raw query with one text column `line` returns in a transaction.
pub(crate) async fn line(tx: &mut TenantTransaction<Tested, i32>, query: &str) -> String {
    let line: Line = tx.raw("a test", query).unwrap().get_result().await.unwrap();
    line.line
}

/// An application's pool of so many connections, to be given to `TenantPool::over`.
pub(crate) async fn pool(address: String, connections: u32) -> Pool {
    let builder = bb8::Pool::builder().max_size(connections).test_on_check_out(false);
    builder.build(AsyncDieselConnectionManager::new(address)).await.expect("PostgreSQL answers")
}

/// An application's pool.
pub(crate) type Pool = bb8::Pool<AsyncDieselConnectionManager<Tested>>;

/// Waits until no backend of the application's in this database is at work or in a transaction. One that starts has no state.
pub(crate) async fn settled(superuser: &mut AsyncPgConnection) -> Vec<String> {
    let query = format!(
        "SELECT coalesce(state, 'starting') AS line FROM pg_stat_activity WHERE datname = current_database() 
             AND usename IN ('{APPLICATION}', '{ACROSS}')"
    );
    let begin = Instant::now();
    loop {
        let states = lines(superuser, &query).await;
        if states.iter().all(|state| state == "idle") {
            return states;
        }
        assert!(begin.elapsed() < PATIENCE, "the application's backends do not settle: {states:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
