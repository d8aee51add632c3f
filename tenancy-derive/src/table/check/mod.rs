//! Judges what was read: whose a table is, and whether its attribute can be true.

mod attribute;
mod owner;
mod ownership;

pub(crate) use self::attribute::{no_second, reason};
pub(crate) use self::owner::{Owner, owner};
pub(crate) use self::ownership::ownership;
