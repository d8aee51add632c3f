//! `tenancy.tenant()` has no `search_path` of its own: whatever stands first in the caller's, nothing in the function is found by it.
//!
//! The attacker has a name for everything that PostgreSQL could look for, and each raises. That this would be noticed is shown by the
//! function's text itself, with the schema taken from one name after the other.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_rls::{Binding, RowSecurity, Sealer, SealingKey};

use crate::database::{Database, value};
use crate::genuine::signed;
use crate::sealed::{begin, pid, sealer};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Functions and operators of all the names that the function says, and operators that other constructs would take: of every type
/// that it has to do with.
const SHADOWS: &str = r"
CREATE FUNCTION evil.hijacked() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked as %', current_user; END $$;
DO $shadows$
DECLARE
    types CONSTANT oid[] := ARRAY['text', 'bytea', 'boolean', 'timestamptz', 'float8', 'integer', 'bigint', 'name', 'text[]']::regtype[];
    body CONSTANT text := (SELECT prosrc FROM pg_proc WHERE oid = 'tenancy.tenant()'::regprocedure);
    shadow record;
    functions integer := 0;
    operators integer := 0;
BEGIN
    FOR shadow IN
        SELECT p.proname, pg_get_function_identity_arguments(p.oid) AS arguments, p.prorettype::regtype AS returns
          FROM pg_proc AS p
         WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset
           AND NOT EXISTS (SELECT FROM pg_type AS t WHERE t.typtype = 'p' AND t.oid = ANY (p.prorettype || p.proargtypes::oid[]))
           AND p.proname IN (SELECT m[1] FROM regexp_matches(body, '(\w+)\(', 'g') AS m)
    LOOP
        EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.hijacked(); END $$',
                       shadow.proname, shadow.arguments, shadow.returns);
        functions := functions + 1;
    END LOOP;
    FOR shadow IN
        SELECT o.oprname, o.oprleft::regtype AS left_, o.oprright::regtype AS right_, o.oprresult::regtype AS result
          FROM pg_operator AS o
         WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprleft = ANY (types) AND o.oprright = ANY (types)
    LOOP
        operators := operators + 1;
        EXECUTE format('CREATE FUNCTION evil.operator_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.hijacked(); END $$',
                       operators, shadow.left_, shadow.right_, shadow.result);
        EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = evil.operator_%s)',
                       shadow.oprname, shadow.left_, shadow.right_, operators);
    END LOOP;
    ASSERT functions > 0 AND operators > 50, format('%s functions, %s operators', functions, operators);
