//! One column of a bulk insert: its values, row by row.

use std::fmt;

use diesel::Expression;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::query_source::Column;
use diesel::result::QueryResult;
use diesel::sql_types::{Array, HasSqlType, SqlType};

use super::columns::BulkColumns;
use super::mixed_defaults::MixedDefaults;
use super::value::BulkValue;

/// The values of one column, and how many of them are defaults.
pub struct ColumnArray<X> {
    pub(super) values: Vec<X>,
    defaults: usize,
}

/// Not the values: they may be many, and a tenant's.
impl<X> fmt::Debug for ColumnArray<X> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{} values]", self.values.len())
    }
}

impl<X: BulkValue> ColumnArray<X> {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self { values: Vec::with_capacity(rows), defaults: 0 }
    }

    pub(super) fn push(&mut self, value: X) {
        self.defaults += usize::from(value.is_default());
        self.values.push(value);
    }

    /// Whether the rows give the column a value; an error if only some do.
    fn is_given(&self) -> QueryResult<bool> {
        match self.defaults {
            0 => Ok(true),
            all if all == self.values.len() => Ok(false),
            _ => Err(MixedDefaults { column: X::Column::NAME }.into()),
        }
    }
}

impl<X> BulkColumns for ColumnArray<X>
where
    X: BulkValue<Column: Column<SqlType: SqlType> + 'static> + QueryFragment<Pg>,
    Pg: HasSqlType<<X::Column as Expression>::SqlType>,
{
    type Id = X::Column;

    const STATIC: bool = !X::MAY_DEFAULT;

    fn add_names(&self, names: &mut Vec<&'static str>) -> QueryResult<()> {
        if self.is_given()? {
            names.push(X::Column::NAME);
        }
        Ok(())
    }

    fn walk_arrays<'b>(&'b self, first: bool, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<bool> {
        if !self.is_given()? {
            return Ok(first);
        }
        if !first {
            out.push_sql(", ");
        }
        out.push_bind_param::<Array<<X::Column as Expression>::SqlType>, Self>(self)?;
        Ok(false)
    }
}
