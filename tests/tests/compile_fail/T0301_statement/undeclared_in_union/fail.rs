// L57 L89
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{RunQueryDsl, TenantTransaction};
use tenancy_tests::schema::agents;

mod elsewhere {
    diesel::table! {
        notes (id) { id -> Integer, text -> Text, }
    }
}
use elsewhere::notes;

pub async fn run(
    scope: &Scoped<i32>,
    tx: &mut TenantTransaction<AsyncPgConnection, i32>,
) -> QueryResult<Vec<String>> {
    let agents = agents::table.scoped(scope).select(agents::name);
    agents.union(notes::table.select(notes::text)).load(tx).await
}

fn main() {}
