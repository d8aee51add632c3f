//! What PostgreSQL alone has: DISTINCT ON, schemas, arrays, weaker locks.

use super::{Connection, RunQueryDsl, connect, connect_twice, run};

mod bulk;
mod days;
mod distinct;
mod enumerated;
mod locks;
mod prepared;
mod qualified;
mod tenant_ids;
