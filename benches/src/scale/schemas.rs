//! Tenants in schemas of their own, in one database: the first statement of a tenant, and every later one.

use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Instant;

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tenancy_pool::TenantPool;
use tenancy_pool::placement::NoAddresses;

use super::curve::{Curve, Point};
use super::home::{Home, UNWALLED};
use super::{ROWS, VISITORS, catalog, memory, visit, within};
use crate::Failure;
use crate::databases::{APPLICATION, Databases, Kind};
use crate::groups::walled::set_tenant;
use crate::groups::{Scopes, read, scopes};
use crate::measure::{self, Effort, Key, Variant, live_bytes, quantile};
use crate::schema::{self, tenant};

/// The connections whose backends are looked at.
const BY_HAND: &str = "scale_by_hand";
const PAST_WALL: &str = "scale_past_wall";
const BEHIND_WALL: &str = "scale_behind_wall";

/// The most connections of the pool that every tenant is visited through.
const CONNECTIONS: u32 = 8;

/// What was found.
pub(super) struct Schemas {
    /// Of statements of tenants that were there before.
    pub(super) warm: Curve,
    /// A row for each count.
    firsts: Vec<Firsts>,
}

/// What the first statements cost with so many schemas.
struct Firsts {
    schemas: usize,
    by_hand: First,
    past_wall: First,
    behind_wall: First,
    pool: u32,
}

/// The first statement of each tenant on one connection.
struct First {
    /// The times, in microseconds.
    times: Vec<f64>,
    /// What the client has allocated more after it, in bytes.
    kept: f64,
    /// The backend's memory before and after, in KiB.
    backend: [f64; 2],
}

/// Measures it at each count.
pub(super) async fn measure(
    databases: &Databases,
    counts: &[usize],
    effort: Effort,
) -> Result<Schemas, Failure> {
    let most = counts.iter().copied().max().unwrap_or_default();
    // The last one stays in the shared tables: it warms what is not to be measured.
    let scopes = scopes(most as u64 + 1).await?;
    let home = Home::create(databases, "scale_schemas").await?;
    home.statements(&[&schema::agents_of(&format!("0, {most}"), ROWS)]).await?;
    home.wall(Kind::Plain).await?;
    catalog::create(&home).await?;
    let entry = format!(
        "INSERT INTO tenancy.tenant_placements (tenant, status, kind) VALUES ('{}', 'active', 'shared')",
        tenant(most as u64)
    );
    home.statements(&[&entry]).await?;
    let mut schemas = Schemas { warm: Curve::new("schemas"), firsts: Vec::new() };
    let mut there = 0;
    for &count in counts {
        eprintln!("Scale: {count} schemas …");
        for number in there..count {
            add(&home, number).await?;
        }
        there = count;
        // Nothing does it by itself here, and the catalogs of the server have grown.
        home.statements(&["VACUUM ANALYZE", "CHECKPOINT"]).await?;
        let bench = Bench { home: &home, scopes: &scopes, count, warmer: most };
        let (firsts, visited) = bench.firsts().await?;
        schemas.firsts.push(firsts);
        let measured = measure::measure(bench.warm(visited).await?, effort, count, &mut None).await?;
        schemas.warm.push(count, Point::of(&measured));
    }
    home.drop().await?;
    Ok(schemas)
}

impl Schemas {
    /// The medians of the first statements, for the lines.
    pub(super) fn first_times(&self) -> (Vec<usize>, Vec<(String, Vec<f64>)>) {
        let of = |name: &str, first: fn(&Firsts) -> &First| {
            (name.to_owned(), self.firsts.iter().map(|firsts| first(firsts).median()).collect())
        };
        let series = vec![
            of("by hand, SET search_path", |firsts| &firsts.by_hand),
            of("tenants.get_result, no wall", |firsts| &firsts.past_wall),
            of("tenants.get_result, plain wall", |firsts| &firsts.behind_wall),
        ];
        (self.firsts.iter().map(|firsts| firsts.schemas).collect(), series)
    }

