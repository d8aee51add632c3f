//! `new_application.md`: the application of the guide, on PostgreSQL behind its wall.

use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use tenancy_diesel::{AdmissionDoor, AdmitError, Authority, Claimed, TenantId};
use tenancy_pool::TenantPool;
use tenancy_rls::Wall;
use tenancy_tests::server;
use uuid::Uuid;

use crate::new_app::agents::{NewAgent, hire, name, overview};
use crate::new_app::membership::Members;
use crate::new_app::wall::wall;

async fn run(url: &str, sql: &str) {
    AsyncPgConnection::establish(url).await.unwrap().batch_execute(sql).await.unwrap();
}

/// The address of the database for another role.
fn as_role(url: &str, role: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    format!("{scheme}://{role}:{role}@{}", rest.rsplit_once('@').map_or(rest, |(_, place)| place))
}

/// A database with the guide's two migrations.
async fn database() -> String {
    let url = server::fresh_postgres_database("studio");
    for role in ["studio_app", "studio_across", "studio_admission"] {
        // Roles are the whole server's, and tests run side by side.
        let create = format!(
            "DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD '{role}';
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        );
        run(&url, &create).await;
    }
    run(&url, include_str!("new_app/up.sql")).await;
    run(&url, &wall().unwrap().migration().up()).await;
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_serves_two_tenants() {
    let url = database().await;
    let (user, acme, globex) = (Uuid::now_v7(), TenantId::new(), TenantId::new());
    let mut owner = AsyncPgConnection::establish(&url).await.unwrap();
    for (tenant, name) in [(acme, "acme"), (globex, "globex")] {
        diesel::sql_query(format!("INSERT INTO tenants VALUES ('{tenant}', '{name}')"))
            .execute(&mut owner)
            .await
            .unwrap();
        diesel::sql_query(format!("INSERT INTO memberships VALUES ('{user}', '{tenant}')"))
            .execute(&mut owner)
            .await
            .unwrap();
    }

    let app = as_role(&url, "studio_app");
    let tenants = TenantPool::<AsyncPgConnection>::builder(&app)
        .admission(as_role(&url, "studio_admission"))
        .wall(Wall::plain(wall().unwrap()))
        // The server of the tests may be an older one.
        .waive(server::known_holes())
        .build()
        .await
        .unwrap();
    let door = AdmissionDoor::new("a test").unwrap();
    let authority = Authority::new(Members { tenants: tenants.clone(), door });

    let acme = authority.admit(&user, Claimed::new(acme)).await.unwrap();
    let globex = authority.admit(&user, Claimed::new(globex)).await.unwrap();
    let stranger = authority.admit(&Uuid::now_v7(), Claimed::new(*acme.tenant())).await;
    assert!(matches!(stranger, Err(AdmitError::Denied)));
    for scope in [&acme, &globex] {
        hire(&tenants, scope, NewAgent { email: "ada@example.com", name: "Ada" }).await.unwrap();
    }
    let twice = hire(&tenants, &acme, NewAgent { email: "ada@example.com", name: "Ida" }).await;
    assert!(twice.unwrap_err().to_string().contains("unique"), "both or neither");
    assert_eq!(name(&tenants, &globex).await.unwrap(), "globex");
    let seen = overview(&tenants, &acme).await.unwrap();
    assert_eq!(seen, [("Ada".into(), "free".into(), "untitled".into())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_its_wall_is_not_served() {
    let url = database().await;
    run(&url, "ALTER TABLE canvases DISABLE ROW LEVEL SECURITY").await;
    let pool = TenantPool::<AsyncPgConnection>::builder(as_role(&url, "studio_app"))
        .wall(Wall::plain(wall().unwrap()))
        .waive(server::known_holes())
        .build()
        .await;
    let error = pool.err().unwrap().to_string();
    assert!(error.contains("canvases"), "{error}");
}
