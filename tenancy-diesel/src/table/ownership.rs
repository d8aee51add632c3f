//! Whose the rows of a table are.

use diesel::query_builder::QueryId;

/// The rows belong to tenants: each row to one.
#[derive(Debug, Clone, Copy)]
pub enum Owned {}

/// The rows belong to nobody: the table is global, and every tenant may see all of it.
///
/// It is also how far a global table reaches under an alias.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Unowned(pub(crate) ());
