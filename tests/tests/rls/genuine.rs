//! Seals whose code is right: what is asked of them besides, and that nothing an attacker names gives another answer.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use diesel::connection::SimpleConnection as _;
use tenancy_rls::Binding;

use crate::database::{Database, lines, value};
use crate::sealed::{begin, everything, pid, refusal, sealed, sealer};

/// The message with the code that key number 1 gives it, whatever the message is.
pub(crate) fn signed(database: &Database, message: &str) -> String {
    let code = format!(
        "SELECT encode(sha256(outer_pad || sha256(inner_pad || convert_to('{message}', 'UTF8'))), 'hex')
           FROM tenancy.sealing_keys WHERE id = '1'"
    );
    format!("{message}.{}", value(&mut database.superuser(), &code))
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn a_seal_of_another_version_is_refused() {
    let database = sealed("genuine_version", Binding::Any);
    let mut app = database.app();
    let rest = format!("1.{}.{}.{}.31", pid(&mut app), seconds(), seconds() + 60);
    for version in ["v2", "v10", "V1", "xv1", ""] {
        let error = refusal(&mut app, &signed(&database, &format!("{version}.{rest}")));
        assert!(error.contains("a seal of an unknown version"), "{version}: {error}");
    }
    begin(&mut app, &signed(&database, &format!("v1.{rest}")));
    assert_eq!(everything(&mut app).unwrap().len(), 4, "of its own version it is good");
}

#[test]
fn a_backend_that_is_no_number_of_ours_is_another() {
    let database = sealed("genuine_backend", Binding::Any);
    let mut app = database.app();
    let own = pid(&mut app);
    let times = format!("{}.{}.31", seconds(), seconds() + 60);
    for backend in [format!("0{own}"), format!("+{own}"), format!("{own}0"), "-1".to_owned(), "x".to_owned()]
    {
        let error = refusal(&mut app, &signed(&database, &format!("v1.1.{backend}.{times}")));
        assert!(error.contains("the seal of another backend"), "{backend}: {error}");
    }
}

#[test]
fn a_seal_that_ends_early_opens_nothing() {
    let database = sealed("genuine_short", Binding::Any);
    let mut app = database.app();
    let whole = format!("v1.1.0.{}.{}.31", seconds(), seconds() + 60);
    let fields: Vec<_> = whole.split('.').collect();
    for length in 2..fields.len() {
        let short = fields[..length].join(".");
        begin(&mut app, &signed(&database, &short));
        assert!(everything(&mut app).is_err(), "{short}");
        app.batch_execute("ROLLBACK").unwrap();
    }
    for empty in 2..5 {
        let mut fields = fields.clone();
        fields[empty] = "";
        refusal(&mut app, &signed(&database, &fields.join(".")));
    }
}

#[test]
fn the_empty_tenant_is_none() {
    let database = sealed("genuine_empty", Binding::Any);
    let mut app = database.app();
    begin(&mut app, &sealer().seal("", None, SystemTime::now()));
    assert_eq!(everything(&mut app).unwrap().len(), 0);
    assert_eq!(value(&mut app, "SELECT tenancy.tenant() IS NULL"), "t");
    app.batch_execute("ROLLBACK").unwrap();
    begin(&mut app, "");
    assert_eq!(everything(&mut app).unwrap().len(), 0);
}

#[test]
fn a_seal_is_good_from_a_minute_before_it_until_it_expires() {
    let database = sealed("genuine_times", Binding::Any);
    let mut app = database.app();
    // The sealer's lifetime is a minute.
    let now = SystemTime::now();
    for (good, at) in [
        (false, now + Duration::from_secs(75)),
        (true, now + Duration::from_secs(45)),
        (true, now - Duration::from_secs(45)),
        (false, now - Duration::from_secs(75)),
    ] {
        begin(&mut app, &sealer().seal("1", None, at));
        let read = everything(&mut app);
        assert_eq!(read.is_ok(), good, "{at:?}: {read:?}");
        app.batch_execute("ROLLBACK").unwrap();
    }
}

/// Everything that the check calls, as the attacker would have it answer.
const SHADOWS: &str = r"
CREATE FUNCTION evil.current_setting(text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT pg_catalog.current_setting($1, $2) $$;
CREATE FUNCTION evil.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\x00'::bytea $$;
CREATE FUNCTION evil.right(text, integer) RETURNS text LANGUAGE sql AS $$ SELECT '' $$;
CREATE FUNCTION evil.left(text, integer) RETURNS text LANGUAGE sql AS $$ SELECT '' $$;
CREATE FUNCTION evil.encode(bytea, text) RETURNS text LANGUAGE sql AS $$ SELECT '' $$;
CREATE FUNCTION evil.starts_with(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION evil.to_timestamp(double precision) RETURNS timestamptz LANGUAGE sql AS $$ SELECT now() $$;
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '2000-01-01'::timestamptz $$;
CREATE FUNCTION evil.yes(bytea, bytea) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION evil.yes(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION evil.yes(timestamptz, timestamptz) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE OPERATOR evil.= (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = evil.yes);
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.yes);
CREATE OPERATOR evil.>= (LEFTARG = timestamptz, RIGHTARG = timestamptz, FUNCTION = evil.yes);
CREATE OPERATOR evil.<= (LEFTARG = timestamptz, RIGHTARG = timestamptz, FUNCTION = evil.yes);
";

/// A type that is looked for among the temporary ones first shows who checks it.
const TEMPORARY: &str = "
CREATE FUNCTION evil.spy(pg_catalog.text) RETURNS boolean LANGUAGE plpgsql
    AS $$ BEGIN RAISE 'spied on by %', current_user; END $$;
CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (evil.spy(VALUE));
CREATE DOMAIN pg_temp.bool AS pg_catalog.bool CHECK (evil.spy(VALUE::pg_catalog.text));
CREATE TABLE pg_temp.sealing_keys AS SELECT '1' AS id, ''::bytea AS inner_pad, ''::bytea AS outer_pad, false AS backend_only;
";

#[test]
fn names_of_an_attacker_who_owns_a_schema_change_no_answer() {
    let database = sealed("genuine_names", Binding::Any);
    let app_role = database.role("app");
    database
        .superuser()
        .batch_execute(&format!(
            "CREATE SCHEMA evil AUTHORIZATION {app_role}; GRANT TEMPORARY ON DATABASE {} TO {app_role}",
            database.name
        ))
        .unwrap();
    database.app().batch_execute(SHADOWS).unwrap();
    // A schema that the function's owner may not use is not searched for it.
    database.app().batch_execute("GRANT USAGE ON SCHEMA evil TO PUBLIC").unwrap();
    let now = SystemTime::now();
    let another = pid(&mut database.app());
    let good = sealer().seal("1", None, now);
    let forged = format!("{}{}", &good[..good.len() - 64], "0".repeat(64)).replace(".31.", ".32.");
    for path in
        ["evil, pg_catalog, public", "pg_temp, evil, pg_catalog, public", "public, evil, pg_temp, pg_catalog"]
    {
        // The first call in a session is what resolves the names.
        for (token, refused) in [
            (&forged, "no seal of a known key"),
            (&sealer().seal("2", Some(another), now), "the seal of another backend"),
            (&sealer().seal("2", None, now - Duration::from_secs(3600)), "not of this transaction's time"),
            (&sealer().seal("2", None, now + Duration::from_secs(3600)), "not of this transaction's time"),
        ] {
            let mut app = database.app();
            app.batch_execute(&format!("SET search_path = {path}")).unwrap();
            let error = refusal(&mut app, token);
            assert!(error.contains(refused), "{path}: {error}");
        }
        let mut app = database.app();
        app.batch_execute(&format!("SET search_path = {path}")).unwrap();
        begin(&mut app, &good);
        assert_eq!(everything(&mut app).unwrap().len(), 4, "{path}");
    }
    let mut app = database.app();
    app.batch_execute(TEMPORARY).unwrap();
    app.batch_execute("SET search_path = pg_temp, public").unwrap();
    begin(&mut app, &good);
    let seen = lines(&mut app, "SELECT name FROM agents").unwrap();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(refusal(&mut database.app(), &forged).contains("no seal of a known key"));
}
