//! `Tenants` on a sealed database.

use diesel::connection::SimpleConnection as _;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_diesel::rls::{Binding, RowSecurity, Sealer, SealingKey, Wall};
use tenancy_diesel::tenants::{Tenants, TenantsBuilder};

use crate::database::Database;

pub(crate) fn scope(tenant: i32) -> Scoped<i32> {
    tenancy_diesel::testing::scope(tenant)
}

pub(crate) fn sealer() -> Sealer {
    Sealer::new(SealingKey::new(1, [1; 32]).unwrap())
}

/// A sealed database, and what builds `Tenants` on it.
pub(crate) fn sealed(prefix: &str) -> (Database, TenantsBuilder<AsyncPgConnection>) {
    let database = Database::walled(prefix, RowSecurity::sealed);
    let key = SealingKey::new(1, [1; 32]).unwrap();
    database.owner().batch_execute(&key.install(Binding::Backend)).unwrap();
    let builder = Tenants::builder(database.url("app"))
        .wall(Wall::Sealed(sealer()), database.wall().sealed())
        .waive(tenancy_tests::server::known_holes())
        .max_size(4);
    (database, builder)
}
