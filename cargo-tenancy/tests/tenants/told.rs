//! What an operator is told.

use crate::command::Operator;
use crate::database::Database;

#[test]
fn a_day_with_a_tenant() {
    let database = Database::of_three("cli_day");
    let operator = Operator::of(&database, "day");
    operator.run(&["prepare"]).ended(0);
    let list = operator.run(&["list"]).ended(0);
    assert!(list.out.lines().count() == 4 && list.out.contains("shared tables"), "{}", list.out);
    let exported = operator.run(&["export", "1", "--to", "one"]).ended(0);
    assert!(
        exported.out.contains("public.documents: 6 rows") && exported.out.contains("not in it: public.plans"),
        "{}",
        exported.out
    );
    operator.run(&["suspend", "1"]).ended(0);
    let erased = operator
        .run(&[
            "erase",
            "1",
            "--confirm",
            "1",
            "--settle",
            "0",
            "--keep",
            "invoices",
            "--because",
            "ten years, by the tax law",
        ])
        .ended(1);
    assert!(erased.out.contains("kept 4 rows: ten years, by the tax law"), "{}", erased.out);
    assert!(operator.folder.join("erasure-1.json").exists());
    // What was kept is in the way.
    operator.run(&["restore", "one"]).failed_with(&["has rows already", "sales.invoices (4)"]);
    database.run("INSERT INTO organisations VALUES (5, 'five')");
    let restored = operator.run(&["restore", "one", "--into", "5", "--resume"]).ended(0);
    assert!(
        restored.out.contains("the tenant 5 has the rows that 1 had")
            && restored.out.contains("given anew: public.users.id, 2 of gen_random_uuid()"),
        "{}",
        restored.out
    );
    let json = operator.run(&["list", "--json"]).ended(0);
    let entries: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(entries[0]["status"], "deleted");
    assert_eq!(entries[3]["tenant"], "5");
}

#[test]
fn what_makes_no_sense_is_said_with_the_reason_and_the_fix() {
    let database = Database::of_three("cli_wrong");
    let operator = Operator::of(&database, "wrong");
    operator.run(&["erase", "1", "--confirm", "2"]).failed_with(&["\"2\" was confirmed"]);
    operator.run(&["erase", "1"]).ended(2);
    operator
        .run(&["erase", "1", "--confirm", "1", "--keep", "invoices"])
        .failed_with(&["1 tables are to be kept, and 0 reasons"]);
    operator.run(&["restore", "nowhere"]).failed_with(&["nowhere is no export that is done"]);
    operator.run(&["clone", "1", "--into", "1"]).failed_with(&["into itself"]);
    operator.run(&["export", "", "--to", "x"]).failed_with(&["cannot be a tenant"]);
    for (address, said) in [
        ("mysql://root@localhost/app", "a MySQL or MariaDB database, which has no catalog"),
        ("sqlite://app.db", "an SQLite database, which has no catalog"),
        ("postgres://nobody@127.0.0.1:1/app", "no connection to"),
    ] {
        operator
            .with_address(address.to_owned())
            .run(&["export", "1", "--to", "x"])
            .failed_with(&[said, "fix:"]);
    }
    std::fs::write(operator.folder.join("tenancy.json"), "{}").unwrap();
    operator
        .run(&["export", "1", "--to", "x"])
        .failed_with(&["without a manifest nothing is known of the tables"]);
}

#[test]
fn a_role_that_may_not_is_told_what_it_lacks() {
    let database = Database::of_three("cli_role");
    let operator = Operator::of(&database, "role");
    let role = format!("weak_{}", database.url.rsplit('/').next().unwrap().split('?').next().unwrap());
    database.run(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'tenancy'; REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC",
        database.url.rsplit('/').next().unwrap().split('?').next().unwrap()
    ));
    let weak = operator.with_address(database.url_as(&role));
    weak.run(&["export", "1", "--to", "x"])
        .failed_with(&["permission denied", "fix: connect as a role that may"]);
    weak.run(&["suspend", "1"]).failed_with(&["permission denied for schema tenancy"]);
    database.run(&format!(
        "GRANT USAGE ON SCHEMA tenancy TO {role}; GRANT SELECT, UPDATE ON tenancy.tenant_placements TO {role}"
    ));
    weak.run(&["suspend", "1"]).failed_with(&["may not make it", "tenancy tenants prepare"]);
    operator.run(&["export", "1", "--to", "one"]).ended(0);
    operator.run(&["suspend", "1"]).ended(0);
    operator.run(&["erase", "1", "--confirm", "1", "--settle", "0"]).ended(1);
    database.run(&format!(
        "GRANT USAGE ON SCHEMA tenancy, sales TO {role}; GRANT ALL ON ALL TABLES IN SCHEMA public, sales, tenancy TO {role}"
    ));
    weak.run(&["restore", "one"]).failed_with(&["temporary tables", "GRANT TEMPORARY"]);
    weak.run(&["export", "2", "--to", "two"]).ended(0);
}
