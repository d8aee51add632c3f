//! A page of rows, each with its rows of another tenant table, if there are any.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::through::{Of, through_pools};
use super::{Bench, Compared, answers, walled};
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};
use crate::peers;
use crate::schema::{plain, scoped, tenant};
use crate::work::{PAGE, Statement};

pub(super) const TITLE: &str = "LEFT JOIN of two tenant tables";

pub(super) const COMPARED: Compared =
    Compared { group: TITLE, by_hand: BY_HAND, scoped: SCOPED, best: SCOPED };

const BY_HAND: &str = "left join by hand";
const SCOPED: &str = "scoped left join, plain connection";

/// An agent: its tenant, its id, its name, the title of one of its canvases.
type Joined = (Uuid, Uuid, String, Option<String>);

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![
        Variant::new(BY_HAND, 1, bench.connection(Kind::Open).await?, async |(connection, _), key| {
            check(&by_hand(connection, key).await?, key)
        }),
        Variant::new(SCOPED, 1, bench.connection(Kind::Open).await?, async |(connection, scopes), key| {
            use scoped::{agents, canvases};
            let scope = &scopes[key.tenant];
            let query = agents::table
                .scoped(scope)
                .left_join(canvases::table.scoped(scope))
                .select((agents::tenant_id, agents::id, agents::name, canvases::title.nullable()))
                .order((agents::id, canvases::id))
                .limit(PAGE);
            check(&query.load(connection).await?, key)
        }),
    ];
    variants.extend(walled::by_hand(bench, "left join", 1, by_hand, |rows, key| check(&rows, key)).await?);
    through_pools!(variants, bench, "load(left join)", 1, [Of::Each], |tenants, scope, key| {
        use scoped::{agents, canvases};
        let query = agents::table
            .scoped(scope)
            .left_join(canvases::table.scoped(scope))
            .select((agents::tenant_id, agents::id, agents::name, canvases::title.nullable()))
            .order((agents::id, canvases::id))
            .limit(PAGE);
        check(&tenants.load(scope, query).await?, key)
    });
    variants.extend(peers::variants(bench, Statement::LeftJoin).await?);
    variants.extend(peers::walled_variants(bench, Statement::LeftJoin).await?);
    Ok(variants)
}

async fn by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<Vec<Joined>> {
    use plain::{agents, canvases};
    let on = canvases::tenant_id.eq(agents::tenant_id).and(canvases::agent_id.eq(agents::id));
    agents::table
        .left_join(canvases::table.on(on))
        .filter(agents::tenant_id.eq(tenant(key.tenant as u64)))
        .select((agents::tenant_id, agents::id, agents::name, canvases::title.nullable()))
        .order((agents::id, canvases::id))
        .limit(PAGE)
        .load(connection)
        .await
}

fn check(rows: &[Joined], key: Key) -> Result<(), Failure> {
    answers::left_join(rows.iter().map(|row| (row.0, row.1, row.3.is_some())), key)
}
