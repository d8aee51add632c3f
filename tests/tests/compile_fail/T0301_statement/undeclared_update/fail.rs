// L57 L89
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{RunQueryDsl, TenantTransaction};

mod elsewhere {
    diesel::table! {
        notes (id) { id -> Integer, text -> Text, }
    }
}
use elsewhere::notes;

pub async fn run(
    scope: &Scoped<i32>,
    tx: &mut TenantTransaction<AsyncPgConnection, i32>,
) -> QueryResult<usize> {
    let _ = scope;
    diesel::update(notes::table).set(notes::text.eq("new")).execute(tx).await
}

fn main() {}
