//! One row changed by its key. Diesel prepares an UPDATE each time, which is a round trip more; the library keeps it prepared.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::through::{Of, through_pools};
use super::{Bench, Compared, answers, walled};
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};
use crate::peers;
use crate::schema::{agent, plain, scoped, tenant};
use crate::work::Statement;

pub(crate) const TITLE: &str = "Update by id";

pub(super) const COMPARED: Compared =
    Compared { group: TITLE, by_hand: BY_HAND, scoped: SCOPED, best: SCOPED };

const BY_HAND: &str = "update by hand";
const SCOPED: &str = "scoped update, plain connection";

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![
        Variant::new(BY_HAND, 2, bench.connection(Kind::Open).await?, async |(connection, _), key| {
            done(by_hand(connection, key).await?)
        }),
        Variant::new(SCOPED, 1, bench.connection(Kind::Open).await?, async |(connection, scopes), key| {
            let statement = tenancy_diesel::update(scoped::agents::table.scoped(&scopes[key.tenant]))
                .filter(scoped::agents::id.eq(agent(key.agent)))
                .set(scoped::agents::budget.eq(key.turn));
            done(statement.execute(connection).await?)
        }),
        Variant::new(
            "update by hand, in a transaction",
            4,
            bench.connection(Kind::Open).await?,
            async |(connection, _), key| {
                let changed =
                    connection.transaction(async |connection| by_hand(connection, key).await).await?;
                done(changed)
            },
        ),
    ];
    variants.extend(walled::by_hand(bench, "update", 2, by_hand, |changed, _| done(changed)).await?);
    variants.push(Variant::new(
        "scoped update, plain connection, one tenant",
        1,
        bench.connection(Kind::Open).await?,
        async |(connection, scopes), key| {
            let key = key.of_one_tenant();
            let statement = tenancy_diesel::update(scoped::agents::table.scoped(&scopes[key.tenant]))
                .filter(scoped::agents::id.eq(agent(key.agent)))
                .set(scoped::agents::budget.eq(key.turn));
            done(statement.execute(connection).await?)
        },
    ));
    through_pools!(variants, bench, "execute(update)", 2, [Of::Each, Of::One], |tenants, scope, key| {
        let statement = tenancy_diesel::update(scoped::agents::table.scoped(scope))
            .filter(scoped::agents::id.eq(agent(key.agent)))
            .set(scoped::agents::budget.eq(key.turn));
        done(tenants.execute(scope, statement).await?)
    });
    variants.extend(peers::variants(bench, Statement::Update).await?);
    variants.extend(peers::walled_variants(bench, Statement::Update).await?);
    Ok(variants)
}

/// The statement that everything is compared with.
pub(crate) async fn by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<usize> {
    let row = plain::agents::table
        .filter(plain::agents::tenant_id.eq(tenant(key.tenant as u64)))
        .filter(plain::agents::id.eq(agent(key.agent)));
    diesel::update(row).set(plain::agents::budget.eq(key.turn)).execute(connection).await
}

fn done(changed: usize) -> Result<(), Failure> {
    answers::one(changed as u64)
}
