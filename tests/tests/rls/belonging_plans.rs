//! Behind the wall a scoped read of a table that belongs to tenants through another is planned as the one by hand, by indexes.

use diesel::connection::SimpleConnection as _;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use tenancy_diesel::testing;

use crate::belonging_tables::{marks, notes, people, walled};
use crate::database::lines;
use crate::normal_form::normal_form;

/// 200 tenants with 20 boards of 10 notes each, with a mark each, and 10 people of each.
const VOLUME: &str = "
DELETE FROM marks; DELETE FROM notes; DELETE FROM boards; DELETE FROM members;
INSERT INTO boards SELECT (i - 1) % 200 + 1, i, 'b' FROM generate_series(1, 4000) AS i;
INSERT INTO notes SELECT i, (i - 1) % 4000 + 1, 'n' FROM generate_series(1, 40000) AS i;
INSERT INTO marks SELECT i, 'm' FROM generate_series(1, 40000) AS i;
INSERT INTO people SELECT i, 'p' FROM generate_series(100, 2100) AS i;
INSERT INTO members SELECT i % 200 + 1, i, 'r' FROM generate_series(100, 2100) AS i;
";

fn sql_of(statement: &impl QueryFragment<Pg>) -> String {
    let sql = diesel::debug_query(statement).to_string();
    sql.split(" -- binds:").next().unwrap_or_default().to_owned()
}

/// The plan of a statement, its parameters as values in their order, as the application.
fn plan(app: &mut PgConnection, statement: &str, values: &[i32]) -> String {
    let bound = values.iter().enumerate().rev().fold(statement.to_owned(), |statement, (index, value)| {
        statement.replace(&format!("${}", index + 1), &value.to_string())
    });
    let plan = format!("EXPLAIN (COSTS OFF, FORMAT JSON) {bound}");
    let json: Vec<Plan> =
        diesel::sql_query(&plan).load(app).unwrap_or_else(|error| panic!("{error}: {bound}"));
    normal_form(&json[0].plan)
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
    plan: String,
}

#[test]
fn a_scoped_read_has_the_plan_of_the_one_by_hand_and_uses_indexes() {
    let (database, _) = walled("belong_plans", |wall| wall);
    database.superuser().batch_execute(VOLUME).unwrap();
    database.superuser().batch_execute("VACUUM ANALYZE").unwrap();
    let mut app = database.app();
    app.batch_execute("SET tenancy.tenant = '7'").unwrap();
    let scope = &testing::scope(7);
    let mine = "notes.board_id IN (SELECT boards__owner.id FROM boards AS boards__owner WHERE boards__owner.tenant_id = $1)";
    let all = notes::table.scoped(scope).select(notes::body);
    let one = notes::table.scoped(scope).filter(notes::id.eq(7)).select(notes::body);
    let deep = marks::table.scoped(scope).filter(marks::note_id.eq(7)).select(marks::mark);
    let linked = people::table.scoped(scope).filter(people::id.eq(107)).select(people::name);
    let shapes = [
        (sql_of(&all), format!("SELECT notes.body FROM notes WHERE {mine}"), vec![7], "notes_tenancy"),
        (sql_of(&one), format!("SELECT notes.body FROM notes WHERE notes.id = $2 AND {mine}"), vec![7, 7], "notes_pkey"),
        (
            sql_of(&deep),
            format!(
                "SELECT marks.mark FROM marks WHERE marks.note_id = $2 AND marks.note_id IN
                 (SELECT notes__owner.id FROM notes AS notes__owner WHERE {})",
                mine.replace("notes.", "notes__owner.")
            ),
            vec![7, 7],
            "marks_pkey",
        ),
        (
            sql_of(&linked),
            "SELECT people.name FROM people WHERE people.id = $2 AND people.id IN
             (SELECT members__owner.person_id FROM members AS members__owner WHERE members__owner.tenant_id = $1)"
                .to_owned(),
            vec![7, 107],
            "people_pkey",
        ),
    ];
    for (ours, by_hand, values, index) in shapes {
        let planned = plan(&mut app, &ours, &values);
        assert_eq!(planned, plan(&mut app, &by_hand, &values), "{by_hand}");
        assert!(planned.contains(index), "{index}: {planned}");
        assert!(!planned.contains("Seq Scan"), "{planned}");
    }
    // Raw SQL that looks for one row asks for its parent, or for the tenant's parents, by an index.
    let planned = plan(&mut app, "SELECT body FROM notes WHERE id = 7", &[]);
    assert!(planned.contains("notes_pkey") && planned.contains("boards_"), "{planned}");
    assert!(!planned.contains("Seq Scan"), "{planned}");
    assert_eq!(lines(&mut app, "SELECT count(*) FROM notes").unwrap(), ["(200)"]);
}
