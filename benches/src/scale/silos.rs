//! Tenants in databases of their own: a pool for each, and no more of them than the library is told.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use diesel_async::AsyncPgConnection;
use tenancy_pool::TenantPool;
use tenancy_pool::placement::{DatabaseAddress, DatabaseName, DatabasePoolsOptions};

use super::home::{Home, UNWALLED};
use super::{ROWS, catalog, memory};
use crate::Failure;
use crate::databases::{APPLICATION, Databases, Kind};
use crate::groups::{Scopes, expect, read, scopes};
use crate::measure::{Key, live_bytes, quantile};
use crate::schema::{self, tenant};

/// The name of the connections that are counted.
const NAME: &str = "scale_silos";

/// How long a pool may be unused.
const IDLE: Duration = Duration::from_secs(1);

/// What was found.
pub(super) struct Silos {
    /// The most pools that there may be.
    most: usize,
    /// One for each count.
    rows: Vec<Row>,
}

/// With so many databases.
struct Row {
    databases: usize,
    /// Of the first statement of each tenant, by hand and through a `TenantPool`, in microseconds.
    first: [f64; 2],
    /// Of the later ones, the databases one after the other.
    later: [f64; 2],
    /// What the client has allocated more for a pool that is open, in bytes.
    kept: f64,
    /// DatabasePools that are open, and that have been opened.
    open: usize,
    opened: u64,
    /// Connections to all databases, with the one to the shared tables.
    connections: usize,
    /// The same when nothing was asked for a while.
    idle_open: usize,
    idle_connections: usize,
}

/// Measures it at each count, with at most `most` pools.
pub(super) async fn measure(databases: &Databases, counts: &[usize], most: usize) -> Result<Silos, Failure> {
    let all = counts.iter().copied().max().unwrap_or_default();
    let scopes = scopes(all as u64).await?;
    let home = Home::create(databases, "scale_silo_home").await?;
    home.wall(Kind::Plain).await?;
    catalog::create(&home).await?;
    let mut silos = Vec::new();
    for number in 0..all {
        let silo = Home::create(databases, format!("scale_silo_{number}")).await?;
        silo.statements(&[&schema::agents_of(&format!("{number}, {number}"), ROWS), "VACUUM ANALYZE agents"])
            .await?;
        silo.wall(Kind::Plain).await?;
        let entry = format!(
            "INSERT INTO tenancy.tenant_placements (tenant, status, kind, database_name)
             VALUES ('{}', 'active', 'database', '{}')",
            tenant(number as u64),
            silo.name
        );
        home.statements(&[&entry]).await?;
        silos.push(silo);
    }
    let bench = Bench { home: &home, silos: &silos, scopes: &scopes, most };
    let mut rows = Vec::new();
    for &count in counts {
        eprintln!("Scale: {count} databases …");
        rows.push(bench.row(count).await?);
    }
    for home in silos.into_iter().chain([home]) {
        home.drop().await?;
    }
    Ok(Silos { most, rows })
}

impl Silos {
    pub(super) fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(
            text,
            "\n### Databases of their own\n\n\
             `TenantPool` behind the plain wall with at most {} pools of at most two connections, each closed after {:.0} s without use. The \
             first statement opens the pool and looks whether its database has its wall; by hand it opens a connection, which then stays. \
             Then the databases are asked in turn, again and again: where there are more of them than pools, every turn finds its pool closed, \
             which is the worst there is. Medians, in microseconds; the bytes are the client's.\n\n\
             | databases | first, by hand | first, tenants | to 1 | to by hand | later, by hand | later, tenants | to 1 | to by hand | bytes a pool | pools open | \
             opened in all | connections | pools after {:.0} s | connections then |\n\
             |--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
            self.most,
            IDLE.as_secs_f64(),
            IDLE.as_secs_f64() * 2.0
        )?;
        let [smallest, ..] = self.rows.as_slice() else { return Ok(()) };
        for row in &self.rows {
            let times = |[by_hand, tenants]: [f64; 2], smallest: [f64; 2]| {
                format!(
                    "{by_hand:.0} | {tenants:.0} | {:.2} | **{:.2}**",
                    tenants / smallest[1],
                    tenants / by_hand
                )
            };
            writeln!(
                text,
                "| {} | {} | {} | {:.0} | {} | {} | {} | {} | {} |",
                row.databases,
                times(row.first, smallest.first),
                times(row.later, smallest.later),
                row.kept,
                row.open,
                row.opened,
                row.connections,
                row.idle_open,
                row.idle_connections
            )?;
        }
        Ok(())
    }
}

