//! Many rows in one statement that does not grow with them: an array for each column, unnested. PostgreSQL.

use std::fmt;
use std::io::Write;
use std::marker::PhantomData;

use diesel::insertable::{ColumnInsertValue, DefaultableColumnInsertValue};
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::Pg;
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{AstPass, QueryFragment, QueryId, ValuesClause};
use diesel::query_source::Column;
use diesel::result::{Error, QueryResult};
use diesel::serialize::{IsNull, Output, Result as SerializeResult, ToSql};
use diesel::sql_types::{Array, HasSqlType, SqlType};

use super::rows::RowCount;
use crate::table::TenantTable;

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

/// The columns of a bulk insert.
pub trait BulkColumns {
    /// Which columns they are, for the statement cache.
    type Id: 'static;

    /// Whether the statement is the same whatever the values are.
    const STATIC: bool;

    /// Prints the names, each after a comma.
    #[doc(hidden)]
    fn walk_names(&self, out: AstPass<'_, '_, Pg>) -> QueryResult<()>;

    /// Prints the arrays, with commas between.
    #[doc(hidden)]
    fn walk_arrays<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()>;

    /// How many arrays it prints.
    #[doc(hidden)]
    fn arrays(&self) -> QueryResult<usize>;
}

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

    /// Whether it may be left to the column's default.
    const MAY_DEFAULT: bool;

    /// Whether it is.
    #[doc(hidden)]
    fn is_default(&self) -> bool;
}

#[diagnostic::do_not_recommend]
impl<C: Column, ST, V> BulkValue for ColumnInsertValue<C, Bound<ST, V>> {
    type Column = C;

    const MAY_DEFAULT: bool = false;

    fn is_default(&self) -> bool {
        false
    }
}

impl<X: BulkValue> BulkValue for DefaultableColumnInsertValue<X> {
    type Column = X::Column;

    const MAY_DEFAULT: bool = true;

    fn is_default(&self) -> bool {
        matches!(self, Self::Default)
    }
}

/// The values of one column.
pub struct ColumnArray<X> {
    values: Vec<X>,
}

/// Not the values: they may be many, and a tenant's.
impl<X> fmt::Debug for ColumnArray<X> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{} values]", self.values.len())
    }
}

impl<X: BulkValue> ColumnArray<X> {
    /// Whether all rows leave the column to its default; an error if only some do.
    fn is_left_out(&self) -> QueryResult<bool> {
        if !X::MAY_DEFAULT {
            return Ok(false);
        }
        match self.values.iter().filter(|value| value.is_default()).count() {
            0 => Ok(false),
            all if all == self.values.len() => Ok(true),
            _ => Err(Error::QueryBuilderError(Box::new(MixedDefaults { column: X::Column::NAME }))),
        }
    }
}

/// Some rows of a bulk insert leave a column to its default, and others do not. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MixedDefaults {
    /// The column.
    pub column: &'static str,
}

impl fmt::Display for MixedDefaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "column `{}` is left to its default (`None`) in some rows of a bulk insert and given in others, which an array \
             cannot say; nothing was sent. Insert the two kinds of rows apart, or, to write NULL for `None`, put \
             `#[diesel(treat_none_as_default_value = false)]` on the model",
            self.column
        )
    }
}

impl std::error::Error for MixedDefaults {}

/// As PostgreSQL's `array_send` has it: dimensions, whether there are NULLs, the elements' type, length and lower bound, then
/// each element with its length, -1 for NULL.
impl<X, ST> ToSql<Array<ST>, Pg> for ColumnArray<X>
where
    X: QueryFragment<Pg>,
    Pg: HasSqlType<ST>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> SerializeResult {
        let mut elements = RawBytesBindCollector::<Pg>::new();
        elements.binds.reserve(self.values.len());
        elements.metadata.reserve(self.values.len());
        for value in &self.values {
            value.collect_binds(&mut elements, out.metadata_lookup(), &Pg)?;
        }
        if elements.binds.len() != self.values.len() {
            return Err("a value of a bulk insert is not one bound value".into());
        }
        let element_oid = <Pg as HasSqlType<ST>>::metadata(out.metadata_lookup()).oid()?;
        let nulls = i32::from(elements.binds.iter().any(Option::is_none));
        for header in [1, nulls] {
            out.write_all(&i32::to_be_bytes(header))?;
        }
        out.write_all(&element_oid.to_be_bytes())?;
        for header in [i32::try_from(self.values.len())?, 1] {
            out.write_all(&header.to_be_bytes())?;
        }
        for element in &elements.binds {
            match element {
                Some(bytes) => {
                    out.write_all(&i32::try_from(bytes.len())?.to_be_bytes())?;
                    out.write_all(bytes)?;
                }
                None => out.write_all(&(-1_i32).to_be_bytes())?,
            }
        }
        Ok(IsNull::No)
    }
}

impl<X> BulkColumns for ColumnArray<X>
where
    X: BulkValue<Column: Column<SqlType: SqlType> + 'static> + QueryFragment<Pg>,
    Pg: HasSqlType<<X::Column as diesel::Expression>::SqlType>,
{
    type Id = X::Column;

    const STATIC: bool = !X::MAY_DEFAULT;

    fn walk_names(&self, mut out: AstPass<'_, '_, Pg>) -> QueryResult<()> {
        if !self.is_left_out()? {
            out.push_sql(", ");
            out.push_identifier(X::Column::NAME)?;
        }
        Ok(())
    }

    fn walk_arrays<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.is_left_out()? {
            return Ok(());
        }
        out.push_bind_param::<Array<<X::Column as diesel::Expression>::SqlType>, Self>(self)
    }

    fn arrays(&self) -> QueryResult<usize> {
        Ok(usize::from(!self.is_left_out()?))
    }
}

