//! The rules of the role that reads before anybody is admitted, and walls that get one.

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Inspection, Report, RowSecurity, RowSecurityError, tables};
use tenancy_tests::server::known_holes;

use crate::admission_tables::{
    TABLES, declared, declared_global, members, roles, stranger, unwalled, walled,
};
use crate::belonging_tables::{opening, seen};
use crate::database::{Database, lines};
use crate::increments::there_and_back;
use crate::rules::report_as;
use crate::sets;

/// What the application finds at its start, and the role itself, as `code object`.
fn reports(database: &Database, wall: &RowSecurity) -> [Report; 2] {
    [
        report_as(database, &Inspection::new(wall), "app"),
        report_as(database, &Inspection::new(wall).before_admission(), "admission"),
    ]
}

fn found(report: &Report, database: &Database) -> Vec<String> {
    let all = report.findings.iter().map(|finding| format!("{} {}", finding.code, finding.object));
    all.map(|text| text.replace(&format!("{}_", database.name), "")).collect()
}

/// Breaks it by `sql`, finds just that at either start, and mends it by what the findings say.
fn broken_and_mended(sql: &str, expected: &[&str]) {
    let (database, wall) = walled("rule_admit", |wall| wall);
    for report in reports(&database, &wall) {
        assert_eq!(found(&report, &database), [""; 0], "before: {report}");
    }
    let mut sql = sql.to_owned();
    for role in ["app", "across", "admission"] {
        sql = sql.replace(&format!("{{{role}}}"), &database.role(role));
    }
    database.superuser().batch_execute(&sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let broken = reports(&database, &wall);
    for report in &broken {
        assert_eq!(found(report, &database), expected, "{sql}: {report}");
        assert!(!report.is_clean());
    }
    for finding in &broken[0].findings {
        database
            .superuser()
            .batch_execute(&finding.mend)
            .unwrap_or_else(|error| panic!("{error}: {finding}"));
    }
    for report in reports(&database, &wall) {
        assert_eq!(found(&report, &database), [""; 0], "{sql}: {report}");
    }
}

#[test]
fn r067_more_than_the_declared_columns() {
    broken_and_mended("GRANT SELECT ON members TO {admission}", &["R067 members"]);
    broken_and_mended("GRANT SELECT (notes) ON members TO {admission}", &["R067 members"]);
    broken_and_mended("GRANT SELECT (name) ON plans TO PUBLIC", &["R067 plans"]);
    broken_and_mended("GRANT SELECT ON plans TO {admission}", &["R067 plans"]);
    broken_and_mended("GRANT SELECT ON boards TO {admission}", &["R067 boards"]);
    broken_and_mended("GRANT UPDATE (name) ON organisations TO {admission}", &["R067 organisations"]);
    broken_and_mended(
        "CREATE TABLE extra (id serial); GRANT SELECT ON extra TO {admission}",
        &["R067 extra"],
    );
    broken_and_mended(
        "CREATE SEQUENCE counter; GRANT USAGE ON SEQUENCE counter TO {admission}",
        &["R067 counter"],
    );
    // In another schema, with a policy that has only the name of the wall's.
    broken_and_mended(
        "CREATE SCHEMA elsewhere; GRANT USAGE ON SCHEMA elsewhere TO {admission}; CREATE TABLE elsewhere.members (secret text);
         ALTER TABLE elsewhere.members ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         CREATE POLICY tenancy_admission ON elsewhere.members FOR SELECT TO {admission} USING (true);
         GRANT SELECT ON elsewhere.members TO {admission}",
        &["R067 elsewhere.members"],
    );
    // What a role that only reads may write is found of each of them.
    broken_and_mended(
        "GRANT DELETE ON members TO {admission}",
        &["R065 \"public\".\"members\"", "R067 members"],
    );
}

#[test]
fn r066_r068_less_than_the_declared_columns() {
    broken_and_mended(
        "REVOKE SELECT (role) ON members FROM {admission}",
        &["R068 \"public\".\"members\" column role"],
    );
    broken_and_mended(
        "REVOKE SELECT ON organisations FROM {admission}",
        &["R068 \"public\".\"organisations\""],
    );
    broken_and_mended("DROP POLICY tenancy_admission ON members", &["R066 \"public\".\"members\""]);
}

#[test]
fn r014_r016_a_policy_that_is_not_as_it_should_be() {
    broken_and_mended(
        "CREATE POLICY more ON boards FOR SELECT TO {admission} USING (true)",
        &["R014 \"public\".\"boards\" policy more"],
    );
    broken_and_mended(
        "CREATE POLICY more ON members FOR ALL TO {admission} USING (true)",
        &["R014 \"public\".\"members\" policy more"],
    );
    for table in ["boards", "members"] {
        broken_and_mended(
            &format!(
                "ALTER POLICY tenancy_roles ON {table} USING ((SELECT pg_has_role('{{app}}', 'USAGE') OR pg_has_role('{{across}}', 'USAGE') OR pg_has_role('{{admission}}', 'USAGE')))"
            ),
            &[&format!("R016 \"public\".\"{table}\"")],
        );
    }
}

#[test]
fn r003_r063_who_may_become_whom() {
    broken_and_mended("GRANT {admission} TO {app}", &["R003 app in admission"]);
    let (database, wall) = walled("rule_become", |wall| wall);
    let mut superuser = database.superuser();
    superuser
        .batch_execute(&format!("GRANT {} TO {}", database.role("app"), database.role("admission")))
        .unwrap();
    let [at_start, stranger] = reports(&database, &wall);
    assert!(found(&at_start, &database).contains(&"R063 admission in app".to_owned()), "{at_start}");
    assert!(found(&stranger, &database).contains(&"R069 admission in app".to_owned()), "{stranger}");
    for attribute in ["SUPERUSER", "BYPASSRLS", "CREATEROLE"] {
        let (database, wall) = walled("rule_attribute", |wall| wall);
        let alter = format!("ALTER ROLE {} {attribute}", database.role("admission"));
        database.superuser().batch_execute(&alter).unwrap();
        for report in reports(&database, &wall) {
            assert!(!report.is_clean(), "{attribute}: {report}");
        }
    }
}

#[test]
fn r069_a_connection_of_another_role() {
    let (database, wall) = walled("rule_r069", |wall| wall);
    for role in ["app", "across", "owner"] {
        let report = report_as(&database, &Inspection::new(&wall).before_admission(), role);
        assert!(found(&report, &database).contains(&format!("R069 {role}")), "{report}");
    }
    // A login of its own, which may do no more than the role.
    let login = database.role("login");
    let create = format!(
        "CREATE ROLE {login} LOGIN PASSWORD 'tenancy'; GRANT {} TO {login}",
        database.role("admission")
    );
    database.superuser().batch_execute(&create).unwrap();
    let clean = report_as(&database, &Inspection::new(&wall).before_admission(), "login");
    assert_eq!(found(&clean, &database), [""; 0], "{clean}");
    database.superuser().batch_execute(&format!("GRANT SELECT ON plans TO {login}")).unwrap();
    let more = report_as(&database, &Inspection::new(&wall).before_admission(), "login");
    assert_eq!(found(&more, &database), ["R067 plans"], "{more}");
}

/// What no rule sees, a row-level policy that fails for instance, is tried.
#[test]
fn r099_a_read_before_admission_that_fails_is_found_by_trying() {
    let (database, wall) = walled("trial_admit", |wall| wall);
    let mut superuser = database.superuser();
    superuser
        .batch_execute(
            "CREATE FUNCTION fails() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
             CREATE POLICY more ON members AS RESTRICTIVE FOR SELECT TO PUBLIC USING (fails())",
        )
        .unwrap();
    // What is wrong with the server by its version is accepted, or nothing would be tried.
    let inspection = Inspection::new(&wall).before_admission().waivers(known_holes());
    let catalog = report_as(&database, &inspection.clone().catalog_only(), "admission");
    assert!(catalog.is_clean(), "{catalog}");
    let report = report_as(&database, &inspection, "admission");
    assert_eq!(found(&report, &database), ["R099 \"public\".\"members\""], "{report}");
}

/// A global table becomes one that is read before admission, and back; and the role goes with the wall.
#[test]
fn an_earlier_wall_becomes_this_one() {
    for sealed in [false, true] {
        let database = unwalled("admit_inc");
        let make = |tables, roles| {
            let wall = RowSecurity::new(tables, roles).unwrap();
            if sealed { wall.sealed() } else { wall }
        };
        let first = make(declared_global(), database.roles());
        let second = make(declared(), roles(&database));
        there_and_back(&database, &first.migration().named("1"), &second.migration().named("2"));
        let closed = make(declared(), database.roles());
        there_and_back(&database, &closed.migration().named("1"), &second.migration().named("2"));
        database.owner().batch_execute(&first.migration().named("1").up()).unwrap();
        database.owner().batch_execute(&second.migration().named("2").up()).unwrap();
        database.install_key(&second);
        for report in reports(&database, &second) {
            assert!(report.is_clean(), "{report}");
        }
        assert_eq!(
            lines(&mut stranger(&database), "SELECT DISTINCT person FROM members ORDER BY 1").unwrap(),
            ["(7)", "(8)"]
        );
        assert_eq!(seen(&mut database.app(), &opening(&second, "1"), "SELECT person FROM members"), "7");
    }
}

/// Without the role it is a tenant's table like any other, and nobody's before admission.
#[test]
fn without_the_role_the_table_is_closed() {
    let database = unwalled("admit_closed");
    let wall = RowSecurity::new(declared(), database.roles()).unwrap();
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    assert!(report_as(&database, &Inspection::new(&wall), "app").is_clean());
    assert!(lines(&mut stranger(&database), "SELECT person FROM members").is_err());
    assert_eq!(seen(&mut database.app(), "BEGIN", "SELECT person FROM members"), "");
    assert!(!wall.migration().up().contains("tenancy_admission"));
}

#[test]
fn citus_has_none() {
    let database = Database::empty("admit_citus");
    assert!(TABLES.contains("members"));
    let wall = RowSecurity::new(tables![members], roles(&database)).unwrap();
    let refused = wall.citus().unwrap_err();
    assert!(
        matches!(&refused, RowSecurityError::AdmissionOnCitus { role } if role.as_str() == database.role("admission"))
    );
    assert!(refused.to_string().contains("Roles::admission"), "{refused}");
}

/// The policy on roles is asked of each role, and names what the others read by.
#[test]
fn a_role_for_sets_stands_beside_it() {
    for make in [|wall| wall, RowSecurity::sealed] {
        let database = unwalled("admit_sets");
        let roles = sets::roles(&database).admission(database.role("admission")).unwrap();
        let wall = make(RowSecurity::new(declared(), roles).unwrap());
        database.owner().batch_execute(&wall.migration().up()).unwrap();
        database.install_key(&wall);
        for report in reports(&database, &wall) {
            assert_eq!(found(&report, &database), [""; 0], "{report}");
        }
        let of_a_set = sets::opening_as(&database.role("sets"), &wall, &["1"]);
        assert_eq!(seen(&mut database.app(), &of_a_set, "SELECT id FROM boards"), "1");
        let people = "SELECT person FROM members ORDER BY person";
        assert_eq!(seen(&mut stranger(&database), "BEGIN", people), "7 7 8");
    }
}
