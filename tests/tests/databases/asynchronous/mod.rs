//! What diesel-async alone has.

use super::{RunQueryDsl, connect};

mod streams;
