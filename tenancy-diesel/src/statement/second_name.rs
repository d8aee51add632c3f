//! The names by which a database knows a table's integer key once more, whatever its columns are called.

use std::marker::PhantomData;

use diesel::insertable::InsertValues;
use diesel::query_builder::{AstPass, QueryBuilder as _, QueryFragment};
use diesel::result::{Error, QueryResult};

use crate::bound_tenant::untold;
use crate::dialect::TenantBackend;
use crate::table::TenantTable;

/// A statement writes a column whose name the database also gives to a table's integer key, and that may be the tenant
/// column: the row would change hands. Nothing was sent.
///
/// The statement returns it inside of a [`QueryBuilderError`](Error::QueryBuilderError). The names are `rowid`, `oid` and
/// `_rowid_` on SQLite, and `_rowid` on MySQL and MariaDB, in any case. Such a column can be read, and on the other
/// databases it is a column like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "column `{table}.{column}` is not written: this database gives the name `{column}` to a table's integer key as well, \
     which may be the tenant column `{tenant_column}`, and the row would become another tenant's; nothing was sent. Leave the \
     column out, or give it another name in the database"
)]
pub struct SecondName {
    /// The table's name in the database.
    pub table: &'static str,
    /// The column's name in the database.
    pub column: &'static str,
    /// The name of the table's tenant column in the database.
    pub tenant_column: &'static str,
}

impl From<SecondName> for Error {
    fn from(reason: SecondName) -> Self {
        Self::QueryBuilderError(Box::new(reason))
    }
}

/// Refuses to write table `T`'s key by a second name. `written` prints the names of columns, or assignments to them.
pub(super) fn refuse_second_names<T, DB>(written: &impl QueryFragment<DB>, backend: &DB) -> QueryResult<()>
where
    T: TenantTable,
    DB: TenantBackend,
{
    let key_names = backend.database().key_names();
    if key_names.is_empty() {
        return Ok(());
    }
    let is_second = |column: &&&str| {
        **column != T::TENANT_COLUMN && key_names.iter().any(|name| name.eq_ignore_ascii_case(column))
    };
    let mut second = T::COLUMNS.iter().filter(is_second).peekable();
    if second.peek().is_none() {
        return Ok(()); // as nearly every table
    }
    let written = sql_of(written, backend)?;
    for column in second {
        let mut name = backend.query_builder();
        name.push_identifier(column)?;
        // What is read, in a value, is qualified by its table; what is written never is.
        if written.match_indices(&name.finish()).any(|(at, _)| !written[..at].ends_with('.')) {
            return Err(SecondName { table: T::NAME, column, tenant_column: T::TENANT_COLUMN }.into());
        }
    }
    Ok(())
}

/// What `fragment` prints, to be looked at.
pub(super) fn sql_of<DB: TenantBackend>(
    fragment: &impl QueryFragment<DB>,
    backend: &DB,
) -> QueryResult<String> {
    let mut sql = backend.query_builder();
    untold(|| fragment.to_sql(&mut sql, backend))?;
    Ok(sql.finish())
}

/// The names of the columns that a row of table `T` gives.
pub(super) struct NamesOf<'a, V, T>(pub(super) &'a V, pub(super) PhantomData<T>);

impl<V, T, DB> QueryFragment<DB> for NamesOf<'_, V, T>
where
    DB: TenantBackend,
    T: TenantTable,
    V: InsertValues<DB, T>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.column_names(out)
    }
}
