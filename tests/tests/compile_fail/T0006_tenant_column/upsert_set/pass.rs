// L27
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

use diesel::upsert::excluded;

fn save(scope: &Scoped<i32>, agent: &Agent, connection: &mut PgConnection) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .values(agent)
        .on_conflict(agents::id)
        .do_update()
        .set(agents::name.eq(excluded(agents::name)))
        .execute(connection)
}

fn main() {}
