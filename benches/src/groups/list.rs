//! A hundred rows of a tenant.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::through::{Of, through_pools};
use super::{Bench, Compared, answers, walled};
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};
use crate::peers;
use crate::schema::{Agent, plain, scoped, tenant};
use crate::work::{LIST, Statement};

pub(super) const TITLE: &str = "List of 100";

pub(super) const COMPARED: Compared =
    Compared { group: TITLE, by_hand: BY_HAND, scoped: SCOPED, best: SCOPED };

const BY_HAND: &str = "list by hand";
const SCOPED: &str = "scoped list, plain connection";

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![
        Variant::new(BY_HAND, 1, bench.connection(Kind::Open).await?, async |(connection, _), key| {
            check(&by_hand(connection, key).await?, key)
        }),
        Variant::new(SCOPED, 1, bench.connection(Kind::Open).await?, async |(connection, scopes), key| {
            let query =
                scoped::agents::table.scoped(&scopes[key.tenant]).order(scoped::agents::id).limit(LIST);
            check(&query.load(connection).await?, key)
        }),
    ];
    variants.extend(walled::by_hand(bench, "list", 1, by_hand, |rows, key| check(&rows, key)).await?);
    through_pools!(variants, bench, "load(list)", 1, [Of::Each], |tenants, scope, key| {
        let query = scoped::agents::table.scoped(scope).order(scoped::agents::id).limit(LIST);
        check(&tenants.load(scope, query).await?, key)
    });
    variants.extend(peers::variants(bench, Statement::List).await?);
    variants.extend(peers::walled_variants(bench, Statement::List).await?);
    Ok(variants)
}

async fn by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<Vec<Agent>> {
    plain::agents::table
        .filter(plain::agents::tenant_id.eq(tenant(key.tenant as u64)))
        .order(plain::agents::id)
        .limit(LIST)
        .load(connection)
        .await
}

fn check(rows: &[Agent], key: Key) -> Result<(), Failure> {
    answers::list(rows.iter().map(|row| (row.tenant_id, row.id)), key)
}
