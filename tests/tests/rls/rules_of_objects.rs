//! The rules of what else is in the database, and of what may be done with it: each is broken, found, and mended by its own SQL.

use diesel::connection::SimpleConnection as _;
use tenancy_rls::Inspection;

use crate::database::Database;
use crate::rules::{AGENTS, broken_and_mended, report_as};

#[test]
fn l57_l89_r040_a_table_that_nobody_declared() {
    broken_and_mended(
        "R040",
        "later",
        "CREATE TABLE later (tenant_id integer, secret text); GRANT SELECT (secret) ON later TO {app}",
    );
}

#[test]
fn r040_in_other_schemas_what_has_no_wall_and_nothing_else() {
    broken_and_mended(
        "R040",
        "elsewhere.half",
        "CREATE SCHEMA elsewhere; GRANT USAGE ON SCHEMA elsewhere TO {app};
         CREATE TABLE elsewhere.half (tenant_id integer); ALTER TABLE elsewhere.half ENABLE ROW LEVEL SECURITY;
         GRANT SELECT ON elsewhere.half TO {app}",
    );
    // Forced, and with a door for everybody.
    broken_and_mended(
        "R040",
        "elsewhere.open",
        "CREATE SCHEMA elsewhere; GRANT USAGE ON SCHEMA elsewhere TO {app};
         CREATE TABLE elsewhere.open (tenant_id integer);
         ALTER TABLE elsewhere.open ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         CREATE POLICY everybody ON elsewhere.open USING (true);
         GRANT SELECT ON elsewhere.open TO {app}",
    );
    let database = Database::walled("rule_r040_other", |wall| wall);
    let names = |text: &str| text.replace("{app}", &database.role("app"));
    // The same name, with the wall and the grants of a tenant's own; another one that nobody may read.
    let sql = "CREATE SCHEMA elsewhere; GRANT USAGE ON SCHEMA elsewhere TO {app};
         CREATE TABLE elsewhere.agents (tenant_id integer);
         ALTER TABLE elsewhere.agents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         GRANT SELECT ON elsewhere.agents TO {app};
         CREATE TABLE elsewhere.closed (tenant_id integer)";
    database.superuser().batch_execute(&names(sql)).unwrap();
    let wall = database.wall();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    assert!(report.findings.is_empty(), "{report}");
}

#[test]
fn l53_l89_r041_a_view_with_its_owners_rights() {
    broken_and_mended(
        "R041",
        "seen",
        "CREATE VIEW seen AS SELECT * FROM agents; CREATE VIEW \"again\" AS SELECT * FROM seen",
    );
}

#[test]
fn l54_r042_a_materialized_view() {
    broken_and_mended(
        "R042",
        "copied",
        "CREATE MATERIALIZED VIEW copied AS SELECT * FROM agents; GRANT SELECT ON copied TO {app}",
    );
}

#[test]
fn l55_r043_a_function_with_its_owners_rights() {
    broken_and_mended(
        "R043",
        "everybody(integer)",
        "CREATE FUNCTION everybody(integer) RETURNS SETOF agents LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM agents'",
    );
}

#[test]
fn l55_r043_a_trigger_with_its_owners_rights() {
    broken_and_mended(
        "R043",
        "fired()",
        "CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END';
         REVOKE EXECUTE ON FUNCTION fired() FROM PUBLIC;
         CREATE TRIGGER fired BEFORE INSERT ON agents FOR EACH ROW EXECUTE FUNCTION fired()",
    );
}

#[test]
fn l55_r043_only_what_the_application_can_cause() {
    let database = Database::walled("rule_r043_others", |wall| wall);
    // A trigger on a table that the application does not reach, an aggregate that it may not call, and functions that nobody uses.
    database
        .superuser()
        .batch_execute(
            "CREATE TABLE ledger (line text);
             CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END';
             CREATE FUNCTION adds(text, integer) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
             CREATE FUNCTION reads(text) RETURNS bytea LANGUAGE internal STRICT AS 'pg_read_binary_file_all';
             CREATE AGGREGATE everything(integer) (SFUNC = adds, STYPE = text);
             REVOKE EXECUTE ON ROUTINE noted(), adds(text, integer), reads(text), everything(integer) FROM PUBLIC;
             CREATE TRIGGER noted BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION noted();
             CREATE TYPE span AS RANGE (SUBTYPE = text)",
        )
        .unwrap();
    let wall = database.wall();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    assert!(report.findings.is_empty(), "{report}");
}

#[test]
fn l55_r043_what_is_called_without_a_grant() {
    broken_and_mended(
        "R043",
        "noted()",
        "CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN END';
         REVOKE EXECUTE ON FUNCTION noted() FROM PUBLIC;
         CREATE EVENT TRIGGER noted ON ddl_command_start WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION noted()",
    );
    broken_and_mended(
        "R043",
        "noted()",
        "CREATE TABLE ledger (line text); CREATE VIEW lines AS SELECT * FROM ledger; GRANT INSERT ON lines TO {app};
         CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END';
         REVOKE EXECUTE ON FUNCTION noted() FROM PUBLIC;
         CREATE TRIGGER noted BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION noted()",
    );
}

