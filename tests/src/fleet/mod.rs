//! A fleet of tenants in every kind of place on one PostgreSQL server, each place behind the generated wall.
//!
//! Every place holds rows of every tenant, with the same keys: those of the tenants that do not live there are what a mistake
//! would find. The texts of a row say where it is and whose.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "what cannot be prepared ends the test")]

mod catalog;
pub mod schema;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use diesel_async::AsyncPgConnection;
use tenancy_pool::placement::{DatabaseAddress, Placement};
use tenancy_pool::{TenantPool, TenantPoolBuilder};
use tenancy_rls::{Binding, Roles, RowSecurity, Sealer, SealingKey, Wall, tables};

pub use self::catalog::Book;
use self::schema::{agents, canvases, plans};
use crate::server::{self, known_holes};

/// How many tenants have rows in every place.
pub const TENANTS: i32 = 8;

/// The databases, and the schemas with tenants' tables in each.
const SCHEMAS: [(&str, &[&str]); 3] = [
    ("home", &["public", "tenant_3", "tenant_4"]),
    ("silo", &["public", "tenant_6", "tenant_7"]),
    ("annex", &["public"]),
];

/// The kind of wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The setting is the tenant.
    Plain,
    /// The setting is a sealed token, bound to its backend.
    Sealed,
}

/// The fleet: three databases, and the roles of their wall.
#[derive(Debug)]
pub struct Fleet {
    kind: Kind,
    /// The beginning of the roles' names: they are the whole server's.
    roles: String,
    databases: BTreeMap<&'static str, String>,
}

