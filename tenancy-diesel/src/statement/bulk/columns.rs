//! The columns of a bulk insert, all together.

use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

/// The columns of a bulk insert.
pub trait BulkColumns {
    /// Which columns they are, for the statement cache.
    type Id: 'static;

    /// Whether the statement is the same whatever the values are.
    const STATIC: bool;

    /// Prints the names, each after a comma.
    #[doc(hidden)]
    fn walk_names(&self, out: AstPass<'_, '_, Pg>) -> QueryResult<()>;

    /// Prints the arrays, with commas between. Takes whether the next array is the first one, and returns the same.
    #[doc(hidden)]
    fn walk_arrays<'b>(&'b self, first: bool, out: AstPass<'_, 'b, Pg>) -> QueryResult<bool>;

    /// Whether there is an array at all: not if all columns are left to their defaults.
    #[doc(hidden)]
    fn any_given(&self) -> QueryResult<bool>;
}
