//! A database with three tenants, and what is in it.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Nullable, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::TenantKey;
use tenancy_core::placement::DatabaseAddress;
use tenancy_operate::tenants::Session;
use tenancy_pool::OperatorConnection;
use tenancy_pool::placement::{CatalogMigration, DatabaseName};
use tenancy_rls::Tables;

use crate::schema::{ROWS, SHARED, TABLES, wall};

pub(crate) struct Database {
    pub(crate) url: String,
}

/// Each table's rows, whole, as texts.
pub(crate) type Contents = BTreeMap<String, Vec<String>>;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Nullable<Text>)]
    line: Option<String>,
}

impl Database {
    /// The tables, without rows.
    pub(crate) fn empty(prefix: &str) -> Self {
        let database = Self {
            url: format!("{}?sslmode=disable", tenancy_tests::server::fresh_postgres_database(prefix)),
        };
        database.run(TABLES);
        database.run(&CatalogMigration::new().up());
        database
    }

    /// The tables alone: a database that a catalog elsewhere names, with what all tenants share and the rows of this one.
    pub(crate) fn of_one(prefix: &str, tenant: &str) -> Self {
        Self::of_one_at(tenancy_tests::server::fresh_postgres_database(prefix), tenant)
    }

    /// The same of an empty database.
    pub(crate) fn of_one_at(url: String, tenant: &str) -> Self {
        let database = Self { url: format!("{url}?sslmode=disable") };
        database.run(TABLES);
        database.run(SHARED);
        database.run(&ROWS.replace("{t}", tenant));
        database
    }

    /// With the tenants 1, 2 and 3, who are in the catalog.
    pub(crate) fn of_three(prefix: &str) -> Self {
        let database = Self::empty(prefix);
        database.run(SHARED);
        for tenant in 1..=3 {
            database.run(&ROWS.replace("{t}", &tenant.to_string()));
            database.run(&format!("INSERT INTO tenancy.tenant_placements (tenant, status, kind) VALUES ('{tenant}', 'active', 'shared')"));
        }
        database
    }

    pub(crate) fn run(&self, sql: &str) {
        let mut connection = PgConnection::establish(&self.url).unwrap();
        connection.batch_execute(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// The texts of a query's one column `line`.
    pub(crate) fn lines(&self, sql: &str) -> Vec<String> {
        let mut connection = PgConnection::establish(&self.url).unwrap();
        connection
            .batch_execute("SET extra_float_digits = 3; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'")
            .unwrap();
        let lines: Vec<Line> =
            sql_query(sql).load(&mut connection).unwrap_or_else(|error| panic!("{error}: {sql}"));
        lines.into_iter().map(|line| line.line.unwrap_or_else(|| "NULL".to_owned())).collect()
    }

    pub(crate) fn one(&self, sql: &str) -> String {
        self.lines(sql).into_iter().next().unwrap()
    }

    /// The rows of declared tables for which `which` holds of whether they are the tenant's.
    fn rows(&self, tenant: &str, which: &str) -> Contents {
        let tables = tables();
        let rows = |table| {
            let own = tables.own_rows(table, tenant, "r").unwrap_or_else(|| "false".to_owned());
            let (schema, name) = (tables.schema_of(table), table.name());
            let sql = format!(
                r#"SELECT r::text AS line FROM "{schema}"."{name}" AS r WHERE ({own}) IS {which} ORDER BY r::text COLLATE "C""#
            );
            (format!("{schema}.{name}"), self.lines(&sql))
        };
        tables.iter().map(rows).collect()
    }

    /// The tenant's rows.
    pub(crate) fn own(&self, tenant: &str) -> Contents {
        self.rows(tenant, "TRUE")
    }

    /// Everybody else's, global and shared ones too.
    pub(crate) fn others(&self, tenant: &str) -> Contents {
        self.rows(tenant, "NOT TRUE")
    }

    pub(crate) fn status(&self, tenant: &str) -> String {
        self.one(&format!("SELECT coalesce((SELECT status FROM tenancy.tenant_placements WHERE tenant = '{tenant}'), 'none') AS line"))
    }

    pub(crate) async fn session(&self) -> Session {
        Session::open(&DatabaseAddress::new(self.url.as_str()).unwrap()).await.unwrap()
    }

    /// A session that finds the other database as `silo`.
    pub(crate) async fn session_with(&self, silo: &Self) -> Session {
        let silo = DatabaseAddress::new(silo.url.as_str()).unwrap();
        let book = move |name: &DatabaseName| (name.as_str() == "silo").then(|| silo.clone());
        self.session().await.databases(book, OperatorConnection::new("tenancy"))
    }

    /// The address for a role of the server's, made by the test.
    pub(crate) fn url_as(&self, role: &str) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap();
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        format!("{scheme}://{role}:tenancy@{place}")
    }
}

pub(crate) fn tables() -> Tables {
    wall().tables().clone()
}

pub(crate) fn key(tenant: &str) -> TenantKey {
    TenantKey::new(tenant).unwrap()
}

/// A folder for a test, empty.
pub(crate) fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("tenants-{name}-{}", std::process::id()));
    let _absent = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Only what there is of a tenant.
pub(crate) fn without_empty(contents: Contents) -> Contents {
    contents.into_iter().filter(|(_, rows)| !rows.is_empty()).collect()
}
