//! On Citus every statement of ours is one task on one shard.
//!
//! Citus routes a statement to one shard when every distributed table in it is compared with one tenant directly: no cast, no
//! subquery, no setting in between. That is checked on the SQL itself, always. With `TENANCY_CITUS_URL`, the address of a
//! coordinator with at least one worker as a role that may create tables, the planner is asked as well; without it that test is
//! skipped, and says so, and with one that does not answer it fails.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failure is a failed test

mod arena;
mod cluster;
mod pool;
mod shapes;
mod wall;

use crate::shapes::{Shape, TENANT, shapes};

/// The parts of `sql` that name a tenant table as a source or a target, each with what follows it.
fn mentions<'a>(sql: &'a str, table: &str) -> Vec<(&'static str, &'a str)> {
    let mut found = Vec::new();
    for before in ["FROM ", "JOIN ", "INTO ", "UPDATE "] {
        let mention = format!("{before}\"{table}\"");
        for (at, _) in sql.match_indices(&mention) {
            let deletes = sql[..at].ends_with("DELETE ");
            found.push((if deletes { "DELETE FROM " } else { before }, &sql[at + mention.len()..]));
        }
    }
    found
}

/// Why Citus would not route the statement, if it would not.
fn objection(sql: &str) -> Option<String> {
    for words in ["IS NOT DISTINCT FROM", "current_setting", "set_config", "::"] {
        if sql.contains(words) {
            return Some(format!("{words:?} stands in it"));
        }
    }
    for table in ["agents", "canvases"] {
        let tenant = format!("\"{table}\".\"tenant_id\" = {TENANT}");
        for (mention, rest) in mentions(sql, table) {
            let direct = match mention {
                "FROM " | "DELETE FROM " => rest.starts_with(&format!(" WHERE {tenant}")),
                "UPDATE " => rest.contains(&format!(" WHERE {tenant}")),
                "INTO " => {
                    rest.starts_with(" (\"tenant_id\"")
                        && (rest.contains(&format!("({TENANT}, "))
                            || rest.contains(&format!("SELECT {TENANT}, ")))
                }
                _ => false,
            };
            if !direct {
                return Some(format!("{mention}{table} is not compared with the tenant"));
            }
        }
    }
    if sql.contains("ON CONFLICT (") && !sql.contains("ON CONFLICT (\"tenant_id\", ") {
        return Some("the conflict target has no tenant".to_owned());
    }
    None
}

#[test]
fn every_shape_compares_each_table_with_the_tenant_directly() {
    let shapes = shapes();
    assert!(shapes.len() > 25, "the shapes are found");
    for Shape { name, sql } in shapes {
        assert_eq!(objection(&sql), None, "{name}: {sql}");
        assert!(
            ["agents", "canvases"].iter().any(|table| !mentions(&sql, table).is_empty()),
            "{name}: {sql}"
        );
    }
}

#[test]
fn what_citus_would_scatter_is_objected_to() {
    for sql in [
        r#"SELECT "name" FROM "agents""#,
        r#"SELECT "name" FROM "agents" WHERE "agents"."id" = 5"#,
        r#"SELECT 1 FROM (SELECT * FROM "agents" WHERE "agents"."tenant_id" = 17) AS "agents" INNER JOIN "canvases" ON true"#,
        r#"SELECT 1 FROM "agents" WHERE "agents"."tenant_id" = current_setting('tenancy.tenant')"#,
        r#"UPDATE "agents" SET "name" = 'x' WHERE "agents"."id" = 5"#,
        r#"DELETE FROM "agents" WHERE "agents"."id" = 5"#,
        r#"INSERT INTO "agents" ("id", "name") VALUES (1, 'x')"#,
        r#"INSERT INTO "agents" ("tenant_id", "id") VALUES (17, 1) ON CONFLICT ("id") DO NOTHING"#,
    ] {
        assert!(objection(sql).is_some(), "{sql}");
    }
}
