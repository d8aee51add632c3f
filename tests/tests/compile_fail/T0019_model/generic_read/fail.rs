use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Drawing;

use diesel::connection::LoadConnection;
use tenancy_diesel::generic::{Find, Returns};

fn find_one<M, C>(scope: &Scoped<M::TenantId>, key: i32, connection: &mut C) -> QueryResult<M>
where
    C: LoadConnection,
    M: Find<i32, C::Backend>,
{
    M::by_key(scope, key).row(connection)
}

fn agent(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Drawing> {
    find_one(scope, 1, connection)
}

fn main() {}
