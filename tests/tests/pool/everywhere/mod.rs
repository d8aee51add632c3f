//! What every database has to do: `super::open` opens one.

mod dropped;
mod endings;
mod nested;
mod verbs;
mod wrong_tenant;
