//! A row of a bulk insert: a value, or a tuple of values.

use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::query_source::Column;
use diesel::result::QueryResult;

use super::column::ColumnArray;
use super::columns::BulkColumns;
use super::value::BulkValue;
use crate::tuples::every_tuple;

/// One row of a bulk insert into table `T`: a value, or a tuple of values, each bound for a column of its own.
///
/// Implemented for what Diesel's `Insertable` makes of a row whose values are plain ones.
#[diagnostic::on_unimplemented(
    message = "rows of `{T}` with these values cannot be inserted in bulk",
    label = "a value of a row is computed by the database, or the row has more than 32",
    note = "`bulk` sends an array for each column: bind plain values, or insert the rows with `.values(rows)`",
    note = "T0022: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0022"
)]
pub trait BulkRow<T>: Sized {
    /// The values, column by column.
    type Columns: BulkColumns;

    /// Columns with room for `rows` rows.
    #[doc(hidden)]
    fn columns(rows: usize) -> Self::Columns;

    /// Adds the row's values.
    #[doc(hidden)]
    fn add_to(self, columns: &mut Self::Columns);
}

impl<T, X> BulkRow<T> for X
where
    X: BulkValue<Column: Column<Table = T>, Bound = X>,
    ColumnArray<X>: BulkColumns,
{
    type Columns = ColumnArray<X::Bound>;

    fn columns(rows: usize) -> Self::Columns {
        ColumnArray::with_capacity(rows)
    }

    fn add_to(self, columns: &mut Self::Columns) {
        columns.push(self);
    }
}

macro_rules! tuple {
    ($($value:ident $shape:ident $index:tt)+) => {
        impl<T, $($value),+> BulkRow<T> for ($($value,)+)
        where
            $($value: BulkValue<Column: Column<Table = T>, Bound = $value>, ColumnArray<$value>: BulkColumns,)+
        {
            type Columns = ($(ColumnArray<$value::Bound>,)+);

            fn columns(rows: usize) -> Self::Columns {
                ($(ColumnArray::<$value>::with_capacity(rows),)+)
            }

            fn add_to(self, columns: &mut Self::Columns) {
                $(columns.$index.push(self.$index);)+
            }
        }

        impl<$($value),+> BulkColumns for ($(ColumnArray<$value>,)+)
        where
            $(ColumnArray<$value>: BulkColumns,)+
        {
            type Id = ($(<ColumnArray<$value> as BulkColumns>::Id,)+);

            const STATIC: bool = $(<ColumnArray<$value> as BulkColumns>::STATIC)&&+;

            fn add_names(&self, names: &mut Vec<&'static str>) -> QueryResult<()> {
                $(self.$index.add_names(names)?;)+
                Ok(())
            }

            fn walk_arrays<'b>(&'b self, first: bool, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<bool> {
                $(let first = self.$index.walk_arrays(first, out.reborrow())?;)+
                Ok(first)
            }
        }
    };
}
every_tuple!(tuple);
