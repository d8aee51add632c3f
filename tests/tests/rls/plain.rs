//! Raw SQL under the plain wall: whatever leaves the setting alone stays within the tenant.

use diesel::connection::SimpleConnection as _;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::{PgConnection, QueryResult, RunQueryDsl as _, sql_query};

use crate::database::{Database, lines, value};

/// Within a transaction of `tenant`, which is rolled back.
fn within<T>(connection: &mut PgConnection, tenant: &str, work: impl FnOnce(&mut PgConnection) -> T) -> T {
    connection.batch_execute("BEGIN").unwrap();
    connection.batch_execute(&format!("SET LOCAL tenancy.tenant = '{tenant}'")).unwrap();
    let result = work(connection);
    connection.batch_execute("ROLLBACK").unwrap();
    result
}

fn walled(prefix: &str) -> Database {
    Database::walled(prefix, |wall| wall)
}

fn run(connection: &mut PgConnection, sql: &str) -> QueryResult<usize> {
    sql_query(sql).execute(connection)
}

/// The SQLSTATE's message: the error has to be the wall's.
fn refused(result: QueryResult<usize>, words: &str) {
    let error = result.unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn l20_l77_raw_reads_see_one_tenant() {
    let database = walled("plain_read");
    let mut app = database.app();
    for (query, expected) in [
        ("SELECT name FROM agents ORDER BY 1", "ada bob"),
        ("SELECT name FROM agents WHERE tenant_id = 2 OR true ORDER BY 1", "ada bob"),
        ("SELECT (SELECT string_agg(title, ' ' ORDER BY title) FROM canvases)", "\"sea sun\""),
        ("SELECT title FROM canvases c LEFT JOIN agents a ON true GROUP BY 1 ORDER BY 1", "sea sun"),
        ("SELECT name FROM agents UNION SELECT title FROM canvases ORDER BY 1", "ada bob sea sun"),
        ("SELECT name FROM agents WHERE ctid IS NOT NULL ORDER BY 1", "ada bob"),
        ("SELECT count(*) FROM canvases WHERE 1 / (score - 300) < 5", "2"),
    ] {
        let rows = within(&mut app, "1", |app| lines(app, query)).unwrap();
        let seen: Vec<_> = rows.iter().map(|row| row.trim_matches(['(', ')'])).collect();
        assert_eq!(seen.join(" "), expected, "{query}");
    }
}

#[test]
fn raw_writes_stay_within_the_tenant() {
    let database = walled("plain_write");
    let mut app = database.app();
    let mut count = |sql: &str| within(&mut app, "1", |app| run(app, sql));
    assert_eq!(count("UPDATE canvases SET title = title || 'x'"), Ok(2));
    assert_eq!(count("UPDATE canvases SET title = 'x' WHERE tenant_id = 2"), Ok(0));
    assert_eq!(count("DELETE FROM canvases"), Ok(2));
    assert_eq!(count("DELETE FROM agents USING canvases"), Ok(2));
    assert_eq!(count("INSERT INTO agents (tenant_id, name) VALUES (1, 'eve')"), Ok(1));
    refused(count("INSERT INTO agents (tenant_id, name) VALUES (2, 'eve')"), "row-level security");
    refused(count("UPDATE agents SET tenant_id = 2"), "row-level security");
    refused(
        count(
            "MERGE INTO agents USING (VALUES (9)) AS v (id) ON agents.id = v.id WHEN NOT MATCHED THEN INSERT (tenant_id, name) VALUES (2, 'm')",
        ),
        "row-level security",
    );
    assert_eq!(
        count("MERGE INTO agents USING (VALUES (3)) AS v (id) ON agents.id = v.id WHEN MATCHED THEN DELETE"),
        Ok(0)
    );
    let left = value(&mut database.superuser(), "SELECT count(*), sum(score) FROM canvases");
    assert_eq!(left, "4,730");
}

#[test]
fn l79_an_upsert_onto_another_tenants_row_is_refused() {
    let database = walled("plain_upsert");
    let mut app = database.app();
    let upsert = "INSERT INTO agents (tenant_id, id, name) VALUES (2, 3, 'x')
                  ON CONFLICT (tenant_id, id) DO UPDATE SET name = 'x'";
    refused(within(&mut app, "1", |app| run(app, upsert)), "row-level security");
    // The key has the tenant: the same number is another row.
    let own = "INSERT INTO agents (tenant_id, id, name) VALUES (1, 3, 'x') ON CONFLICT (tenant_id, id) DO UPDATE SET name = 'x'";
    assert_eq!(within(&mut app, "1", |app| run(app, own)), Ok(1));
}

#[test]
fn l50_without_a_tenant_there_are_no_rows_and_no_writes() {
    let database = walled("plain_none");
    let mut app = database.app();
    assert_eq!(lines(&mut app, "SELECT name FROM agents").unwrap().len(), 0);
    refused(run(&mut app, "INSERT INTO agents (tenant_id, name) VALUES (1, 'eve')"), "row-level security");
    // L50: only a warning, and no tenant.
    app.batch_execute("SET LOCAL tenancy.tenant = '1'").unwrap();
    assert_eq!(lines(&mut app, "SELECT name FROM agents").unwrap().len(), 0);
}

#[test]
fn l51_after_a_transaction_the_setting_is_empty_and_no_cast_fails() {
    let database = walled("plain_after");
    let mut app = database.app();
    app.batch_execute("BEGIN; SET LOCAL tenancy.tenant = '1'; COMMIT").unwrap();
    assert_eq!(value(&mut app, "SELECT current_setting('tenancy.tenant') = ''"), "t");
    assert_eq!(lines(&mut app, "SELECT name FROM agents").unwrap().len(), 0);
}

#[test]
fn l45_a_cached_plan_serves_each_tenant_its_own() {
    let database = walled("plain_cached");
    let mut app = database.app();
    app.batch_execute("SET plan_cache_mode = force_generic_plan; PREPARE seen AS SELECT string_agg(name, ' ' ORDER BY name) AS line FROM agents")
        .unwrap();
    for (tenant, expected) in [("1", "ada bob"), ("2", "dan zoe"), ("1", "ada bob")] {
        let seen = within(&mut app, tenant, |app| {
            app.batch_execute("DO $$ DECLARE s text; BEGIN EXECUTE 'EXECUTE seen' INTO s; PERFORM set_config('x.seen', s, true); END $$")
                .unwrap();
            value(app, "SELECT current_setting('x.seen')")
        });
        assert_eq!(seen.trim_matches('"'), expected);
    }
}

#[test]
fn l32_l33_l59_a_child_has_a_parent_of_its_own_tenant_or_none() {
    let database = walled("plain_parent");
    let mut app = database.app();
    let mut adopt = |agent: i32| {
        let insert = format!("INSERT INTO canvases VALUES (50, 1, {agent}, 'child', 1)");
        within(&mut app, "1", |app| run(app, &insert))
    };
    assert_eq!(adopt(1), Ok(1));
    let message = |result: QueryResult<usize>| match result {
        Err(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, information)) => {
            information.message().to_owned()
        }
        other => panic!("{other:?}"),
    };
    // Another tenant's parent and none at all are told apart by nothing.
    assert_eq!(message(adopt(3)), message(adopt(999)));
}

