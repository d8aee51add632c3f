use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

use diesel::dsl::IntoBoxed;
use diesel::sqlite::Sqlite;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<AgentRow>> {
    let query: agents::BoxedQuery<'_, Sqlite, _, i32> = QueryDsl::into_boxed(agents::table.scoped(scope));
    query.load(connection)
}

fn main() {}
