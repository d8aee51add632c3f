//! Tenants in shared tables: the same number of rows each, so that the tables and their index grow.

use std::fmt::Write as _;
use std::rc::Rc;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_pool::TenantPool;

use super::curve::{Curve, Point};
use super::home::{Home, UNWALLED};
use super::{ROWS, memory, visit, within};
use crate::Failure;
use crate::databases::{Databases, Kind};
use crate::groups::{Scopes, expect, read, scopes};
use crate::measure::{self, Effort, Key, Variant, live_bytes};
use crate::schema::{self, Agent, plain, scoped, tenant};

/// The name of the connection whose backend is looked at.
const NAME: &str = "scale_shared";

/// The most connections of the pool that every tenant is visited through.
const CONNECTIONS: u32 = 8;

/// What was found.
pub(super) struct Shared {
    pub(super) selects: Curve,
    pub(super) lists: Curve,
    /// A row for each count.
    held: Vec<Held>,
}

/// What is held for so many tenants.
struct Held {
    tenants: usize,
    /// Of the table with its index, in bytes.
    table: i64,
    /// Of a scope, in bytes.
    scope: f64,
    /// What a `TenantPool` has allocated more once every tenant has been served, in bytes.
    kept: f64,
    connections: u32,
    /// Of a backend that has served point selects of tenants all over the table, in KiB.
    backend: f64,
}

/// Measures it at each count.
pub(super) async fn measure(
    databases: &Databases,
    counts: &[usize],
    effort: Effort,
) -> Result<Shared, Failure> {
    let mut shared =
        Shared { selects: Curve::new("tenants"), lists: Curve::new("tenants"), held: Vec::new() };
    for &count in counts {
        eprintln!("Scale: {count} tenants in shared tables …");
        let home = Home::create(databases, format!("scale_shared_{count}")).await?;
        fill(&home, count).await?;
        let before = live_bytes();
        let scopes = scopes(count as u64).await?;
        let scope = (live_bytes() - before) / count as f64;

        home.wall(Kind::Plain).await?;
        let (mut selects, mut lists) = (Vec::new(), Vec::new());
        for kinds in [&[Kind::Open, Kind::Plain][..], &[Kind::Sealed][..]] {
            let sealed = kinds == [Kind::Sealed];
            if sealed {
                home.wall(Kind::Sealed).await?;
            }
            let bench = Bench { home: &home, scopes: &scopes, kinds };
            for (points, variants) in
                [(&mut selects, bench.selects().await?), (&mut lists, bench.lists().await?)]
            {
                let measured = measure::measure(variants, effort, count, &mut None).await?;
                // The hand-written one was there before, as the base of the others.
                points.extend(Point::of(&measured).into_iter().skip(usize::from(sealed)));
            }
            if !sealed {
                shared.held.push(held(&home, &scopes, scope).await?);
            }
        }
        shared.selects.push(count, selects);
        shared.lists.push(count, lists);
        home.drop().await?;
    }
    Ok(shared)
}

impl Shared {
    pub(super) fn write(&self, text: &mut String) -> std::fmt::Result {
        self.selects.write("Shared tables: point select", text)?;
        self.lists.write(&format!("Shared tables: list of {ROWS}"), text)?;
        writeln!(
            text,
            "\n### Shared tables: what is held\n\n\
             `TenantPool` behind the plain wall with at most {CONNECTIONS} connections and a cap on those of a tenant; 16 tasks had every \
             tenant served once. A backend's memory is what it has for itself, without the shared buffers.\n\n\
             | tenants | rows | table and index, MB | a scope, bytes | kept by `TenantPool`, bytes | the same, a tenant | pools | connections | a backend, KiB |\n\
             |--:|--:|--:|--:|--:|--:|--:|--:|--:|"
        )?;
        for Held { tenants, table, scope, kept, connections, backend } in &self.held {
            writeln!(
                text,
                "| {tenants} | {} | {:.1} | {scope:.0} | {kept:.0} | {:.2} | 1 | {connections} | {backend:.0} |",
                tenants * ROWS as usize,
                *table as f64 / 1e6,
                kept / *tenants as f64
            )?;
        }
        Ok(())
    }
}

/// Fills the table before it has its key: an index that is built at once is built faster, and as dense each time. The foreign key
/// that goes with it is of a table that stays empty.
async fn fill(home: &Home<'_>, tenants: usize) -> Result<(), Failure> {
    home.statements(&[
        "ALTER TABLE agents DROP CONSTRAINT agents_pkey CASCADE",
        &schema::agents_of(&format!("0, {tenants} - 1"), ROWS),
        "ALTER TABLE agents ADD PRIMARY KEY (tenant_id, id)",
        "VACUUM ANALYZE agents",
        "CHECKPOINT",
    ])
    .await
}

