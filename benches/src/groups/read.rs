//! One row by its key.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, bb8};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, TenantId};
use tenancy_pool::{TenantConnection, TenantPool};

use super::through::{Of, through_pools};
use super::{Bench, Compared, answers, walled};
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};
use crate::peers;
use crate::schema::{Agent, agent, plain, scoped, tenant};
use crate::work::Statement;

pub(crate) const TITLE: &str = "Point select";

pub(super) const COMPARED: Compared =
    Compared { group: TITLE, by_hand: BY_HAND, scoped: SCOPED, best: SCOPED };

const BY_HAND: &str = "select by hand";
const SCOPED: &str = "scoped select, plain connection";

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![
        Variant::new(BY_HAND, 1, bench.connection(Kind::Open).await?, async |(connection, _), key| {
            check(&by_hand(connection, key).await?, key)
        }),
        Variant::new(SCOPED, 1, bench.connection(Kind::Open).await?, async |(connection, scopes), key| {
            let query = scoped::agents::table
                .scoped(&scopes[key.tenant])
                .filter(scoped::agents::id.eq(agent(key.agent)));
            check(&query.get_result(connection).await?, key)
        }),
    ];
    variants.extend(walled::by_hand(bench, "select", 1, by_hand, |row, key| check(&row, key)).await?);
    variants.push(Variant::new(
        "select by hand, one tenant",
        1,
        bench.connection(Kind::Open).await?,
        async |(connection, _), key| {
            let key = key.of_one_tenant();
            check(&by_hand(connection, key).await?, key)
        },
    ));
    through_pools!(variants, bench, "get_result", 1, [Of::Each, Of::One], |tenants, scope, key| {
        through(tenants, scope, key).await
    });
    variants.extend(peers::variants(bench, Statement::Point).await?);
    variants.extend(peers::walled_variants(bench, Statement::Point).await?);
    variants.push(peers::pipelined(bench).await?);
    variants.extend(peers::sea_orm_of_one(bench, Statement::Point).await?);
    for (name, round_trips, method) in [
        ("checkout alone, bb8 default (Verified)", 1, RecyclingMethod::Verified),
        ("checkout alone, bb8 Fast", 0, RecyclingMethod::Fast),
    ] {
        let mut config = ManagerConfig::<AsyncPgConnection>::default();
        config.recycling_method = method;
        let address = bench.address(Kind::Open);
        let manager = AsyncDieselConnectionManager::new_with_config(address, config);
        let pool = bb8::Pool::builder().max_size(1).build(manager).await?;
        variants.push(Variant::new(name, round_trips, pool, async |pool, _| {
            let _connection = pool.get().await?;
            Ok(())
        }));
    }
    variants.push(Variant::new(
        "checkout alone, tenants.begin",
        0,
        bench.tenants(Kind::Plain).await?,
        async |(tenants, scopes), key| Ok(tenants.begin(&scopes[key.tenant]).await?.commit().await?),
    ));
    Ok(variants)
}

/// The statement that everything is compared with.
pub(crate) async fn by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<Agent> {
    plain::agents::table
        .filter(plain::agents::tenant_id.eq(tenant(key.tenant as u64)))
        .filter(plain::agents::id.eq(agent(key.agent)))
        .get_result(connection)
        .await
}

/// The same through a `TenantPool`, checked.
pub(crate) async fn through<C: TenantConnection<Backend = Pg>>(
    tenants: &TenantPool<C>,
    scope: &Scoped<TenantId>,
    key: Key,
) -> Result<(), Failure> {
    let query = scoped::agents::table.scoped(scope).filter(scoped::agents::id.eq(agent(key.agent)));
    check(&tenants.get_result(scope, query).await?, key)
}

/// Whether the row is the one that was asked for.
pub(crate) fn check(row: &Agent, key: Key) -> Result<(), Failure> {
    answers::point(row.tenant_id, row.id, key)
}
