//! More databases that leak, one of each kind of thing that PostgreSQL can have: whether a rule finds it, and its mend ends it.

use diesel::connection::SimpleConnection as _;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use tenancy_rls::{Inspection, Severity};
use tenancy_tests::server::of_the_database;

use crate::clean_but_leaking::found;
use crate::database::{Database, value};

const BROKEN: &str = "
CREATE SCHEMA archive;
CREATE TABLE archive.canvases AS SELECT * FROM public.canvases;
";

#[test]
fn a_view_of_a_role_that_no_policy_holds_for() {
    found(
        "R041",
        "kind_view",
        |wall| wall,
        "CREATE ROLE {db}_reports BYPASSRLS; CREATE VIEW titles AS SELECT title FROM canvases; GRANT SELECT ON canvases TO {db}_reports;
         GRANT CREATE, USAGE ON SCHEMA public TO {db}_reports; ALTER VIEW titles OWNER TO {db}_reports; GRANT SELECT ON titles TO {app}",
        "SELECT 1",
        "SELECT title FROM titles",
        "secret",
    );
}

/// Two views on, and the table itself is not to be read.
#[test]
fn a_view_of_a_copy_that_nobody_declared() {
    found(
        "R041",
        "kind_copy",
        |wall| wall,
        &format!(
            "{BROKEN} CREATE VIEW archive.titles AS SELECT title FROM archive.canvases; CREATE VIEW titles AS SELECT * FROM archive.titles;
             GRANT SELECT ON titles TO {{app}}"
        ),
        "SELECT 1",
        "SELECT title FROM titles",
        "secret",
    );
}

#[test]
fn a_materialized_view_of_a_copy_that_nobody_declared() {
    found(
        "R042",
        "kind_matview",
        |wall| wall,
        &format!(
            "{BROKEN} CREATE MATERIALIZED VIEW titles AS SELECT title FROM archive.canvases; GRANT SELECT ON titles TO {{app}}"
        ),
        "SELECT 1",
        "SELECT title FROM titles",
        "secret",
    );
}

#[test]
fn a_view_of_the_statistics() {
    found(
        "R041",
        "kind_stats",
        |wall| wall,
        "ANALYZE canvases; CREATE VIEW histograms AS SELECT starelid, stavalues1::text, stavalues2::text FROM pg_statistic; GRANT SELECT ON histograms TO PUBLIC",
        "SELECT 1",
        "SELECT * FROM histograms WHERE starelid = 'canvases'::regclass",
        "secret",
    );
}

#[test]
fn a_view_of_the_large_objects() {
    found(
        "R041",
        "kind_lo",
        |wall| wall,
        "SELECT lo_from_bytea(0, 'secret'); CREATE VIEW pages AS SELECT encode(data, 'escape') FROM pg_largeobject; GRANT SELECT ON pages TO {app}",
        "SELECT 1",
        "SELECT * FROM pages",
        "secret",
    );
}

/// A rule on a table of the application's own runs in whichever tenant's transaction writes to it.
#[test]
fn a_table_that_the_application_owns() {
    found(
        "R057",
        "kind_owned",
        |wall| wall,
        "CREATE TABLE outbox (line text); ALTER TABLE plans OWNER TO {app}; GRANT SELECT, INSERT, DELETE ON outbox TO {app}",
        "DO $$ BEGIN CREATE RULE copies AS ON INSERT TO plans DO ALSO INSERT INTO outbox SELECT title FROM canvases; EXCEPTION WHEN insufficient_privilege THEN DELETE FROM outbox; END $$;
         BEGIN; SET LOCAL tenancy.tenant = '2'; INSERT INTO plans SELECT max(id) + 1, 'pro' FROM plans; COMMIT",
        "SELECT line FROM outbox",
        "secret",
    );
}

/// So does a check that is added to a domain of its own.
#[test]
fn a_domain_that_the_application_owns() {
    found(
        "R057",
        "kind_domain",
        |wall| wall,
        "CREATE DOMAIN label AS text; ALTER TABLE canvases ALTER title TYPE label; ALTER DOMAIN label OWNER TO {app}",
        "BEGIN; ALTER DOMAIN label ADD CHECK (set_config('attack.heard', VALUE, false) IS NOT NULL) NOT VALID;
         SET LOCAL tenancy.tenant = '2'; UPDATE canvases SET title = 'my ' || 'secret' WHERE id = 3",
        "SELECT current_setting('attack.heard', true)",
        "secret",
    );
}

/// Whatever the large objects' own grants say.
#[test]
fn a_parameter_that_switches_the_checks_of_large_objects_off() {
    found(
        "R058",
        "kind_parameter",
        |wall| wall,
        "SELECT lo_from_bytea(4711, 'secret'); GRANT SET ON PARAMETER lo_compat_privileges TO {app}",
        "DO $$ BEGIN PERFORM set_config('lo_compat_privileges', 'on', false); EXCEPTION WHEN insufficient_privilege THEN NULL; END $$",
        "SELECT encode(lo_get(4711), 'escape') WHERE current_setting('lo_compat_privileges')::boolean",
        "secret",
    );
}