    pub(super) fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(
            text,
            "\n### Schemas: the first statement of a tenant\n\n\
             On one connection that has served a tenant of the shared tables before. By hand the place is known; `TenantPool` ask the \
             catalog for it, and behind the wall they look whether the schema has its wall. The median of all tenants (of one that is the \
             only one), in microseconds, and in brackets the 99th percentile; the ratios are of medians.\n\n\
             | schemas | by hand | to 1 | tenants, no wall | to 1 | to by hand | tenants, plain wall | to 1 | to by hand |\n\
             |--:|--:|--:|--:|--:|--:|--:|--:|--:|"
        )?;
        for firsts in &self.firsts {
            let [smallest, ..] = self.firsts.as_slice() else { break };
            let cells = |first: &First, smallest: &First| {
                let (median, late) = (first.median(), quantile(&first.times, 0.99));
                format!("{median:.0} ({late:.0}) | {:.2}", median / smallest.median())
            };
            let by_hand = firsts.by_hand.median();
            writeln!(
                text,
                "| {} | {} | {} | **{:.2}** | {} | **{:.2}** |",
                firsts.schemas,
                cells(&firsts.by_hand, &smallest.by_hand),
                cells(&firsts.past_wall, &smallest.past_wall),
                firsts.past_wall.median() / by_hand,
                cells(&firsts.behind_wall, &smallest.behind_wall),
                firsts.behind_wall.median() / by_hand,
            )?;
        }
        writeln!(
            text,
            "\n### Schemas: what is held\n\n\
             The backend's own memory before and after the first statements on that one connection, and what the client keeps for a tenant: \
             the catalog's answer, and that its schema was looked at. The last columns are of a pool of at most {CONNECTIONS} that {VISITORS} \
             tasks had every tenant served through: tenants in schemas share it.\n\n\
             | schemas | a backend by hand, KiB | a backend, no wall, KiB | a backend, plain wall, KiB | a tenant more, by hand, KiB | no wall | plain wall | \
             client, a tenant, no wall, bytes | plain wall | pools | connections |\n\
             |--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
        )?;
        for Firsts { schemas, by_hand, past_wall, behind_wall, pool } in &self.firsts {
            let all = [by_hand, past_wall, behind_wall];
            let backends =
                all.map(|First { backend: [before, after], .. }| format!("{before:.0} → {after:.0}"));
            let more = all.map(|First { backend: [before, after], .. }| {
                format!("{:.1}", (after - before) / *schemas as f64)
            });
            let kept = [past_wall, behind_wall].map(|first| format!("{:.0}", first.kept / *schemas as f64));
            writeln!(
                text,
                "| {schemas} | {} | {} | {} | 1 | {pool} |",
                backends.join(" | "),
                more.join(" | "),
                kept.join(" | ")
            )?;
        }
        self.warm.write("Schemas: every later point select", text)
    }
}

impl First {
    fn median(&self) -> f64 {
        quantile(&self.times, 0.5)
    }
}

/// The name of a tenant's schema.
fn name(number: usize) -> String {
    format!("tenant_{number}")
}

/// Adds a schema with the tables, the tenant's rows and its wall, and its line in the catalog.
async fn add(home: &Home<'_>, number: usize) -> Result<(), Failure> {
    let (schema, tenant) = (name(number), tenant(number as u64));
    let (tables, rows) = (schema::TABLES, schema::agents_of(&format!("{number}, {number}"), ROWS));
    let wall = Kind::Plain.security()?.in_tenant_schema(&schema.parse()?).tables_migration().up();
    home.statements(&[&format!(
        "CREATE SCHEMA {schema};
         SET LOCAL search_path = {schema};
         {tables}
         {rows};
         SET LOCAL search_path = public;
         {wall}
         INSERT INTO tenancy.tenant_placements (tenant, status, kind, schema_name) VALUES ('{tenant}', 'active', 'schema', '{schema}')"
    )])
    .await
}

/// What is measured with.
struct Bench<'a> {
    home: &'a Home<'a>,
    scopes: &'a Scopes,
    /// How many schemas there are.
    count: usize,
    /// The tenant in the shared tables.
    warmer: usize,
}

type State = (TenantPool<AsyncPgConnection>, Scopes);

