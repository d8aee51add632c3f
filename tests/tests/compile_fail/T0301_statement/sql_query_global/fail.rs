// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_pool::{RunQueryDsl, TenantPool};
use tenancy_tests::schema::plans;

#[derive(Queryable, QueryableByName)]
pub struct Named {
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub name: String,
}

pub async fn run(pool: &TenantPool<AsyncPgConnection>) -> QueryResult<Vec<Named>> {
    let _ = plans::table;
    diesel::sql_query("SELECT name FROM agents").load(&mut pool.global()).await
}

fn main() {}
