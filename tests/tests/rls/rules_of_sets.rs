//! The rules of the role that reads over sets of tenants: R063 to R066, and what R014 and R016 see of it.

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Inspection, Report, RowSecurity};

use crate::database::{self, Database};
use crate::rules::report_as;
use crate::sets::roles;

/// Breaks a clean wall by `sql`, expects the codes among the findings, applies the mends and expects it clean again.
fn broken_and_mended(codes: &[&str], sql: &str) {
    let database = Database::unwalled("sets_rule");
    let wall = RowSecurity::new(database::declared(), roles(&database)).unwrap();
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    let inspection = Inspection::new(&wall);
    let found =
        |report: &Report| report.findings.iter().map(|finding| finding.code.clone()).collect::<Vec<_>>();
    let before = report_as(&database, &inspection, "app");
    assert!(before.findings.is_empty(), "{before}");
    let sql = ["owner", "app", "across", "sets"]
        .iter()
        .fold(sql.to_owned(), |text, role| text.replace(&format!("{{{role}}}"), &database.role(role)));
    database.superuser().batch_execute(&sql).unwrap();
    let broken = report_as(&database, &inspection, "app");
    assert!(!broken.is_clean(), "{sql}");
    for code in codes {
        assert!(found(&broken).iter().any(|found| found == code), "{code} is not found of {sql}: {broken}");
    }
    for finding in broken.findings.iter().filter(|finding| !finding.mend.starts_with("--")) {
        database
            .superuser()
            .batch_execute(&finding.mend)
            .unwrap_or_else(|error| panic!("{error}: {finding}"));
    }
    let mended = report_as(&database, &inspection, "app");
    assert!(mended.findings.is_empty(), "{sql}, mended: {mended}\nby {broken}");
}

#[test]
fn r063_a_member_of_the_others() {
    broken_and_mended(&["R063", "R064"], "REVOKE {sets} FROM {app}; GRANT {app} TO {sets}");
    broken_and_mended(&["R003"], "GRANT {across} TO {sets}");
    broken_and_mended(&["R003"], "GRANT {owner} TO {sets}");
    broken_and_mended(&["R001"], "ALTER ROLE {sets} SUPERUSER");
    broken_and_mended(&["R002"], "ALTER ROLE {sets} BYPASSRLS");
    broken_and_mended(&["R004"], "ALTER ROLE {sets} CREATEROLE");
}

#[test]
fn r064_a_role_that_cannot_be_taken_on() {
    broken_and_mended(&["R064"], "REVOKE {sets} FROM {app}");
}

#[test]
fn r064_a_role_that_does_not_exist() {
    let database = Database::walled("sets_none", |wall| wall);
    let wall = RowSecurity::new(database::declared(), database.roles().sets(database.role("none")).unwrap())
        .unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    let found = report.findings.iter().find(|finding| finding.code == "R064").unwrap();
    assert!(found.reason.contains("does not exist"), "{report}");
}

#[test]
fn r065_it_may_write() {
    broken_and_mended(&["R065"], "GRANT INSERT ON agents TO {sets}");
    broken_and_mended(&["R065"], "GRANT UPDATE (name) ON agents TO {sets}");
    broken_and_mended(&["R065"], "GRANT DELETE ON canvases TO PUBLIC");
    broken_and_mended(&["R050"], "GRANT TRUNCATE ON agents TO {sets}");
}

#[test]
fn r066_it_reads_nothing_or_something_else() {
    broken_and_mended(&["R066"], "DROP POLICY tenancy_set ON agents");
    broken_and_mended(&["R066"], "REVOKE SELECT ON canvases FROM {sets}");
    broken_and_mended(&["R014", "R066"], "ALTER POLICY tenancy_set ON agents USING (true)");
    broken_and_mended(
        &["R014", "R066"],
        "ALTER POLICY tenancy_set ON agents USING (tenant_id = ANY ((SELECT tenancy.tenant()::integer[])::integer[]))",
    );
    broken_and_mended(&["R014", "R066"], "ALTER POLICY tenancy_set ON agents TO PUBLIC");
    broken_and_mended(&["R015", "R066"], "ALTER POLICY tenancy_set ON agents USING (tenant_id IS NULL)");
    broken_and_mended(
        &["R014", "R066"],
        "DROP POLICY tenancy_set ON agents; CREATE POLICY tenancy_set ON agents TO {sets}
             USING (tenant_id = ANY ((SELECT substring(tenancy.tenant(), '^ ({\".*})$')::integer[])::integer[]))",
    );
    broken_and_mended(&["R014"], "CREATE POLICY second ON agents TO {sets} USING (name <> '')");
    broken_and_mended(&["R014"], "CREATE POLICY second ON agents FOR INSERT TO {sets} WITH CHECK (true)");
}

#[test]
fn r016_the_policy_on_roles_holds_it_to_its_rows() {
    let (app, across) = ("pg_has_role('{app}', 'USAGE')", "pg_has_role('{across}', 'USAGE')");
    let (sets, set) = (
        "pg_has_role('{sets}', 'USAGE')",
        "tenant_id = ANY ((SELECT substring(tenancy.tenant(), '^ ({\".*})$')::integer[])::integer[])",
    );
    for (using, check) in [
        // Whatever the row is.
        (format!("(SELECT {app} OR {across}) OR (SELECT {sets})"), format!("(SELECT {app} OR {across})")),
        (format!("(SELECT {app} OR {across} OR {sets})"), format!("(SELECT {app} OR {across})")),
        // Which it may write.
        (
            format!("(SELECT {app} OR {across}) OR (SELECT {sets}) AND {set}"),
            format!("(SELECT {app} OR {across}) OR (SELECT {sets}) AND {set}"),
        ),
    ] {
        broken_and_mended(
            &["R016"],
            &format!("ALTER POLICY tenancy_roles ON agents USING ({using}) WITH CHECK ({check})"),
        );
    }
    // As a wall without the role has it, which gives it nothing.
    broken_and_mended(
        &["R016"],
        &format!(
            "ALTER POLICY tenancy_roles ON agents USING ((SELECT {app} OR {across})) WITH CHECK ((SELECT {app} OR {across}))"
        ),
    );
}
