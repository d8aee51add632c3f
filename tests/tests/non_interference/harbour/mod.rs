//! A schema with all at once of what schemas have one of: ids of 26 letters, two kinds of owner, rows through two parents, a key of two columns,
//! a partial one, an enum, documents, a table that refers to itself, one that is everybody's in part, a view, tables that are named by keywords, and
//! one of as many columns as Diesel has without being asked for more.
//!
//! The rows are few and the same each time; the statements are those that a schema of one form alone would not have.

pub(crate) mod property;
pub(crate) mod schema;
