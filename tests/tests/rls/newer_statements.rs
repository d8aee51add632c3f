//! Statements that newer servers have, behind the wall: they change and show one tenant's rows. An older server skips them, and says so.

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_rls::RowSecurity;
use tenancy_tests::server::postgres_is_older_than;

use crate::database::{Database, agents, declared, value};

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    told: String,
}

/// What a statement tells in a transaction of tenant 1 that stays, in its order, or the server's words.
fn as_tenant_1(database: &Database, statement: &str) -> Result<String, String> {
    let mut app = database.app();
    app.batch_execute("BEGIN; SET LOCAL tenancy.tenant = '1'").unwrap();
    let rows: Vec<Told> = sql_query(statement).load(&mut app).map_err(|error| error.to_string())?;
    app.batch_execute("COMMIT").unwrap();
    Ok(rows.into_iter().map(|row| row.told).collect::<Vec<_>>().join(","))
}

/// Everything of tenant 2, as the superuser sees it.
fn of_tenant_2(database: &Database) -> String {
    value(
        &mut database.superuser(),
        "SELECT (SELECT jsonb_agg(a ORDER BY id)::text FROM agents a WHERE tenant_id = 2)
             || (SELECT jsonb_agg(c ORDER BY id)::text FROM canvases c WHERE tenant_id = 2)",
    )
}

#[test]
fn merge_tells_of_and_takes_away_one_tenants_rows() {
    if postgres_is_older_than(17) {
        return;
    }
    let database = Database::walled("newer_merge", |wall| wall);
    let others = of_tenant_2(&database);
    let merge = |what: &str| {
        format!(
            "WITH m AS (MERGE INTO canvases AS t USING (VALUES (1), (3), (4)) AS s (id) ON t.id = s.id {what}
                RETURNING merge_action() || ' ' || coalesce(t.title, '') AS told)
             SELECT told FROM m ORDER BY 1"
        )
    };
    let changed = as_tenant_1(&database, &merge("WHEN MATCHED THEN UPDATE SET score = 0")).unwrap();
    assert_eq!(changed, "UPDATE sun");
    // What no row of the source is for: her own second one, and nobody else's.
    let gone = as_tenant_1(&database, &merge("WHEN NOT MATCHED BY SOURCE THEN DELETE")).unwrap();
    assert_eq!(gone, "DELETE sea");
    let taken = merge("WHEN NOT MATCHED THEN INSERT VALUES (s.id, 2, NULL, 'theirs', 1)");
    let refused = as_tenant_1(&database, &taken).unwrap_err();
    assert!(refused.contains("row-level security"), "{refused}");
    assert_eq!(of_tenant_2(&database), others);
}

#[test]
fn what_a_row_was_is_told_of_ones_own() {
    if postgres_is_older_than(18) {
        return;
    }
    let database = Database::unwalled("newer_returning");
    let tables = declared()
        .unique_over_all_tenants::<agents::table>("agents_name_key", "a login is looked up without a tenant");
    let wall = RowSecurity::new(tables, database.roles()).unwrap();
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    let others = of_tenant_2(&database);
    for (change, told) in [
        ("UPDATE canvases SET title = upper(title)", "sea SEA,sun SUN"),
        ("DELETE FROM canvases WHERE id IN (2, 3)", "SEA -"),
    ] {
        let query = format!(
            "WITH r AS ({change} RETURNING old.title || ' ' || coalesce(new.title, '-') AS told) SELECT told FROM r ORDER BY told"
        );
        assert_eq!(as_tenant_1(&database, &query).unwrap(), told, "{change}");
    }
    // The row in the way is another tenant's: by a key over all tenants its name is told, and nothing of it.
    let query = "WITH r AS (INSERT INTO agents (id, tenant_id, name) VALUES (99, 1, 'zoe') ON CONFLICT (name) DO UPDATE SET plan_id = 1
        RETURNING old.id || ' ' || old.plan_id AS told) SELECT told FROM r";
    let refused = as_tenant_1(&database, query).unwrap_err();
    assert!(refused.contains("row-level security") && !refused.contains('3'), "{refused}");
    assert_eq!(of_tenant_2(&database), others);
}
