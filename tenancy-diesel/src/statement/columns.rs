//! Lists of columns to write, without the tenant column.

use diesel::backend::Backend;
use diesel::query_builder::AstPass;
use diesel::query_source::Column;
use diesel::result::QueryResult;

use crate::known::Known;
use crate::tuples::every_tuple;

/// A column of table `T`, or a tuple of columns: what `on_conflict` and `from_select` take. Sealed.
///
/// The tenant column is not among them: the statement adds it. `Shape` is inferred; it only tells a column from a tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no column, nor a tuple of columns, of `{T}` that can be written",
    label = "not columns to write",
    note = "name the columns: `(agents::name, agents::email)`; the tenant column is added by the statement, and constraint names and \
            raw SQL could name a key that another tenant's row has",
    note = "T0010: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0010"
)]
pub trait ColumnNames<T, Shape>: sealed::Sealed<T, Shape> {
    /// The SQL types of the columns.
    type SqlType;

    /// The columns, and their shape. Where the bound fails so does this projection, and the compiler leaves it at one error.
    #[doc(hidden)]
    type Named;

    /// The names in the database.
    #[doc(hidden)]
    fn names() -> Vec<&'static str>;

    /// Prints the names, each after a comma.
    #[doc(hidden)]
    fn push_names<DB: Backend>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
        for name in Self::names() {
            out.push_sql(", ");
            out.push_identifier(name)?;
        }
        Ok(())
    }
}

/// The shape of a single column.
#[derive(Debug, Clone, Copy)]
pub enum One {}

/// The shape of a tuple of columns.
#[derive(Debug, Clone, Copy)]
pub enum Several {}

mod sealed {
    /// What only Diesel's columns are.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be made a column of `{T}` by hand",
        label = "not a column that can be written",
        note = "the tenant column is added by the statement, and columns of a key are named as Diesel's: `agents::name`",
        note = "T0012: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0012"
    )]
    pub trait Sealed<T, Shape> {}
}

impl<T, C: Column<Table = T>> sealed::Sealed<T, One> for C {}

impl<T, C: Column<Table = T>> ColumnNames<T, One> for C {
    type SqlType = C::SqlType;
    type Named = <C::Table as Known>::Given<(C, One)>;

    fn names() -> Vec<&'static str> {
        vec![C::NAME]
    }
}

macro_rules! tuple {
    ($($column:ident $shape:ident $index:tt)+) => {
        impl<T, $($column: Column<Table = T>),+> sealed::Sealed<T, Several> for ($($column,)+) {}

        impl<T, $($column: Column<Table = T>),+> ColumnNames<T, Several> for ($($column,)+) {
            type SqlType = ($($column::SqlType,)+);
            type Named = (Self, Several);

            fn names() -> Vec<&'static str> {
                vec![$($column::NAME),+]
            }
        }
    };
}
every_tuple!(tuple);
