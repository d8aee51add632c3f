//! A column's values as PostgreSQL takes an array.

use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::serialize::{Output, Result as SerializeResult, ToSql};
use diesel::sql_types::{Array, HasSqlType};

use super::column::ColumnArray;
use crate::pg_array::write_array;

impl<X, ST> ToSql<Array<ST>, Pg> for ColumnArray<X>
where
    X: QueryFragment<Pg>,
    Pg: HasSqlType<ST>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> SerializeResult {
        write_array::<X, ST>(&self.values, out)
    }
}
