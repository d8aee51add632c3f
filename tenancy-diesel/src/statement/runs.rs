//! Runs of rows that leave out the same columns, which one statement inserts where a row of VALUES cannot say `DEFAULT`.

use std::marker::PhantomData;

use diesel::insertable::InsertValues;
use diesel::query_builder::ValuesClause;
use diesel::result::{Error, QueryResult};

use super::second_name::{NamesOf, sql_of};
use crate::dialect::TenantBackend;
use crate::table::TenantTable;

/// The lengths of the runs.
pub(super) fn runs<T, V, DB>(rows: &[ValuesClause<V, T>], backend: &DB) -> QueryResult<Vec<usize>>
where
    T: TenantTable,
    V: InsertValues<DB, T>,
    DB: TenantBackend,
{
    let names = rows
        .iter()
        .map(|row| sql_of(&NamesOf(&row.values, PhantomData::<T>), backend))
        .collect::<QueryResult<Vec<_>>>()?;
    Ok(names.chunk_by(|one, next| one == next).map(<[_]>::len).collect())
}

/// An error if the rows are of several runs.
pub(super) fn one_run<T, V, DB>(rows: &[ValuesClause<V, T>], backend: &DB, instead: &str) -> QueryResult<()>
where
    T: TenantTable,
    V: InsertValues<DB, T>,
    DB: TenantBackend,
{
    let [first, _, ..] = runs(rows, backend)?[..] else { return Ok(()) };
    Err(Error::QueryBuilderError(
        format!(
            "row {first} of a batch for `{}` leaves other columns to their defaults than the rows before it, and SQLite has \
             no `DEFAULT` in VALUES: {instead}",
            T::NAME
        )
        .into(),
    ))
}