#[test]
fn l58_a_unique_key_tells_nothing_of_other_tenants() {
    let database = walled("plain_unique");
    let mut app = database.app();
    for taken in ["zoe", "nobody"] {
        let insert = format!(
            "INSERT INTO agents (tenant_id, id, name) VALUES (1, 3, '{taken}') ON CONFLICT DO NOTHING"
        );
        assert_eq!(within(&mut app, "1", |app| run(app, &insert)), Ok(1), "{taken}");
    }
}

#[test]
fn l35_truncate_is_not_granted() {
    let database = walled("plain_truncate");
    let mut app = database.app();
    refused(within(&mut app, "1", |app| run(app, "TRUNCATE agents CASCADE")), "permission denied");
}

#[test]
fn l63_copy_writes_nothing_and_reads_one_tenant() {
    let database = walled("plain_copy");
    let mut app = database.app();
    refused(
        within(&mut app, "1", |app| run(app, "COPY agents (tenant_id, name) FROM STDIN")),
        "COPY FROM not supported with row-level security",
    );
    // A bulk load goes through the role across tenants, for which no row is hidden, and is checked like any insert.
    assert_eq!(value(&mut database.across(), "SELECT count(*) FROM agents"), "4");
}

#[test]
fn l52_l53_l55_the_owner_its_views_and_its_functions_see_nothing() {
    let database = walled("plain_owner");
    let mut owner = database.owner();
    // What its sessions begin with makes an error of it.
    refused(
        lines(&mut owner, "SELECT * FROM agents").map(|rows| rows.len()),
        "query would be affected by row-level security",
    );
    owner.batch_execute("SET row_security = on").unwrap();
    assert_eq!(value(&mut owner, "SELECT count(*) FROM agents"), "0");
    owner
        .batch_execute(&format!(
            "CREATE VIEW seen AS SELECT * FROM agents; GRANT SELECT ON seen TO {0}_app;
             CREATE FUNCTION everybody() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM agents'",
            database.name
        ))
        .unwrap();
    let mut app = database.app();
    for query in ["SELECT count(*) FROM seen", "SELECT everybody()"] {
        assert_eq!(within(&mut app, "1", |app| value(app, query)), "0", "{query}");
    }
}

