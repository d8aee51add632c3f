// L31
use diesel::define_sql_function;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tenancy_diesel::{Scoped, insert_into};
use tenancy_tests::schema::agents;

define_sql_function!(fn lower(text: Text) -> Text);

pub fn run(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    let rows = ["Ada", "Bob"].map(|name| (agents::name.eq(lower(name)),));
    let _ = lower("");
    insert_into(agents::table.scoped(scope)).bulk(rows).execute(connection)
}

fn main() {}