/// All rows, by place and tenant.
pub type Contents = BTreeMap<(String, i32), Vec<String>>;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Fleet {
    /// A new one.
    ///
    /// # Panics
    ///
    /// If the server does not do what is asked of it.
    pub fn new(prefix: &str, kind: Kind) -> Self {
        Self::with(prefix, kind, &["home", "silo", "annex"])
    }

    /// One of the database with the shared tables only, and two tenants' own schemas in it.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub fn at_home(prefix: &str, kind: Kind) -> Self {
        Self::with(prefix, kind, &["home"])
    }

    fn with(prefix: &str, kind: Kind, names: &[&'static str]) -> Self {
        let databases: BTreeMap<_, _> = names
            .iter()
            .map(|name| (*name, server::fresh_postgres_database(&format!("{prefix}_{name}"))))
            .collect();
        let roles = databases["home"].rsplit('/').next().unwrap_or_default();
        let roles = roles.split('?').next().unwrap_or_default().to_owned();
        let fleet = Self { kind, roles, databases };
        let created = ["owner", "app", "across"]
            .map(|part| format!("CREATE ROLE {} LOGIN PASSWORD 'tenancy';", fleet.role(part)));
        fleet.run("home", &created.concat());
        for (database, schemas) in SCHEMAS {
            if fleet.databases.contains_key(database) {
                fleet.furnish(database, schemas);
            }
        }
        fleet
    }

    fn furnish(&self, database: &str, schemas: &[&str]) {
        let url = &self.databases[database];
        let name = url.rsplit('/').next().and_then(|name| name.split('?').next()).unwrap_or_default();
        self.run(database, &format!("ALTER DATABASE {name} OWNER TO {}", self.role("owner")));
        let mut owner = connect(&self.url(database, "owner"));
        let mut run =
            |sql: &str| owner.batch_execute(sql).unwrap_or_else(|error| panic!("{database}: {error}: {sql}"));
        run(&schema::SHARED.replace("{database}", database));
        for schema in schemas {
            run(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"));
            run(&schema::TENANTS
                .replace("{schema}", schema)
                .replace("{place}", &format!("{database}/{schema}"))
                .replace("{tenants}", &TENANTS.to_string()));
        }
        let security = self.security();
        run(&security.migration().up());
        for schema in schemas.iter().filter(|schema| **schema != "public") {
            run(&security.in_tenant_schema(&schema.parse().unwrap()).tables_migration().up());
        }
        if self.kind == Kind::Sealed {
            run(&key().install(Binding::Backend));
        }
    }

    /// What the wall's migration was generated from.
    ///
    /// # Panics
    ///
    /// Never: the declaration is ours.
    pub fn security(&self) -> RowSecurity {
        let roles = Roles::new(self.role("app"), self.role("across"))
            .and_then(|roles| roles.owner(self.role("owner")));
        let security = RowSecurity::new(tables![agents, canvases, plans], roles.expect("roles"));
        let security = security.expect("tables");
        if self.kind == Kind::Sealed { security.sealed() } else { security }
    }

    /// The wall that transactions expect.
    pub fn wall(&self) -> Wall {
        match self.kind {
            Kind::Plain => Wall::plain(self.security()),
            Kind::Sealed => Wall::sealed(self.security(), sealer()),
        }
    }

    /// The name of the role that is `owner`, `app` or `across`.
    pub fn role(&self, part: &str) -> String {
        format!("{}_{part}", self.roles)
    }

    /// The address of a database for a role.
    ///
    /// # Panics
    ///
    /// If there is no such database.
    pub fn url(&self, database: &str, part: &str) -> String {
        let (scheme, rest) = self.databases[database].split_once("://").expect("a URL");
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        format!(
            "{scheme}://{}:tenancy@{}?sslmode=disable",
            self.role(part),
            place.split('?').next().unwrap_or(place)
        )
    }

    /// The address of a database for the application's role.
    ///
    /// # Panics
    ///
    /// If there is no such database.
    pub fn address(&self, database: &str) -> DatabaseAddress {
        DatabaseAddress::new(self.url(database, "app")).expect("an address")
    }

    /// Where a tenant lives: 1 and 2 share tables, 3 and 4 have schemas, 5 and 8 databases, 6 and 7 schemas in a database.
    ///
    /// # Panics
    ///
    /// If the fleet does not have that place.
    pub fn placement(&self, tenant: i32) -> Placement {
        let schema = || format!("tenant_{tenant}").try_into().expect("a schema's name");
        match tenant {
            3 | 4 => Placement::Schema(schema()),
            5 => Placement::Database(self.address("silo")),
            6 | 7 => Placement::DatabaseSchema { database: self.address("silo"), schema: schema() },
            8 => Placement::Database(self.address("annex")),
            _ => Placement::Shared,
        }
    }

    /// The place where a tenant lives, as its rows' texts say it.
    pub fn place(tenant: i32) -> String {
        match tenant {
            3 | 4 => format!("home/tenant_{tenant}"),
            5 => "silo/public".to_owned(),
            6 | 7 => format!("silo/tenant_{tenant}"),
            8 => "annex/public".to_owned(),
            _ => "home/public".to_owned(),
        }
    }

    /// A catalog with all of them.
    pub fn book(&self) -> Book {
        let book = Book::default();
        let tenants = if self.databases.len() == 1 { 4 } else { TENANTS };
        for tenant in 1..=tenants {
            book.place(tenant, self.placement(tenant));
        }
        book
    }

    /// Starts to build a `TenantPool` as the application's role, behind the wall, with the catalog of all tenants.
    pub fn builder(&self) -> TenantPoolBuilder<AsyncPgConnection> {
        let builder = TenantPool::builder(self.url("home", "app")).wall(self.wall());
        builder.waive(known_holes()).catalog(self.book())
    }

    /// Runs statements as the superuser.
    ///
    /// # Panics
    ///
    /// If one fails.
    pub fn run(&self, database: &str, sql: &str) {
        connect(&self.databases[database])
            .batch_execute(sql)
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// Runs statements as the owner of the tables.
    ///
    /// # Panics
    ///
    /// If one fails.
    pub fn run_as_owner(&self, database: &str, sql: &str) {
        let mut owner = connect(&self.url(database, "owner"));
        owner.batch_execute(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// What a query with one text column `line` returns to the superuser, whom no policy holds for.
    ///
    /// # Panics
    ///
    /// If it fails.
    pub fn lines(&self, database: &str, sql: &str) -> Vec<String> {
        let lines: Vec<Line> = sql_query(sql).load(&mut connect(&self.databases[database])).expect(sql);
        lines.into_iter().map(|line| line.line).collect()
    }

    /// Waits until no session of the application's is at work or in a transaction. One that starts has no state.
    ///
    /// # Panics
    ///
    /// If it takes more than half a minute.
    pub fn settle(&self) {
        let busy = format!(
            "SELECT concat_ws(' ', pid, state) AS line FROM pg_stat_activity
             WHERE usename = '{}' AND state IS DISTINCT FROM 'idle'",
            self.role("app")
        );
        let begin = Instant::now();
        loop {
            let busy = self.lines("home", &busy);
            if busy.is_empty() {
                return;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "the application does not settle: {busy:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// All rows of all tenants' tables in all places, whole, as the superuser sees them.
    pub fn contents(&self) -> Contents {
        let mut contents = Contents::new();
        for (database, schemas) in SCHEMAS.iter().filter(|(name, _)| self.databases.contains_key(name)) {
            let queries: Vec<_> = schemas
                .iter()
                .flat_map(|schema| ["agents", "canvases"].map(|table| (schema, table)))
                .map(|(schema, table)| {
                    format!(
                        "SELECT '{database}/{schema}|' || tenant_id || '|{table}' || t::text AS line FROM {schema}.{table} AS t"
                    )
                })
                .collect();
            for line in self.lines(database, &format!("{} ORDER BY line", queries.join(" UNION ALL "))) {
                let mut parts = line.splitn(3, '|');
                let (Some(place), Some(tenant), Some(row)) = (parts.next(), parts.next(), parts.next())
                else {
                    unreachable!("the query writes them")
                };
                let tenant = tenant.parse().expect("a number");
                contents.entry((place.to_owned(), tenant)).or_default().push(row.to_owned());
            }
        }
        contents
    }
}

/// The key of the fleet's seals.
fn key() -> SealingKey {
    SealingKey::new(1, [1; 32]).expect("a key")
}

/// What makes the fleet's seals.
pub fn sealer() -> Sealer {
    Sealer::new(key())
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap_or_else(|error| panic!("{error}"))
}
