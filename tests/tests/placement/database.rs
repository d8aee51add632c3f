//! A database with a catalog, and roles that may and may not use it.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, QueryResult, RunQueryDsl as _, sql_query};
use tenancy_diesel::TenantKey;
use tenancy_pool::placement::{
    AddressBook, CatalogConnection, CatalogMigration, DatabaseAddress, DatabaseName, PgCatalog, Placement,
};
use tenancy_tests::server;

/// The address that the test's address book has for `silo`.
pub(crate) const SILO: &str = "postgres://silo.example/silo";

/// The roles'.
pub(crate) const PASSWORD: &str = "x";

/// A database of its own, with the catalog's table and three roles.
pub(crate) struct Database {
    /// As the superuser.
    pub(crate) url: String,
    /// May read the catalog.
    pub(crate) reader: String,
    /// May change it.
    pub(crate) manager: String,
    /// Runs tenants' statements, and has nothing to do with the catalog.
    pub(crate) application: String,
}

impl Database {
    pub(crate) fn new(prefix: &str) -> Self {
        let url = server::fresh_postgres_database(prefix);
        let name = name(&url).to_owned();
        // Roles are the server's, so they are named after the database.
        let role = |part: &str| format!("{part}_{name}").chars().take(63).collect::<String>();
        let database = Self { url, reader: role("r"), manager: role("m"), application: role("a") };
        for role in [&database.reader, &database.manager, &database.application] {
            database.run(&format!("CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}' NOSUPERUSER NOBYPASSRLS"));
        }
        // What a careless administrator may have set up before.
        database.run(&format!(
            "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO {}; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC",
            database.application
        ));
        database.run(&database.migration().up());
        database
    }

    pub(crate) fn migration(&self) -> CatalogMigration {
        let named = CatalogMigration::new().reader(&self.reader).expect("a role");
        named.manager(&self.manager).expect("a role")
    }

    /// The roles, as a pooler is told them.
    pub(crate) fn logins(&self) -> [(&str, &str); 3] {
        [&self.reader, &self.manager, &self.application].map(|role| (role.as_str(), PASSWORD))
    }

    /// Runs statements as the superuser.
    pub(crate) fn run(&self, sql: &str) {
        self.try_run(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub(crate) fn try_run(&self, sql: &str) -> QueryResult<()> {
        PgConnection::establish(&self.url).expect("a connection").batch_execute(sql)
    }

    /// Runs statements as `role`.
    pub(crate) fn run_as(&self, role: &str, sql: &str) -> QueryResult<()> {
        PgConnection::establish(&url_of(&self.url, role)).expect("a connection").batch_execute(sql)
    }

    /// Counts, as the superuser.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let mut connection = PgConnection::establish(&self.url).expect("a connection");
        sql_query(format!("SELECT count(*) FROM {sql}"))
            .get_result::<Count>(&mut connection)
            .expect(sql)
            .count
    }

    pub(crate) fn address(&self, role: &str) -> DatabaseAddress {
        address(&url_of(&self.url, role))
    }

    pub(crate) async fn reading(&self) -> PgCatalog {
        let connection = CatalogConnection::new(self.address(&self.reader));
        PgCatalog::open(connection, book()).await.expect("a catalog")
    }

    pub(crate) async fn managing(&self) -> PgCatalog {
        let connection = CatalogConnection::new(self.address(&self.manager));
        PgCatalog::open(connection, book()).await.expect("a catalog")
    }
}

/// Knows the one database.
pub(crate) fn book() -> impl AddressBook + 'static {
    |name: &DatabaseName| (name.as_str() == "silo").then(|| address(SILO))
}

pub(crate) fn address(url: &str) -> DatabaseAddress {
    DatabaseAddress::new(url).expect("an address")
}

/// The URL of the same database for another role. Without TLS: whether the server has any is not what the test is about.
pub(crate) fn url_of(url: &str, role: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.split('?').next().unwrap_or(rest);
    format!("{scheme}://{role}:{PASSWORD}@{rest}?sslmode=disable")
}

/// The name of the database.
pub(crate) fn name(url: &str) -> &str {
    url.split('?').next().and_then(|url| url.rsplit('/').next()).expect("a name")
}

/// Waits until `done` says so, for thirty seconds at most.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut done: impl FnMut() -> F) {
    let begin = Instant::now();
    while !done().await {
        assert!(begin.elapsed() < Duration::from_secs(30), "not so after thirty seconds: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(crate) fn schema(name: &str) -> Placement {
    Placement::Schema(name.try_into().expect("a name"))
}

/// A tenant's key.
pub(crate) fn key(tenant: &str) -> TenantKey {
    TenantKey::new(tenant).expect("a key")
}
