// L16, L17
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

use diesel::query_dsl::methods::LoadQuery;

fn all<'query, T, C, Row>(table: T, connection: &mut C) -> QueryResult<Vec<Row>>
where
    T: Table + LoadQuery<'query, C, Row>,
{
    table.internal_load(connection)?.collect()
}

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<AgentRow>> {
    all(agents::table, connection)
}

fn main() {}
