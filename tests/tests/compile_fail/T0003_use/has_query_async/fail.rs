use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

#[derive(HasQuery)]
#[diesel(table_name = agents)]
pub struct Name {
    pub name: String,
}

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<Name>> {
    Name::query().load(connection).await
}

fn main() {}
