// L28
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

use diesel::{dsl::sql, sql_types::Integer};

fn save(scope: &Scoped<i32>, agent: &Agent, connection: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .values(agent)
        .on_conflict(sql::<Integer>("id"))
        .do_nothing()
        .execute(connection)
}

fn main() {}
