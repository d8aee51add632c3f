//! The same of every other way in which rows belong to tenants: through a parent, in one step and in two, and through a link;
//! rows that all share beside one's own, by NULL and by a value; a filter; the tenants' own table; another kind of owner.
//!
//! Whose a row is can be told by its key (`key`), whatever its columns say and without the library. So a row that changes its
//! owner is one of the others' that has changed.

pub(crate) mod property;
pub(crate) mod read;
pub(crate) mod rows;
pub(crate) mod schema;
pub(crate) mod write;
