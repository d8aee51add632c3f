use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    let (one, two) = tenancy_diesel::alias!(agents as one, agents as two);
    one.scoped(scope)
        .inner_join(two.scoped(scope).on(one.field(agents::manager_id).eq(two.field(agents::id).nullable())))
        .select(one.field(agents::name))
        .load(connection)
}

fn main() {}
