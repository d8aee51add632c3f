use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::generic::Find;
use tenancy_pool::generic::ReturnsIn;
use tenancy_pool::prelude::*;
use tenancy_pool::{Executor, PoolError};
use tenancy_tests::cases::Agent;

async fn find_one<M, Tx, B>(scope: &Scoped<M::TenantId, B>, key: i32, tx: &mut Tx) -> QueryResult<M>
where
    Tx: Executor,
    M: Find<i32, Tx::Backend, B, Found: ReturnsIn<Tx, M>>,
{
    M::by_key(scope, key).row_in(tx).await
}

pub async fn one(
    pool: &TenantPool<AsyncPgConnection>,
    one: &Scoped<i32>,
    other: &Scoped<i32>,
) -> Result<Agent, PoolError> {
    brand!(north = one, south = other);
    let mut tx = pool.begin(&north).await?;
    let _ = &south;
    Ok(find_one(&north, 3, &mut tx).await?)
}

fn main() {}
