//! What holds through an enum of connections: all that holds everywhere, but for what Diesel has not for such a backend
//! (UNION and its like, `excluded`, a boxed query in a subquery).

use super::{Backend, Connection, RunQueryDsl, connect, contents, run};

#[path = "../everywhere/across.rs"]
mod across;
#[path = "../everywhere/admission.rs"]
mod admission;
#[path = "../everywhere/alias_fields.rs"]
mod alias_fields;
#[path = "../everywhere/aliases.rs"]
mod aliases;
#[path = "../everywhere/boxed.rs"]
mod boxed;
#[path = "../everywhere/checked.rs"]
mod checked;
#[path = "../everywhere/deletes.rs"]
mod deletes;
#[path = "../everywhere/filtered.rs"]
mod filtered;
#[path = "../everywhere/filters.rs"]
mod filters;
#[path = "../everywhere/grouping.rs"]
mod grouping;
#[path = "../everywhere/inserts.rs"]
mod inserts;
#[path = "../everywhere/joins.rs"]
mod joins;
#[path = "../everywhere/models.rs"]
mod models;
#[path = "../everywhere/moves.rs"]
mod moves;
#[path = "../everywhere/owners.rs"]
mod owners;
#[path = "../everywhere/relations.rs"]
mod relations;
#[path = "../on_sqlite_and_postgres/returning.rs"]
mod returning;
#[path = "../everywhere/sets.rs"]
mod sets;
#[path = "../everywhere/shapes.rs"]
mod shapes;
#[path = "../everywhere/shared_rows.rs"]
mod shared_rows;
mod subqueries;
#[path = "../everywhere/tenant_ids.rs"]
mod tenant_ids;
mod text_ids;
#[path = "../everywhere/through.rs"]
mod through;
#[path = "../everywhere/updates.rs"]
mod updates;
mod upserts;
