//! Jobs through a queue in Redis, and what they leave in the database.

use std::time::Duration;

use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::SimpleAsyncConnection as _;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use serde::{Deserialize, Serialize};
use tenancy_diesel::sealed_scopes::{OpenError, Purpose, ScopeKey, ScopeKeys, SealingAuthority, TenantJob};
use tenancy_diesel::{Authority, Claimed};
use tenancy_policies::redis::{self, AsyncCommands as _};
use tenancy_pool::TenantPool;
use tenancy_tests::fixture::{ACME, GLOBEX, ROWS, TABLES};
use tenancy_tests::schema::agents;
use tenancy_tests::server::{fresh_postgres_database, redis_url};

use crate::members::Members;

const RENAMES: Purpose = Purpose::new("renames");
/// Of these tests alone.
const SECRET: &str = "1c9a4be0752d386ff1e0a4925bd37c6808b1d4f6e35a972c4fd0816b3ea957c2";
const QUEUE: &str = "beyond_sql_jobs";

#[derive(Serialize, Deserialize)]
struct Rename {
    agent: i32,
    name: String,
}

fn authority(members: &Members) -> SealingAuthority<Members> {
    let key = ScopeKey::from_hex("2026-11", SECRET).unwrap();
    Authority::new(members.clone()).sealing_with(ScopeKeys::new("shop users", key))
}

/// A worker: what it is handed is a text, and what it gets out of it is the scope to work in. It has no tenant's id to pass on.
async fn work_one(
    authority: &SealingAuthority<Members>,
    pool: &TenantPool<AsyncPgConnection>,
    message: String,
) -> Result<usize, OpenError<std::convert::Infallible>> {
    let job: TenantJob<Rename> = message.into();
    let (scope, rename) = authority.open_job(&job, RENAMES).await?;
    let renamed = tenancy_diesel::update(agents::table.scoped(&scope).filter(agents::id.eq(rename.agent)))
        .set(agents::name.eq(rename.name));
    Ok(pool.execute(&scope, renamed).await.unwrap())
}

#[tokio::test]
async fn f19_l90_a_job_acts_for_its_tenant_alone_and_for_nobody_who_has_left() {
    let Some(url) = redis_url() else { return };
    let mut queue = redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
    let database = fresh_postgres_database("jobs");
    let mut owner = AsyncPgConnection::establish(&database).await.unwrap();
    owner.batch_execute(&format!("{TABLES}{ROWS}")).await.unwrap();
    let pool = TenantPool::<AsyncPgConnection>::builder(&database)
        .without_wall("the jobs of the tests")
        .build()
        .await
        .unwrap();

    let members = Members::of(&[("ada", ACME), ("zoe", GLOBEX), ("eve", GLOBEX)]);
    let authority = authority(&members);
    for (who, tenant, name) in
        [("ada", ACME, "renamed by ada"), ("eve", GLOBEX, "by eve"), ("zoe", GLOBEX, "renamed by zoe")]
    {
        let scope = authority.admit(who, Claimed::new(tenant)).await.unwrap();
        let rename = Rename { agent: 2, name: name.to_owned() };
        let job = authority.seal_job(&scope, RENAMES, Duration::from_secs(60), &rename).unwrap();
        queue.rpush::<_, _, ()>(QUEUE, serde_json::to_string(&job).unwrap()).await.unwrap();
    }
    // Between the request and the work, a person leaves.
    members.remove("eve", GLOBEX);
    // And what somebody else wrote into the queue is nobody's.
    queue.rpush::<_, _, ()>(QUEUE, r#""{\"tenant\":2,\"agent\":2}""#).await.unwrap();

    let mut outcomes = Vec::new();
    while let Some(text) = queue.lpop::<_, Option<String>>(QUEUE, None).await.unwrap() {
        outcomes.push(work_one(&authority, &pool, serde_json::from_str(&text).unwrap()).await);
    }
    assert!(
        matches!(&outcomes[..], [Ok(1), Err(OpenError::Denied), Ok(1), Err(OpenError::Malformed)]),
        "{outcomes:?}"
    );

    for (who, tenant, expected) in [("ada", ACME, "renamed by ada"), ("zoe", GLOBEX, "renamed by zoe")] {
        let scope = authority.admit(who, Claimed::new(tenant)).await.unwrap();
        let name = agents::table.scoped(&scope).filter(agents::id.eq(2)).select(agents::name);
        assert_eq!(pool.get_result::<_, _, _, _, String>(&scope, name).await.unwrap(), expected);
    }
}
