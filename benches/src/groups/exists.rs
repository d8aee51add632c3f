//! Whether there is a row, which it is in every second turn.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::through::{Of, through_pools};
use super::{Bench, Compared, answers, walled};
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};
use crate::peers;
use crate::schema::{plain, scoped, tenant};
use crate::work::{Statement, asked};

pub(super) const TITLE: &str = "Exists";

pub(super) const COMPARED: Compared =
    Compared { group: TITLE, by_hand: BY_HAND, scoped: SCOPED, best: SCOPED };

const BY_HAND: &str = "exists by hand";
const SCOPED: &str = "scoped exists, plain connection";

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![
        Variant::new(BY_HAND, 1, bench.connection(Kind::Open).await?, async |(connection, _), key| {
            answers::exists(by_hand(connection, key).await?, key)
        }),
        Variant::new(SCOPED, 1, bench.connection(Kind::Open).await?, async |(connection, scopes), key| {
            let row =
                scoped::agents::table.scoped(&scopes[key.tenant]).filter(scoped::agents::id.eq(asked(key)));
            answers::exists(diesel::select(exists(row)).get_result(connection).await?, key)
        }),
    ];
    variants.extend(walled::by_hand(bench, "exists", 1, by_hand, answers::exists).await?);
    through_pools!(variants, bench, "get_result(exists)", 1, [Of::Each], |tenants, scope, key| {
        let row = scoped::agents::table.scoped(scope).filter(scoped::agents::id.eq(asked(key)));
        answers::exists(tenants.get_result(scope, diesel::select(exists(row))).await?, key)
    });
    variants.extend(peers::variants(bench, Statement::Exists).await?);
    variants.extend(peers::walled_variants(bench, Statement::Exists).await?);
    Ok(variants)
}

async fn by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<bool> {
    let row = plain::agents::table
        .filter(plain::agents::tenant_id.eq(tenant(key.tenant as u64)))
        .filter(plain::agents::id.eq(asked(key)));
    diesel::select(exists(row)).get_result(connection).await
}