impl<T, X> BulkRow<T> for X
where
    X: BulkValue<Column: Column<Table = T>>,
    ColumnArray<X>: BulkColumns,
{
    type Columns = ColumnArray<X>;

    fn columns(rows: usize) -> Self::Columns {
        ColumnArray { values: Vec::with_capacity(rows) }
    }

    fn add_to(self, columns: &mut Self::Columns) {
        columns.values.push(self);
    }
}

macro_rules! tuples {
    ($([$($value:ident $index:tt)+])+) => {$(
        impl<T, $($value),+> BulkRow<T> for ($($value,)+)
        where
            $($value: BulkValue<Column: Column<Table = T>>, ColumnArray<$value>: BulkColumns,)+
        {
            type Columns = ($(ColumnArray<$value>,)+);

            fn columns(rows: usize) -> Self::Columns {
                ($(<$value as BulkRow<T>>::columns(rows),)+)
            }

            fn add_to(self, columns: &mut Self::Columns) {
                $(columns.$index.values.push(self.$index);)+
            }
        }

        impl<$($value),+> BulkColumns for ($(ColumnArray<$value>,)+)
        where
            $(ColumnArray<$value>: BulkColumns,)+
        {
            type Id = ($(<ColumnArray<$value> as BulkColumns>::Id,)+);

            const STATIC: bool = $(<ColumnArray<$value> as BulkColumns>::STATIC)&&+;

            fn walk_names(&self, mut out: AstPass<'_, '_, Pg>) -> QueryResult<()> {
                $(self.$index.walk_names(out.reborrow())?;)+
                Ok(())
            }

            fn walk_arrays<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                let mut printed = 0;
                $(
                    let arrays = self.$index.arrays()?;
                    if printed > 0 && arrays > 0 {
                        out.push_sql(", ");
                    }
                    self.$index.walk_arrays(out.reborrow())?;
                    printed += arrays;
                )+
                let _ = printed;
                Ok(())
            }

            fn arrays(&self) -> QueryResult<usize> {
                Ok([$(self.$index.arrays()?),+].into_iter().sum())
            }
        }
    )+};
    // Every length up to the whole list, so that the list stands here once.
    (up to $($all:tt)+) => { tuples!(@grow [] $($all)+); };
    (@grow [$($done:tt)*]) => {};
    (@grow [$($done:tt)*] $value:ident $index:tt $($rest:tt)*) => {
        tuples!([$($done)* $value $index]);
        tuples!(@grow [$($done)* $value $index] $($rest)*);
    };
}

// As many as Diesel's default tuples have.
tuples!(up to
    V0 0 V1 1 V2 2 V3 3 V4 4 V5 5 V6 6 V7 7 V8 8 V9 9 V10 10
    V11 11 V12 12 V13 13 V14 14 V15 15 V16 16 V17 17 V18 18 V19 19 V20 20 V21 21
    V22 22 V23 23 V24 24 V25 25 V26 26 V27 27 V28 28 V29 29 V30 30 V31 31
);

/// Rows column by column, with the tenant stamped into each: `("tenant_id", …) SELECT $1, bulk.* FROM unnest($2, …)`.
pub struct BulkRows<T, E, Columns> {
    pub(super) tenant: E,
    columns: Columns,
    rows: usize,
    table: PhantomData<T>,
}

impl<T, E, Columns> BulkRows<T, E, Columns> {
    pub(super) fn new<V>(tenant: E, rows: Vec<ValuesClause<V, T>>) -> Self
    where
        V: BulkRow<T, Columns = Columns>,
    {
        let mut columns = V::columns(rows.len());
        let count = rows.len();
        for row in rows {
            row.values.add_to(&mut columns);
        }
        Self { tenant, columns, rows: count, table: PhantomData }
    }
}

/// Not the values: they may be many, and a tenant's.
impl<T, E: fmt::Debug, Columns> fmt::Debug for BulkRows<T, E, Columns> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BulkRows")
            .field("tenant", &self.tenant)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl<T, E, Columns> RowCount for BulkRows<T, E, Columns> {
    fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

impl<T, E, Columns> QueryFragment<Pg> for BulkRows<T, E, Columns>
where
    T: TenantTable,
    E: QueryFragment<Pg>,
    Columns: BulkColumns,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(");
        out.push_identifier(T::TENANT_COLUMN)?;
        self.columns.walk_names(out.reborrow())?;
        out.push_sql(") SELECT ");
        self.tenant.walk_ast(out.reborrow())?;
        if self.columns.arrays()? == 0 {
            // Nothing but defaults: no array says how many rows there are.
            out.push_sql(" FROM generate_series(1, ");
            out.push_sql(&self.rows.to_string());
            out.push_sql(")");
            out.unsafe_to_cache_prepared();
            return Ok(());
        }
        out.push_sql(", bulk.* FROM unnest(");
        self.columns.walk_arrays(out.reborrow())?;
        out.push_sql(") AS bulk");
        Ok(())
    }
}

impl<T: 'static, E: QueryId, Columns: BulkColumns> QueryId for BulkRows<T, E, Columns> {
    type QueryId = BulkRows<T, E::QueryId, Columns::Id>;

    const HAS_STATIC_QUERY_ID: bool = E::HAS_STATIC_QUERY_ID && Columns::STATIC;
}
