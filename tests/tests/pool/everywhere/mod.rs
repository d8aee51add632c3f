//! What every database has to do: `super::open` opens one.

mod dropped;
mod endings;
mod global;
mod moved;
mod nested;
mod ownership;
mod sets;
mod verbs;
mod within;
mod wrong_tenant;
