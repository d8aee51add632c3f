//! What the database itself decides of whose a row is: a tenant column that is generated, and a trigger that assigns it.

use std::time::SystemTime;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::{Scoped, insert_into, testing, update};
use tenancy_rls::{Binding, Inspection, RowSecurity, SealingKey, Wall, tables};

use crate::database::{Database, lines, value};
use crate::rules::report_as;
use crate::sealed::sealer;

tenancy_diesel::table! {
    /// Its tenant is computed of another column.
    derived (id) { id -> Integer, tenant_id -> Integer, owner_id -> Integer, }
}
tenancy_diesel::table! {
    /// A trigger gives its rows to whoever `owner_id` says.
    stamped (id) { id -> Integer, tenant_id -> Integer, owner_id -> Nullable<Integer>, }
}
tenancy_diesel::table! {
    /// Its last column is computed of the tenant.
    copied (id) { id -> Integer, tenant_id -> Integer, label -> Text, copy -> Nullable<Integer>, }
}

const TABLES: &str = "
CREATE TABLE derived (id integer NOT NULL, owner_id integer NOT NULL, tenant_id integer GENERATED ALWAYS AS (owner_id) STORED);
CREATE INDEX ON derived (tenant_id);
CREATE TABLE stamped (id integer NOT NULL, tenant_id integer NOT NULL, owner_id integer, PRIMARY KEY (tenant_id, id));
CREATE TABLE copied (id integer NOT NULL, tenant_id integer NOT NULL, label text NOT NULL,
    copy integer GENERATED ALWAYS AS (tenant_id) STORED, PRIMARY KEY (tenant_id, id));
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF NEW.owner_id IS NOT NULL THEN NEW.tenant_id := NEW.owner_id; END IF; RETURN NEW; END';
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON stamped FOR EACH ROW EXECUTE FUNCTION stamp();
INSERT INTO derived (id, owner_id) VALUES (1, 1), (2, 2);
INSERT INTO stamped (id, tenant_id) VALUES (1, 1), (2, 2);
INSERT INTO copied (id, tenant_id, label) VALUES (1, 1, 'ours'), (2, 2, 'theirs');
";

/// A database with the tables and its wall, which is up if `make` is given.
fn database(prefix: &str, make: Option<fn(RowSecurity) -> RowSecurity>) -> (Database, RowSecurity) {
    let database = Database::empty(prefix);
    database.owner().batch_execute(TABLES).unwrap();
    let wall = RowSecurity::new(tables![derived, stamped, copied], database.roles()).unwrap();
    let wall = make.unwrap_or(|wall| wall)(wall);
    if make.is_some() {
        database.owner().batch_execute(&wall.migration().up()).unwrap();
        let key = SealingKey::new(1, [1; 32]).unwrap();
        if wall.mode() == tenancy_rls::Mode::Sealed {
            database.owner().batch_execute(&key.install(Binding::Any)).unwrap();
        }
    }
    (database, wall)
}

/// What becomes of a tenant's statement: how many rows it has changed, or the error. It is committed where it can be.
fn outcome(
    connection: &mut PgConnection,
    setting: Option<&str>,
    work: impl FnOnce(&mut PgConnection) -> QueryResult<usize>,
) -> Result<usize, String> {
    connection
        .transaction(|connection| {
            if let Some(setting) = setting {
                connection.batch_execute(setting)?;
            }
            work(connection)
        })
        .map_err(|error| error.to_string())
}

/// The statements of this library for the first tenant, each of which the database would give to the second.
fn outcomes(connection: &mut PgConnection, setting: Option<&str>) -> [Result<usize, String>; 4] {
    let acme: &Scoped<i32> = &testing::scope(1);
    [
        outcome(connection, setting, |connection| {
            insert_into(derived::table.scoped(acme))
                .values((derived::id.eq(9), derived::owner_id.eq(2)))
                .execute(connection)
        }),
        outcome(connection, setting, |connection| {
            update(derived::table.scoped(acme)).find(1).set(derived::owner_id.eq(2)).execute(connection)
        }),
        outcome(connection, setting, |connection| {
            insert_into(stamped::table.scoped(acme))
                .values((stamped::id.eq(9), stamped::owner_id.eq(2)))
                .execute(connection)
        }),
        outcome(connection, setting, |connection| {
            update(stamped::table.scoped(acme)).find(1).set(stamped::owner_id.eq(2)).execute(connection)
        }),
    ]
}

