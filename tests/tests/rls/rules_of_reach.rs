//! The rules of what the application's role can reach beside the declared tables, and of walls that have only the name of one.

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Finding, Inspection, RowSecurity, Severity, tables};
use tenancy_tests::server::postgres_is_older_than;

use crate::database::{Database, lines};
use crate::rules::{AGENTS, broken_and_mended, report_as};

#[test]
fn r070_a_table_that_may_be_read_and_that_nobody_declared() {
    let database = Database::walled("rule_r070", |wall| wall);
    let (wall, app) = (database.wall(), database.role("app"));
    let mut superuser = database.superuser();
    superuser
        .batch_execute(&format!(
            "CREATE TABLE currencies (code text, secret text); GRANT SELECT (code) ON currencies TO {app};
             CREATE TABLE of_nobody (id integer);
             CREATE TABLE log (line text); GRANT INSERT ON log TO {app};
             CREATE SCHEMA shut; CREATE TABLE shut.rates (id integer); GRANT SELECT ON shut.rates TO PUBLIC;
             CREATE TABLE closed (id integer); GRANT SELECT ON closed TO {app};
             ALTER TABLE closed ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        ))
        .unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    let found: Vec<_> =
        report.findings.iter().map(|finding| (finding.code.as_str(), finding.object.as_str())).collect();
    assert_eq!(found, [("R070", "currencies")], "{report}");
    let finding = &report.findings[0];
    assert_eq!(finding.severity, Severity::Notice);
    assert!(report.is_clean() && finding.mend.starts_with("-- declare it as tenant_global"), "{report}");
    superuser.batch_execute(&format!("REVOKE ALL ON TABLE currencies FROM PUBLIC, {app}")).unwrap();
    // Open to whoever has a grant, and by its name like a wall.
    superuser
        .batch_execute(
            "CREATE POLICY tenancy_tenant ON closed AS RESTRICTIVE USING (true);
             CREATE POLICY all_of_it ON closed USING (true)",
        )
        .unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    let found: Vec<_> =
        report.findings.iter().map(|finding| (finding.code.as_str(), finding.object.as_str())).collect();
    assert_eq!(found, [("R070", "closed")], "{report}");
}

#[test]
fn r071_a_sequence_that_the_application_may_set() {
    broken_and_mended("R071", "agents_id_seq", "GRANT UPDATE ON SEQUENCE agents_id_seq TO {app}");
    broken_and_mended(
        "R071",
        "agents_id_seq",
        "REVOKE USAGE ON SEQUENCE agents_id_seq FROM {app}; GRANT UPDATE ON SEQUENCE agents_id_seq TO {app}",
    );
    broken_and_mended("R071", "counter", "CREATE SEQUENCE counter; GRANT ALL ON SEQUENCE counter TO {app}");
}

#[test]
fn r072_a_way_to_another_connection() {
    broken_and_mended(
        "R072",
        "foreign-data wrapper far",
        "CREATE FOREIGN DATA WRAPPER far; GRANT USAGE ON FOREIGN DATA WRAPPER far TO {app}",
    );
    broken_and_mended(
        "R072",
        "server away",
        "CREATE FOREIGN DATA WRAPPER far; CREATE SERVER away FOREIGN DATA WRAPPER far; GRANT USAGE ON FOREIGN SERVER away TO PUBLIC",
    );
    let database = Database::walled("rule_r072", |wall| wall);
    let available = "SELECT name FROM pg_available_extensions WHERE name = 'dblink'";
    if lines(&mut database.superuser(), available).unwrap().is_empty() {
        println!("not tried: PostgreSQL's contrib modules are not installed, dblink among them");
        return;
    }
    broken_and_mended("R072", "extension dblink", "CREATE EXTENSION dblink");
}