#[test]
fn l54_a_materialized_view_made_by_the_owner_is_empty() {
    let database = walled("plain_materialized");
    let copied = "CREATE MATERIALIZED VIEW copied AS SELECT * FROM agents";
    refused(
        database.owner().batch_execute(copied).map(|()| 0),
        "query would be affected by row-level security",
    );
    database.owner().batch_execute(&format!("SET row_security = on; {copied}")).unwrap();
    assert_eq!(value(&mut database.owner(), "SELECT count(*) FROM copied"), "0");
}

#[test]
fn l56_a_second_permissive_policy_opens_nothing() {
    let database = walled("plain_second");
    database.owner().batch_execute("CREATE POLICY second ON agents USING (true) WITH CHECK (true)").unwrap();
    let mut app = database.app();
    assert_eq!(within(&mut app, "1", |app| value(app, "SELECT count(*) FROM agents")), "2");
    refused(
        within(&mut app, "1", |app| run(app, "INSERT INTO agents (tenant_id, name) VALUES (2, 'eve')")),
        "row-level security",
    );
}

#[test]
fn another_role_gets_nothing_even_with_a_grant_and_a_policy() {
    let database = walled("plain_other");
    let other = database.role("other");
    database
        .superuser()
        .batch_execute(&format!(
            "CREATE ROLE {other} LOGIN PASSWORD 'tenancy'; GRANT USAGE ON SCHEMA tenancy TO {other};
             GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tenancy TO {other}; GRANT ALL ON agents TO {other};
             CREATE POLICY theirs ON agents TO {other} USING (true) WITH CHECK (true)"
        ))
        .unwrap();
    let mut connection = diesel::Connection::establish(&database.url("other")).unwrap();
    assert_eq!(value(&mut connection, "SELECT count(*) FROM agents"), "0");
    assert_eq!(within(&mut connection, "1", |other| value(other, "SELECT count(*) FROM agents")), "0");
}

#[test]
fn the_role_across_tenants_reads_and_writes_them_all() {
    let database = walled("plain_across");
    let mut across = database.across();
    assert_eq!(value(&mut across, "SELECT count(*) FROM agents"), "4");
    assert_eq!(run(&mut across, "UPDATE canvases SET score = 0"), Ok(4));
    refused(run(&mut across, "TRUNCATE canvases"), "permission denied");
}

#[test]
fn the_function_sets_the_tenant_as_well() {
    let database = walled("plain_set");
    let mut app = database.app();
    app.batch_execute("BEGIN; SELECT tenancy.set_tenant('2')").unwrap();
    assert_eq!(value(&mut app, "SELECT string_agg(name, '-' ORDER BY name) FROM agents"), "dan-zoe");
    app.batch_execute("COMMIT").unwrap();
    assert_eq!(lines(&mut app, "SELECT name FROM agents").unwrap().len(), 0);
}

/// Servers with CVE-2026-116311 take the role out of the policies that name it, the permissive ones among them.
#[test]
fn a_role_that_drops_what_it_owns_reads_nothing_of_others() {
    let database = walled("plain_dropped");
    let mut app = database.app();
    let _refused = app.batch_execute("DROP OWNED BY CURRENT_USER");
    let policies = "SELECT count(*) FROM pg_policy WHERE polrelid = 'agents'::regclass";
    let own: &[&str] = match value(&mut database.superuser(), policies).as_str() {
        "7" => &["(2)", "(2)"],
        _ => &[],
    };
    let rows = within(&mut app, "2", |app| lines(app, "SELECT tenant_id FROM agents").unwrap());
    assert_eq!(rows, own);
    let rows = lines(&mut app, "SELECT tenant_id FROM agents").unwrap();
    assert!(rows.is_empty(), "{rows:?}");
}

#[test]
fn the_tenants_condition_is_an_index_condition_and_read_once() {
    let database = walled("plain_plan");
    database
        .superuser()
        .batch_execute("INSERT INTO agents (tenant_id, name) SELECT g % 500 + 10, 'n' || g FROM generate_series(1, 20000) g; ANALYZE agents")
        .unwrap();
    let mut app = database.app();
    let plan = within(&mut app, "11", |app| {
        app.batch_execute(
            "DO $$ DECLARE line text; plan text := ''; BEGIN
                 FOR line IN EXECUTE 'EXPLAIN SELECT name FROM agents' LOOP plan := plan || line || E'\\n'; END LOOP;
                 PERFORM set_config('x.plan', plan, true); END $$",
        )
        .unwrap();
        value(app, "SELECT current_setting('x.plan')")
    });
    // Since PostgreSQL 17 it names what it has computed ahead.
    let plan = plan.replace("(InitPlan 2).col1", "$1").replace("(InitPlan 1).col1", "$0");
    assert!(plan.contains("Index Cond: (tenant_id = $1)"), "{plan}");
    // The tenant and the session's role: neither is looked at for each row.
    assert_eq!(plan.matches("InitPlan").count(), 2, "{plan}");
    assert!(plan.contains("  Filter: $0\n"), "{plan}");
}
