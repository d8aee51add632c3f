//! What holds on the servers: row locks, and what two connections do at once.

use super::{Connection, RunQueryDsl, connect_twice, run};

mod belonging;
mod locks;
mod stored;
