//! What holds on the servers: row locks, seen from a second connection.

use super::{RunQueryDsl, connect_twice, run};

mod locks;
