//! A page of rows, each with its row of another tenant table.

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

pub(super) const TITLE: &str = "Join of two tenant tables";

pub(super) const COMPARED: Compared =
    Compared { group: TITLE, by_hand: BY_HAND, scoped: SCOPED, best: SCOPED };

const BY_HAND: &str = "join by hand";
const SCOPED: &str = "scoped join, plain connection";

/// A canvas: its agent's tenant, its id, its title, its agent's name.
type Joined = (Uuid, Uuid, String, String);

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![
        Variant::new(BY_HAND, 1, bench.connection(Kind::Open).await?, async |(connection, _), key| {
            check(&by_hand(connection, key).await?, key)
        }),
        Variant::new(SCOPED, 1, bench.connection(Kind::Open).await?, async |(connection, scopes), key| {
            use scoped::{agents, canvases};
            let scope = &scopes[key.tenant];
            let query = canvases::table
                .scoped(scope)
                .inner_join(agents::table.scoped(scope))
                .select((agents::tenant_id, canvases::id, canvases::title, agents::name))
                .order(canvases::id)
                .limit(PAGE);
            check(&query.load(connection).await?, key)
        }),
    ];
    variants.extend(walled::by_hand(bench, "join", 1, by_hand, |rows, key| check(&rows, key)).await?);
    through_pools!(variants, bench, "load(join)", 1, [Of::Each], |tenants, scope, key| {
        use scoped::{agents, canvases};
        let query = canvases::table
            .scoped(scope)
            .inner_join(agents::table.scoped(scope))
            .select((agents::tenant_id, canvases::id, canvases::title, agents::name))
            .order(canvases::id)
            .limit(PAGE);
        check(&tenants.load(scope, query).await?, key)
    });
    variants.extend(peers::variants(bench, Statement::Join).await?);
    variants.extend(peers::walled_variants(bench, Statement::Join).await?);
    Ok(variants)
}

async fn by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<Vec<Joined>> {
    use plain::{agents, canvases};
    let on = agents::tenant_id.eq(canvases::tenant_id).and(agents::id.eq(canvases::agent_id));
    canvases::table
        .inner_join(agents::table.on(on))
        .filter(canvases::tenant_id.eq(tenant(key.tenant as u64)))
        .select((agents::tenant_id, canvases::id, canvases::title, agents::name))
        .order(canvases::id)
        .limit(PAGE)
        .load(connection)
        .await
}

fn check(rows: &[Joined], key: Key) -> Result<(), Failure> {
    answers::join(rows.iter().map(|row| (row.0, row.1)), key)
}
