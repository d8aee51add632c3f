// L28
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

async fn save(scope: &Scoped<i32>, agent: &Agent, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    diesel::insert_into(agents::table).values(agent).on_conflict_do_nothing().execute(connection).await
}

fn main() {}