/// Skipped where the server has no such extension.
#[test]
fn a_foreign_table_that_leads_back() {
    let probe = Database::empty("kind_fdw");
    let installed = "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'";
    if value(&mut probe.superuser(), installed) == "0" {
        return;
    }
    found(
        "R059",
        "kind_foreign",
        |wall| wall,
        "CREATE EXTENSION postgres_fdw;
         DO $$ BEGIN EXECUTE format('CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
                                    current_setting('port'), current_database());
                     EXECUTE format('CREATE USER MAPPING FOR PUBLIC SERVER loop OPTIONS (user %L, password_required ''false'')', current_user); END $$;
         CREATE FOREIGN TABLE titles (title text) SERVER loop OPTIONS (schema_name 'public', table_name 'canvases');
         GRANT SELECT ON titles TO {app}; GRANT USAGE ON FOREIGN SERVER loop TO {app}",
        "SELECT 1",
        "SELECT title FROM titles",
        "secret",
    );
}

/// A tip for faster searches: then a search is asked before the policies are, and its error tells what it saw.
#[test]
fn functions_of_postgresql_that_were_called_leakproof() {
    found(
        "R047",
        "kind_leakproof",
        |wall| wall,
        "ALTER FUNCTION boolin(cstring) LEAKPROOF COST 0.0001; ALTER FUNCTION textout(text) LEAKPROOF COST 0.0001",
        "DO $$ BEGIN PERFORM * FROM canvases WHERE title::boolean; EXCEPTION WHEN data_exception THEN PERFORM set_config('attack.heard', SQLERRM, false); END $$",
        "SELECT current_setting('attack.heard', true)",
        "invalid input syntax",
    );
}

#[test]
fn a_leakproof_function_in_the_schema_of_the_catalog() {
    found(
        "R047",
        "kind_hidden",
        |wall| wall,
        "CREATE FUNCTION pg_catalog.tells(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE LEAKPROOF COST 0.0001
         AS $$ BEGIN PERFORM set_config('attack.heard', coalesce(current_setting('attack.heard', true), '') || $1, false); RETURN true; END $$",
        "DO $$ BEGIN PERFORM * FROM canvases WHERE tells(title); EXCEPTION WHEN insufficient_privilege THEN NULL; END $$",
        "SELECT current_setting('attack.heard', true)",
        "secret",
    );
}

#[test]
fn an_operator_and_a_cast_over_a_function_with_its_owners_rights() {
    for (prefix, made, query) in [
        ("kind_operator", "CREATE OPERATOR !!! (RIGHTARG = integer, FUNCTION = everything)", "SELECT !!! 1"),
        ("kind_cast", "CREATE TYPE wish AS (n integer); CREATE FUNCTION wished(wish) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT everything(1)';
                       CREATE CAST (wish AS text) WITH FUNCTION wished(wish)", "SELECT ROW(1)::wish::text"),
    ] {
        found(
            "R043",
            prefix,
            |wall| wall,
            &format!("CREATE FUNCTION everything(integer) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT string_agg(title, '','') FROM canvases'; {made}"),
            "SELECT 1",
            query,
            "secret",
        );
    }
}

#[test]
fn a_check_of_a_domain_over_a_function_with_its_owners_rights() {
    found(
        "R043",
        "kind_check",
        |wall| wall,
        "CREATE FUNCTION hears(text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
         AS $$ BEGIN PERFORM set_config('attack.heard', (SELECT string_agg(title, ',') FROM canvases), false); RETURN true; END $$;
         CREATE DOMAIN checked AS text CHECK (hears(VALUE))",
        "SELECT 'x'::checked",
        "SELECT current_setting('attack.heard', true)",
        "secret",
    );
}

#[test]
fn roles_of_postgresql_by_way_of_another() {
    for role in [
        "pg_read_all_data",
        "pg_execute_server_program",
        "pg_read_server_files",
        "pg_signal_backend",
        "pg_read_all_stats",
    ] {
        found(
            "R003",
            "kind_member",
            |wall| wall,
            &format!(
                "CREATE ROLE {{db}}_ops; GRANT {role} TO {{db}}_ops; ALTER ROLE {{app}} NOINHERIT; GRANT {{db}}_ops TO {{app}}"
            ),
            &format!("DO $$ BEGIN SET ROLE {role}; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"),
            "SELECT 'secret' WHERE current_user LIKE 'pg\\_%'",
            "secret",
        );
    }
}

/// No leak yet: a notice.
#[test]
fn tables_to_come_that_are_the_applications_before_they_have_a_wall() {
    let database = Database::walled("kind_default", |wall| wall);
    let (owner, app) = (database.role("owner"), database.role("app"));
    database
        .owner()
        .batch_execute(&format!("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {app}"))
        .unwrap();
    let wall = database.wall();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let inspect = || {
        runtime.block_on(async {
            let mut connection = AsyncPgConnection::establish(&database.url("app")).await.unwrap();
            of_the_database(Inspection::new(&wall).run(&mut connection).await.unwrap())
        })
    };
    let report = inspect();
    let [finding] = report.findings.as_slice() else { panic!("{report}") };
    assert_eq!((finding.code.as_str(), finding.severity), ("R049", Severity::Notice));
    assert_eq!(finding.object, format!("default privileges of {owner} in public"));
    database.superuser().batch_execute(&finding.mend).unwrap();
    assert!(inspect().findings.is_empty());
}
