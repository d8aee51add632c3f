//! The same shapes on a cluster.

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::Value;

use crate::arena::Arena;
use crate::shapes::{Shape, shapes};

/// The shape that is read on a shard and written by the coordinator: its tenant is a value, not the source's column. Behind a wall
/// the server refuses it.
const COPY: &str = "copy";

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

#[test]
fn every_shape_is_one_task() {
    let Some(arena) = Arena::without_a_wall() else { return };
    let mut connection = arena.connect("postgres");
    for Shape { name, sql } in shapes() {
        let plan: Plan = diesel::sql_query(format!("EXPLAIN (COSTS OFF, FORMAT JSON) {sql}"))
            .get_result(&mut connection)
            .unwrap_or_else(|error| panic!("{name}: {error}: {sql}"));
        let plan: Value = serde_json::from_str(&plan.plan).unwrap();
        assert_eq!(tasks(&plan), vec![1], "{name}: {sql}\n{plan:#}");
        if name == COPY {
            assert!(
                plan.to_string().contains("pull to coordinator"),
                "it is one task now: say so in the guide"
            );
            continue;
        }
        assert!(!has_subplans(&plan), "{name}: {plan:#}");
        assert!(!plan.to_string().contains("Citus INSERT ... SELECT"), "{name}: {plan:#}");
    }
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

/// Whether the coordinator runs a part of the statement first. "Subplans Removed", which counts what the planner left out, is none.
fn has_subplans(plan: &Value) -> bool {
    match plan {
        Value::Object(fields) => fields.iter().any(|(name, value)| name == "Subplans" || has_subplans(value)),
        Value::Array(values) => values.iter().any(has_subplans),
        _ => false,
    }
}
