use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<String>> {
    let (one, two) = tenancy_diesel::alias!(agents as one, agents as two);
    one.scoped(scope)
        .inner_join(two.scoped(scope).on(one.field(agents::manager_id).eq(two.field(agents::id).nullable())))
        .select(one.field(agents::name))
        .load(connection)
        .await
}

fn main() {}
