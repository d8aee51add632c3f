//! What holds on every backend.

use super::{Backend, RunQueryDsl, connect, contents, run};

mod across;
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
mod subqueries;
mod tenant_ids;
mod updates;
