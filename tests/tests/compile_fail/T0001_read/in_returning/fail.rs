use diesel::prelude::*;
use tenancy_diesel::{Scoped, delete};
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<Option<i32>>> {
    let score = canvases::table.select(canvases::score).limit(1).single_value();
    delete(agents::table.scoped(scope)).returning(score).get_results(connection)
}

fn main() {}
