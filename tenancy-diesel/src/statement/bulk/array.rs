//! A column's values as PostgreSQL takes an array, in its binary format.

use std::io::Write;

use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_source::Column as _;
use diesel::serialize::{IsNull, Output, Result as SerializeResult, ToSql};
use diesel::sql_types::{Array, HasSqlType};

use super::array_column::ArrayColumn;
use super::column::ColumnArray;
use super::value::BulkValue;

/// As PostgreSQL's `array_send` has it: dimensions, whether there are NULLs, the elements' type, length and lower bound, then
/// each element with its length, -1 for NULL.
impl<X, ST> ToSql<Array<ST>, Pg> for ColumnArray<X>
where
    X: BulkValue + QueryFragment<Pg>,
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
        let element = <Pg as HasSqlType<ST>>::metadata(out.metadata_lookup());
        let element_oid = element.oid()?;
        // No type of arrays has arrays of its own. While a statement is only looked through, no type has an oid.
        if element_oid != 0 && element.array_oid()? == 0 {
            return Err(Box::new(ArrayColumn { column: X::Column::NAME }));
        }
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
