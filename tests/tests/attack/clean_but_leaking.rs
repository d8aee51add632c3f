//! Databases that leak, and of which an inspection has to say so.

use std::io::{self, Write as _};

use diesel::connection::SimpleConnection as _;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use tenancy_rls::{Inspection, RowSecurity};
use tenancy_tests::server::of_the_database;

use crate::database::{Database, lines, value};

/// Breaks a database as the superuser, shows that SQL of the application reads tenant 2 by it, and inspects it.
pub(crate) fn found(
    code: &str,
    prefix: &str,
    make: fn(RowSecurity) -> RowSecurity,
    broken: &str,
    setup: &str,
    query: &str,
    secret: &str,
) {
    let database = Database::walled(prefix, make);
    let fill = |text: &str| {
        ["owner", "app", "across"]
            .iter()
            .fold(text.to_owned(), |text, role| text.replace(&format!("{{{role}}}"), &database.role(role)))
            .replace("{db}", &database.name)
    };
    database.superuser().batch_execute(&fill(broken)).unwrap();
    let mut app = database.app();
    app.batch_execute(&fill(setup)).unwrap();
    let read = lines(&mut app, &fill(query));
    let leaks = format!("{read:?}").contains(secret);
    let wall = make(database.wall());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let inspect = || {
        runtime.block_on(async {
            let mut connection = AsyncPgConnection::establish(&database.url("app")).await.unwrap();
            of_the_database(Inspection::new(&wall).run(&mut connection).await.unwrap())
        })
    };
    let report = inspect();
    assert!(leaks, "it does not leak: {read:?}; {report}");
    assert!(
        report.refusals().any(|finding| finding.code == code),
        "it leaks {read:?}, and {code} is not in: {report}"
    );
    // What is told without SQL is a person's to decide, and refuses nothing.
    let is_told = |finding: &tenancy_rls::Finding| {
        finding.severity == tenancy_rls::Severity::Notice && finding.mend.starts_with("--")
    };
    for finding in report.findings.iter().filter(|finding| !is_told(finding)) {
        database
            .superuser()
            .batch_execute(&finding.mend)
            .unwrap_or_else(|error| panic!("{error}: {finding}"));
    }
    let mended = inspect();
    assert!(mended.findings.iter().all(is_told), "mended: {mended}");
    let mut app = database.app();
    let _ = app.batch_execute(&fill(setup));
    let again = format!("{:?}", lines(&mut app, &fill(query)));
    assert!(!again.contains(secret), "mended, it still leaks: {again}");
}

/// Whether the server has the memberships of PostgreSQL 16, each with its own options. A test that is not for it says so.
fn has_options_of_memberships(prefix: &str, wanted: bool) -> bool {
    let server = Database::empty(prefix);
    let version = value(&mut server.superuser(), "SELECT current_setting('server_version_num')");
    let has = version.as_str() >= "160000";
    if has != wanted {
        // Not `eprintln!`: the harness would swallow it.
        let _ = writeln!(io::stderr(), "skipped: {prefix} is not for PostgreSQL {version}");
    }
    has
}

#[test]
fn keys_read_by_set_role() {
    found(
        "R090", "leak_set_role", RowSecurity::sealed,
        "CREATE ROLE {db}_backup; GRANT USAGE ON SCHEMA tenancy TO {db}_backup; GRANT SELECT ON tenancy.sealing_keys TO {db}_backup;
         ALTER ROLE {app} NOINHERIT; GRANT {db}_backup TO {app};
         INSERT INTO tenancy.sealing_keys VALUES ('9', decode(repeat('00', 64), 'hex'), decode(repeat('00', 64), 'hex'), false)",
        "SET ROLE {db}_backup", "SELECT inner_pad FROM tenancy.sealing_keys", "0000",
    );
}

