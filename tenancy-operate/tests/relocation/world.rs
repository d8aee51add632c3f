//! Two databases with the same tables, behind their wall, and the catalog.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use tenancy_pool::TenantPool;
use tenancy_pool::placement::{
    CacheOptions, CatalogConnection, CatalogMigration, DatabaseAddress, DatabaseName, PgCatalog, Placement,
};
use tenancy_rls::{Roles, RowSecurity, Wall, tables};
use tenancy_tests::server::{FreshPostgres, fresh_postgres_database, known_holes};

use crate::schema::{ROWS, SHARED, TENANTS, boards, marks, notes, plans, tokens};

/// The tenant that moves. 2 and 3 stay.
pub(crate) const TENANT: i32 = 1;

/// The tables of tenants, with how a row is one's.
const OWNED: [(&str, &str); 4] = [
    ("boards", "r.tenant_id"),
    ("notes", "(SELECT b.tenant_id FROM {s}.boards AS b WHERE b.id = r.board_id)"),
    (
        "marks",
        "(SELECT b.tenant_id FROM {s}.boards AS b JOIN {s}.notes AS n ON n.board_id = b.id WHERE n.id = r.note_id)",
    ),
    ("tokens", "r.tenant_id"),
];

/// To be held while it is changed who may set what, which all databases of a server share: of two such at once PostgreSQL refuses one.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where everything is. A worker process is told the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) home: String,
    pub(crate) silo: String,
    roles: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl World {
    /// With this many boards for each of three tenants in the shared tables of the home, and none in the silo.
    pub(crate) fn new(rows: u32) -> Self {
        Self::at(rows, fresh_postgres_database("home"), fresh_postgres_database("silo"))
    }

    /// With a silo on another server.
    pub(crate) fn with_server(rows: u32, server: &FreshPostgres) -> Self {
        Self::with(rows, fresh_postgres_database("home"), server.fresh_database("silo"), true)
    }

    /// In two databases of one server.
    pub(crate) fn at(rows: u32, home: String, silo: String) -> Self {
        Self::with(rows, home, silo, false)
    }

    fn with(rows: u32, home: String, silo: String, elsewhere: bool) -> Self {
        let roles = name(&home).to_owned();
        let world = Self { home, silo, roles };
        let servers = if elsewhere { vec![&world.home, &world.silo] } else { vec![&world.home] };
        for server in servers {
            for part in ["owner", "app", "across"] {
                world.run(server, &format!("CREATE ROLE {} LOGIN PASSWORD 'tenancy'", world.role(part)));
            }
            let (owner, across) = (world.role("owner"), world.role("across"));
            // What the role that moves tenants takes: the tables, every tenant's rows, and a replica's way of writing.
            let _alone = alone();
            world.run(server, &format!("ALTER ROLE {owner} NOINHERIT; GRANT {across} TO {owner}; GRANT SET ON PARAMETER session_replication_role TO {owner}"));
        }
        world.database(&world.home);
        world.database(&world.silo);
        world.rows_for_all(&world.home, rows);
        world.run(&world.url(&world.home, "owner"), &CatalogMigration::new().up());
        for tenant in 1..=3 {
            world.run(
                &world.home,
                &format!("INSERT INTO tenancy.tenant_placements VALUES ({tenant}, 'active', 'shared')"),
            );
        }
        world
    }

    /// Makes an empty database one of this world's.
    pub(crate) fn database(&self, database: &str) {
        let owner = self.role("owner");
        let owned = format!(
            "ALTER DATABASE {} OWNER TO {owner}; ALTER SCHEMA public OWNER TO {owner}",
            name(database)
        );
        self.run(database, &owned);
        self.run(&self.url(database, "owner"), SHARED);
        self.schema(database, "public");
    }

    /// Rows of the three tenants in a database's shared tables: this many boards each.
    pub(crate) fn rows_for_all(&self, database: &str, rows: u32) {
        self.run(database, &ROWS.replace("{rows}", &rows.to_string()));
    }

    /// Makes the tables and their wall in a schema.
    pub(crate) fn schema(&self, database: &str, schema: &str) {
        let owner = self.url(database, "owner");
        self.run(&owner, &TENANTS.replace("{schema}", schema));
        let security = self.security();
        let migration = if schema == "public" {
            security.migration()
        } else {
            security.in_tenant_schema(&schema.parse().unwrap()).tables_migration()
        };
        self.run(&owner, &migration.up());
    }

    pub(crate) fn security(&self) -> RowSecurity {
        let roles =
            Roles::new(self.role("app"), self.role("across")).unwrap().owner(self.role("owner")).unwrap();
        let tables = tables![boards, notes, marks, tokens, plans].unique_over_all_tenants::<tokens::table>(
            "tokens_token_key",
            "a token is random, and names its tenant",
        );
        RowSecurity::new(tables, roles).unwrap()
    }

    pub(crate) fn role(&self, part: &str) -> String {
        format!("{}_{part}", self.roles)
    }

    /// The address of a database for a role.
    pub(crate) fn url(&self, database: &str, part: &str) -> String {
        let (scheme, rest) = database.split_once("://").unwrap();
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        format!("{scheme}://{}:tenancy@{}", self.role(part), place.split('?').next().unwrap())
    }

    /// Runs statements, as the superuser where the address has no other role.
    pub(crate) fn run(&self, url: &str, sql: &str) {
        let mut connection = PgConnection::establish(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        connection.batch_execute(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// What a query with one text column `line` answers the superuser.
    pub(crate) fn lines(&self, database: &str, sql: &str) -> Vec<String> {
        let mut connection = PgConnection::establish(database).unwrap();
        let lines: Vec<Line> =
            sql_query(sql).load(&mut connection).unwrap_or_else(|error| panic!("{error}: {sql}"));
        lines.into_iter().map(|line| line.line).collect()
    }

    /// Every row of every table of a schema, with whose it is. `touched` tells whether the application's trigger ran.
    pub(crate) fn rows(&self, database: &str, schema: &str) -> BTreeMap<(i32, String), Vec<String>> {
        let mut rows: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (table, whose) in OWNED {
            let whose = whose.replace("{s}", schema);
            let query = format!(
                "SELECT coalesce({whose}, -1) || '|' || r::text AS line FROM {schema}.{table} AS r ORDER BY r::text"
            );
            for line in self.lines(database, &query) {
                let (tenant, row) = line.split_once('|').unwrap();
                rows.entry((tenant.parse().unwrap(), table.to_owned())).or_default().push(row.to_owned());
            }
        }
        rows
    }

    /// The same of one tenant.
    pub(crate) fn rows_of(&self, database: &str, schema: &str, tenant: i32) -> BTreeMap<String, Vec<String>> {
        let all = self.rows(database, schema);
        all.into_iter()
            .filter(|((whose, _), _)| *whose == tenant)
            .map(|((_, table), rows)| (table, rows))
            .collect()
    }

    /// Everything in a database that is no row, but for the journal.
    pub(crate) fn objects(&self, database: &str) -> Vec<String> {
        self.lines(
            database,
            "SELECT 'relation ' || oid::regclass || ' ' || coalesce(relacl::text, '') AS line FROM pg_class
              WHERE relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND relname NOT LIKE 'moves%'
             UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc
              WHERE pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
             UNION ALL SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text FROM pg_trigger
             UNION ALL SELECT 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)'
             ORDER BY line",
        )
    }

    /// The catalog, for whoever may read and change it.
    pub(crate) async fn catalog(&self) -> PgCatalog {
        let silo = DatabaseAddress::new(self.url(&self.silo, "app")).unwrap();
        let book = move |name: &DatabaseName| (name.as_str() == "silo").then(|| silo.clone());
        let address = DatabaseAddress::new(self.url(&self.home, "owner")).unwrap();
        PgCatalog::open(CatalogConnection::new(address), book).await.unwrap()
    }

    /// The application's pool, which hears of what the catalog says.
    pub(crate) async fn pool(&self) -> TenantPool<AsyncPgConnection> {
        TenantPool::<AsyncPgConnection>::builder(self.url(&self.home, "app"))
            .wall(Wall::plain(self.security()))
            .waive(known_holes())
            .catalog(self.catalog().await.following(CacheOptions::new()))
            .max_connections(8)
            .build()
            .await
            .unwrap()
    }

    /// Starts a process that does `task`.
    pub(crate) fn worker(&self, task: &str, failpoint: Option<&str>) -> Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["worker::worker", "--exact", "--ignored", "--nocapture"])
            .env("RELOCATION_WORLD", serde_json::to_string(self).unwrap())
            .env("RELOCATION_TASK", task)
            .env_remove("TENANCY_FAILPOINT")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(failpoint) = failpoint {
            command.env("TENANCY_FAILPOINT", failpoint);
        }
        command.spawn().unwrap()
    }
}

/// A place, by its words: `shared`, `schema acme`, `database silo`, `database silo acme`.
pub(crate) fn place(words: &str) -> Placement<DatabaseName> {
    let words: Vec<_> = words.split(' ').collect();
    match words[..] {
        ["shared"] => Placement::Shared,
        ["schema", schema] => Placement::Schema(schema.try_into().unwrap()),
        ["database", database] => Placement::Database(database.try_into().unwrap()),
        ["database", database, schema] => Placement::DatabaseSchema {
            database: database.try_into().unwrap(),
            schema: schema.try_into().unwrap(),
        },
        _ => panic!("no place: {words:?}"),
    }
}

/// The name of the database that an address leads to.
pub(crate) fn name(database: &str) -> &str {
    database.rsplit('/').next().and_then(|name| name.split('?').next()).unwrap()
}
