//! A column's values as PostgreSQL takes an array.

use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::query_source::Column as _;
use diesel::serialize::{Output, Result as SerializeResult, ToSql};
use diesel::sql_types::{Array, HasSqlType};

use super::array_column::ArrayColumn;
use super::column::ColumnArray;
use super::value::BulkValue;
use crate::pg_array::write_array;

impl<X, ST> ToSql<Array<ST>, Pg> for ColumnArray<X>
where
    X: BulkValue + QueryFragment<Pg>,
    Pg: HasSqlType<ST>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> SerializeResult {
        let element = <Pg as HasSqlType<ST>>::metadata(out.metadata_lookup());
        // No type of arrays has arrays of its own. While a statement is only looked through, no type has an oid.
        if element.oid()? != 0 && element.array_oid()? == 0 {
            return Err(Box::new(ArrayColumn { column: X::Column::NAME }));
        }
        write_array::<X, ST>(&self.values, out)
    }
}
