// L14
use diesel::dsl::*;
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, plans};

pub fn run(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<i64>> {
    let _ = scope;
    let name = QueryDsl::select(agents::table, agents::name).single_value();
    plans::table.select(dense_rank().partition_by(name)).load(connection)
}

fn main() {}
