//! The trail behind a sealed wall: by the setting that the pool seals, through the pool, and on the way from a plain wall.

use std::fs;
use std::time::SystemTime;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Integer, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use diesel_async::AsyncPgConnection;
use serde_json::Value;
use tenancy_operate::support::LogEvent;
use tenancy_pool::{PoolError, TenantPool};
use tenancy_rls::{RowSecurity, Sealer, SealingKey, Waivers, Wall};

use crate::database::declared;
use crate::world::{HOUR, World};

/// Both tables, as a page of the application's would show them.
const TRAIL: &str = "SELECT a.tenant || ' ' || a.person || ' ' || a.reason || ' ' || a.granted_by || ' ' || count(u.access) AS line
    FROM tenancy.support_access AS a LEFT JOIN tenancy.support_uses AS u ON u.access = a.id GROUP BY a.id, a.tenant, a.person, a.reason, a.granted_by";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Pid {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

impl World {
    /// A wall of that kind, by the key that was installed.
    fn sealing(&self) -> Wall {
        let key: SealingKey = fs::read_to_string(self.database.path("one.key")).unwrap().parse().unwrap();
        Wall::sealed(self.database.wall(declared()), Sealer::new(key))
    }

    fn with_a_key(&self) {
        self.database.done(&["keys", "generate", "--id", "1", "--out", "one.key"], "owner");
        self.database.done(&["keys", "install", "--key-file", "one.key"], "owner");
    }

    /// bob in 1, once, and eve in 2, twice.
    async fn visited(&self) {
        self.grant("bob", "1", HOUR).await.unwrap();
        self.grant("eve", "2", HOUR).await.unwrap();
        drop(self.admit("bob", 1).await.unwrap());
        drop(self.admit("eve", 2).await.unwrap());
        drop(self.admit("eve", 2).await.unwrap());
    }
}

fn pid(connection: &mut PgConnection) -> i32 {
    sql_query("SELECT pg_backend_pid() AS pid").get_result::<Pid>(connection).unwrap().pid
}

/// What a query of the tenant's finds, in a transaction that the statement has told whose it is.
fn told(connection: &mut PgConnection, set: &str, query: &str) -> Result<Vec<String>, String> {
    connection.batch_execute(&format!("BEGIN; {set}")).unwrap();
    let lines = sql_query(query).load::<Line>(connection);
    connection.batch_execute("ROLLBACK").unwrap();
    Ok(lines.map_err(|error| error.to_string())?.into_iter().map(|line| line.line).collect())
}

const OURS: &str = "1 bob ticket 12: an import that fails carol 1";
const THEIRS: &str = "2 eve ticket 12: an import that fails carol 2";

