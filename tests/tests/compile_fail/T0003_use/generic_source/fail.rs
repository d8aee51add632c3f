// L12, L17
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::connection::LoadConnection;
use tenancy_diesel::generic::{Returns, Source};

fn count<S: Source<C::Backend>, C: LoadConnection>(source: S, connection: &mut C) -> QueryResult<i64> {
    source.counted().row(connection)
}

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<i64> {
    count(agents::table, connection)
}

fn main() {}