#[test]
fn truncate_by_set_role() {
    found(
        "R050", "leak_truncate", |wall| wall,
        "CREATE ROLE {db}_cleaner; GRANT USAGE ON SCHEMA public TO {db}_cleaner; GRANT TRUNCATE ON canvases TO {db}_cleaner;
         ALTER ROLE {app} NOINHERIT; GRANT {db}_cleaner TO {app}",
        "SET ROLE {db}_cleaner; DO $$ BEGIN TRUNCATE canvases; PERFORM set_config('attack.done', 'emptied', false); EXCEPTION WHEN insufficient_privilege THEN NULL; END $$",
        "SELECT current_setting('attack.done', true)", "emptied",
    );
}

#[test]
fn createrole_by_set_role() {
    // Since PostgreSQL 16 such a role gives only what it was given to give: what it may give is found by R003.
    if has_options_of_memberships("leak_createrole", false) {
        return;
    }
    found(
        "R004", "leak_createrole", |wall| wall,
        "CREATE ROLE {db}_admin CREATEROLE; GRANT {across} TO {db}_admin WITH ADMIN OPTION; ALTER ROLE {app} NOINHERIT; GRANT {db}_admin TO {app};
         REVOKE {across} FROM {db}_admin",
        "SET ROLE {db}_admin; GRANT {across} TO {app}; SET ROLE {across}", "SELECT title FROM canvases", "secret",
    );
}

/// Since PostgreSQL 16 a role may be given the right to give another away, and nothing else of it.
#[test]
fn a_role_that_may_only_be_given_away() {
    if !has_options_of_memberships("leak_admin", true) {
        return;
    }
    found(
        "R003",
        "leak_admin",
        |wall| wall,
        "GRANT {across} TO {app} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE",
        "GRANT {across} TO {app} WITH SET TRUE; SET ROLE {across}",
        "SELECT title FROM canvases",
        "secret",
    );
}

#[test]
fn a_parent_table_that_nobody_declared() {
    found(
        "R044",
        "leak_parent",
        |wall| wall,
        "CREATE TABLE titles (title text NOT NULL); ALTER TABLE canvases INHERIT titles; GRANT SELECT ON titles TO {app}",
        "SELECT 1",
        "SELECT title FROM titles",
        "secret",
    );
}

#[test]
fn a_leakproof_function_that_tells() {
    found(
        "R047", "leak_leakproof", |wall| wall,
        "CREATE FUNCTION tells(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE LEAKPROOF COST 0.0001
         AS $$ BEGIN PERFORM set_config('attack.heard', coalesce(current_setting('attack.heard', true), '') || $1, false); RETURN true; END $$",
        "DO $$ BEGIN PERFORM * FROM canvases WHERE tells(title); EXCEPTION WHEN insufficient_privilege THEN NULL; END $$", "SELECT current_setting('attack.heard', true)", "secret",
    );
}

#[test]
fn a_tenant_that_every_session_begins_with() {
    found(
        "R007",
        "leak_setting",
        |wall| wall,
        "ALTER ROLE {app} SET tenancy.tenant = '2'",
        "SELECT 1",
        "SELECT title FROM canvases",
        "secret",
    );
}

#[test]
fn a_tenant_that_every_session_of_the_database_begins_with() {
    found(
        "R007",
        "leak_dbset",
        |wall| wall,
        "ALTER DATABASE {db} SET tenancy.tenant = '2'",
        "SELECT 1",
        "SELECT title FROM canvases",
        "secret",
    );
}

#[test]
fn a_rule_on_a_table_that_nobody_declared() {
    found(
        "R045", "leak_rule", |wall| wall,
        "CREATE TABLE inbox (line text); CREATE TABLE outbox (line text); GRANT INSERT ON inbox TO {app}; GRANT SELECT, DELETE ON outbox TO {app};
         CREATE RULE copies AS ON INSERT TO inbox DO ALSO INSERT INTO outbox SELECT title FROM canvases",
        "DELETE FROM outbox; DO $$ BEGIN INSERT INTO inbox VALUES ('x'); EXCEPTION WHEN insufficient_privilege THEN NULL; END $$",
        "SELECT line FROM outbox", "secret",
    );
}

