// L57
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_pool::{PoolError, TenantPool};

mod elsewhere {
    diesel::table! {
        notes (id) { id -> Integer, text -> Text, }
    }
}
use elsewhere::notes;

pub async fn run(pool: &TenantPool<AsyncPgConnection>) -> Result<usize, PoolError> {
    pool.global().execute(diesel::insert_into(notes::table).values(notes::text.eq("new"))).await
}

fn main() {}
