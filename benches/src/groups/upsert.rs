//! One row inserted where there is one of its key, which is changed. Diesel prepares an ON CONFLICT DO UPDATE each time: a round trip
//! more. The library keeps it prepared.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::insert_into;

use super::through::{Of, through_pools};
use super::{Bench, Compared, answers, walled};
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};
use crate::peers;
use crate::schema::{plain, scoped};
use crate::work::{Statement, new_agent};

pub(super) const TITLE: &str = "Upsert of a row that is there";

pub(super) const COMPARED: Compared =
    Compared { group: TITLE, by_hand: BY_HAND, scoped: SCOPED, best: SCOPED };

const BY_HAND: &str = "upsert by hand";
const SCOPED: &str = "scoped upsert, plain connection";

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![
        Variant::new(BY_HAND, 2, bench.connection(Kind::Open).await?, async |(connection, _), key| {
            done(by_hand(connection, key).await?)
        }),
        Variant::new(SCOPED, 1, bench.connection(Kind::Open).await?, async |(connection, scopes), key| {
            use scoped::agents;
            let statement = insert_into(agents::table.scoped(&scopes[key.tenant]))
                .values(new_agent(key))
                .on_conflict(agents::id)
                .do_update()
                .set(agents::budget.eq(excluded(agents::budget)));
            done(statement.execute(connection).await?)
        }),
        Variant::new(
            "BEGIN, upsert, COMMIT by hand, no wall",
            4,
            bench.connection(Kind::Open).await?,
            async |(connection, _), key| {
                let work = async |connection: &mut AsyncPgConnection| by_hand(connection, key).await;
                done(connection.transaction(work).await?)
            },
        ),
    ];
    variants.extend(walled::by_hand(bench, "upsert", 2, by_hand, |changed, _| done(changed)).await?);
    through_pools!(variants, bench, "execute(upsert)", 2, [Of::Each], |tenants, scope, key| {
        use scoped::agents;
        let statement = insert_into(agents::table.scoped(scope))
            .values(new_agent(key))
            .on_conflict(agents::id)
            .do_update()
            .set(agents::budget.eq(excluded(agents::budget)));
        done(tenants.execute(scope, statement).await?)
    });
    variants.extend(peers::variants(bench, Statement::Upsert).await?);
    variants.extend(peers::walled_variants(bench, Statement::Upsert).await?);
    Ok(variants)
}

async fn by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<usize> {
    use plain::agents;
    diesel::insert_into(agents::table)
        .values(new_agent(key).of(key))
        .on_conflict((agents::tenant_id, agents::id))
        .do_update()
        .set(agents::budget.eq(excluded(agents::budget)))
        .execute(connection)
        .await
}

fn done(changed: usize) -> Result<(), Failure> {
    answers::one(changed as u64)
}
