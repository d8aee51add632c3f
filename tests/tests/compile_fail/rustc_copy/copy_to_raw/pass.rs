// L63
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use std::io::BufRead;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    let rows =
        agents::table.scoped(scope).select((agents::id, agents::name)).load::<(i32, String)>(connection)?;
    Ok(rows.len())
}

fn main() {}
