//! Leaks that the types stop in Diesel's statements, once more as raw SQL: behind the wall they find nothing.
//!
//! Each test is named by the ids of the leaks that it plays.

use diesel::connection::SimpleConnection as _;
use diesel::{PgConnection, QueryResult, RunQueryDsl as _, sql_query};

use crate::database::{Database, lines, value};

/// Runs `sql` in a transaction of tenant 1 that stays, and says how many rows it changed or what the server objects to.
fn as_tenant_1(app: &mut PgConnection, sql: &str) -> QueryResult<usize> {
    app.batch_execute("BEGIN; SET LOCAL tenancy.tenant = '1'").unwrap();
    let result = sql_query(sql).execute(app);
    app.batch_execute(if result.is_ok() { "COMMIT" } else { "ROLLBACK" }).unwrap();
    result
}

/// The rows that `query` has in a transaction of tenant 1.
fn seen_by_tenant_1(app: &mut PgConnection, query: &str) -> String {
    app.batch_execute("BEGIN; SET LOCAL tenancy.tenant = '1'").unwrap();
    let rows = lines(app, query).unwrap();
    app.batch_execute("COMMIT").unwrap();
    rows.join(" ").replace(['(', ')', '"'], "")
}

/// Everything of tenant 2, as the superuser sees it.
fn of_tenant_2(database: &Database) -> String {
    value(
        &mut database.superuser(),
        "SELECT (SELECT jsonb_agg(a ORDER BY id)::text FROM agents a WHERE tenant_id = 2)
             || (SELECT jsonb_agg(c ORDER BY id)::text FROM canvases c WHERE tenant_id = 2)",
    )
}

/// Refused, by the policies or by a key that leads with the tenant.
fn refused(result: QueryResult<usize>) {
    let error = result.expect_err("it is refused").to_string();
    let known = ["row-level security", "violates foreign key", "no unique or exclusion constraint"];
    assert!(known.iter().any(|words| error.contains(words)), "{error}");
}

#[test]
fn l03_l08_a_join_that_filters_one_side_or_none() {
    let database = Database::walled("corpus_join", |wall| wall);
    let app = &mut database.app();
    for query in [
        "SELECT c.title FROM agents a JOIN canvases c ON c.agent_id = a.id WHERE a.tenant_id = 1 ORDER BY 1",
        "SELECT c.title FROM agents a JOIN canvases c ON true WHERE a.tenant_id = 1 GROUP BY 1 ORDER BY 1",
        "SELECT c.title FROM canvases c LEFT JOIN agents a ON a.id = c.agent_id ORDER BY 1",
        "SELECT c.title FROM plans p JOIN agents a ON a.plan_id = p.id JOIN canvases c ON c.agent_id = a.id ORDER BY 1",
    ] {
        assert_eq!(seen_by_tenant_1(app, query), "sea sun", "{query}");
    }
}

#[test]
fn l19_an_empty_list_of_conditions_is_still_one_tenants() {
    let database = Database::walled("corpus_empty", |wall| wall);
    let app = &mut database.app();
    assert_eq!(seen_by_tenant_1(app, "SELECT name FROM agents WHERE true ORDER BY 1"), "ada bob");
    assert_eq!(seen_by_tenant_1(app, "SELECT count(*) FROM canvases WHERE id <> ALL ('{}'::int[])"), "2");
}

#[test]
fn l23_l24_l25_changes_without_the_tenant_change_ones_own() {
    let database = Database::walled("corpus_change", |wall| wall);
    let app = &mut database.app();
    let others = of_tenant_2(&database);
    for (statement, changed) in [
        ("UPDATE agents SET plan_id = 2 WHERE id = 3", 0),
        ("DELETE FROM canvases WHERE id = 4", 0),
        ("UPDATE agents SET plan_id = 2 WHERE id IN (SELECT agent_id FROM canvases)", 2),
        ("UPDATE canvases SET score = score + 1 FROM agents WHERE agents.tenant_id = 2", 0),
        ("UPDATE canvases SET title = title || '!'", 2),
        ("DELETE FROM canvases", 2),
    ] {
        assert_eq!(as_tenant_1(app, statement), Ok(changed), "{statement}");
    }
    assert_eq!(of_tenant_2(&database), others);
}

