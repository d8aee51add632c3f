//! The role that reads over a set of tenants: what the wall gives it of every kind of table, and what an inspection demands of it.

use std::time::SystemTime;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tenancy_rls::{Inspection, Mode, Roles, RowSecurity, RowSecurityError, Wall, tables};

use crate::belonging_tables::{self, boards, declared, opening, seen};
use crate::database::{self, Database, lines};
use crate::increments::there_and_back;
use crate::migration::catalog;
use crate::rules::report_as;
use crate::sealed::sealer;

const MODES: [fn(RowSecurity) -> RowSecurity; 2] = [|wall| wall, RowSecurity::sealed];

/// The roles of a database, with one for sets that the application can take on.
pub(crate) fn roles(database: &Database) -> Roles {
    let (sets, app) = (database.role("sets"), database.role("app"));
    database
        .superuser()
        .batch_execute(&format!("DO $$ BEGIN CREATE ROLE {sets}; EXCEPTION WHEN duplicate_object THEN NULL; END $$; GRANT {sets} TO {app}"))
        .unwrap();
    database.roles().sets(sets).unwrap()
}

/// Tables of every kind behind a wall with the role.
pub(crate) fn walled(prefix: &str, make: fn(RowSecurity) -> RowSecurity) -> (Database, RowSecurity) {
    let (database, _) = belonging_tables::unwalled(prefix);
    let wall = make(RowSecurity::new(declared(), roles(&database)).unwrap());
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    database.install_key(&wall);
    (database, wall)
}

pub(crate) fn as_used(wall: &RowSecurity) -> Wall {
    match wall.mode() {
        Mode::Plain => Wall::plain(wall.clone()),
        _ => Wall::sealed(wall.clone(), sealer()),
    }
}

/// What opens a transaction over a set, in `role`.
pub(crate) fn opening_as(role: &str, wall: &RowSecurity, tenants: &[&str]) -> String {
    let setting = as_used(wall).setting_of_set(tenants.iter().copied(), None, SystemTime::now());
    format!("BEGIN; SET LOCAL ROLE {role}; SET LOCAL tenancy.tenant = $set${setting}$set$")
}

fn opening_of(database: &Database, wall: &RowSecurity, tenants: &[&str]) -> String {
    opening_as(&database.role("sets"), wall, tenants)
}

const READS: [(&str, &str, &str, &str); 8] = [
    ("SELECT id FROM boards ORDER BY 1", "1", "2", "1 2"),
    ("SELECT id FROM notes WHERE id > 0 OR true ORDER BY 1", "10", "20", "10 20"),
    ("SELECT mark FROM marks ORDER BY 1", "x", "y", "x y"),
    ("SELECT name FROM people ORDER BY 1", "Ann", "Ann Bob", "Ann Bob"),
    ("SELECT person_id FROM members ORDER BY 1", "7", "7 8", "7 7 8"),
    ("SELECT id FROM presets ORDER BY 1", "1 2", "1 3", "1 2 3"),
    ("SELECT id FROM labels ORDER BY 1", "1 2", "1 3", "1 2 3"),
    ("SELECT label_id FROM hints ORDER BY 1", "1 2", "1 3", "1 2 3"),
];

#[test]
fn a_set_reads_the_rows_of_its_tenants_of_every_kind() {
    for make in MODES {
        let (database, wall) = walled("sets_read", make);
        let mut app = database.app();
        let set = |tenants: &[&str]| opening_of(&database, &wall, tenants);
        for (query, one, two, both) in READS {
            assert_eq!(seen(&mut app, &set(&["1"]), query), one, "{query}");
            assert_eq!(seen(&mut app, &set(&["2"]), query), two, "{query}");
            assert_eq!(seen(&mut app, &set(&["2", "1"]), query), both, "{query}");
            assert_eq!(seen(&mut app, &set(&["1", "2", "77"]), query), both, "{query}");
            let shared = if ["presets", "labels", "hints"].iter().any(|table| query.contains(table)) {
                "1"
            } else {
                ""
            };
            assert_eq!(seen(&mut app, &set(&["77"]), query), shared, "of tenants that have nothing: {query}");
            // The tenant whose id the shared rows have is nobody.
            assert_eq!(seen(&mut app, &set(&["0", "77"]), query), shared, "{query}");
            assert_eq!(seen(&mut app, &set(&[]), query), "", "of no tenants: {query}");
        }
    }
}

#[test]
fn in_its_role_a_single_tenant_is_no_set_and_elsewhere_a_set_is_nobody() {
    for make in MODES {
        let (database, wall) = walled("sets_single", make);
        let mut app = database.app();
        let single =
            |tenant: &str| format!("{}; SET LOCAL ROLE {}", opening(&wall, tenant), database.role("sets"));
        let (nobody, in_app) = (
            format!("BEGIN; SET LOCAL ROLE {}", database.role("sets")),
            opening_as("NONE", &wall, &["1", "2"]),
        );
        for (query, one, ..) in READS {
            for tenant in ["1", "{1,2}", "{\"1\"}", "77"] {
                assert_eq!(seen(&mut app, &single(tenant), query), "", "{tenant}: {query}");
            }
            assert_eq!(seen(&mut app, &nobody, query), "", "without a tenant: {query}");
            // In the application's the set is not even an id.
            app.batch_execute(&in_app).unwrap();
            let found = lines(&mut app, query);
            assert!(found.as_ref().map_or(true, Vec::is_empty), "{query}: {found:?}");
            app.batch_execute("ROLLBACK").unwrap();
            assert_eq!(
                seen(&mut app, &opening(&wall, "1"), query),
                one,
                "and a tenant is what it was: {query}"
            );
        }
    }
}

