//! A tenant whose schema is named as the application's role, which the default search path begins with.

use diesel::ExpressionMethods as _;
use diesel::connection::SimpleConnection as _;
use tenancy_pool::TenantPool;
use tenancy_pool::placement::SchemaName;
use tenancy_rls::Wall;

use crate::database::{Database, agents, lines};
use crate::tenants::scope;

#[tokio::test(flavor = "multi_thread")]
async fn shared_tenants_in_another_tenants_schema() {
    let database = Database::walled("attack_role", |wall| wall);
    let app = database.role("app");
    let name = SchemaName::try_from(app.as_str()).expect("it may be a tenant's");
    // What a migration for a tenant of that name makes.
    let made: String = ["agents", "canvases"]
        .map(|table| format!("CREATE TABLE \"{app}\".{table} (LIKE public.{table} INCLUDING ALL);"))
        .concat();
    database.owner().batch_execute(&format!("CREATE SCHEMA \"{app}\"; {made}")).unwrap();
    let own = database.wall().in_tenant_schema(&name);
    database.owner().batch_execute(&own.tables_migration().up()).unwrap();
    let built = TenantPool::<diesel_async::AsyncPgConnection>::builder(database.url("app"))
        .wall(Wall::plain(database.wall()))
        .waive(tenancy_tests::server::known_holes())
        .build()
        .await;
    let tenants = match built {
        Ok(tenants) => tenants,
        Err(error) => {
            assert!(error.to_string().contains("stands before"), "{error}");
            return;
        }
    };
    let two = scope(2);
    let insert = tenancy_diesel::insert_into(agents::table.scoped(&two))
        .values((agents::id.eq(77), agents::name.eq("lost")));
    tenants.execute(&two, insert).await.unwrap();
    let there = lines(&mut database.superuser(), &format!("SELECT name FROM \"{app}\".agents")).unwrap();
    assert!(there.is_empty(), "tenant 2's row is in the schema of the tenant named {app}: {there:?}");
}