#[test]
fn r048_a_language_that_is_not_trusted() {
    broken_and_mended(
        "R048",
        "reads(text)",
        "CREATE FUNCTION reads(text) RETURNS bytea LANGUAGE internal STRICT AS 'pg_read_binary_file_all'",
    );
}

#[test]
fn r044_a_part_without_row_level_security() {
    broken_and_mended(
        "R044",
        "part",
        "CREATE TABLE part () INHERITS (agents); GRANT SELECT ON part TO {app}",
    );
}

#[test]
fn r045_a_rewrite_rule() {
    broken_and_mended(
        "R045",
        "\"public\".\"agents\" rule also",
        "CREATE RULE also AS ON INSERT TO agents DO ALSO UPDATE canvases SET score = 0",
    );
}

#[test]
fn l62_r046_a_publication_is_a_notice() {
    broken_and_mended(
        "R046",
        "\"public\".\"agents\" publication sent",
        "CREATE PUBLICATION sent FOR TABLE agents",
    );
    broken_and_mended("R046", "publication sent", "CREATE PUBLICATION sent FOR ALL TABLES");
    broken_and_mended(
        "R046",
        "SCHEMA public publication sent",
        "CREATE PUBLICATION sent FOR TABLES IN SCHEMA public",
    );
}

#[test]
fn r047_a_leakproof_function() {
    broken_and_mended(
        "R047",
        "tells(text)",
        "CREATE FUNCTION tells(text) RETURNS boolean LANGUAGE sql LEAKPROOF AS 'SELECT true'",
    );
}

#[test]
fn l35_r050_truncate() {
    broken_and_mended(
        "R050",
        AGENTS,
        "GRANT TRUNCATE ON agents TO PUBLIC; GRANT REFERENCES (id) ON agents TO {app}",
    );
}

#[test]
fn r051_temporary_tables() {
    broken_and_mended("R051", "{db}", "GRANT TEMPORARY ON DATABASE {db} TO PUBLIC");
}

#[test]
fn r052_create_in_a_schema() {
    broken_and_mended("R052", "public", "GRANT CREATE ON SCHEMA public TO PUBLIC");
}

#[test]
fn r053_create_in_the_database() {
    broken_and_mended("R053", "{db}", "GRANT CREATE ON DATABASE {db} TO {app}");
}

#[test]
fn r054_a_schema_named_as_the_role() {
    broken_and_mended(
        "R054",
        "{app}",
        "CREATE SCHEMA {app}; GRANT USAGE ON SCHEMA {app} TO {app}; CREATE TABLE {app}.plans (id integer)",
    );
}

#[test]
fn r055_a_grant_on_what_is_postgresqls_own() {
    broken_and_mended(
        "R055",
        "pg_statistic_ext_data column stxdmcv",
        "GRANT SELECT (stxdmcv) ON pg_statistic_ext_data TO {app}",
    );
    broken_and_mended("R055", "pg_authid", "GRANT SELECT, UPDATE ON pg_authid TO {app} WITH GRANT OPTION");
    broken_and_mended(
        "R055",
        "pg_ls_dir(text)",
        "GRANT EXECUTE ON FUNCTION pg_ls_dir(text), lo_export(oid, text) TO PUBLIC",
    );
    broken_and_mended("R055", "SCHEMA pg_catalog", "GRANT CREATE ON SCHEMA pg_catalog TO {app}");
    broken_and_mended(
        "R055",
        "pg_ls_dir(text)",
        "CREATE ROLE {db}_files; GRANT {db}_files TO {app}; GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO {db}_files",
    );
}

#[test]
fn l52_r003_a_member_of_a_role_of_postgresqls_own() {
    broken_and_mended("R003", "{app} in pg_monitor", "GRANT pg_monitor TO {app}");
    broken_and_mended("R003", "{app} in pg_signal_backend", "GRANT pg_signal_backend TO {app}");
}

#[test]
fn r056_a_sequence_that_no_column_owns() {
    const NUMBERS: &str = "CREATE SEQUENCE numbers START 100;
        ALTER TABLE canvases ALTER id SET DEFAULT nextval('numbers')";
    const INSERT: &str = "BEGIN; SET LOCAL tenancy.tenant = '1';
        INSERT INTO canvases (tenant_id, title, score) VALUES (1, 'new', 1); COMMIT";
    let database = Database::walled("rule_r056_fails", |wall| wall);
    database.owner().batch_execute(NUMBERS).unwrap();
    let refused = database.app().batch_execute(INSERT).unwrap_err().to_string();
    assert!(refused.contains("permission denied for sequence numbers"), "{refused}");
    let wall = database.wall();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    for finding in report.refusals() {
        database.owner().batch_execute(&finding.mend).unwrap();
    }
    database.app().batch_execute(INSERT).unwrap();
    broken_and_mended("R056", "numbers", NUMBERS);
    broken_and_mended("R056", "agents_id_seq", "REVOKE USAGE ON SEQUENCE agents_id_seq FROM {across}");
}
