//! What holds on every backend.

use super::{Backend, RunQueryDsl, connect, contents, run};

mod across;
mod alias_fields;
mod aliases;
mod boxed;
mod deletes;
mod filters;
mod grouping;
mod inserts;
mod joins;
mod mixed_batches;
mod models;
mod relations;
mod shapes;
mod subqueries;
mod tenant_ids;
mod updates;
