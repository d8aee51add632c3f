// L28, L29
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

use diesel::upsert::on_constraint;

fn save(scope: &Scoped<i32>, agent: &Agent, connection: &mut PgConnection) -> QueryResult<usize> {
    diesel::insert_into(agents::table)
        .values(agent)
        .on_conflict(on_constraint("agents_pkey"))
        .do_nothing()
        .execute(connection)
}

fn main() {}
