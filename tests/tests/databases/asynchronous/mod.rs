//! What diesel-async alone has.

use super::{RunQueryDsl, connect, contents};

mod generic;
mod streams;
