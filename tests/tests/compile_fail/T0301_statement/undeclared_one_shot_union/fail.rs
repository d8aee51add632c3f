// L57 L89
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};

mod elsewhere {
    diesel::table! {
        notes (id) { id -> Integer, text -> Text, }
    }
}
use elsewhere::notes;

pub async fn run(
    scope: &Scoped<i32>,
    tenants: &TenantPool<AsyncPgConnection>,
) -> Result<Vec<String>, PoolError> {
    let notes = || notes::table.select(notes::text);
    tenants.load(scope, notes().union(notes())).await
}

fn main() {}