/// What is measured with.
struct Bench<'a> {
    home: &'a Home<'a>,
    silos: &'a [Home<'a>],
    scopes: &'a Scopes,
    most: usize,
}

impl Bench<'_> {
    async fn row(&self, count: usize) -> Result<Row, Failure> {
        let key = |tenant| Key { tenant, agent: 1, turn: 0 };
        // Where each finds its pool closed, a turn takes its time.
        let turns = if count > self.most { 4 } else { (100 / count).max(4) };
        let (mut first, mut later) = (Vec::new(), Vec::new());
        let mut connections = Vec::new();
        for (number, silo) in self.silos[..count].iter().enumerate() {
            let begin = Instant::now();
            let mut connection = silo.connection(UNWALLED, "scale").await?;
            read::check(&read::by_hand(&mut connection, key(number)).await?, key(number))?;
            first.push(begin.elapsed());
            connections.push(connection);
        }
        for _ in 0..turns {
            for (number, connection) in connections.iter_mut().enumerate() {
                let begin = Instant::now();
                read::check(&read::by_hand(connection, key(number)).await?, key(number))?;
                later.push(begin.elapsed());
            }
        }
        drop(connections);
        let by_hand = [median(&first), median(&later)];

        let tenants = self.tenants().await?;
        let before = live_bytes();
        let (mut first, mut later) = (Vec::new(), Vec::new());
        for turn in 0..=turns {
            for (number, scope) in self.scopes[..count].iter().enumerate() {
                let begin = Instant::now();
                read::through(&tenants, scope, key(number)).await?;
                if turn == 0 { &mut first } else { &mut later }.push(begin.elapsed());
                let open = stats(&tenants)?.0;
                expect(open <= self.most, "the number of open pools")?;
            }
        }
        let (open, opened) = stats(&tenants)?;
        let kept = (live_bytes() - before) / open as f64;
        let mut superuser = self.home.superuser().await?;
        // A server process goes a moment after its connection.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let connections = memory::connections(&mut superuser, NAME).await?;
        tokio::time::sleep(IDLE * 2).await;
        let (idle_open, _) = stats(&tenants)?;
        expect(idle_open == 0, "the number of pools that nobody uses")?;
        Ok(Row {
            databases: count,
            first: [by_hand[0], median(&first)],
            later: [by_hand[1], median(&later)],
            kept,
            open,
            opened,
            connections,
            idle_open,
            idle_connections: memory::connections(&mut superuser, NAME).await?,
        })
    }

    async fn tenants(&self) -> Result<TenantPool<AsyncPgConnection>, Failure> {
        let addresses = self.silos.iter().map(|silo| {
            Ok::<_, Failure>((silo.name.clone(), DatabaseAddress::new(silo.address(APPLICATION))?))
        });
        let addresses: HashMap<_, _> = addresses.collect::<Result<_, _>>()?;
        let book = move |database: &DatabaseName| addresses.get(database.as_str()).cloned();
        let builder = self.home.builder(Kind::Plain)?.catalog(catalog::open(self.home, book).await?);
        let pools = DatabasePoolsOptions::new().max_pools(self.most).idle_timeout(IDLE);
        Ok(builder.databases(pools).max_connections(2).application_name(NAME).build().await?)
    }
}

/// The pools of tenants' own databases that are open, and that have been opened.
fn stats(tenants: &TenantPool<AsyncPgConnection>) -> Result<(usize, u64), Failure> {
    let stats = tenants.state().databases.ok_or("no pools for databases of tenants' own")?;
    Ok((stats.open, stats.opened))
}

fn median(times: &[Duration]) -> f64 {
    let times: Vec<_> = times.iter().map(|time| time.as_secs_f64() * 1e6).collect();
    quantile(&times, 0.5)
}