#[test]
fn a_copy_in_another_schema() {
    found(
        "R040",
        "leak_schema",
        |wall| wall,
        "CREATE SCHEMA archive; CREATE TABLE archive.canvases AS SELECT * FROM public.canvases; GRANT USAGE ON SCHEMA archive TO {app}; GRANT SELECT ON archive.canvases TO {app}",
        "SELECT 1",
        "SELECT title FROM archive.canvases",
        "secret",
    );
}

#[test]
fn statistics_that_show_every_tenants_values() {
    found(
        "R055",
        "leak_statistic",
        |wall| wall,
        "ANALYZE canvases; GRANT SELECT ON pg_statistic TO PUBLIC",
        "SELECT 1",
        "SELECT stavalues1::text, stavalues2::text FROM pg_statistic WHERE starelid = 'canvases'::regclass",
        "secret",
    );
    // One column of them.
    found(
        "R055",
        "leak_statistic",
        |wall| wall,
        "ANALYZE canvases; GRANT SELECT (stavalues1), SELECT (starelid) ON pg_statistic TO {app}",
        "SELECT 1",
        "SELECT stavalues1::text FROM pg_statistic WHERE starelid = 'canvases'::regclass",
        "secret",
    );
}

#[test]
fn files_read_by_a_function() {
    found(
        "R055",
        "leak_file",
        |wall| wall,
        "CHECKPOINT; GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO {app}",
        "SELECT 1",
        "SELECT 'the secret' WHERE position('secret' IN pg_read_binary_file(pg_relation_filepath('canvases'))) > 0",
        "secret",
    );
}

#[test]
fn large_objects_read_by_their_table() {
    found(
        "R055",
        "leak_large",
        |wall| wall,
        "SELECT lo_from_bytea(0, 'secret'); GRANT SELECT ON pg_largeobject TO PUBLIC",
        "SELECT 1",
        "SELECT encode(data, 'escape') FROM pg_largeobject",
        "secret",
    );
}

#[test]
fn long_values_read_where_they_are_stored() {
    found(
        "R055",
        "leak_toast",
        |wall| wall,
        "ALTER TABLE canvases ALTER title SET STORAGE EXTERNAL; UPDATE canvases SET score = 0, title = repeat('secret ', 1000) WHERE tenant_id = 2 AND id = 3;
         GRANT USAGE ON SCHEMA pg_toast TO {app};
         DO $$ BEGIN EXECUTE format('GRANT SELECT ON %s TO {app}', (SELECT reltoastrelid::regclass FROM pg_class WHERE oid = 'canvases'::regclass)); END $$",
        "SELECT 1",
        "SELECT query_to_xml(format('SELECT encode(chunk_data, ''escape'') FROM %s', reltoastrelid::regclass), true, true, '')
           FROM pg_class WHERE oid = 'canvases'::regclass",
        "secret",
    );
}

/// By way of a role that the application's can become, and that PostgreSQL has made.
#[test]
fn other_sessions_statements_read_as_a_role_of_postgresql() {
    found(
        "R003",
        "leak_monitor",
        |wall| wall,
        "ALTER ROLE {app} NOINHERIT; GRANT pg_monitor TO {app}",
        "SET ROLE pg_monitor",
        "SELECT 'secret' FROM pg_stat_activity WHERE query <> '<insufficient privilege>' AND backend_type = 'checkpointer'",
        "secret",
    );
}

#[test]
fn an_aggregate_over_a_function_that_nobody_may_call() {
    found(
        "R043", "leak_aggregate", |wall| wall,
        "CREATE FUNCTION adds(text, integer) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT string_agg(title, '','') FROM canvases';
         REVOKE EXECUTE ON FUNCTION adds(text, integer) FROM PUBLIC;
         CREATE AGGREGATE everything(integer) (SFUNC = adds, STYPE = text)",
        "SELECT 1", "SELECT everything(1)", "secret",
    );
}