fn theirs(database: &Database) -> Vec<String> {
    let query = "SELECT 'derived', id FROM derived WHERE tenant_id = 2 UNION ALL SELECT 'stamped', id FROM stamped WHERE tenant_id = 2 ORDER BY 1, 2";
    lines(&mut database.superuser(), query).unwrap()
}

const BEFORE: [&str; 2] = ["(derived,2)", "(stamped,2)"];

/// Without the wall nothing sees it: that is what the guarantees say.
#[test]
fn without_the_wall_a_row_goes_to_whom_the_database_says() {
    let (database, _) = database("whose_open", None);
    let [insert, moved, stamped, restamped] = outcomes(&mut database.owner(), None);
    assert!(insert.as_ref().is_err_and(|error| error.contains("non-DEFAULT value")), "{insert:?}");
    assert_eq!((moved, stamped, restamped), (Ok(1), Ok(1), Ok(1)));
    assert_eq!(
        theirs(&database),
        ["(derived,1)", "(derived,2)", "(stamped,1)", "(stamped,2)", "(stamped,9)"]
    );
}

fn behind(prefix: &str, make: fn(RowSecurity) -> RowSecurity, seal: fn(RowSecurity) -> Wall) {
    let (database, security) = database(prefix, Some(make));
    let mut app = database.app();
    let setting = seal(security).set_local("1", None, SystemTime::now());
    let [insert, moved, stamped, restamped] = outcomes(&mut app, Some(&setting));
    assert!(insert.as_ref().is_err_and(|error| error.contains("non-DEFAULT value")), "{insert:?}");
    for refused in [moved, stamped, restamped] {
        assert!(
            refused.as_ref().is_err_and(|error| error.contains("row-level security policy")),
            "{refused:?}"
        );
    }
    assert_eq!(theirs(&database), BEFORE, "as it was");

    // What the trigger leaves alone is written, and a generated copy says whose the row is.
    let acme: &Scoped<i32> = &testing::scope(1);
    let own = outcome(&mut app, Some(&setting), |app| {
        insert_into(stamped::table.scoped(acme)).values(stamped::id.eq(8)).execute(app)?;
        insert_into(copied::table.scoped(acme))
            .values((copied::id.eq(8), copied::label.eq("new")))
            .execute(app)?;
        update(copied::table.scoped(acme)).set(copied::label.eq("changed")).execute(app)
    });
    assert_eq!(own, Ok(2));
    let assigned = outcome(&mut app, Some(&setting), |app| {
        update(copied::table.scoped(acme)).set(copied::copy.eq(2)).execute(app)
    });
    assert!(
        assigned.as_ref().is_err_and(|error| error.contains("only be updated to DEFAULT")),
        "{assigned:?}"
    );
    let copies = lines(&mut database.superuser(), "SELECT id, copy, label FROM copied ORDER BY 1").unwrap();
    assert_eq!(copies, ["(1,1,changed)", "(2,2,theirs)", "(8,1,changed)"]);
}

#[test]
fn behind_a_plain_wall_it_is_refused() {
    behind("whose_plain", |wall| wall, Wall::plain);
}

#[test]
fn behind_a_sealed_wall_it_is_refused() {
    behind("whose_sealed", RowSecurity::sealed, |security| Wall::sealed(security, sealer()));
}

