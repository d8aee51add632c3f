//! How long a stranger waits for an answer, whether the tenant exists or not. A measurement, and no test: it prints, and asserts nothing about times.
//!
//! `cargo test --release -p tenancy-tests --test axum -- --ignored --nocapture how_long`

use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get as route;
use tenancy_axum::resolve::{Directory, Subdomain};
use tenancy_axum::{Edge, Tenant};
use tenancy_diesel::{AdmissionDoor, Authority, Decision, Membership};
use tenancy_pool::prelude::*;
use tenancy_pool::{PoolError, TenantPool};

use super::app::{Names, Slugs, bearer};
use super::http::{get, serve};
use super::sqlite::{self, Connection};

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, admission(person))]
    members (tenant_id, person) { tenant_id -> Integer, person -> VarChar, }
}

/// A membership as an application has it: rows behind an index.
struct Rows(TenantPool<Connection>, AdmissionDoor);

impl Membership for Rows {
    type TenantId = i32;
    type Principal = str;
    type Error = PoolError;

    async fn check(&self, who: &str, tenant: &i32) -> Result<Decision, PoolError> {
        let theirs =
            members::table.before_admission(&self.1, members::person, who).select(members::tenant_id);
        let theirs: Vec<i32> = self.0.before_admission(&self.1).load(theirs).await?;
        Ok(Decision::admit_if(theirs.contains(tenant)))
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: it prints times, which are those of one machine"]
async fn how_long_a_stranger_waits() {
    let (pool, database) = sqlite::open().await;
    database
        .run("CREATE TABLE members (tenant_id INTEGER, person VARCHAR, PRIMARY KEY (person, tenant_id));")
        .await;
    database
        .run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
             INSERT INTO members SELECT 10 + i % 500, 'person ' || i FROM n; INSERT INTO members VALUES (1, 'ada'), (2, 'zoe');",
        )
        .await;
    let door = AdmissionDoor::new("measures").unwrap();
    let subdomain = Subdomain::of("example.com", Directory::of(Slugs::default())).unwrap();
    let edge = Edge::new(Authority::new(Rows(pool, door)), Names).resolver(subdomain);
    let whose = async |Tenant(scope): Tenant<i32>| scope.tenant().to_string();
    let address = serve(Router::new().route("/", route(whose)).layer(edge.layer())).await;
    let cases = [
        ("another's tenant", "globex.example.com", "ada"),
        ("no tenant", "nobody.example.com", "ada"),
        ("another's tenant, a credential for one's own", "globex.example.com", "ada@1"),
        ("no tenant, a credential for one's own", "nobody.example.com", "ada@1"),
    ];
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..2000 {
        for ((_, host, who), times) in cases.iter().zip(&mut times) {
            let started = Instant::now();
            let answer = get(address, "/", &[("host", host), ("authorization", &bearer(who))]).await;
            times.push(started.elapsed());
            assert_eq!(answer.status, 404);
        }
    }
    for ((what, ..), times) in cases.iter().zip(&mut times) {
        times.sort();
        let [low, middle, high] = [10, 50, 90].map(|percent| times[times.len() * percent / 100]);
        println!("{what:<48} {low:>10.1?} {middle:>10.1?} {high:>10.1?} (10 %, median, 90 %)");
    }
}