#[test]
fn a_trigger_of_a_table_that_nobody_declared() {
    found(
        "R043", "leak_trigger", |wall| wall,
        "CREATE TABLE inbox (line text); GRANT INSERT ON inbox TO {app};
         CREATE FUNCTION fills() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
         AS $$ BEGIN PERFORM set_config('attack.heard', (SELECT string_agg(title, ',') FROM canvases), false); RETURN NEW; END $$;
         REVOKE EXECUTE ON FUNCTION fills() FROM PUBLIC;
         CREATE TRIGGER fills BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION fills()",
        "INSERT INTO inbox VALUES ('x')", "SELECT current_setting('attack.heard', true)", "secret",
    );
}

/// The table's rows go by a foreign key's action, which asks no grant.
#[test]
fn a_trigger_of_a_table_that_is_only_written_by_cascades() {
    found(
        "R043", "leak_cascade", |wall| wall,
        "CREATE TABLE lists (id integer PRIMARY KEY); CREATE TABLE entries (list_id integer REFERENCES lists ON DELETE CASCADE);
         INSERT INTO lists VALUES (1); INSERT INTO entries VALUES (1); GRANT SELECT, DELETE ON lists TO {app};
         CREATE FUNCTION fills() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
         AS $$ BEGIN PERFORM set_config('attack.heard', (SELECT string_agg(title, ',') FROM canvases), false); RETURN OLD; END $$;
         REVOKE EXECUTE ON FUNCTION fills() FROM PUBLIC;
         CREATE TRIGGER fills BEFORE DELETE ON entries FOR EACH ROW EXECUTE FUNCTION fills()",
        "DELETE FROM lists", "SELECT current_setting('attack.heard', true)", "secret",
    );
}

/// What an index or a sort compares by is called without anybody's leave.
#[test]
fn a_type_that_is_compared_by_a_function_that_nobody_may_call() {
    found(
        "R043", "leak_compares", |wall| wall,
        "CREATE TYPE odd AS (part integer);
         CREATE FUNCTION compares(odd, odd) RETURNS integer LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER
         AS $$ BEGIN PERFORM set_config('attack.heard', (SELECT string_agg(title, ',') FROM public.canvases), false); RETURN 0; END $$;
         REVOKE EXECUTE ON FUNCTION compares(odd, odd) FROM PUBLIC;
         CREATE FUNCTION less(odd, odd) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.part < $2.part';
         CREATE OPERATOR <<< (LEFTARG = odd, RIGHTARG = odd, FUNCTION = less);
         CREATE OPERATOR === (LEFTARG = odd, RIGHTARG = odd, FUNCTION = less);
         CREATE OPERATOR CLASS odd_ops DEFAULT FOR TYPE odd USING btree AS OPERATOR 1 <<<, OPERATOR 3 ===, FUNCTION 1 compares(odd, odd)",
        "SELECT FROM (VALUES (ROW(1)::odd), (ROW(2)::odd)) AS v (o) ORDER BY o USING <<<",
        "SELECT current_setting('attack.heard', true)", "secret",
    );
}

/// The schema that is searched first, and is not PostgreSQL's alone.
#[test]
fn a_function_with_its_owners_rights_in_the_schema_of_the_catalog() {
    found(
        "R043",
        "leak_catalog",
        |wall| wall,
        "CREATE FUNCTION pg_catalog.everything() RETURNS SETOF public.canvases LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM public.canvases'",
        "SELECT 1",
        "SELECT title FROM everything()",
        "secret",
    );
}

/// Another name for what PostgreSQL keeps to itself.
#[test]
fn a_function_in_a_language_that_is_not_trusted() {
    found(
        "R048",
        "leak_internal",
        |wall| wall,
        "CHECKPOINT; CREATE FUNCTION slurp(text) RETURNS bytea LANGUAGE internal STRICT AS 'pg_read_binary_file_all'",
        "SELECT 1",
        "SELECT 'the secret' WHERE position('secret' IN slurp(pg_relation_filepath('canvases'))) > 0",
        "secret",
    );
}