impl Bench<'_> {
    /// The first statements, and the `TenantPool`s that have had them, each with its kind of wall.
    async fn firsts(&self) -> Result<(Firsts, [(Kind, TenantPool<AsyncPgConnection>); 2]), Failure> {
        let mut superuser = self.home.superuser().await?;
        let mut by_hand = self.home.connection(UNWALLED, BY_HAND).await?;
        let key = |tenant| Key { tenant, agent: 1, turn: 0 };
        let warmer = key(self.warmer);
        read::check(&read::by_hand(&mut by_hand, warmer).await?, warmer)?;
        let mut first = First::begin(memory::of_backend(&mut superuser, BY_HAND).await?);
        for number in 0..self.count {
            let begin = Instant::now();
            select_by_hand(&mut by_hand, key(number)).await?;
            first.times.push(begin.elapsed().as_secs_f64() * 1e6);
        }
        first.end(memory::of_backend(&mut superuser, BY_HAND).await?);
        let (past_wall, open) = self.first(Kind::Open, PAST_WALL, &mut superuser).await?;
        let (behind_wall, plain) = self.first(Kind::Plain, BEHIND_WALL, &mut superuser).await?;
        let pool = self.pool().await?;
        let firsts = Firsts { schemas: self.count, by_hand: first, past_wall, behind_wall, pool };
        Ok((firsts, [(Kind::Open, open), (Kind::Plain, plain)]))
    }

    /// The first statement of every tenant through a `TenantPool`.
    async fn first(
        &self,
        kind: Kind,
        name: &str,
        superuser: &mut AsyncPgConnection,
    ) -> Result<(First, TenantPool<AsyncPgConnection>), Failure> {
        let catalog = catalog::open(self.home, NoAddresses).await?;
        let builder = self.home.builder(kind)?.catalog(catalog).max_connections(1).application_name(name);
        let tenants = builder.build().await?;
        let key = |tenant| Key { tenant, agent: 1, turn: 0 };
        read::through(&tenants, &self.scopes[self.warmer], key(self.warmer)).await?;
        let mut first = First::begin(memory::of_backend(superuser, name).await?);
        first.times.reserve(self.count);
        let before = live_bytes();
        for number in 0..self.count {
            let begin = Instant::now();
            read::through(&tenants, &self.scopes[number], key(number)).await?;
            first.times.push(begin.elapsed().as_secs_f64() * 1e6);
        }
        first.kept = live_bytes() - before;
        first.end(memory::of_backend(superuser, name).await?);
        Ok((first, tenants))
    }

    /// The connections of a pool that has served all tenants.
    async fn pool(&self) -> Result<u32, Failure> {
        let catalog = catalog::open(self.home, NoAddresses).await?;
        let builder = self.home.builder(Kind::Open)?.catalog(catalog).max_connections(CONNECTIONS);
        let tenants = Rc::new(builder.build().await?);
        for _ in 0..2 {
            visit(&tenants, self.scopes, self.count).await?;
        }
        Ok(tenants.state().connections)
    }

    /// Every later statement. The first is the hand-written one in shared tables.
    async fn warm(
        &self,
        visited: [(Kind, TenantPool<AsyncPgConnection>); 2],
    ) -> Result<Vec<Variant>, Failure> {
        // Who is measured has been in every schema before.
        let connection = async |role| {
            let mut connection = self.home.connection(role, "scale").await?;
            for number in 0..self.count {
                select_in_transaction(&mut connection, Key { tenant: number, agent: 1, turn: 0 }).await?;
            }
            Ok::<_, Failure>(connection)
        };
        let mut variants = vec![
            Variant::new(
                "select by hand, shared tables",
                1,
                connection(UNWALLED).await?,
                async |connection, key| {
                    let key = within(key);
                    read::check(&read::by_hand(connection, key).await?, key)
                },
            ),
            Variant::new(
                "SET search_path, select by hand",
                2,
                connection(UNWALLED).await?,
                async |connection: &mut AsyncPgConnection, key| select_by_hand(connection, within(key)).await,
            ),
            Variant::new(
                "BEGIN, SET LOCAL search_path, set_config, select, COMMIT by hand, plain wall",
                5,
                connection(APPLICATION).await?,
                async |connection: &mut AsyncPgConnection, key| {
                    select_in_transaction(connection, within(key)).await
                },
            ),
        ];
        let shared = self.home.tenants(Kind::Plain, self.scopes).await?;
        variants.push(through("tenants.get_result, shared tables, plain wall".to_owned(), shared));
        for (kind, tenants) in visited {
            let state = (tenants, self.scopes.clone());
            variants.push(through(format!("tenants.get_result, schemas, {}", kind.words()), state));
        }
        Ok(variants)
    }
}

fn through(name: String, state: State) -> Variant {
    Variant::new(name, 1, state, async |state: &mut State, key| {
        let (tenants, scopes) = &*state;
        read::through(tenants, &scopes[key.tenant], within(key)).await
    })
}

fn path(set: &str, tenant: usize) -> String {
    format!("{set} search_path TO {}, pg_temp", name(tenant))
}

/// In the tenant's schema, as one writes it who has the connection for himself.
async fn select_by_hand(connection: &mut AsyncPgConnection, key: Key) -> Result<(), Failure> {
    connection.batch_execute(&path("SET", key.tenant)).await?;
    read::check(&read::by_hand(connection, key).await?, key)
}

/// The same, with the tenant told to the wall, and nothing left behind.
async fn select_in_transaction(connection: &mut AsyncPgConnection, key: Key) -> Result<(), Failure> {
    let row = connection
        .transaction(async |connection| {
            connection.batch_execute(&path("SET LOCAL", key.tenant)).await?;
            set_tenant(key.tenant).execute(connection).await?;
            read::by_hand(connection, key).await
        })
        .await?;
    read::check(&row, key)
}

impl First {
    fn begin(backend: f64) -> Self {
        Self { times: Vec::new(), kept: 0.0, backend: [backend, f64::NAN] }
    }

    fn end(&mut self, backend: f64) {
        self.backend[1] = backend;
    }
}
