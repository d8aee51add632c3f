//! A value of a row.

use diesel::insertable::{ColumnInsertValue, DefaultableColumnInsertValue};
use diesel::internal::derives::as_expression::Bound;
use diesel::query_source::Column;

/// A value of a row, bound for one column.
#[diagnostic::on_unimplemented(
    message = "a value of these rows cannot be inserted in bulk: the database computes it",
    label = "not all values are bound ones",
    note = "`bulk` sends an array for each column: bind plain values, or insert the rows with `.values(rows)`",
    note = "T0022: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0022"
)]
pub trait BulkValue {
    /// The column.
    type Column: Column;

    /// The value itself. Where the bound fails so does this projection, and the compiler leaves it at one error.
    type Bound;

    /// Whether it may be left to the column's default.
    const MAY_DEFAULT: bool;

    /// Whether it is.
    #[doc(hidden)]
    fn is_default(&self) -> bool;
}

#[diagnostic::do_not_recommend]
impl<C: Column, ST, V> BulkValue for ColumnInsertValue<C, Bound<ST, V>> {
    type Column = C;
    type Bound = Self;

    const MAY_DEFAULT: bool = false;

    fn is_default(&self) -> bool {
        false
    }
}

impl<X: BulkValue> BulkValue for DefaultableColumnInsertValue<X> {
    type Column = X::Column;
    type Bound = DefaultableColumnInsertValue<X::Bound>;

    const MAY_DEFAULT: bool = true;

    fn is_default(&self) -> bool {
        matches!(self, Self::Default)
    }
}
