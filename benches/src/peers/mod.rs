//! What a user would pick instead, each doing the same scoped work in its best supported way. A peer is a file: how it connects, its
//! entities, its nine statements. Without the feature `peers` there are only those that the library itself is built on.

#[cfg(feature = "peers")]
mod gears;
#[cfg(feature = "peers")]
mod sea_orm_2;
mod sql;
#[cfg(feature = "peers")]
mod sqlx_0_9;
mod sync_diesel;
mod tokio_postgres_prepared;

use crate::Failure;
use crate::databases::Kind;
use crate::groups::Bench;
use crate::groups::walled::Setting;
use crate::measure::{Key, Variant};
use crate::work::Statement;

#[cfg(feature = "peers")]
use gears::Gears;
#[cfg(feature = "peers")]
use sea_orm_2::SeaOrm;
#[cfg(feature = "peers")]
use sqlx_0_9::Sqlx;
use sync_diesel::SyncDiesel;
use tokio_postgres_prepared::TokioPostgres;

/// Somebody who runs the statements, on one connection.
trait Peer: Sized + 'static {
    /// Its name in the report.
    const NAME: &'static str;

    /// Connects to what `address` says, for so many tenants.
    async fn connect(address: &str, tenants: usize) -> Result<Self, Failure>;

    /// How often `statement` waits for the server.
    fn round_trips(statement: Statement) -> usize;

    /// Runs `statement` by itself and looks at its answer.
    async fn run(&mut self, statement: Statement, key: Key) -> Result<(), Failure>;
}

/// One that can run the statements behind the wall: in a transaction that sets its tenant, as one writes it by hand.
trait Walled: Peer {
    /// The process that serves its only connection: a seal is good for one. `None` if it has several connections, and no way to
    /// say which of them a transaction is on.
    async fn backend(&mut self) -> Result<Option<i32>, Failure>;

    /// BEGIN, set_config, `statement`, COMMIT.
    async fn run_walled(&mut self, setting: String, statement: Statement, key: Key) -> Result<(), Failure>;
}

/// What sqlx is called in the report.
pub(crate) const SQLX: &str = "sqlx";

/// What SeaORM is called in the report.
pub(crate) const SEA_ORM: &str = "SeaORM 2";

/// What the secure ORM of gears is called in the report.
pub(crate) const GEARS: &str = "gears' secure ORM";

/// What all of them are called.
pub(crate) const NAMES: [&str; 5] = [SyncDiesel::NAME, TokioPostgres::NAME, SQLX, SEA_ORM, GEARS];

/// By which statement they set the tenant.
const SET_TENANT: &str = "SELECT set_config('tenancy.tenant', $1, true)";

/// The statement that says which process serves a connection.
const BACKEND: &str = "SELECT pg_backend_pid()";

/// Each peer, without a wall.
pub(crate) async fn variants(bench: &Bench<'_>, statement: Statement) -> Result<Vec<Variant>, Failure> {
    Ok(vec![
        variant::<SyncDiesel>(bench, statement).await?,
        variant::<TokioPostgres>(bench, statement).await?,
        #[cfg(feature = "peers")]
        variant::<Sqlx>(bench, statement).await?,
        #[cfg(feature = "peers")]
        variant::<SeaOrm>(bench, statement).await?,
        #[cfg(feature = "peers")]
        variant::<Gears>(bench, statement).await?,
    ])
}

/// Those that can, behind each wall.
pub(crate) async fn walled_variants(
    bench: &Bench<'_>,
    statement: Statement,
) -> Result<Vec<Variant>, Failure> {
    let mut variants = Vec::new();
    for kind in Kind::WALLED {
        variants.extend(walled_variant::<SyncDiesel>(bench, statement, kind).await?);
        variants.extend(walled_variant::<TokioPostgres>(bench, statement, kind).await?);
        #[cfg(feature = "peers")]
        variants.extend(walled_variant::<Sqlx>(bench, statement, kind).await?);
        #[cfg(feature = "peers")]
        variants.extend(walled_variant::<SeaOrm>(bench, statement, kind).await?);
    }
    Ok(variants)
}

/// The least that the plain wall costs with the client below diesel-async: everything is sent before anything is waited for.
pub(crate) async fn pipelined(bench: &Bench<'_>) -> Result<Variant, Failure> {
    let peer = TokioPostgres::connect(&bench.address(Kind::Plain), bench.scopes.len()).await?;
    let setting = bench.setting(Kind::Plain, None)?;
    let state = (peer, setting);
    Ok(Variant::new(
        "tokio-postgres, SET LOCAL, all sent at once, plain wall",
        1,
        state,
        async |(peer, setting): &mut (TokioPostgres, Setting), key| {
            peer.point_at_once(&setting.of(key.tenant), key).await
        },
    ))
}

async fn variant<P: Peer>(bench: &Bench<'_>, statement: Statement) -> Result<Variant, Failure> {
    let peer = P::connect(&bench.address(Kind::Open), bench.scopes.len()).await?;
    Ok(Variant::new(P::NAME, P::round_trips(statement), peer, async move |peer: &mut P, key| {
        peer.run(statement, key).await
    }))
}

async fn walled_variant<P: Walled>(
    bench: &Bench<'_>,
    statement: Statement,
    kind: Kind,
) -> Result<Option<Variant>, Failure> {
    let mut peer = P::connect(&bench.address(kind), bench.scopes.len()).await?;
    let backend = peer.backend().await?;
    if kind == Kind::Sealed && backend.is_none() {
        return Ok(None);
    }
    let name = format!("{}, {}", P::NAME, kind.words());
    let state = (peer, bench.setting(kind, backend)?);
    Ok(Some(Variant::new(
        name,
        3 + P::round_trips(statement),
        state,
        async move |(peer, setting): &mut (P, Setting), key| {
            peer.run_walled(setting.of(key.tenant), statement, key).await
        },
    )))
}

/// SeaORM with a single connection in its pool: a statement waits for the ping that follows the one before.
#[cfg(feature = "peers")]
pub(crate) async fn sea_orm_of_one(
    bench: &Bench<'_>,
    statement: Statement,
) -> Result<Option<Variant>, Failure> {
    let peer = SeaOrm::connect_pool(&bench.address(Kind::Open), 1).await?;
    let name = format!("{}, a pool of one", SeaOrm::NAME);
    let round_trips = 1 + SeaOrm::round_trips(statement);
    Ok(Some(Variant::new(name, round_trips, peer, async move |peer: &mut SeaOrm, key| {
        peer.run(statement, key).await
    })))
}

#[cfg(not(feature = "peers"))]
pub(crate) async fn sea_orm_of_one(_: &Bench<'_>, _: Statement) -> Result<Option<Variant>, Failure> {
    Ok(None)
}
