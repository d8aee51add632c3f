//! What is read before admission behind the wall: by a role of its own, which the database keeps to that.

use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use tenancy_diesel::AdmissionDoor;
use tenancy_pool::{BuildError, PoolError, TenantPool};
use tenancy_rls::Tables;

use super::postgres::everywhere::admission::{TABLES, members, organisations};
use super::walled::{self, Database};
use crate::Tested;

fn declare(tables: Tables) -> Tables {
    tables.table::<members::table>().table::<organisations::table>()
}

fn door() -> AdmissionDoor {
    AdmissionDoor::new("sign-in").unwrap()
}

async fn tenants_of(tenants: &TenantPool<Tested>, person: i32) -> Result<Vec<i32>, PoolError> {
    let door = door();
    let mine = members::table.before_admission(&door, members::person, person).select(members::tenant_id);
    tenants.before_admission(&door).load(mine.order(members::tenant_id)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_sealed_wall_the_membership_is_read_before_there_is_a_scope() {
    let database = Database::admitting(TABLES, declare).await.seal().await;
    let tenants =
        database.builder().max_connections(1).admission(database.admission()).build().await.unwrap();
    assert_eq!(tenants_of(&tenants, 7).await.unwrap(), [1, 2]);
    assert_eq!(tenants_of(&tenants, 99).await.unwrap(), [0; 0]);
    // A global table that was not said to be read then is the application's only.
    let door = door();
    let db = tenants.before_admission(&door);
    let names: Result<Vec<String>, _> = db.load(organisations::table.select(organisations::name)).await;
    assert!(names.unwrap_err().to_string().contains("permission denied"));
}

/// What no types hold back: any statement on a connection of the role.
#[tokio::test(flavor = "multi_thread")]
async fn l20_raw_sql_before_admission_reads_the_declared_columns_and_writes_nothing() {
    for sealed in [false, true] {
        let database = Database::admitting(TABLES, declare).await;
        let database = if sealed { database.seal().await } else { database };
        let everything =
            "SELECT concat_ws(' ', tenant_id, person, token, role, notes) AS line FROM members ORDER BY 1";
        let before = (database.lines(everything).await, database.agents().await);
        let mut stranger = AsyncPgConnection::establish(&database.admission()).await.unwrap();
        let read = walled::lines(
            &mut stranger,
            "SELECT concat_ws(' ', tenant_id, person, token, role) AS line FROM members ORDER BY 1",
        );
        assert_eq!(read.await, ["1 7 a owner", "2 7 b guest", "2 8 c guest", "3 7 d guest"]);
        for statement in [
            "SELECT notes FROM members",
            "SELECT * FROM members",
            "SELECT count(members) FROM members",
            "SELECT 1 FROM members WHERE notes = 'x'",
            "SELECT 1 FROM agents",
            "SELECT 1 FROM canvases",
            "SELECT 1 FROM plans",
            "SELECT 1 FROM organisations",
            "SELECT 1 FROM tenancy.before_wall",
            "SELECT 1 FROM tenancy.sealing_keys",
            "SELECT tenancy.tenant()",
            "INSERT INTO members VALUES (2, 9, 'e', 'owner', 'x')",
            "UPDATE members SET role = 'owner'",
            "UPDATE members SET tenant_id = 1",
            "DELETE FROM members",
            "TRUNCATE members",
            "SELECT person FROM members FOR UPDATE",
            "INSERT INTO organisations VALUES (4, 'x')",
            "CREATE TABLE mine (id integer)",
            "CREATE TEMPORARY TABLE mine (id integer)",
            "SET ROLE tenancy_application",
            "SET ROLE tenancy_across",
        ] {
            let said = stranger.batch_execute(statement).await.unwrap_err().to_string();
            assert!(said.contains("permission denied"), "{statement}: {said}");
        }
        assert_eq!((database.lines(everything).await, database.agents().await), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_connections_of_that_role_nothing_is_read_then() {
    let database = Database::admitting(TABLES, declare).await;
    let tenants = database.tenants(1).await;
    let refused = tenants_of(&tenants, 7).await.unwrap_err();
    assert!(matches!(refused, PoolError::NoAdmissionPool), "{refused:?}");
    assert!(refused.to_string().contains("admission"), "{refused}");
    let refused = tenants.before_admission(&door()).begin().await.map(drop).unwrap_err();
    assert!(matches!(refused, PoolError::NoAdmissionPool), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_refuses_to_be_built_over_connections_that_may_do_more() {
    // No such role in the wall.
    let database = Database::with(TABLES, declare).await;
    let refused = database.builder().admission(database.admission()).build().await.map(drop).unwrap_err();
    assert!(matches!(refused, BuildError::NoAdmissionRole), "{refused}");

    let database = Database::admitting(TABLES, declare).await;
    let built = |address: String| database.builder().admission(address).build();
    built(database.admission()).await.map(drop).unwrap();
    for (address, found) in [
        (database.application(), "R069"),
        (database.across(), "R069"),
        (database.superusers().to_owned(), "R001"),
    ] {
        let refused = built(address).await.map(drop).unwrap_err();
        let BuildError::Holes(report) = &refused else { panic!("{refused}") };
        assert!(report.findings.iter().any(|finding| finding.code == found), "{found}: {refused}");
    }
    database.run(&format!("GRANT SELECT ON members TO {}", walled::ADMISSION)).await;
    let refused = built(database.admission()).await.map(drop).unwrap_err();
    let BuildError::Holes(report) = &refused else { panic!("{refused}") };
    assert!(report.findings.iter().any(|finding| finding.code == "R067"), "{refused}");
}

/// Roles are the whole server's, so what the application could become is told by its own connection: it is a member of nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_application_reads_only_its_own_and_cannot_take_the_role_on() {
    let database = Database::admitting(TABLES, declare).await;
    let mut application = AsyncPgConnection::establish(&database.application()).await.unwrap();
    assert_eq!(walled::lines(&mut application, "SELECT person::text AS line FROM members").await, [""; 0]);
    let taken = application.batch_execute(&format!("SET ROLE {}", walled::ADMISSION)).await.unwrap_err();
    assert!(taken.to_string().contains("permission denied"), "{taken}");
}
