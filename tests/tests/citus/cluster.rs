//! The same shapes on a cluster.

use std::io::Write as _;

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::Value;
use tenancy_tests::fixture::TABLES;

use crate::shapes::{Shape, shapes};

const VARIABLE: &str = "TENANCY_CITUS_URL";

const SCHEMA: &str = "tenancy_on_citus";

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

#[test]
fn every_shape_is_one_task() {
    let Some(url) = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()) else {
        // Not `eprintln!`: the harness would swallow it.
        let _ =
            writeln!(std::io::stderr(), "skipped: {VARIABLE} names no Citus, so the planner was not asked");
        return;
    };
    let mut connection = PgConnection::establish(&url).expect("the coordinator that the environment names");
    let run = |connection: &mut PgConnection, sql: &str| {
        use diesel::connection::SimpleConnection as _;
        connection.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    };
    run(&mut connection, &format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}"));
    run(&mut connection, &format!("SET search_path TO {SCHEMA}"));
    for statement in TABLES.split(';').filter(|statement| !statement.trim().is_empty()) {
        run(&mut connection, statement);
    }
    run(&mut connection, "SELECT create_reference_table('plans')");
    run(&mut connection, "SELECT create_distributed_table('agents', 'tenant_id')");
    run(
        &mut connection,
        "SELECT create_distributed_table('canvases', 'tenant_id', colocate_with => 'agents')",
    );
    for Shape { name, sql } in shapes() {
        let plan: Plan = diesel::sql_query(format!("EXPLAIN (COSTS OFF, FORMAT JSON) {sql}"))
            .get_result(&mut connection)
            .unwrap_or_else(|error| panic!("{name}: {error}: {sql}"));
        let plan: Value = serde_json::from_str(&plan.plan).unwrap();
        assert_eq!(tasks(&plan), vec![1], "{name}: {sql}\n{plan:#}");
        let text = plan.to_string();
        assert!(!text.contains("Subplans") && !text.contains("Citus INSERT ... SELECT"), "{name}: {plan:#}");
    }
    run(&mut connection, &format!("DROP SCHEMA {SCHEMA} CASCADE"));
}

/// Every task count in the plan.
fn tasks(plan: &Value) -> Vec<u64> {
    match plan {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value.as_u64() {
                Some(count) if name == "Task Count" => vec![count],
                _ => tasks(value),
            })
            .collect(),
        Value::Array(values) => values.iter().flat_map(tasks).collect(),
        _ => Vec::new(),
    }
}