async fn held(home: &Home<'_>, scopes: &Scopes, scope: f64) -> Result<Held, Failure> {
    let mut superuser = home.superuser().await?;
    let size = diesel::dsl::sql::<BigInt>("SELECT pg_total_relation_size('agents')");
    let table = size.get_result(&mut superuser).await?;
    let one = Rc::new(home.builder(Kind::Plain)?.max_connections(1).application_name(NAME).build().await?);
    for number in 0..scopes.len().min(1000) {
        let tenant = number * scopes.len() / scopes.len().min(1000);
        read::through(&one, &scopes[tenant], Key { tenant, agent: 1, turn: 0 }).await?;
    }
    let backend = memory::of_backend(&mut superuser, NAME).await?;
    drop(one);
    let several = Rc::new(
        home.builder(Kind::Plain)?.max_connections(CONNECTIONS).max_connections_per_tenant(4).build().await?,
    );
    // Every connection is opened and has its statement prepared before anything is counted.
    for _ in 0..64 {
        visit(&several, scopes, scopes.len().min(64)).await?;
    }
    let before = live_bytes();
    visit(&several, scopes, scopes.len()).await?;
    let kept = live_bytes() - before;
    let connections = several.state().connections;
    Ok(Held { tenants: scopes.len(), table, scope, kept, connections, backend })
}

/// What the variants are made with.
struct Bench<'a> {
    home: &'a Home<'a>,
    scopes: &'a Scopes,
    /// The kinds of `TenantPool` that stand beside the hand-written statement.
    kinds: &'a [Kind],
}

impl Bench<'_> {
    async fn connection(&self) -> Result<(AsyncPgConnection, Scopes), Failure> {
        Ok((self.home.connection(UNWALLED, "scale").await?, self.scopes.clone()))
    }

    async fn selects(&self) -> Result<Vec<Variant>, Failure> {
        let mut variants = vec![Variant::new(
            "select by hand",
            1,
            self.connection().await?,
            async |(connection, _), key| {
                let key = within(key);
                read::check(&read::by_hand(connection, key).await?, key)
            },
        )];
        if self.kinds.contains(&Kind::Open) {
            let state = self.connection().await?;
            variants.push(Variant::new("scoped select", 1, state, async |(connection, scopes), key| {
                let key = within(key);
                let agents = scoped::agents::table.scoped(&scopes[key.tenant]);
                let query = agents.filter(scoped::agents::id.eq(schema::agent(key.agent)));
                read::check(&query.get_result(connection).await?, key)
            }));
        }
        for &kind in self.kinds {
            let name = format!("tenants.get_result, {}", kind.words());
            let state = self.home.tenants(kind, self.scopes).await?;
            variants.push(Variant::new(name, 1, state, async |state: &mut State, key| {
                let (tenants, scopes) = &*state;
                read::through(tenants, &scopes[key.tenant], within(key)).await
            }));
        }
        Ok(variants)
    }

    async fn lists(&self) -> Result<Vec<Variant>, Failure> {
        let mut variants =
            vec![Variant::new("list by hand", 1, self.connection().await?, async |(connection, _), key| {
                let rows: Vec<Agent> = plain::agents::table
                    .filter(plain::agents::tenant_id.eq(tenant(key.tenant as u64)))
                    .order(plain::agents::id)
                    .limit(ROWS as i64)
                    .load(connection)
                    .await?;
                check(&rows, key)
            })];
        if self.kinds.contains(&Kind::Open) {
            let state = self.connection().await?;
            variants.push(Variant::new("scoped list", 1, state, async |(connection, scopes), key| {
                let agents = scoped::agents::table.scoped(&scopes[key.tenant]);
                check(&agents.order(scoped::agents::id).limit(ROWS as i64).load(connection).await?, key)
            }));
        }
        for &kind in self.kinds {
            let name = format!("tenants.load, {}", kind.words());
            let state = self.home.tenants(kind, self.scopes).await?;
            variants.push(Variant::new(name, 1, state, async |state: &mut State, key| {
                let (tenants, scopes) = &*state;
                let agents = scoped::agents::table.scoped(&scopes[key.tenant]);
                let query = agents.order(scoped::agents::id).limit(ROWS as i64);
                check(&tenants.load(&scopes[key.tenant], query).await?, key)
            }));
        }
        Ok(variants)
    }
}

type State = (TenantPool<AsyncPgConnection>, Scopes);

fn check(rows: &[Agent], key: Key) -> Result<(), Failure> {
    let own = tenant(key.tenant as u64);
    expect(rows.len() as u64 == ROWS && rows.iter().all(|row| row.tenant_id == own), "the list")
}