END
$shadows$;
CREATE FUNCTION evil.is(pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.hijacked(); RETURN true; END $$;
CREATE TABLE evil.sealing_keys (id integer);
";

/// Among the temporary names types and tables are looked for first, unless the path says otherwise.
const TEMPORARY: &str = "
CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (evil.is(VALUE));
CREATE DOMAIN pg_temp.bool AS pg_catalog.bool CHECK (evil.is(VALUE::pg_catalog.text));
CREATE DOMAIN pg_temp.float8 AS pg_catalog.float8 CHECK (evil.is(VALUE::pg_catalog.text));
CREATE TABLE pg_temp.sealing_keys (id integer);
";

const PATHS: [&str; 3] =
    ["evil, pg_catalog, public", "pg_temp, evil, pg_catalog, public", "public, evil, pg_temp, pg_catalog"];

/// A setting, and what it answers: the names that are read, or a part of the error.
type Way = (String, Result<&'static [&'static str], &'static str>);

/// A walled database in which the application owns a schema that everybody may use.
fn attacked(prefix: &str, make: impl Fn(RowSecurity) -> RowSecurity) -> Database {
    let database = Database::walled(prefix, make);
    let app = database.role("app");
    let mut superuser = database.superuser();
    superuser
        .batch_execute(&format!(
            "CREATE SCHEMA evil AUTHORIZATION {app}; GRANT TEMPORARY ON DATABASE {} TO {app}",
            database.name
        ))
        .unwrap();
    for (key, binding) in [(1, Binding::Any), (2, Binding::Backend)] {
        let key = SealingKey::new(u16::from(key), [key; 32]).unwrap();
        superuser.batch_execute(&key.install(binding)).unwrap();
    }
    database.app().batch_execute(SHADOWS).unwrap();
    // A schema that the function's owner may not use is not searched for it.
    database.app().batch_execute("GRANT USAGE ON SCHEMA evil TO PUBLIC").unwrap();
    database
}

/// A session whose names are the attacker's, and its pid.
fn session(database: &Database, path: &str) -> (PgConnection, i32) {
    let mut app = database.app();
    let own = pid(&mut app);
    app.batch_execute(TEMPORARY).unwrap();
    app.batch_execute(&format!("SET search_path = {path}")).unwrap();
    (app, own)
}

/// What a transaction with that setting reads, by a statement in which nothing is found by the path.
fn read(app: &mut PgConnection, setting: &str) -> Result<Vec<String>, String> {
    begin(app, setting);
    let rows: QueryResult<Vec<Line>> = sql_query("SELECT name AS line FROM public.agents").load(app);
    app.batch_execute("ROLLBACK").unwrap();
    let mut rows: Vec<_> = rows.map_err(|error| error.to_string())?.into_iter().map(|row| row.line).collect();
    rows.sort();
    Ok(rows)
}

/// The ways through the function of a wall that takes plain tenants.
fn plain(_: &Database, _: i32) -> Vec<Way> {
    vec![(String::new(), Ok(&[])), ("1".to_owned(), Ok(&["ada", "bob"]))]
}

/// Those of one that takes sealed ones, in the session of that pid.
fn sealed(database: &Database, own: i32) -> Vec<Way> {
    let (now, hour) = (SystemTime::now(), Duration::from_secs(3600));
    let seconds = now.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let good = sealer().seal("1", Some(own), now);
    let of_backends_only = Sealer::new(SealingKey::new(2, [2; 32]).unwrap());
    vec![
        (String::new(), Ok(&[])),
        (good.clone(), Ok(&["ada", "bob"])),
        (sealer().seal("2", None, now), Ok(&["dan", "zoe"])),
        (sealer().seal("", None, now), Ok(&[])),
        (good.replace(".31.", ".32."), Err("no seal of a known key")),
        (
            signed(database, &format!("v2.1.0.{seconds}.{}.31", seconds + 60)),
            Err("a seal of an unknown version"),
        ),
        (of_backends_only.seal("1", None, now), Err("a seal of no backend")),
        (sealer().seal("1", Some(own + 1), now), Err("the seal of another backend")),
        (sealer().seal("1", Some(own), now + hour), Err("not of this transaction's time")),
        (sealer().seal("1", Some(own), now - hour), Err("not of this transaction's time")),
    ]
}

fn both(database: &Database, own: i32) -> Vec<Way> {
    let mut ways = sealed(database, own);
    // To this wall it is no seal.
    ways.retain(|(setting, _)| !setting.starts_with("v2"));
    ways.extend(plain(database, own));
    ways
}

/// The first way that does not answer as it should.
fn astray(app: &mut PgConnection, ways: Vec<Way>) -> Option<String> {
    ways.into_iter().find_map(|(setting, expected)| {
        let answer = read(app, &setting);
        let as_expected = match (expected, &answer) {
            (Ok(rows), Ok(read)) => rows == read,
            (Err(refusal), Err(error)) => error.contains(refusal),
            _ => false,
        };
        (!as_expected).then(|| format!("{setting}: {answer:?}"))
    })
}

type Wall = (&'static str, fn(RowSecurity) -> RowSecurity, fn(&Database, i32) -> Vec<Way>);

const WALLS: [Wall; 3] = [
    ("path_plain", |wall| wall, plain),
    ("path_both", RowSecurity::accepting_both, both),
    ("path_sealed", RowSecurity::sealed, sealed),
];

#[test]
fn nothing_is_found_by_the_callers_path() {
    for (prefix, make, ways) in WALLS {
        let database = attacked(prefix, make);
        for path in PATHS {
            // The first call of a session is what resolves the names.
            let (mut app, own) = session(&database, path);
            assert_eq!(astray(&mut app, ways(&database, own)), None, "{prefix}: {path}");
        }
        // And what is resolved already stays when the path is changed.
        let mut app = database.app();
        let own = pid(&mut app);
        assert_eq!(astray(&mut app, ways(&database, own)), None, "{prefix}");
        app.batch_execute(TEMPORARY).unwrap();
        for path in PATHS {
            app.batch_execute(&format!("SET search_path = {path}")).unwrap();
            assert_eq!(astray(&mut app, ways(&database, own)), None, "{prefix}: {path}");
        }
    }
}

/// What the test above would find, were one name in the function without its schema.
#[test]
fn each_name_without_its_schema_would_be_the_attackers() {
    for (prefix, make, ways) in WALLS {
        let database = attacked(&format!("{prefix}_names"), make);
        let mut superuser = database.superuser();
        let whole = value(&mut superuser, "SELECT pg_get_functiondef('tenancy.tenant()'::regprocedure)");
        // As a text in a row it is quoted.
        let whole = whole.trim_matches('"').replace("\"\"", "\"");
        let names: Vec<_> = ["pg_catalog.", "tenancy.sealing"]
            .into_iter()
            .flat_map(|name| whole.match_indices(name).map(|(at, _)| at).collect::<Vec<_>>())
            .collect();
        let (mut app, own) = session(&database, PATHS[0]);
        for at in &names {
            let (before, name) = whole.split_at(*at);
            let (_, without) = name.split_once('.').unwrap();
            superuser.batch_execute(&format!("{before}{without}")).unwrap();
            let found = astray(&mut app, ways(&database, own));
            assert!(found.is_some(), "{prefix}: nobody notices {:?}", &without[..without.len().min(40)]);
        }
        superuser.batch_execute(&whole).unwrap();
        assert_eq!(astray(&mut app, ways(&database, own)), None, "{prefix}: as it is");
        assert!(names.len() >= if prefix == "path_plain" { 3 } else { 40 }, "{prefix}: {}", names.len());
    }
}
