//! A cluster that the environment names, with the fixture's tables distributed over it, behind a wall.

use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use tenancy_rls::{Binding, Inspection, Mode, Report, Roles, RowSecurity, Sealer, SealingKey, Wall, tables};
use tenancy_tests::fixture::{ROWS, TABLES};
use tenancy_tests::schema::{agents, canvases, plans};
use tenancy_tests::server::of_the_database;

/// Names the coordinator, as a superuser, and a database for these tests alone: they drop its tables.
const VARIABLE: &str = "TENANCY_CITUS_URL";

/// The role of the application.
pub(crate) const APPLICATION: &str = "citus_application";

/// The role of what spans tenants.
pub(crate) const ACROSS: &str = "citus_across";

/// The owner of the tables.
const OWNER: &str = "citus_owner";

/// Another role, which is none of the wall's.
pub(crate) const STRANGER: &str = "citus_stranger";

/// One test at a time: the cluster is one.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The cluster. Its tables and its wall are dropped when it is.
pub(crate) struct Arena {
    url: String,
    pub(crate) security: RowSecurity,
    _alone: MutexGuard<'static, ()>,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The address of the coordinator; without one the test is skipped, and says so.
pub(crate) fn coordinator() -> Option<String> {
    let url = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        // Not `eprintln!`: the harness would swallow it.
        let _ = writeln!(std::io::stderr(), "skipped: {VARIABLE} names no Citus, so no cluster was asked");
    }
    url
}

/// The key that seals are made with.
pub(crate) fn key() -> SealingKey {
    SealingKey::new(1, [7; 32]).unwrap()
}

impl Arena {
    /// The fixture's tables, distributed and with rows, without a wall. `None` where no cluster is named.
    pub(crate) fn without_a_wall() -> Option<Self> {
        let url = coordinator()?;
        // A test that failed under it leaves nothing that the next one does not drop.
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let roles = Roles::new(APPLICATION, ACROSS).unwrap().owner(OWNER).unwrap();
        let security = RowSecurity::new(tables![agents, canvases, plans], roles).unwrap().citus().unwrap();
        let arena = Self { url, security, _alone: alone };
        arena.clear();
        for role in [APPLICATION, ACROSS, OWNER, STRANGER] {
            arena.run(&format!("CREATE ROLE {role} LOGIN"));
        }
        let revoke = "REVOKE EXECUTE ON FUNCTION pg_stat_get_activity(integer), pg_stat_get_backend_activity(integer) FROM PUBLIC";
        arena.on_all_nodes(revoke);
        for statement in TABLES.split(';').filter(|statement| !statement.trim().is_empty()) {
            arena.run(statement);
        }
        // Whoever owns a shard creates it where it is moved to.
        arena.run(&format!("GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}"));
        for table in ["agents", "canvases", "plans"] {
            arena.run(&format!("ALTER TABLE {table} OWNER TO {OWNER}"));
        }
        arena.run("SELECT create_reference_table('plans')");
        arena.run("SELECT create_distributed_table('agents', 'tenant_id')");
        arena.run("SELECT create_distributed_table('canvases', 'tenant_id', colocate_with => 'agents')");
        arena.run(ROWS);
        Some(arena)
    }

    /// The same behind a plain wall.
    pub(crate) fn plain() -> Option<Self> {
        let arena = Self::without_a_wall()?;
        arena.migrate();
        Some(arena)
    }

    /// The same behind a sealed one.
    pub(crate) fn sealed() -> Option<Self> {
        let mut arena = Self::without_a_wall()?;
        arena.security = arena.security.clone().sealed();
        arena.migrate();
        arena.run(&key().install_on_all_nodes(Binding::Any));
        Some(arena)
    }

    fn migrate(&self) {
        for (up, _) in self.security.migration().messages() {
            self.run(up);
        }
    }

    /// The wall as a pool is given it.
    pub(crate) fn wall(&self) -> Wall {
        match self.security.mode() {
            Mode::Sealed => Wall::sealed(self.security.clone(), Sealer::new(key())),
            _ => Wall::plain(self.security.clone()),
        }
    }

    /// The address for a role.
    pub(crate) fn url(&self, role: &str) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap();
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{role}@{host}")
    }

    pub(crate) fn connect(&self, role: &str) -> PgConnection {
        PgConnection::establish(&self.url(role)).unwrap()
    }

    /// Runs it as the superuser.
    pub(crate) fn run(&self, sql: &str) {
        run(
            &mut PgConnection::establish(&self.url).expect("the coordinator that the environment names"),
            sql,
        );
    }

    /// Has each node run it by itself, as the superuser.
    pub(crate) fn on_all_nodes(&self, sql: &str) {
        self.nodes("true").iter_mut().for_each(|node| run(node, sql));
    }

    /// Runs it as the superuser on one worker, past the coordinator.
    pub(crate) fn on_a_worker(&self, sql: &str) {
        run(&mut self.nodes("shouldhaveshards")[0], sql);
    }

    /// Connections to the nodes, which what they run stays on.
    fn nodes(&self, which: &str) -> Vec<PgConnection> {
        let addresses =
            format!("SELECT nodename || ':' || nodeport FROM pg_dist_node WHERE {which} ORDER BY nodeid");
        let addresses = lines(&mut PgConnection::establish(&self.url).unwrap(), &addresses).unwrap();
        let (start, rest) = self.url.rsplit_once('@').unwrap();
        let database = rest.split_once('/').unwrap().1;
        let connect = |address: &String| {
            let mut node = PgConnection::establish(&format!("{start}@{address}/{database}")).unwrap();
            run(&mut node, "SET citus.enable_manual_changes_to_shards = on");
            run(&mut node, "SET citus.enable_ddl_propagation = off");
            node
        };
        addresses.iter().map(connect).collect()
    }

    /// What an inspection as the application finds.
    pub(crate) fn report(&self) -> Report {
        let wall = self.wall();
        let inspection = Inspection::new(&self.security);
        let inspection = match wall.sealer() {
            Some(sealer) => inspection.sealed_by(sealer),
            None => inspection,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = AsyncPgConnection::establish(&self.url(APPLICATION)).await.unwrap();
            of_the_database(inspection.run(&mut connection).await.unwrap())
        })
    }

    fn clear(&self) {
        let mut connection =
            PgConnection::establish(&self.url).expect("the coordinator that the environment names");
        connection.batch_execute("DROP TABLE IF EXISTS canvases, agents, plans CASCADE").unwrap();
        connection.batch_execute("DROP SCHEMA IF EXISTS tenancy CASCADE").unwrap();
        self.on_all_nodes("DROP SCHEMA IF EXISTS tenancy CASCADE");
        for role in [APPLICATION, ACROSS, OWNER, STRANGER] {
            self.on_all_nodes(&format!(
                "DO $$ BEGIN DROP OWNED BY {role} CASCADE; DROP ROLE {role}; EXCEPTION WHEN undefined_object THEN NULL; END $$"
            ));
        }
    }
}

fn run(connection: &mut PgConnection, sql: &str) {
    connection.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

impl Drop for Arena {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.clear();
        }
    }
}

/// Each row of a query, as one text.
pub(crate) fn lines(connection: &mut PgConnection, query: &str) -> QueryResult<Vec<String>> {
    let lines: Vec<Line> =
        diesel::sql_query(format!("SELECT q::text AS line FROM ({query}) AS q")).load(connection)?;
    Ok(lines.into_iter().map(|line| line.line.trim_matches(['(', ')', '"']).to_owned()).collect())
}
