//! A hundred rows of a tenant.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::{Bench, expect, set_tenant};
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};
use crate::schema::{Agent, plain, scoped, tenant};

pub(super) const TITLE: &str = "List of 100";

const ROWS: i64 = 100;

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![
        Variant::new("list by hand", 1, bench.connection(Kind::Open).await?, async |(connection, _), key| {
            check(&by_hand(connection, key).await?, key)
        }),
        Variant::new(
            "scoped list, plain connection",
            1,
            bench.connection(Kind::Open).await?,
            async |(connection, scopes), key| {
                let query =
                    scoped::agents::table.scoped(&scopes[key.tenant]).order(scoped::agents::id).limit(ROWS);
                check(&query.load(connection).await?, key)
            },
        ),
        Variant::new(
            "BEGIN, set_config, list, COMMIT by hand, plain wall",
            4,
            bench.connection(Kind::Plain).await?,
            async |(connection, _), key| {
                let rows = connection
                    .transaction(async |connection| {
                        set_tenant(key.tenant).execute(connection).await?;
                        by_hand(connection, key).await
                    })
                    .await?;
                check(&rows, key)
            },
        ),
    ];
    for kind in Kind::ALL {
        variants.push(Variant::new(
            format!("tenants.load(list), {}", kind.words()),
            1,
            bench.tenants(kind).await?,
            async |state, key| {
                let (tenants, scopes) = &*state;
                let scope = &scopes[key.tenant];
                let query = scoped::agents::table.scoped(scope).order(scoped::agents::id).limit(ROWS);
                check(&tenants.load(scope, query).await?, key)
            },
        ));
    }
    Ok(variants)
}

async fn by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<Vec<Agent>> {
    plain::agents::table
        .filter(plain::agents::tenant_id.eq(tenant(key.tenant as u64)))
        .order(plain::agents::id)
        .limit(ROWS)
        .load(connection)
        .await
}

fn check(rows: &[Agent], key: Key) -> Result<(), Failure> {
    let own = tenant(key.tenant as u64);
    expect(rows.len() as i64 == ROWS && rows.iter().all(|row| row.tenant_id == own), "the list")
}
