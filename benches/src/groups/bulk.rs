//! A thousand rows inserted by one statement.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::insert_into;
use uuid::Uuid;

use super::{Bench, expect, set_tenant};
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};
use crate::schema::{plain, scoped, tenant};

pub(super) const TITLE: &str = "Insert of 1,000 rows";

pub(super) const ROWS: i64 = 1000;

pub(super) async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = vec![
        Variant::new(
            "values(vec) by hand",
            2,
            bench.connection(Kind::Open).await?,
            async |(connection, _), key| done(by_hand(connection, key).await?),
        ),
        Variant::new(
            "scoped values(vec), plain connection",
            2,
            bench.connection(Kind::Open).await?,
            async |(connection, scopes), key| {
                let rows: Vec<_> = rows(key).collect();
                let into = insert_into(scoped::readings::table.scoped(&scopes[key.tenant]));
                done(into.values(rows).execute(connection).await?)
            },
        ),
        Variant::new(
            "bulk(rows), plain connection",
            1,
            bench.connection(Kind::Open).await?,
            async |(connection, scopes), key| {
                let into = insert_into(scoped::readings::table.scoped(&scopes[key.tenant]));
                done(into.bulk(rows(key)).execute(connection).await?)
            },
        ),
        Variant::new(
            "BEGIN, set_config, values(vec), COMMIT by hand, plain wall",
            5,
            bench.connection(Kind::Plain).await?,
            async |(connection, _), key| {
                let inserted = connection
                    .transaction(async |connection| {
                        set_tenant(key.tenant).execute(connection).await?;
                        by_hand(connection, key).await
                    })
                    .await?;
                done(inserted)
            },
        ),
        Variant::new(
            "tenants.execute(values(vec)), plain wall",
            3,
            bench.tenants(Kind::Plain).await?,
            async |state, key| {
                let (tenants, scopes) = &*state;
                let scope = &scopes[key.tenant];
                let rows: Vec<_> = rows(key).collect();
                let statement = insert_into(scoped::readings::table.scoped(scope)).values(rows);
                done(tenants.execute(scope, statement).await?)
            },
        ),
    ];
    for kind in Kind::ALL {
        variants.push(Variant::new(
            format!("tenants.execute(bulk), {}", kind.words()),
            2,
            bench.tenants(kind).await?,
            async |state, key| {
                let (tenants, scopes) = &*state;
                let scope = &scopes[key.tenant];
                let statement = insert_into(scoped::readings::table.scoped(scope)).bulk(rows(key));
                done(tenants.execute(scope, statement).await?)
            },
        ));
    }
    Ok(variants)
}

/// What is in a row beside its tenant.
#[derive(Insertable)]
#[diesel(table_name = scoped::readings)]
struct Reading {
    id: i64,
    label: String,
    score: i32,
    note: &'static str,
}

/// The same with the tenant, by hand.
#[derive(Insertable)]
#[diesel(table_name = plain::readings)]
struct TenantsReading {
    tenant_id: Uuid,
    id: i64,
    label: String,
    score: i32,
    note: &'static str,
}

fn rows(key: Key) -> impl Iterator<Item = Reading> {
    (0..ROWS).map(move |row| Reading {
        id: key.turn * ROWS + row,
        label: format!("reading {row}"),
        score: row as i32,
        note: "neither short nor long",
    })
}

async fn by_hand(connection: &mut AsyncPgConnection, key: Key) -> QueryResult<usize> {
    let tenant_id = tenant(key.tenant as u64);
    let rows: Vec<_> = rows(key)
        .map(|Reading { id, label, score, note }| TenantsReading { tenant_id, id, label, score, note })
        .collect();
    diesel::insert_into(plain::readings::table).values(rows).execute(connection).await
}

fn done(inserted: usize) -> Result<(), Failure> {
    expect(inserted as i64 == ROWS, "the count")
}