#[test]
fn l26_a_row_cannot_be_hung_below_another_tenants() {
    let database = Database::walled("corpus_dependent", |wall| wall);
    let app = &mut database.app();
    let others = of_tenant_2(&database);
    refused(as_tenant_1(app, "INSERT INTO canvases VALUES (60, 2, 3, 'mine', 1)"));
    refused(as_tenant_1(app, "INSERT INTO canvases VALUES (60, 1, 3, 'mine', 1)"));
    refused(as_tenant_1(app, "UPDATE canvases SET agent_id = 3"));
    assert_eq!(of_tenant_2(&database), others);
}

#[test]
fn l27_l29_an_upsert_whose_target_has_no_tenant_names_no_key() {
    let database = Database::walled("corpus_upsert", |wall| wall);
    let app = &mut database.app();
    let others = of_tenant_2(&database);
    for target in ["(id)", "(name)"] {
        refused(as_tenant_1(
            app,
            &format!(
                "INSERT INTO agents (tenant_id, id, name) VALUES (1, 3, 'zoe') ON CONFLICT {target} DO UPDATE SET name = 'mine'"
            ),
        ));
    }
    // Without a target it is decided by the keys, which have the tenant: nothing conflicts.
    let inserted = "INSERT INTO agents (tenant_id, id, name) VALUES (1, 3, 'zoe') ON CONFLICT DO NOTHING";
    assert_eq!(as_tenant_1(app, inserted), Ok(1));
    assert_eq!(of_tenant_2(&database), others);
}

#[test]
fn l30_the_tenant_of_a_row_cannot_be_changed() {
    let database = Database::walled("corpus_rehome", |wall| wall);
    let app = &mut database.app();
    let others = of_tenant_2(&database);
    for statement in [
        "UPDATE canvases SET tenant_id = 2",
        "UPDATE canvases SET tenant_id = tenant_id + 1 WHERE id = 1",
        "INSERT INTO canvases (id, tenant_id, title, score) VALUES (1, 1, 'sun', 1)
         ON CONFLICT (tenant_id, id) DO UPDATE SET tenant_id = 2",
    ] {
        refused(as_tenant_1(app, statement));
    }
    assert_eq!(of_tenant_2(&database), others);
}

#[test]
fn l31_a_bulk_insert_without_the_right_tenant_is_refused_as_a_whole() {
    let database = Database::walled("corpus_bulk", |wall| wall);
    let app = &mut database.app();
    let others = of_tenant_2(&database);
    for rows in [
        "VALUES (1, 'eve'), (2, 'eve')",
        "SELECT tenant, 'eve' FROM unnest('{1,2}'::int[]) AS tenant",
        "SELECT tenant_id + 1, name FROM agents",
    ] {
        refused(as_tenant_1(app, &format!("INSERT INTO agents (tenant_id, name) {rows}")));
    }
    assert_eq!(seen_by_tenant_1(app, "SELECT name FROM agents ORDER BY 1"), "ada bob");
    assert_eq!(of_tenant_2(&database), others);
}

#[test]
fn l61_an_error_names_no_hidden_value() {
    let database = Database::walled("corpus_errors", |wall| wall);
    let app = &mut database.app();
    for statement in [
        "SELECT title::int FROM canvases",
        "INSERT INTO agents (tenant_id, id, name) VALUES (1, 1, 'zoe')",
        "INSERT INTO agents (tenant_id, id, name) VALUES (2, 3, 'zoe')",
        "INSERT INTO canvases VALUES (60, 1, 3, 'mine', 1)",
        "UPDATE agents SET tenant_id = 2, id = 3",
        "UPDATE canvases SET title = 'secret' WHERE 1 / (score - 300) > 0",
    ] {
        match as_tenant_1(app, statement) {
            Err(diesel::result::Error::DatabaseError(_, information)) => {
                let told = [Some(information.message()), information.details(), information.hint()];
                let told = told.into_iter().flatten().collect::<Vec<_>>().join(" ");
                assert!(
                    !["secret", "hidden", "dan"].iter().any(|value| told.contains(value)),
                    "{statement}: {told}"
                );
            }
            other => assert_eq!(other, Ok(0), "{statement}"),
        }
    }
}
