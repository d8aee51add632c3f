//! `TenantPool` on a sealed database.

use diesel::connection::SimpleConnection as _;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{TenantPool, TenantPoolBuilder};
use tenancy_rls::{Binding, RowSecurity, Sealer, SealingKey, Wall};

use crate::database::Database;

pub(crate) fn scope(tenant: i32) -> Scoped<i32> {
    tenancy_diesel::testing::scope(tenant)
}

pub(crate) fn sealer() -> Sealer {
    Sealer::new(SealingKey::new(1, [1; 32]).unwrap())
}

/// A sealed database, and what builds a `TenantPool` on it.
pub(crate) fn sealed(prefix: &str) -> (Database, TenantPoolBuilder<AsyncPgConnection>) {
    let database = Database::walled(prefix, RowSecurity::sealed);
    let key = SealingKey::new(1, [1; 32]).unwrap();
    database.owner().batch_execute(&key.install(Binding::Backend)).unwrap();
    let builder = TenantPool::builder(database.url("app"))
        .wall(Wall::sealed(database.wall(), sealer()))
        .waive(tenancy_tests::server::known_holes())
        .max_connections(4);
    (database, builder)
}