#[test]
fn r073_a_trigger_that_does_not_fire() {
    broken_and_mended(
        "R073",
        "agents trigger noted",
        "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER noted BEFORE INSERT ON agents FOR EACH ROW EXECUTE FUNCTION noted();
         ALTER TABLE agents DISABLE TRIGGER noted",
    );
    broken_and_mended(
        "R073",
        "canvases constraint canvases_agent_id_fkey",
        "ALTER TABLE canvases DISABLE TRIGGER ALL",
    );
    // One that is for replicas only may be meant, but never a constraint's.
    broken_and_mended(
        "R073",
        "canvases constraint canvases_agent_id_fkey",
        "DO $$ DECLARE t record; BEGIN FOR t IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'canvases'::regclass AND tgisinternal LOOP
             EXECUTE format('ALTER TABLE canvases ENABLE REPLICA TRIGGER %I', t.tgname); END LOOP; END $$",
    );
    let database = Database::walled("rule_r073_replica", |wall| wall);
    database
        .superuser()
        .batch_execute(
            "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
             CREATE TRIGGER noted BEFORE INSERT ON agents FOR EACH ROW EXECUTE FUNCTION noted();
             ALTER TABLE agents ENABLE REPLICA TRIGGER noted",
        )
        .unwrap();
    let report = report_as(&database, &Inspection::new(&database.wall()), "app");
    assert!(report.findings.is_empty(), "{report}");
    // A constraint by its name, and somebody's own trigger all the same.
    broken_and_mended(
        "R073",
        "agents trigger later",
        "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE CONSTRAINT TRIGGER later AFTER INSERT ON agents DEFERRABLE FOR EACH ROW EXECUTE FUNCTION noted();
         ALTER TABLE agents DISABLE TRIGGER later",
    );
    broken_and_mended(
        "R073",
        "part trigger noted",
        "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TABLE part () INHERITS (agents);
         CREATE TRIGGER noted BEFORE INSERT ON part FOR EACH ROW EXECUTE FUNCTION noted();
         ALTER TABLE part DISABLE TRIGGER noted",
    );
}

/// A table of another schema that has everything of a tenant's own, but for what one policy says.
fn named(using: &str) -> String {
    format!(
        "CREATE SCHEMA elsewhere; GRANT USAGE ON SCHEMA elsewhere TO {{app}};
         CREATE TABLE elsewhere.named (tenant_id integer, other_id integer);
         ALTER TABLE elsewhere.named ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         CREATE POLICY tenancy_tenant ON elsewhere.named AS RESTRICTIVE {using};
         CREATE POLICY everybody ON elsewhere.named USING (true);
         GRANT SELECT ON elsewhere.named TO {{app}}"
    )
}

#[test]
fn r040_a_wall_elsewhere_is_known_by_what_it_says_and_not_by_its_name() {
    for using in [
        "USING (true)",
        "FOR SELECT USING (tenant_id = (SELECT tenancy.tenant()::integer))",
        "TO {across} USING (tenant_id = (SELECT tenancy.tenant()::integer))",
        "USING (other_id = (SELECT tenancy.tenant()::integer))",
        "USING (tenant_id = (SELECT tenancy.tenant()::integer) OR true)",
        "USING (tenant_id = (SELECT tenancy.tenant()::integer)) WITH CHECK (true)",
    ] {
        broken_and_mended("R040", "elsewhere.named", &named(using));
    }
    let database = Database::walled("rule_r040_named", |wall| wall);
    let wall = database.wall();
    let sql = named("USING (tenant_id = (SELECT tenancy.tenant()::integer))");
    database.superuser().batch_execute(&sql.replace("{app}", &database.role("app"))).unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    assert!(report.findings.is_empty(), "{report}");
    // It is the application's alone, and a role that the application can become is let in by another policy.
    let reporting = database.role("reporting");
    let sql = format!(
        "ALTER POLICY tenancy_tenant ON elsewhere.named TO {app};
         CREATE ROLE {reporting}; GRANT {reporting} TO {app};
         GRANT USAGE ON SCHEMA elsewhere TO {reporting}; GRANT SELECT ON elsewhere.named TO {reporting}",
        app = database.role("app")
    );
    database.superuser().batch_execute(&sql).unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    let found = |finding: &Finding| {
        finding.code == "R040" && finding.object == "elsewhere.named" && finding.mend.contains(&reporting)
    };
    assert!(report.findings.iter().any(found), "{report}");
    database.superuser().batch_execute(&format!("DROP OWNED BY {reporting}; DROP ROLE {reporting}")).unwrap();
}