#[test]
fn r018_a_tenant_column_that_is_generated_and_r019_a_trigger_that_assigns_it() {
    let (database, wall) = database("rule_r018", Some(|wall| wall));
    let found = || {
        let report = report_as(&database, &Inspection::new(&wall), "app");
        let refused: Vec<_> =
            report.refusals().map(|found| format!("{} {}", found.code, found.object)).collect();
        let all: Vec<_> =
            report.findings.iter().map(|found| format!("{} {}", found.code, found.object)).collect();
        (refused, all, report)
    };
    let (refused, all, report) = found();
    assert_eq!(refused, ["R018 derived column tenant_id"], "{report}");
    assert_eq!(all, ["R018 derived column tenant_id", "R019 stamped trigger stamp"], "{report}");
    let mend = &report.refusals().next().unwrap().mend;
    database.owner().batch_execute(mend).unwrap();
    let (refused, _, report) = found();
    assert_eq!(refused, [""; 0], "{report}");
    assert_eq!(
        value(
            &mut database.superuser(),
            "SELECT string_agg(id || '-' || tenant_id, ' ' ORDER BY id) FROM derived"
        ),
        "\"1-1 2-2\""
    );
}

/// Only what can be told for sure: most triggers read the tenant, or write something else.
#[test]
fn r019_what_assigns_and_what_does_not() {
    let (database, wall) = database("rule_r019", Some(|wall| wall));
    let mut owner = database.owner();
    owner.batch_execute("ALTER TABLE derived ALTER tenant_id DROP EXPRESSION").unwrap();
    let of = |body: &str| {
        format!("CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$")
    };
    for (body, assigns) in [
        ("BEGIN NEW.owner_id := NEW.tenant_id; RETURN NEW; END", false),
        ("BEGIN IF NEW.tenant_id = 2 THEN RAISE 'no'; END IF; RETURN NEW; END", false),
        ("BEGIN IF NEW.tenant_id = 1 AND NEW.tenant_id = 2 THEN RETURN NULL; END IF; RETURN NEW; END", false),
        ("BEGIN -- NEW.tenant_id := 2;\n RETURN NEW; END", false),
        ("BEGIN /* then\n NEW.tenant_id := 2; */ RETURN NEW; END", false),
        ("BEGIN RAISE NOTICE 'NEW.tenant_id := 2'; RETURN NEW; END", false),
        ("BEGIN NEW.tenant_id_of_old := 2; RETURN NEW; END", false),
        ("BEGIN NEW.tenant_id := 2; RETURN NEW; END", true),
        ("BEGIN /* a */ NEW.tenant_id := 2; /* b */ RETURN NEW; END", true),
        ("BEGIN new . \"tenant_id\" := 2; RETURN NEW; END", true),
        ("BEGIN NEW.tenant_id = 2; RETURN NEW; END", true),
        ("BEGIN NEW.owner_id := 7; NEW.tenant_id = 2; RETURN NEW; END", true),
        ("BEGIN SELECT 2 INTO NEW.tenant_id; RETURN NEW; END", true),
        ("BEGIN SELECT 2 INTO STRICT NEW.tenant_id; RETURN NEW; END", true),
    ] {
        owner.batch_execute(&of(body)).unwrap();
        let report = report_as(&database, &Inspection::new(&wall), "app");
        assert_eq!(report.findings.iter().any(|found| found.code == "R019"), assigns, "{body}: {report}");
        assert_eq!(report.refusals().count(), 0, "{report}");
    }
    // One that is off, one that comes after the row, and one of deletions assign nothing.
    for trigger in [
        "ALTER TABLE stamped DISABLE TRIGGER stamp",
        "CREATE OR REPLACE TRIGGER stamp AFTER INSERT ON stamped FOR EACH ROW EXECUTE FUNCTION stamp()",
        "CREATE OR REPLACE TRIGGER stamp BEFORE DELETE ON stamped FOR EACH ROW EXECUTE FUNCTION stamp()",
    ] {
        owner.batch_execute(trigger).unwrap();
        let report = report_as(&database, &Inspection::new(&wall), "app");
        assert!(!report.findings.iter().any(|found| found.code == "R019"), "{trigger}: {report}");
        assert_eq!(report.refusals().count(), 0, "{trigger}: {report}");
    }
}
