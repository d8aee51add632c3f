//! PostgreSQL, behind the wall.

use tenancy_pool::TenantPool;
use tenancy_rls::Tables;

use super::walled;

pub(crate) use crate::Tested as Connection;

/// A database of its own with the fixture's rows.
pub(crate) struct Database(walled::Database);

/// Opens one, and `TenantPool` over it.
pub(crate) async fn open() -> Option<(TenantPool<Connection>, Database)> {
    let database = walled::Database::with_sets("", |tables| tables).await;
    let tenants = database
        .builder()
        .max_connections(4)
        .across(database.across())
        .build()
        .await
        .expect("PostgreSQL answers");
    Some((tenants, Database(database)))
}

/// The same with a table that is read before admission, by a role of its own.
pub(crate) async fn open_with_members() -> Option<(TenantPool<Connection>, Database)> {
    use everywhere::admission::{TABLES, members, organisations};
    let declare =
        |tables: Tables| tables.table::<members::table>().read_before_admission::<organisations::table>();
    let database = walled::Database::admitting(TABLES, declare).await;
    let tenants = database.builder().max_connections(4).admission(database.admission()).build().await;
    Some((tenants.expect("PostgreSQL answers"), Database(database)))
}

impl Database {
    /// Creates tables that have no part in the wall, for the application's roles.
    pub(crate) async fn run(&self, statements: &str) {
        self.0.run(statements).await;
        self.0.run("GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC").await;
    }

    /// All agents, as `tenant:id:name`, in the order of the first two.
    pub(crate) async fn agents(&self) -> Vec<String> {
        self.0.settled().await;
        self.0.agents().await
    }
}

#[path = "everywhere/mod.rs"]
pub(crate) mod everywhere;
