// L14
use diesel::dsl::array;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

pub fn run(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<Vec<String>>> {
    let titles = QueryDsl::select(canvases::table.scoped(scope), canvases::title);
    agents::table.scoped(scope).select(array::<Text, _>(titles)).load::<Vec<String>>(connection)
}

fn main() {}
