//! The trail, as the application's role behind the wall reads it.

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};

use crate::world::{HOUR, World};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What a query of the tenant's finds, in its transaction.
fn as_tenant(
    connection: &mut PgConnection,
    tenant: &str,
    query: &str,
) -> Result<Vec<String>, diesel::result::Error> {
    connection.batch_execute(&format!("BEGIN; SET LOCAL tenancy.tenant = '{tenant}'"))?;
    let lines = sql_query(query).load::<Line>(connection);
    connection.batch_execute("ROLLBACK")?;
    Ok(lines?.into_iter().map(|line| line.line).collect())
}

#[tokio::test]
async fn a_tenant_reads_its_own_trail_behind_the_wall_and_no_other() {
    let world = World::new("support_trail").await;
    world.grant("bob", "1", HOUR).await.unwrap();
    world.grant("eve", "2", HOUR).await.unwrap();
    drop(world.admit("bob", 1).await.unwrap());
    drop(world.admit("eve", 2).await.unwrap());
    drop(world.admit("eve", 2).await.unwrap());
    let mut app = world.database.as_role("app");
    let grants = "SELECT tenant || ' ' || person || ' ' || reason || ' ' || granted_by AS line FROM tenancy.support_access";
    let uses = "SELECT tenant || ' ' || person AS line FROM tenancy.support_uses ORDER BY used_at";
    let expected = ["1 bob ticket 12: an import that fails carol"];
    assert_eq!(as_tenant(&mut app, "1", grants).unwrap(), expected);
    assert_eq!(as_tenant(&mut app, "1", uses).unwrap(), ["1 bob"]);
    assert_eq!(as_tenant(&mut app, "2", uses).unwrap(), ["2 eve", "2 eve"]);
    for (tenant, query) in [("3", grants), ("3", uses), ("", grants), ("", uses)] {
        assert_eq!(as_tenant(&mut app, tenant, query).unwrap(), [""; 0], "{tenant:?}");
    }
    // Whose login granted it is the operator's, and nothing is written from here.
    for sql in [
        "SELECT granted_as AS line FROM tenancy.support_access",
        "DELETE FROM tenancy.support_uses RETURNING person AS line",
        "UPDATE tenancy.support_access SET revoked_at = now() RETURNING person AS line",
        "INSERT INTO tenancy.support_uses (access, tenant, person) SELECT id, tenant, person FROM tenancy.support_access RETURNING person AS line",
    ] {
        let error = as_tenant(&mut app, "1", sql).unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{sql}: {error}");
        app.batch_execute("ROLLBACK").unwrap();
    }
    // A permissive policy that somebody adds opens nothing.
    world.run("CREATE POLICY oops ON tenancy.support_access USING (true)");
    assert_eq!(as_tenant(&mut app, "1", grants).unwrap(), expected);
    world.run("DROP POLICY oops ON tenancy.support_access");
    // The wall has nothing against it.
    world.database.done(&["inspect"], "app");
}
