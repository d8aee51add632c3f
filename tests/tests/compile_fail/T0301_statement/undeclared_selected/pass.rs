// L57 L89
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{RunQueryDsl, TenantTransaction};

mod elsewhere {
    diesel::table! {
        #[tenancy_diesel::tenant_global]
        notes (id) { id -> Integer, text -> Text, }
    }
}
use elsewhere::notes;

pub async fn run(
    scope: &Scoped<i32>,
    tx: &mut TenantTransaction<AsyncPgConnection, i32>,
) -> QueryResult<Option<String>> {
    let _ = scope;
    let text = notes::table.select(notes::text).limit(1);
    diesel::select(text.single_value()).get_result(tx).await
}

fn main() {}
