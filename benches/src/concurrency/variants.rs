//! What the tasks do: by hand over bb8, and through a `TenantPool`.

use diesel::prelude::*;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, bb8};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, TenantId};
use tenancy_pool::TenantPool;

use super::load::Variant;
use super::{Bench, CONNECTIONS};
use crate::Failure;
use crate::databases::Kind;
use crate::groups::walled::set_tenant;
use crate::groups::{Scopes, expect, read, write};
use crate::measure::Key;
use crate::schema::{agent, scoped};

/// The application's own pool.
type Pool = bb8::Pool<AsyncPgConnection>;

/// One row by its key. The first is the hand-written one, without a check at checkout, as a `TenantPool` has none.
pub(super) async fn point_selects(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = Vec::new();
    for (name, round_trips, method) in [
        ("select by hand, bb8 Fast", 1, RecyclingMethod::Fast),
        ("select by hand, bb8 default (Verified)", 2, RecyclingMethod::Verified),
    ] {
        let pool = bench.pool(Kind::Open, method).await?;
        variants.push(Variant::new(name, round_trips, pool, async |pool: &Pool, key| {
            read::check(&read::by_hand(&mut *pool.get().await?, key).await?, key)
        }));
    }
    variants.push(Variant::new(
        "BEGIN, set_config, select, COMMIT by hand, bb8 Fast, plain wall",
        4,
        bench.pool(Kind::Plain, RecyclingMethod::Fast).await?,
        select_behind_wall,
    ));
    for kind in Kind::ALL {
        variants.push(Variant::new(
            format!("tenants.get_result, {}", kind.words()),
            1,
            bench.tenants(kind).await?,
            async |(tenants, scopes): &(_, Scopes), key| {
                read::through(tenants, &scopes[key.tenant], key).await
            },
        ));
    }
    Ok(variants)
}

/// Four point selects to one update by id, behind the plain wall. The first is the hand-written one.
pub(super) async fn mixed(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    Ok(vec![
        Variant::new(
            "mixed by hand, bb8 Fast, plain wall",
            4,
            bench.pool(Kind::Plain, RecyclingMethod::Fast).await?,
            async |pool: &Pool, key| {
                if !is_update(key) {
                    return select_behind_wall(pool, key).await;
                }
                let changed = pool
                    .get()
                    .await?
                    .transaction(async |connection| {
                        set_tenant(key.tenant).execute(connection).await?;
                        write::by_hand(connection, key).await
                    })
                    .await?;
                expect(changed == 1, "the count")
            },
        ),
        Variant::new(
            "mixed through tenants, plain wall",
            1,
            bench.tenants(Kind::Plain).await?,
            async |(tenants, scopes): &(_, Scopes), key| {
                let scope = &scopes[key.tenant];
                if is_update(key) {
                    update(tenants, scope, key).await
                } else {
                    read::through(tenants, scope, key).await
                }
            },
        ),
    ])
}

/// One in five: the number of the agent is drawn.
fn is_update(key: Key) -> bool {
    key.agent.is_multiple_of(5)
}

async fn select_behind_wall(pool: &Pool, key: Key) -> Result<(), Failure> {
    let row = pool
        .get()
        .await?
        .transaction(async |connection| {
            set_tenant(key.tenant).execute(connection).await?;
            read::by_hand(connection, key).await
        })
        .await?;
    read::check(&row, key)
}

async fn update(
    tenants: &TenantPool<AsyncPgConnection>,
    scope: &Scoped<TenantId>,
    key: Key,
) -> Result<(), Failure> {
    let statement = tenancy_diesel::update(scoped::agents::table.scoped(scope))
        .filter(scoped::agents::id.eq(agent(key.agent)))
        .set(scoped::agents::budget.eq(key.turn));
    expect(tenants.execute(scope, statement).await? == 1, "the count")
}

impl Bench<'_> {
    async fn pool(&self, kind: Kind, method: RecyclingMethod<AsyncPgConnection>) -> Result<Pool, Failure> {
        let mut config = ManagerConfig::default();
        config.recycling_method = method;
        let address = self.databases.address(kind, self.route);
        let manager = AsyncDieselConnectionManager::new_with_config(address, config);
        Ok(bb8::Pool::builder().max_size(CONNECTIONS).build(manager).await?)
    }

    async fn tenants(&self, kind: Kind) -> Result<(TenantPool<AsyncPgConnection>, Scopes), Failure> {
        let tenants = self.databases.builder(kind, self.route)?.max_connections(CONNECTIONS).build().await?;
        Ok((tenants, self.scopes.clone()))
    }
}