#[test]
fn nothing_is_written_in_its_role_whatever_is_granted_and_whatever_policy_is_added() {
    for make in MODES {
        let (database, wall) = walled("sets_write", make);
        let mut app = database.app();
        let set = opening_of(&database, &wall, &["1", "2"]);
        let mut refused = |statement: &str, words: &str| {
            app.batch_execute(&set).unwrap();
            let done = diesel::sql_query(statement).execute(&mut app);
            app.batch_execute("ROLLBACK").unwrap();
            assert!(
                done.as_ref().is_err_and(|error| error.to_string().contains(words)),
                "{statement}: {done:?}"
            );
        };
        let tables = ["boards", "notes", "marks", "members", "people", "presets", "labels", "hints"];
        for table in tables {
            for statement in [
                format!("INSERT INTO {table} SELECT * FROM {table}"),
                format!("DELETE FROM {table}"),
                format!("TRUNCATE {table} CASCADE"),
                format!("SELECT FROM {table} FOR UPDATE"),
            ] {
                refused(&statement, "permission denied");
            }
        }
        refused("UPDATE boards SET title = 'x'", "permission denied");
        refused("SELECT nextval('notes_id_seq')", "permission denied");
        let sets = database.role("sets");
        for table in tables {
            database
                .superuser()
                .batch_execute(&format!(
                    "GRANT ALL ON {table} TO {sets}; CREATE POLICY more ON {table} TO {sets} USING (true) WITH CHECK (true);
                     CREATE POLICY most ON {table} USING (true) WITH CHECK (true)"
                ))
                .unwrap();
        }
        let mut refused = |statement: &str| {
            app.batch_execute(&set).unwrap();
            let done = diesel::sql_query(statement).execute(&mut app);
            app.batch_execute("ROLLBACK").unwrap();
            assert!(
                done.as_ref().is_err_and(|error| error.to_string().contains("row-level security policy")),
                "{statement}: {done:?}"
            );
        };
        refused("INSERT INTO boards VALUES (1, 30, 'new')");
        refused("UPDATE boards SET title = 'x'");
        refused("UPDATE presets SET name = name || '!'");
        refused("INSERT INTO people VALUES (30, 'Joe')");
        // And none of these policies shows another's rows.
        let two = opening_of(&database, &wall, &["2"]);
        for (query, _, of_two, _) in READS {
            assert_eq!(seen(&mut database.app(), &two, query), of_two, "{query}");
        }
    }
}

#[test]
fn a_seal_of_a_set_is_as_good_as_a_tenant_s() {
    let (database, wall) = walled("sets_seal", RowSecurity::sealed);
    let mut app = database.app();
    let (role, now) = (database.role("sets"), SystemTime::now());
    let good = as_used(&wall).setting_of_set(["1", "2"], None, now);
    let other_key = tenancy_rls::Sealer::new(tenancy_rls::SealingKey::new(1, [9; 32]).unwrap());
    let other_key = Wall::sealed(wall.clone(), other_key);
    let old = now - std::time::Duration::from_secs(3600);
    let tampered = good.replacen("222c22", "2c2c2c", 1);
    assert_ne!(tampered, good);
    for (setting, words) in [
        (" {\"1\",\"2\"}".to_owned(), "no seal of a known key"),
        (tampered, "no seal of a known key"),
        (other_key.setting_of_set(["1"], None, now), "no seal of a known key"),
        (as_used(&wall).setting_of_set(["1"], Some(1), now), "the seal of another backend"),
        (as_used(&wall).setting_of_set(["1"], None, old), "not of this transaction's time"),
    ] {
        app.batch_execute(&format!("BEGIN; SET LOCAL ROLE {role}; SET LOCAL tenancy.tenant = '{setting}'"))
            .unwrap();
        let error = lines(&mut app, "SELECT id FROM boards").unwrap_err().to_string();
        assert!(error.contains(words), "{setting}: {error}");
        app.batch_execute("ROLLBACK").unwrap();
    }
}

