//! What only a Citus cluster needs.

use crate::quote::literal;

/// A statement that has every node of a Citus cluster run `statement`, and fails where one did not.
pub(crate) fn on_all_nodes(statement: &str) -> String {
    format!(
        "DO $tenancy_nodes$\nDECLARE\n    node record;\nBEGIN\n    \
         FOR node IN SELECT * FROM run_command_on_all_nodes({}) LOOP\n        \
         IF NOT node.success THEN\n            \
         RAISE 'on the node % of pg_dist_node: %', node.nodeid, node.result;\n        END IF;\n    \
         END LOOP;\nEND\n$tenancy_nodes$",
        literal(statement)
    )
}
