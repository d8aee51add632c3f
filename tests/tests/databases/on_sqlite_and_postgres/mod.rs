//! What holds on SQLite and PostgreSQL: RETURNING, ON CONFLICT, INTERSECT and EXCEPT.

use super::{RunQueryDsl, connect, contents, run};

mod belonging;
mod combining;
mod conditional_upserts;
mod conflicts;
mod returning;