/// Of one schema, the tenants' own table and one that names them: two columns are the tenants' there.
mod two_columns {
    use tenancy_tests::ids::OrgId;

    tenancy_diesel::table! {
        #[tenant_scoped(id: OrgId)]
        organisations (id) { id -> Integer, name -> Text, }
        #[tenant_scoped(tenant_id: OrgId)]
        tasks (id) { id -> Integer, tenant_id -> Integer, title -> Text, }
    }
}

#[test]
fn r040_a_wall_elsewhere_is_by_the_column_of_the_declared_table_of_that_name() {
    let database = Database::empty("rule_r040_columns");
    let roles = database.roles();
    let wall = RowSecurity::new(tables![two_columns::organisations, two_columns::tasks], roles).unwrap();
    let tables = "CREATE TABLE organisations (id integer PRIMARY KEY, name text NOT NULL);
                  CREATE TABLE tasks (id integer PRIMARY KEY, tenant_id integer NOT NULL, title text NOT NULL);";
    database.owner().batch_execute(&format!("{tables}{}", wall.migration().up())).unwrap();
    let own = wall.in_tenant_schema(&"acme".parse().unwrap());
    let own = own.tables_migration();
    let mut owner = database.owner();
    owner
        .batch_execute(&format!("CREATE SCHEMA acme; SET search_path = acme; {tables}{}", own.up()))
        .unwrap();
    let found = || {
        let report = report_as(&database, &Inspection::new(&wall), "app");
        let found = report.findings.iter().filter(|finding| finding.code == "R040");
        // Once for each column.
        let mut found: Vec<_> = found.map(|finding| finding.object.clone()).collect();
        found.dedup();
        found
    };
    // Each has a column of the name that is the tenants' in the other.
    assert_eq!(found(), [""; 0]);
    // Whose a task is does not depend on its own number, though that is a tenants' column of another table.
    for (table, column) in [("tasks", "id"), ("organisations", "tenant_id")] {
        owner
            .batch_execute(&format!(
                "ALTER TABLE acme.{table} ADD COLUMN IF NOT EXISTS {column} integer;
                 ALTER POLICY tenancy_tenant ON acme.{table} USING ({column} = (SELECT tenancy.tenant()::integer))"
            ))
            .unwrap();
        assert_eq!(found(), [format!("acme.{table}")]);
        owner.batch_execute(&own.up()).unwrap();
        assert_eq!(found(), [""; 0]);
    }
}

#[test]
fn r074_a_table_that_the_application_may_maintain() {
    if postgres_is_older_than(17) {
        return;
    }
    broken_and_mended("R074", AGENTS, "GRANT MAINTAIN ON agents TO PUBLIC");
    broken_and_mended("R074", AGENTS, "GRANT ALL ON agents TO {app}");
    broken_and_mended("R003", "{app} in pg_maintain", "GRANT pg_maintain TO {app}");
    // Which is no reason not to serve.
    let database = Database::walled("rule_r074", |wall| wall);
    let app = database.role("app");
    database.superuser().batch_execute(&format!("GRANT MAINTAIN ON canvases TO {app}")).unwrap();
    let report = report_as(&database, &Inspection::new(&database.wall()), "app");
    assert!(report.is_clean() && report.findings.len() == 1, "{report}");
    // The wall takes it away.
    database.owner().batch_execute(&database.wall().migration().up()).unwrap();
    let report = report_as(&database, &Inspection::new(&database.wall()), "app");
    assert!(report.findings.is_empty(), "{report}");
}