#[test]
fn a_wall_with_the_role_is_clean_and_comes_and_goes() {
    for make in MODES {
        let (database, wall) = walled("sets_clean", make);
        let sealer = sealer();
        for inspection in [Inspection::new(&wall).sealed_by(&sealer), Inspection::new(&wall).catalog_only()] {
            for path in ["public", "pg_catalog"] {
                let path = format!("ALTER DATABASE {} SET search_path = {path}", database.name);
                database.superuser().batch_execute(&path).unwrap();
                let report = report_as(&database, &inspection, "app");
                assert!(report.is_clean(), "{report}");
                let found: Vec<_> = report.findings.iter().map(|finding| finding.code.as_str()).collect();
                assert_eq!(found, ["R033", "R033", "R033", "R038"], "{report}");
            }
        }
        // The other wall's inspection does not take it for its own.
        let without = make(RowSecurity::new(declared(), database.roles()).unwrap());
        assert!(!report_as(&database, &Inspection::new(&without), "app").is_clean());
    }
    let database = Database::unwalled("sets_inc");
    let without = database.wall();
    let with = RowSecurity::new(database::declared(), roles(&database)).unwrap();
    there_and_back(&database, &without.migration().named("1"), &with.migration().named("2"));
    let before = catalog(&database);
    database.owner().batch_execute(&with.migration().up()).unwrap();
    let report = report_as(&database, &Inspection::new(&with), "app");
    assert!(report.findings.is_empty(), "{report}");
    database.owner().batch_execute(&with.migration().down()).unwrap();
    assert_eq!(before, catalog(&database), "of one that had it from the first");
    // Another role in its place: the earlier one loses what it had.
    let other = database.role("sets2");
    let app = database.role("app");
    database.superuser().batch_execute(&format!("CREATE ROLE {other}; GRANT {other} TO {app}")).unwrap();
    let next = RowSecurity::new(database::declared(), database.roles().sets(&other).unwrap()).unwrap();
    there_and_back(&database, &with.migration().named("1"), &next.migration().named("2"));
    database.owner().batch_execute(&with.migration().named("1").up()).unwrap();
    database.owner().batch_execute(&next.migration().named("2").up()).unwrap();
    let mut app = database.app();
    app.batch_execute(&format!("SET ROLE {}", database.role("sets"))).unwrap();
    assert!(lines(&mut app, "SELECT * FROM agents").is_err(), "the earlier role has no grant");
}

#[test]
fn without_the_role_no_statement_knows_of_one() {
    let roles = || Roles::new("app", "across").unwrap();
    for make in MODES {
        let [without, with] = [roles(), roles().sets("app_sets").unwrap()]
            .map(|roles| make(RowSecurity::new(declared(), roles).unwrap()).migration().named("1"));
        assert!(!without.up().contains("tenancy_set ") && !without.down().contains("tenancy_set "));
        // What is added are statements of its own, its place in lists of roles, and its part of the policy on roles.
        let bare = |text: &str| {
            text.replace(", \"app_sets\"", "").replace(", 'app_sets'", "").replace(", 'tenancy_set'", "")
        };
        let (ours, theirs) = (bare(&with.up()), without.up());
        let mut rest = ours.split(";\n\n");
        for statement in theirs.split(";\n\n").filter(|statement| !statement.contains("POLICY tenancy_roles"))
        {
            assert!(rest.any(|other| other == statement), "{statement}");
        }
    }
}

#[test]
fn it_is_refused_on_citus_by_name() {
    let roles = Roles::new("app", "across").unwrap().sets("app_sets").unwrap();
    let refused = RowSecurity::new(tables![boards], roles).unwrap().citus().unwrap_err();
    assert!(
        matches!(&refused, RowSecurityError::SetsOnCitus { role } if role.as_str() == "app_sets"),
        "{refused:?}"
    );
}

const VOLUME: &str = "
INSERT INTO agents (tenant_id, name) SELECT 10 + n % 200, 'agent ' || n FROM generate_series(1, 20000) AS n;
ANALYZE agents;
";

#[test]
fn its_policy_uses_the_index_that_begins_with_the_tenant() {
    for make in MODES {
        let database = Database::unwalled("sets_plan");
        let wall = make(RowSecurity::new(database::declared(), roles(&database)).unwrap());
        database.owner().batch_execute(&wall.migration().up()).unwrap();
        database.install_key(&wall);
        database.superuser().batch_execute(VOLUME).unwrap();
        let mut app = database.app();
        app.batch_execute(&opening_of(&database, &wall, &["11", "12", "13"])).unwrap();
        let plan = lines_of_plan(&mut app, "SELECT name FROM agents");
        assert!(plan.contains("Index Cond: (tenant_id = ANY ("), "{plan}");
        assert!(!plan.contains("Seq Scan"), "{plan}");
        assert_eq!(lines(&mut app, "SELECT count(*) FROM agents").unwrap(), ["(300)"]);
        // The application's own plan is what it was, though it inherits the role's policy.
        app.batch_execute("ROLLBACK").unwrap();
        app.batch_execute(&opening(&wall, "11")).unwrap();
        let plan = lines_of_plan(&mut app, "SELECT name FROM agents");
        assert!(
            // Since PostgreSQL 17 what is computed ahead has a name.
            (plan.contains("tenant_id = $") || plan.contains("tenant_id = (InitPlan"))
                && plan.contains("Index Cond")
                && !plan.contains("Seq Scan"),
            "{plan}"
        );
    }
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

fn lines_of_plan(connection: &mut PgConnection, query: &str) -> String {
    let lines: Vec<Plan> = diesel::sql_query(format!("EXPLAIN {query}")).load(connection).unwrap();
    lines.into_iter().map(|line| line.plan + "\n").collect()
}
