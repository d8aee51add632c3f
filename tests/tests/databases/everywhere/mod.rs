//! What holds on every backend.

use super::{Backend, Connection, RunQueryDsl, connect, contents, run};

mod across;
mod admission;
mod alias_fields;
mod aliases;
mod boxed;
mod checked;
mod deletes;
mod filtered;
mod filters;
mod grouping;
mod inserts;
mod joins;
mod mixed_batches;
mod models;
mod moves;
mod owners;
mod relations;
mod sets;
mod shapes;
mod shared_rows;
mod subqueries;
mod tenant_ids;
mod through;
mod updates;
