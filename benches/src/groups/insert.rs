//! One row inserted.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::insert_into;

use super::through::{Of, through_pools};
use super::{Bench, Compared, answers, walled};
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};
use crate::peers;
use crate::schema::{plain, scoped};
use crate::work::{Statement, reading};

pub(super) const TITLE: &str = "Insert of one row";

pub(super) const COMPARED: Compared =
    Compared { group: TITLE, by_hand: BY_HAND, scoped: SCOPED, best: SCOPED };

const BY_HAND: &str = "insert by hand";
const SCOPED: &str = "scoped insert, plain connection";

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![
        Variant::new(BY_HAND, 1, bench.connection(Kind::Open).await?, async |(connection, _), key| {
            done(by_hand(connection, key).await?)
        }),
        Variant::new(SCOPED, 1, bench.connection(Kind::Open).await?, async |(connection, scopes), key| {
            let into = insert_into(scoped::readings::table.scoped(&scopes[key.tenant]));
            done(into.values(reading(key)).execute(connection).await?)
        }),
        Variant::new(
            "BEGIN, insert, COMMIT by hand, no wall",
            3,
            bench.connection(Kind::Open).await?,
            async |(connection, _), key| {
                let work = async |connection: &mut AsyncPgConnection| by_hand(connection, key).await;
                done(connection.transaction(work).await?)
            },
        ),
    ];
    variants.extend(walled::by_hand(bench, "insert", 1, by_hand, |inserted, _| done(inserted)).await?);
    through_pools!(variants, bench, "execute(insert)", 2, [Of::Each], |tenants, scope, key| {
        let statement = insert_into(scoped::readings::table.scoped(scope)).values(reading(key));
        done(tenants.execute(scope, statement).await?)
    });
    variants.extend(peers::variants(bench, Statement::Insert).await?);
    variants.extend(peers::walled_variants(bench, Statement::Insert).await?);
    Ok(variants)
}

async fn by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<usize> {
    diesel::insert_into(plain::readings::table).values(reading(key).of(key)).execute(connection).await
}

fn done(inserted: usize) -> Result<(), Failure> {
    answers::one(inserted as u64)
}
