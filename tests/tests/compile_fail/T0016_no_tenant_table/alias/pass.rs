use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::plans;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<i64> {
    let cheap = tenancy_diesel::alias!(plans as cheap);
    cheap.global().count().get_result(connection)
}

fn main() {}
