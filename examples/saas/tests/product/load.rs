//! Fifty tenants at once on PostgreSQL, while connections are killed, one tenant's statements take long, a table is locked, and clients hang up: every answer
//! is its tenant's, and an error is one that says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};

use crate::client::Product;

const TENANTS: usize = 50;

/// How long: `SAAS_LOAD_SECONDS`, or ten.
fn time() -> Duration {
    Duration::from_secs(
        std::env::var("SAAS_LOAD_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10),
    )
}

/// Fifty organisations, each with an agent whose name is its own, and one person who is in all of them: who is nobody's stranger can be
/// shown anything by a mistake.
async fn fill(owner: &mut AsyncPgConnection, user: &str) {
    let mut sql = String::new();
    for number in 0..TENANTS {
        let (tenant, slug) = (tenancy_diesel::TenantId::new(), format!("tenant{number:03}"));
        sql += &format!(
            "INSERT INTO tenancy.tenant_placements (tenant, status, kind) VALUES ('{tenant}', 'active', 'shared');
             INSERT INTO main.organisations VALUES ('{tenant}', '{slug}', 'Tenant {number:03}', 'studio', 'active', 'account-{number}', 0);
             INSERT INTO main.memberships VALUES ('{tenant}', '{user}', '{slug}', 'Ada', '', 'owner', NULL);
             INSERT INTO agents VALUES ('{tenant}', 'agent', 'only-of-{slug}', '', 0);"
        );
    }
    owner.batch_execute(&sql).await.unwrap();
    // What the first tenant writes takes long.
    let slow = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END';
        DO $$ BEGIN EXECUTE format('CREATE TRIGGER slow BEFORE INSERT ON projects FOR EACH ROW WHEN (NEW.tenant_id = %L) EXECUTE FUNCTION slow()',
            (SELECT id FROM main.organisations WHERE slug = 'tenant000')); END $$";
    owner.batch_execute(slow).await.unwrap();
}

/// Keeps everybody's new projects waiting, again and again.
async fn lock(mut owner: AsyncPgConnection, is_over: Arc<AtomicBool>) {
    while !is_over.load(Ordering::SeqCst) {
        let held = "BEGIN; LOCK TABLE projects IN SHARE MODE; SELECT pg_sleep(0.2); COMMIT";
        owner.batch_execute(held).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes as long as one says: cargo test -p saas --test product load -- --ignored"]
async fn every_answer_is_its_tenants_while_connections_are_killed_and_statements_take_long() {
    let product = Product::on_postgres().await;
    let user = product.id_of("ada@acme.example").await;
    let mut owner = AsyncPgConnection::establish(product.database_url().unwrap()).await.unwrap();
    fill(&mut owner, &user).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut locking = AsyncPgConnection::establish(product.database_url().unwrap()).await.unwrap();
    locking.batch_execute("SET application_name = 'lock'").await.unwrap();
    let locker = tokio::spawn(lock(locking, Arc::clone(&is_over)));
    let killer = tokio::spawn({
        let is_over = Arc::clone(&is_over);
        async move {
            while !is_over.load(Ordering::SeqCst) {
                let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'lock' ORDER BY random() LIMIT 2";
                owner.batch_execute(kill).await.unwrap();
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    });
    let (answered, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let ada = product.signed_in("ada@acme.example").await;
    let (started, time) = (Instant::now(), time());
    let workers = (0..TENANTS).map(|number| {
        let (mut person, answered, refused) =
            (product.stranger(), Arc::clone(&answered), Arc::clone(&refused));
        person.cookie.clone_from(&ada.cookie);
        tokio::spawn(async move {
            let (slug, mut written) = (format!("tenant{number:03}"), 0);
            while started.elapsed() < time {
                let answer = person.get(&format!("/o/{slug}/agents")).await;
                match answer.status {
                    StatusCode::OK => {
                        assert!(answer.body.contains(&format!("only-of-{slug}")), "{}", answer.body);
                        assert_eq!(answer.body.matches("only-of-").count(), 1, "{}", answer.body);
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    // Said as what it is: not now, or a fault; never another's page, and never a page without rows.
                    StatusCode::SERVICE_UNAVAILABLE | StatusCode::INTERNAL_SERVER_ERROR => {
                        assert!(!answer.body.contains("only-of-"), "{}", answer.body);
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                    other => panic!("{other}: {}", answer.body),
                }
                if written < 5 {
                    let name = format!("project {written}");
                    let answer = person.post(&format!("/o/{slug}/projects"), &[("name", &name)]).await;
                    written += usize::from(answer.status == StatusCode::SEE_OTHER);
                }
                // A client that hangs up in the middle.
                let path = format!("/o/{slug}");
                let _ = tokio::time::timeout(Duration::from_millis(3), person.get(&path)).await;
            }
            (slug, person, written)
        })
    });
    let workers: Vec<_> = workers.collect();
    let mut done = Vec::new();
    for worker in workers {
        done.push(worker.await.unwrap());
    }
    is_over.store(true, Ordering::SeqCst);
    killer.await.unwrap();
    locker.await.unwrap();
    // Nothing that was acknowledged is lost.
    for (slug, mut person, written) in done {
        let page = person.get(&format!("/o/{slug}/projects")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        for number in 0..written {
            assert!(page.body.contains(&format!("project {number}")), "{slug}: {}", page.body);
        }
    }
    let (answered, refused) = (answered.load(Ordering::Relaxed), refused.load(Ordering::Relaxed));
    println!("{answered} answered, {refused} refused, none crossed");
    assert!(answered > TENANTS, "{answered}, {refused}");
}
