use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::sqlite::Sqlite;

fn show(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<String> {
    Ok(diesel::debug_query::<Sqlite, _>(&tenancy_diesel::delete(agents::table.scoped(scope))).to_string())
}

fn main() {}
