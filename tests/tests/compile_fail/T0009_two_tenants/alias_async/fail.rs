// L03
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::agents;

async fn list(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    connection: &mut AsyncPgConnection,
) -> QueryResult<Vec<String>> {
    brand!(north = one, south = other);
    let managers = tenancy_diesel::alias!(agents as managers);
    agents::table
        .scoped(&north)
        .inner_join(managers.scoped(&south).on(agents::manager_id.eq(managers.field(agents::id).nullable())))
        .select(agents::name)
        .load(connection)
        .await
}

fn main() {}
