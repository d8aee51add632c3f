//! A team's own migrations, by the owner of walled tables: FORCE keeps the rows from the owner as well.

use diesel::connection::SimpleConnection as _;
use diesel::{RunQueryDsl as _, sql_query};
use tenancy_rls::{Inspection, RowSecurity};

use crate::database::{Database, lines, value};
use crate::rules::report_as;

const BACKFILL: &str = "UPDATE agents SET name = upper(name)";

fn names(database: &Database) -> String {
    value(&mut database.superuser(), "SELECT string_agg(name, '-' ORDER BY id) FROM agents")
}

fn is_walled(database: &Database, wall: &RowSecurity) {
    let report = report_as(database, &Inspection::new(wall), "app");
    assert!(report.findings.is_empty(), "{report}");
}

#[test]
fn without_a_tenant_it_is_an_error_and_not_nothing() {
    for make in [(|wall| wall) as fn(RowSecurity) -> RowSecurity, RowSecurity::sealed] {
        let database = Database::walled("data_error", make);
        for statement in [
            BACKFILL,
            "DELETE FROM canvases WHERE title = 'sun'",
            "CREATE TABLE copied AS SELECT * FROM agents",
            "CREATE MATERIALIZED VIEW copied AS SELECT * FROM agents",
            "ALTER TABLE agents ADD manager_id integer, ADD FOREIGN KEY (tenant_id, manager_id) REFERENCES agents (tenant_id, id)",
            "COPY agents TO STDOUT",
        ] {
            let refused = database.owner().batch_execute(statement).map_err(|error| error.to_string());
            let words = "query would be affected by row-level security policy";
            assert!(matches!(&refused, Err(error) if error.contains(words)), "{statement}: {refused:?}");
        }
        // What it would be otherwise.
        let mut owner = database.owner();
        owner.batch_execute("SET row_security = on").unwrap();
        assert_eq!(sql_query(BACKFILL).execute(&mut owner), Ok(0));
        // What the definition alone concerns is the owner's as before.
        database
            .owner()
            .batch_execute("ALTER TABLE agents ADD slug text; CREATE INDEX ON agents (tenant_id, slug)")
            .unwrap();
    }
}

/// The guide's first way: in the migration's own transaction, which keeps everybody else out of the table.
#[test]
fn without_force_in_its_own_transaction() {
    let database = Database::walled("data_force", |wall| wall);
    let migration = format!(
        "BEGIN; ALTER TABLE agents NO FORCE ROW LEVEL SECURITY; {BACKFILL}; ALTER TABLE agents FORCE ROW LEVEL SECURITY; COMMIT"
    );
    database.owner().batch_execute(&migration).unwrap();
    assert_eq!(names(&database), "ADA-BOB-ZOE-DAN");
    is_walled(&database, &database.wall());
}

/// The second: as the role across tenants, without a lock.
#[test]
fn as_the_role_across_tenants() {
    let database = Database::walled("data_across", RowSecurity::sealed);
    let (owner, across) = (database.role("owner"), database.role("across"));
    database
        .superuser()
        .batch_execute(&format!("ALTER ROLE {owner} NOINHERIT; GRANT {across} TO {owner}"))
        .unwrap();
    assert!(database.owner().batch_execute(BACKFILL).is_err(), "only when it is said");
    let migration = format!(
        "BEGIN; SET LOCAL ROLE {across}; SET LOCAL row_security = on; {BACKFILL}; RESET ROLE; SET LOCAL row_security = off; COMMIT"
    );
    database.owner().batch_execute(&migration).unwrap();
    assert_eq!(names(&database), "ADA-BOB-ZOE-DAN");
    is_walled(&database, &database.wall().sealed());
}

/// Whom the policies give rows to, and whom they do not hold for, are left as they are.
#[test]
fn only_sessions_that_would_find_nothing_fail() {
    let database = Database::unwalled("data_member");
    database.superuser().batch_execute(&format!("GRANT {0}_across TO {0}_owner", database.name)).unwrap();
    database.owner().batch_execute(&database.wall().migration().up()).unwrap();
    assert_eq!(sql_query(BACKFILL).execute(&mut database.owner()), Ok(4));

    let database = Database::unwalled("data_before");
    let of_the_database = format!(
        "SELECT setconfig FROM pg_db_role_setting WHERE setrole = '{}_owner'::regrole",
        database.name
    );
    let alter = format!("ALTER ROLE {0}_owner IN DATABASE {0} SET", database.name);
    database
        .owner()
        .batch_execute(&format!("{alter} row_security = on; {alter} lock_timeout = '1s'"))
        .unwrap();
    let before = lines(&mut database.superuser(), &of_the_database).unwrap();
    let migration = database.wall().migration();
    database.owner().batch_execute(&migration.up()).unwrap();
    assert!(database.owner().batch_execute(BACKFILL).is_err());
    database.owner().batch_execute(&migration.up()).unwrap();
    database.owner().batch_execute(&migration.down()).unwrap();
    assert_eq!(before, lines(&mut database.superuser(), &of_the_database).unwrap());
}
