// L31
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

#[derive(Insertable)]
#[diesel(table_name = agents)]
pub struct NewAgent {
    pub name: String,
}

async fn hire(
    scope: &Scoped<i32>,
    new: &[NewAgent],
    connection: &mut AsyncPgConnection,
) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.scoped(scope)).values(new).execute(connection).await
}

fn main() {}
