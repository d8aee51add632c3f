use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::{BoxableExpression, sql_types::Bool, sqlite::Sqlite};
use tenancy_diesel::dsl::ScopedBy;

fn condition() -> Box<dyn BoxableExpression<ScopedBy<agents::table, i32>, Sqlite, SqlType = Bool>> {
    Box::new(agents::id.gt(1))
}

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<i32>> {
    agents::table.scoped(scope).filter(condition()).select(agents::id).load(connection)
}

fn main() {}
