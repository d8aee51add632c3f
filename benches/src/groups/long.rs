//! Transactions of several statements. Diesel prepares the UPDATE each time; the library keeps it prepared.

use diesel::QueryResult;
use diesel_async::{AsyncConnection, AsyncPgConnection};

use super::{Bench, Scopes, answers, expect, read, walled, write};
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};

pub(super) const TITLE: &str = "Longer transactions";

/// The reads of the longest.
pub(super) const READS: u64 = 10;

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![Variant::new(
        "read, read, update by hand",
        6,
        bench.connection(Kind::Open).await?,
        async |(connection, _), key| {
            let work = async |connection: &mut AsyncPgConnection| three_by_hand(connection, key).await;
            done(connection.transaction(work).await?)
        },
    )];
    let name = "read, read, update";
    variants.extend(walled::by_hand(bench, name, 4, three_by_hand, |changed, _| done(changed)).await?);
    for kind in Kind::ALL {
        variants.push(Variant::new(
            format!("tenants.transaction(read, read, update), {}", kind.words()),
            4,
            bench.tenants(kind).await?,
            async |(tenants, scopes): &mut (_, Scopes), key| {
                done(in_tenants::three(tenants, &scopes[key.tenant], key).await?)
            },
        ));
    }
    for kind in Kind::ALL {
        variants.push(Variant::new(
            format!("tenants.transaction(ten reads), {}", kind.words()),
            11,
            bench.tenants(kind).await?,
            async |(tenants, scopes): &mut (_, Scopes), key| {
                expect(in_tenants::ten(tenants, &scopes[key.tenant], key).await? == READS, "the count")
            },
        ));
    }
    Ok(variants)
}

async fn three_by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<usize> {
    for agent in [key.agent, 0] {
        read::by_hand(connection, Key { agent, ..key }).await?;
    }
    write::by_hand(connection, key).await
}

fn done(changed: usize) -> Result<(), Failure> {
    answers::one(changed as u64)
}

/// The same through a `TenantPool`, whose verbs have the names of diesel-async's.
mod in_tenants {
    use diesel::prelude::*;
    use diesel_async::AsyncPgConnection;
    use tenancy_diesel::{Scoped, TenantId, update};
    use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};

    use super::READS;
    use crate::measure::Key;
    use crate::schema::scoped::agents;
    use crate::schema::{Agent, agent};

    pub(super) async fn three(
        tenants: &TenantPool<AsyncPgConnection>,
        scope: &Scoped<TenantId>,
        key: Key,
    ) -> Result<usize, PoolError> {
        tenants
            .transaction(scope, async |tx| {
                for number in [key.agent, 0] {
                    let row: Agent = agents::table
                        .scoped(scope)
                        .filter(agents::id.eq(agent(number)))
                        .get_result(tx)
                        .await?;
                    drop(row);
                }
                let own = update(agents::table.scoped(scope)).filter(agents::id.eq(agent(key.agent)));
                Ok(own.set(agents::budget.eq(key.turn)).execute(tx).await?)
            })
            .await
    }

    pub(super) async fn ten(
        tenants: &TenantPool<AsyncPgConnection>,
        scope: &Scoped<TenantId>,
        key: Key,
    ) -> Result<u64, PoolError> {
        tenants
            .transaction(scope, async |tx| {
                let mut read = 0;
                for number in 0..READS {
                    let id = agent((key.agent + number) % crate::schema::AGENTS);
                    let row: Agent =
                        agents::table.scoped(scope).filter(agents::id.eq(id)).get_result(tx).await?;
                    read += u64::from(row.id == id);
                }
                Ok::<_, PoolError>(read)
            })
            .await
    }
}
