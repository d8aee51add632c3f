//! SQL of one tenant that takes on the role for sets, and SQL of a set that leaves it.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::testing::scope_set;
use tenancy_pool::{SetTransaction, TenantPool, TenantTransaction};
use tenancy_rls::{Binding, RowSecurity, SealingKey, Wall};

use crate::database::{Database, declared, lines};
use crate::tenants::{scope, sealer};

#[derive(QueryableByName, Debug)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// A sealed database with the role, which the application inherits, and the name of the role.
async fn sealed(prefix: &str) -> (Database, TenantPool<AsyncPgConnection>, String) {
    let database = Database::unwalled(prefix);
    let (sets, app) = (database.role("sets"), database.role("app"));
    database
        .superuser()
        .batch_execute(&format!(
            "CREATE ROLE {sets}; ALTER ROLE {app} INHERIT; GRANT {sets} TO {app};
             INSERT INTO agents (id, tenant_id, name) VALUES (9, 3, 'eve')"
        ))
        .unwrap();
    let roles = database.roles().sets(&sets).unwrap();
    let wall = RowSecurity::new(declared(), roles).unwrap().sealed();
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    let key = SealingKey::new(1, [1; 32]).unwrap();
    database.owner().batch_execute(&key.install(Binding::Backend)).unwrap();
    let tenants = TenantPool::builder(database.url("app"))
        .wall(Wall::sealed(wall, sealer()))
        .waive(tenancy_tests::server::known_holes())
        .max_connections(1)
        .build()
        .await
        .unwrap();
    (database, tenants, sets)
}

async fn of_one(tx: &mut TenantTransaction<AsyncPgConnection, i32>, sql: &str) -> QueryResult<Vec<String>> {
    let rows = tx.raw("an attack", sql).unwrap().load::<Line>().await?;
    Ok(rows.into_iter().map(|row| row.line).collect())
}

async fn of_set(tx: &mut SetTransaction<AsyncPgConnection, i32>, sql: &str) -> QueryResult<Vec<String>> {
    let rows = tx.raw("an attack", sql).unwrap().load::<Line>().await?;
    Ok(rows.into_iter().map(|row| row.line).collect())
}

const AGENTS: &str = "SELECT name AS line FROM agents ORDER BY name";

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_takes_on_the_role_for_sets() {
    let (_database, tenants, sets) = sealed("attack_set_role").await;
    let one = scope(1);
    for become_ in [
        format!("SET ROLE {sets}"),
        format!("SET LOCAL ROLE {sets}"),
        format!("SELECT set_config('role', '{sets}', false)"),
    ] {
        let mut tx = tenants.begin(&one).await.unwrap();
        assert_eq!(of_one(&mut tx, AGENTS).await.unwrap(), ["ada", "bob"], "inherited, it adds nothing");
        tx.raw("an attack", &become_).unwrap().execute().await.unwrap();
        assert_eq!(of_one(&mut tx, AGENTS).await.unwrap(), [""; 0], "{become_}: a tenant is no set");
        drop(tx);
        for forged in [" {\"1\",\"2\",\"3\"}", " {\"1\"}", "{1,2,3}", "v1.1.0.0.99999999999.207b2233227d.00"]
        {
            let mut tx = tenants.begin(&one).await.unwrap();
            tx.raw("an attack", &become_).unwrap().execute().await.unwrap();
            let forge = format!("SELECT set_config('tenancy.tenant', '{forged}', true) AS line");
            of_one(&mut tx, &forge).await.unwrap();
            let seen = of_one(&mut tx, AGENTS).await;
            assert!(
                seen.as_ref().is_err_and(|error| error.to_string().contains("no seal of a known key")),
                "{forged}: {seen:?}"
            );
        }
        // Whoever comes next is nobody else.
        let mut tx = tenants.begin(&one).await.unwrap();
        assert_eq!(of_one(&mut tx, "SELECT current_user::text AS line").await.unwrap().len(), 1);
        assert_eq!(of_one(&mut tx, AGENTS).await.unwrap(), ["ada", "bob"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_leaves_its_role_and_keeps_its_seal() {
    let (database, tenants, sets) = sealed("attack_set_leaves").await;
    let before = lines(&mut database.superuser(), "SELECT * FROM agents ORDER BY id").unwrap();
    let (set, app) = (scope_set([1, 2]), database.role("app"));
    let db = tenants.within_any(&set);
    for become_ in ["RESET ROLE".to_owned(), format!("SET ROLE {app}"), "SET ROLE NONE".to_owned()] {
        let mut tx = db.begin().await.unwrap();
        assert_eq!(of_set(&mut tx, AGENTS).await.unwrap(), ["ada", "bob", "dan", "zoe"]);
        tx.raw("an attack", &become_).unwrap().execute().await.unwrap();
        let seen = of_set(&mut tx, AGENTS).await;
        assert!(seen.as_ref().map_or(true, Vec::is_empty), "{become_}: {seen:?}");
        drop(tx);
        for write in [
            "DELETE FROM agents",
            "UPDATE agents SET name = 'x'",
            "INSERT INTO agents (tenant_id, name) VALUES (1, 'new')",
        ] {
            let mut tx = db.begin().await.unwrap();
            tx.raw("an attack", &become_).unwrap().execute().await.unwrap();
            let written = tx.raw("an attack", write).unwrap().execute().await;
            assert!(written.is_err(), "{become_}; {write}: {written:?}");
            drop(tx);
        }
    }
    // The seal is kept in the session, for a transaction of one of its tenants: it is of this set, this backend and this minute.
    let keep = "SELECT set_config('app.kept', current_setting('tenancy.tenant'), false) AS line";
    let mut tx = db.begin().await.unwrap();
    let kept = of_set(&mut tx, keep).await.unwrap().remove(0);
    tx.commit().await.unwrap();
    let mut tx = tenants.begin(&scope(1)).await.unwrap();
    let left =
        of_one(&mut tx, "SELECT coalesce(current_setting('app.kept', true), '') AS line").await.unwrap();
    assert_eq!(left, [""], "nothing is left of it in the session");
    tx.raw("an attack", &format!("SET LOCAL ROLE {sets}")).unwrap().execute().await.unwrap();
    of_one(&mut tx, &format!("SELECT set_config('tenancy.tenant', '{kept}', true) AS line")).await.unwrap();
    let replayed = of_one(&mut tx, AGENTS).await;
    assert!(
        replayed.as_ref().is_err_and(|error| error.to_string().contains("another backend")),
        "{replayed:?}"
    );
    drop(tx);
    assert_eq!(lines(&mut database.superuser(), "SELECT * FROM agents ORDER BY id").unwrap(), before);
}
