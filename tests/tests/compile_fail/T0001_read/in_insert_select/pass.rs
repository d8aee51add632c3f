// L31
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, plans};

fn copy(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    agents::table
        .scoped(scope)
        .select(agents::name)
        .insert_into(plans::table)
        .into_columns(plans::name)
        .execute(connection)
}

fn main() {}
