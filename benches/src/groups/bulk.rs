//! A thousand rows inserted by one statement.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::insert_into;

use super::through::{Of, through_pools};
use super::{Bench, Compared, answers, walled};
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};
use crate::peers;
use crate::schema::{plain, scoped};
use crate::work::{Statement, readings};

pub(super) const TITLE: &str = "Insert of 1,000 rows";

pub(super) const COMPARED: Compared = Compared { group: TITLE, by_hand: BY_HAND, scoped: SCOPED, best: BULK };

const BY_HAND: &str = "values(vec) by hand";
const SCOPED: &str = "scoped values(vec), plain connection";
const BULK: &str = "bulk(rows), plain connection";

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![
        Variant::new(BY_HAND, 2, bench.connection(Kind::Open).await?, async |(connection, _), key| {
            done(by_hand(connection, key).await?)
        }),
        Variant::new(SCOPED, 2, bench.connection(Kind::Open).await?, async |(connection, scopes), key| {
            let rows: Vec<_> = readings(key).collect();
            let into = insert_into(scoped::readings::table.scoped(&scopes[key.tenant]));
            done(into.values(rows).execute(connection).await?)
        }),
        Variant::new(BULK, 1, bench.connection(Kind::Open).await?, async |(connection, scopes), key| {
            let into = insert_into(scoped::readings::table.scoped(&scopes[key.tenant]));
            done(into.bulk(readings(key)).execute(connection).await?)
        }),
        Variant::new(
            "tenants.execute(values(vec)), plain wall",
            3,
            bench.tenants(Kind::Plain).await?,
            async |state, key| {
                let (tenants, scopes) = &*state;
                let scope = &scopes[key.tenant];
                let rows: Vec<_> = readings(key).collect();
                let statement = insert_into(scoped::readings::table.scoped(scope)).values(rows);
                done(tenants.execute(scope, statement).await?)
            },
        ),
    ];
    variants.extend(walled::by_hand(bench, "values(vec)", 2, by_hand, |inserted, _| done(inserted)).await?);
    through_pools!(variants, bench, "execute(bulk)", 2, [Of::Each], |tenants, scope, key| {
        let statement = insert_into(scoped::readings::table.scoped(scope)).bulk(readings(key));
        done(tenants.execute(scope, statement).await?)
    });
    variants.extend(peers::variants(bench, Statement::Bulk).await?);
    variants.extend(peers::walled_variants(bench, Statement::Bulk).await?);
    Ok(variants)
}

async fn by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<usize> {
    let rows: Vec<_> = readings(key).map(|row| row.of(key)).collect();
    diesel::insert_into(plain::readings::table).values(rows).execute(connection).await
}

fn done(inserted: usize) -> Result<(), Failure> {
    answers::thousand(inserted as u64)
}
