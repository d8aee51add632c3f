use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::sqlite::Sqlite;

fn show(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<String> {
    let batch = tenancy_diesel::insert_into(agents::table.scoped(scope)).values(agents::name.eq("Ada"));
    Ok(diesel::debug_query::<Sqlite, _>(&batch).to_string())
}

fn main() {}
