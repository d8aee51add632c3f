//! Runs of rows that leave out the same columns, which one statement inserts where a row of VALUES cannot say `DEFAULT`.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryFragment, ValuesClause};
use diesel::result::{Error, QueryResult};

use super::second_name::sql_of;
use super::stamp::Stamp;
use crate::dialect::TenantBackend;
use crate::table::TenantTable;

/// The names of the columns that a row of table `T` gives.
struct Names<'a, V, T>(&'a V, PhantomData<T>);

impl<V, T, DB> QueryFragment<DB> for Names<'_, V, T>
where
    DB: TenantBackend,
    T: TenantTable<Belonging: Stamp<T, V, DB>>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        T::Belonging::walk_names(self.0, out)
    }
}

/// The lengths of the runs.
pub(super) fn runs<T, V, DB>(rows: &[ValuesClause<V, T>], backend: &DB) -> QueryResult<Vec<usize>>
where
    T: TenantTable<Belonging: Stamp<T, V, DB>>,
    DB: TenantBackend,
{
    let names = rows
        .iter()
        .map(|row| sql_of(&Names(&row.values, PhantomData::<T>), backend))
        .collect::<QueryResult<Vec<_>>>()?;
    Ok(names.chunk_by(|one, next| one == next).map(<[_]>::len).collect())
}

/// An error if the rows are of several runs.
pub(super) fn one_run<T, V, DB>(rows: &[ValuesClause<V, T>], backend: &DB, instead: &str) -> QueryResult<()>
where
    T: TenantTable<Belonging: Stamp<T, V, DB>>,
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
