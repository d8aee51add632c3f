//! Bound values as PostgreSQL takes an array, in its binary format.

use std::io::Write;

use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::serialize::{IsNull, Output, Result as SerializeResult};
use diesel::sql_types::HasSqlType;

/// Writes `values` as PostgreSQL's `array_send` has it: dimensions, whether there are NULLs, the elements' type, length and lower
/// bound, then each element with its length, -1 for NULL.
pub(crate) fn write_array<X, ST>(values: &[X], out: &mut Output<'_, '_, Pg>) -> SerializeResult
where
    X: QueryFragment<Pg>,
    Pg: HasSqlType<ST>,
{
    let mut elements = RawBytesBindCollector::<Pg>::new();
    elements.binds.reserve(values.len());
    elements.metadata.reserve(values.len());
    for value in values {
        value.collect_binds(&mut elements, out.metadata_lookup(), &Pg)?;
    }
    if elements.binds.len() != values.len() {
        return Err("a value of an array is not one bound value".into());
    }
    let element_oid = <Pg as HasSqlType<ST>>::metadata(out.metadata_lookup()).oid()?;
    let nulls = i32::from(elements.binds.iter().any(Option::is_none));
    for header in [1, nulls] {
        out.write_all(&i32::to_be_bytes(header))?;
    }
    out.write_all(&element_oid.to_be_bytes())?;
    for header in [i32::try_from(values.len())?, 1] {
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
