use diesel::dsl::OnlyDsl as _;
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

pub fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    let _ = agents::table.scoped(scope).only().select(agents::name);
    agents::table.scoped(scope).select(agents::name).load(connection)
}

fn main() {}
