//! What the planner knows. It estimates by the values of all rows, a policy or not: by comparisons that are LEAKPROOF, which are those that
//! indexes are good for behind the wall.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::database::Database;

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    line: String,
}

/// How many rows are expected, by the first line of the plan.
fn expected(connection: &mut PgConnection, condition: &str) -> u64 {
    let query = format!("EXPLAIN SELECT FROM canvases WHERE {condition}");
    let lines: Vec<Plan> = diesel::sql_query(query).load(connection).unwrap();
    let (_, rest) = lines[0].line.split_once("rows=").unwrap();
    rest.split(' ').next().unwrap().parse().unwrap()
}

/// Not stopped, and said in `tenancy-rls`, "What it does not stop": whoever may run SQL and asks often enough finds out values that are
/// frequent among all tenants, and where the numbers of all are. Whose they are it does not tell, and `SET STATISTICS 0` keeps it from it.
#[test]
fn estimates_are_of_every_tenants_values() {
    let database = Database::walled("attack_planner", |wall| wall);
    database
        .superuser()
        .batch_execute(
            "DROP INDEX canvases_by_title;
             INSERT INTO canvases SELECT 100 + n, 2, NULL, 'cancer', 70000 + n FROM generate_series(1, 500) AS n;
             INSERT INTO canvases SELECT 1000 + n, 1, NULL, 'own ' || n, n FROM generate_series(1, 500) AS n;
             ANALYZE canvases",
        )
        .unwrap();
    let mut app = database.app();
    app.batch_execute("SET tenancy.tenant = '1'").unwrap();
    let (theirs, nobodys) =
        (expected(&mut app, "title = 'cancer'"), expected(&mut app, "title = 'influenza'"));
    assert!(theirs > 20 * nobodys, "{theirs} {nobodys}");
    let (theirs, nobodys) = (
        expected(&mut app, "score BETWEEN 70000 AND 70500"),
        expected(&mut app, "score BETWEEN 60000 AND 60500"),
    );
    assert!(theirs > 20 * nobodys, "{theirs} {nobodys}");

    database
        .superuser()
        .batch_execute("ALTER TABLE canvases ALTER title SET STATISTICS 0, ALTER score SET STATISTICS 0; ANALYZE canvases; DELETE FROM pg_statistic WHERE starelid = 'canvases'::regclass AND staattnum IN (4, 5)")
        .unwrap();
    let mut app = database.app();
    app.batch_execute("SET tenancy.tenant = '1'").unwrap();
    for (theirs, nobodys) in [
        ("title = 'cancer'", "title = 'influenza'"),
        ("score BETWEEN 70000 AND 70500", "score BETWEEN 60000 AND 60500"),
    ] {
        assert_eq!(expected(&mut app, theirs), expected(&mut app, nobodys), "{theirs}");
    }
}
