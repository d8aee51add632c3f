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

    /// Adds the names of those that the rows give.
    #[doc(hidden)]
    fn add_names(&self, names: &mut Vec<&'static str>) -> QueryResult<()>;

    /// Prints the arrays, with commas between. Takes whether the next array is the first one, and returns the same.
    #[doc(hidden)]
    fn walk_arrays<'b>(&'b self, first: bool, out: AstPass<'_, 'b, Pg>) -> QueryResult<bool>;
}
