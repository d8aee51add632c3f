use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    Pg(PgConnection),
    Sqlite(SqliteConnection),
}
tenancy_diesel::multi_backend!(MultiBackend { Pg(PgConnection), Sqlite(SqliteConnection) });

fn list(scope: &Scoped<i32>, connection: &mut AnyConnection) -> QueryResult<Vec<String>> {
    agents::table.scoped(scope).select(agents::name).load(connection)
}

fn main() {}
