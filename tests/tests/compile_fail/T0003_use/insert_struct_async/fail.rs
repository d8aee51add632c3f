// L31
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::agents;

#[derive(Insertable)]
#[diesel(table_name = agents)]
pub struct NewAgent {
    pub name: String,
}

async fn hire(
    scope: &Scoped<i32>,
    new: &NewAgent,
    connection: &mut AsyncSqliteConnection,
) -> QueryResult<usize> {
    diesel::insert_into(agents::table).values(new).execute(connection).await
}

fn main() {}
