use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::{connection::LoadConnection, query_builder::AsQuery};

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    let rows = connection.load(agents::table.as_query())?;
    Ok(rows.count())
}

fn main() {}
