//! What every database has to do: `super::open` opens one.

pub(crate) mod admission;
mod dropped;
mod endings;
mod generic;
mod global;
mod moved;
mod nested;
mod ownership;
mod sets;
mod verbs;
mod within;
mod wrong_tenant;