#[tokio::test]
async fn a_tenant_reads_its_own_trail_behind_a_sealed_wall_and_no_other_by_any_text() {
    let world = World::behind("support_sealed", RowSecurity::sealed).await;
    world.with_a_key();
    world.visited().await;
    let (wall, mut app) = (world.sealing(), world.database.as_role("app"));
    let (pid, now) = (pid(&mut app), SystemTime::now());
    let mut read = |set: &str| told(&mut app, set, TRAIL);
    assert_eq!(read(&wall.set_local("1", Some(pid), now)).unwrap(), [OURS]);
    assert_eq!(read(&wall.set_local("2", Some(pid), now)).unwrap(), [THEIRS]);
    assert_eq!(read(&wall.set_local("3", Some(pid), now)).unwrap(), [""; 0]);
    assert_eq!(read("").unwrap(), [""; 0], "nobody is told");
    // What an injection can write: the text, a seal of another key, and one of another connection.
    let forged =
        Wall::sealed(world.database.wall(declared()), Sealer::new(SealingKey::new(1, [7; 32]).unwrap()));
    for (set, reason) in [
        ("SET LOCAL tenancy.tenant = '2'".to_owned(), "holds no seal of a known key"),
        (forged.set_local("2", Some(pid), now), "holds no seal of a known key"),
        (wall.set_local("2", Some(pid + 1), now), "holds the seal of another backend"),
    ] {
        let error = read(&set).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    // The wall has nothing against the tables, and a real seal is tried.
    let inspected = world.database.json(&["inspect", "--key-file", "one.key"], "app", 0);
    assert_eq!(inspected["seal_tried"], true, "{inspected}");
}

#[tokio::test]
async fn the_application_shows_a_tenant_its_trail_through_the_pool_and_by_the_store() {
    let world = World::behind("support_sealed_pool", RowSecurity::sealed).await;
    world.with_a_key();
    world.visited().await;
    let waivers: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(world.database.path("waivers.json")).unwrap()).unwrap();
    let waivers = waivers.iter().fold(Waivers::new(), |waivers, each| {
        let text = |field: &str| each[field].as_str().unwrap().to_owned();
        waivers.waive(text("code"), text("object"), text("reason")).unwrap()
    });
    let pool =
        TenantPool::<AsyncPgConnection>::builder(format!("{}?sslmode=disable", world.database.url("app")))
            .wall(world.sealing())
            .waive(waivers)
            .build()
            .await
            .unwrap();
    for (who, tenant, expected, uses) in [("alice", 1, OURS, 1), ("eve", 2, THEIRS, 3)] {
        // eve is admitted once more by this, and her tenant sees that too.
        let admitted = world.admit(who, tenant).await.unwrap();
        let expected = expected.rsplit_once(' ').unwrap().0.to_owned() + &format!(" {uses}");
        let lines = pool
            .transaction(admitted.scope(), async |tx| {
                let read = tx.raw("the page of the tenant's own trail", TRAIL).map_err(PoolError::from)?;
                Ok::<_, PoolError>(read.load::<Line>().await?)
            })
            .await
            .unwrap();
        assert_eq!(lines.into_iter().map(|line| line.line).collect::<Vec<_>>(), [expected]);
        // By the door's login, which no wall stands before: the scope says whose.
        let trail = world.authority.membership().store().log(admitted.scope()).await.unwrap();
        let used = trail.iter().filter(|entry| entry.what == LogEvent::Used).count();
        assert_eq!((trail.len(), used), (uses + 1, uses), "{trail:?}");
    }
}

#[tokio::test]
async fn a_trail_goes_on_being_read_while_the_wall_becomes_a_sealed_one() {
    let world = World::new("support_sealing").await;
    world.visited().await;
    world.with_a_key();
    let (wall, mut app) = (world.sealing(), world.database.as_role("app"));
    let plain = "SET LOCAL tenancy.tenant = '1'";
    let seal = wall.set_local("1", Some(pid(&mut app)), SystemTime::now());
    assert_eq!(told(&mut app, plain, TRAIL).unwrap(), [OURS]);
    world.database.done(&["wall", "seal", "--migration-version", "2026-02-01-000000"], "owner");
    world.database.migrate("2026-02-01-000000");
    for set in [plain, &seal] {
        assert_eq!(told(&mut app, set, TRAIL).unwrap(), [OURS]);
    }
    let second = ["wall", "seal", "--every-server-seals", "--migration-version", "2026-03-01-000000"];
    world.database.done(&second, "owner");
    world.database.migrate("2026-03-01-000000");
    assert_eq!(told(&mut app, &seal, TRAIL).unwrap(), [OURS]);
    assert!(told(&mut app, plain, TRAIL).unwrap_err().contains("holds no seal of a known key"));
    // Prepared anew behind the sealed wall, it is the same.
    let (door, role) = (world.database.role("door"), world.database.role("app"));
    world.database.done(&["support", "prepare", "--door", &door, "--tenants", &role], "owner");
    assert_eq!(told(&mut app, &seal, TRAIL).unwrap(), [OURS]);
    world.grant("eve", "2", HOUR).await.unwrap();
    assert_eq!(told(&mut app, &seal, TRAIL).unwrap(), [OURS]);
}
