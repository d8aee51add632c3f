//! From a plain wall to a sealed one, and from one sealing key to the next, beside servers that go on serving.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection};
use tenancy_diesel::{testing, update};
use tenancy_pool::{BuildError, PoolError, RunQueryDsl, TenantPool};
use tenancy_rls::{Binding, Inspection, Migration, Sealer, SealingKey, Waivers, Wall};
use tenancy_tests::schema::agents;
use tenancy_tests::server::{known_holes, of_the_database};
use tokio::task::JoinSet;

use super::walled::{Database, Line, lines};
use crate::Tested;

type Pool = TenantPool<Tested>;

/// How many requests a server has under way at a time.
const REQUESTS: usize = 12;

/// The agents of the tenants 1 and 2.
const NAMES: [[&str; 3]; 2] = [["ada", "bob", "cyd"], ["ada", "zoe", "dan"]];

/// A server of the application: requests of two tenants, over and over, until it is told to leave.
struct Server {
    leaves: Arc<AtomicBool>,
    served: Arc<AtomicUsize>,
    requests: JoinSet<Result<(), PoolError>>,
}

impl Server {
    fn start(pool: &Pool) -> Self {
        let (leaves, served) = <(Arc<AtomicBool>, Arc<AtomicUsize>)>::default();
        let mut requests = JoinSet::new();
        for number in 0..REQUESTS {
            let (pool, leaves, served) = (pool.clone(), leaves.clone(), served.clone());
            requests.spawn(async move {
                while !leaves.load(Ordering::Relaxed) {
                    request(&pool, number).await?;
                    served.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            });
        }
        Self { leaves, served, requests }
    }

    /// Waits until each request that is under way now has been answered, and as many again.
    async fn serves_on(&self) {
        let enough = self.served.load(Ordering::Relaxed) + 10 * REQUESTS;
        while self.served.load(Ordering::Relaxed) < enough {
            assert!(!self.requests.is_empty());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// No request failed, and none saw another tenant's row.
    async fn leaves(mut self) -> usize {
        self.leaves.store(true, Ordering::Relaxed);
        while let Some(request) = self.requests.join_next().await {
            request.expect("no foreign row").expect("no failed request");
        }
        self.served.load(Ordering::Relaxed)
    }
}

/// Single statements and a transaction that writes, of one tenant or the other.
async fn request(pool: &Pool, number: usize) -> Result<(), PoolError> {
    let own = NAMES[number % 2];
    let scope = testing::scope([1, 2][number % 2]);
    let names = || agents::table.scoped(&scope).select(agents::name).order(agents::id);
    let read: Vec<String> = pool.load(&scope, names()).await?;
    assert_eq!(read, own, "rows of this tenant");
    pool.transaction(&scope, async |tx| {
        // The wall alone keeps the tenants apart in raw SQL, which closes the connection: not each time.
        if number < 2 {
            let read: Vec<Line> =
                tx.raw("a test", "SELECT name AS line FROM agents ORDER BY id")?.load().await?;
            assert!(read.iter().map(|name| &name.line).eq(own), "rows of this tenant: {read:?}");
        }
        let changed =
            update(agents::table.scoped(&scope)).find(1).set(agents::plan_id.eq(Some(1))).execute(tx).await?;
        assert_eq!(changed, 1, "the row of this tenant");
        Ok::<_, PoolError>(())
    })
    .await
}

fn key(id: u16) -> SealingKey {
    SealingKey::new(id, [id.to_le_bytes()[0]; 32]).unwrap()
}

fn sealed(database: &Database, id: u16) -> Wall {
    Wall::sealed(database.security(), Sealer::new(key(id)))
}

async fn build(database: &Database, wall: Wall, waivers: Waivers) -> Result<Pool, BuildError> {
    TenantPool::builder(database.application()).wall(wall).waive(waivers).max_connections(4).build().await
}

fn while_both_are_accepted() -> Waivers {
    known_holes().waive("R096", "tenancy.tenant()", "the servers are being rolled").unwrap()
}

/// As `diesel migration run` does.
async fn migrate(database: &Database, migration: &Migration) {
    let mut superuser = database.superuser().await;
    superuser.batch_execute(&format!("BEGIN; {}; COMMIT", migration.up())).await.unwrap();
}

fn refusals(refused: Result<Pool, BuildError>) -> Vec<String> {
    match refused {
        Err(BuildError::Holes(report)) => report.refusals().map(|finding| finding.code.clone()).collect(),
        other => panic!("it is not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_plain_wall_becomes_a_sealed_one_while_servers_of_both_serve() {
    let database = Database::new().await;
    let plain = || Wall::plain(database.security());
    let old = Server::start(&build(&database, plain(), known_holes()).await.unwrap());
    old.serves_on().await;
    assert_eq!(refusals(build(&database, sealed(&database, 1), known_holes()).await), ["R022", "R094"]);

    // 1. A key, and both are accepted.
    database.run(&key(1).install(Binding::Backend)).await;
    migrate(&database, &database.security().accepting_both().mode_migration().named("2")).await;
    old.serves_on().await;
    // An old server that starts anew is behind the plain wall that it means; one that means a sealed wall has to know.
    let anew = Server::start(&build(&database, plain(), known_holes()).await.unwrap());
    assert_eq!(refusals(build(&database, sealed(&database, 1), known_holes()).await), ["R096"]);
    let new =
        Server::start(&build(&database, sealed(&database, 1), while_both_are_accepted()).await.unwrap());
    for server in [&old, &anew, &new] {
        server.serves_on().await;
    }

    // 2. When every server seals, nothing else is accepted.
    let mut served = old.leaves().await + anew.leaves().await;
    migrate(&database, &database.security().sealed().mode_migration().named("3")).await;
    new.serves_on().await;
    let strict = Server::start(&build(&database, sealed(&database, 1), known_holes()).await.unwrap());
    strict.serves_on().await;
    assert_eq!(refusals(build(&database, plain(), known_holes()).await), ["R022"]);
    served += new.leaves().await + strict.leaves().await;
    assert!(served > 100, "{served}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_still_sets_plain_tenants_is_refused_once_the_wall_is_sealed() {
    let database = Database::new().await;
    let pool = build(&database, Wall::plain(database.security()), known_holes()).await.unwrap();
    request(&pool, 0).await.unwrap();
    for migration in [database.security().accepting_both(), database.security().sealed()] {
        migrate(&database, &migration.mode_migration()).await;
    }
    let refused = request(&pool, 0).await.unwrap_err();
    assert!(format!("{refused:?}").contains("holds no seal of a known key"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sealing_key_is_replaced_while_servers_of_both_serve() {
    let database = Database::sealed().await;
    let old = {
        let wall = Wall::sealed(database.security(), Sealer::new(SealingKey::new(1, [7; 32]).unwrap()));
        Server::start(&build(&database, wall, known_holes()).await.unwrap())
    };
    old.serves_on().await;
    assert_eq!(refusals(build(&database, sealed(&database, 2), known_holes()).await), ["R095"]);
    database.run(&key(2).install(Binding::Backend)).await;
    let new = Server::start(&build(&database, sealed(&database, 2), known_holes()).await.unwrap());
    old.serves_on().await;
    new.serves_on().await;
    assert!(old.leaves().await > 0);
    database.run(&SealingKey::retire(1)).await;
    new.serves_on().await;
    assert!(new.leaves().await > 0);
}

/// What the inspection says of a database between the two: as safe as a plain one.
#[tokio::test]
async fn an_inspection_says_that_both_are_accepted() {
    let database = Database::new().await;
    let (plain, both) = (database.security(), database.security().accepting_both());
    let mut superuser = database.superuser().await;
    let report = Inspection::new(&both).from_elsewhere().run(&mut superuser).await.unwrap();
    assert_eq!(report.refusals().filter(|finding| finding.code == "R022").count(), 1, "{report}");
    migrate(&database, &both.mode_migration()).await;
    database.run(&key(1).install(Binding::Backend)).await;
    for wall in [plain.clone(), both] {
        let report =
            of_the_database(Inspection::new(&wall).from_elsewhere().run(&mut superuser).await.unwrap());
        assert!(report.is_clean(), "{report}");
        assert!(
            report.to_string().contains("R024 tenancy.tenant(): the database accepts sealed tenants"),
            "{report}"
        );
    }
    let sealed = plain.sealed();
    let report = Inspection::new(&sealed).from_elsewhere().run(&mut superuser).await.unwrap();
    assert!(!report.is_clean() && report.to_string().contains("R096 tenancy.tenant()"), "{report}");
    // Whoever may run SQL is any tenant that they name.
    let mut app = AsyncPgConnection::establish(&database.application()).await.unwrap();
    app.batch_execute("BEGIN; SELECT set_config('tenancy.tenant', '2', true)").await.unwrap();
    assert_eq!(lines(&mut app, "SELECT count(*)::text AS line FROM agents").await, ["3"]);
}
