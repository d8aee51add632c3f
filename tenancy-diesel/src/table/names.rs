//! How the names of a declared table are printed.

use diesel::backend::Backend;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

use super::{DeclaredTable, TenantTable};

/// Prints a column of tenant table `T`, qualified by the name that a scoped source and a changed table both go by.
pub fn push_column<T: TenantTable, DB: Backend>(
    mut out: AstPass<'_, '_, DB>,
    column: &str,
) -> QueryResult<()> {
    push_prefix::<T, DB>(&mut out)?;
    out.push_identifier(column)
}

/// Prints all columns of tenant table `T`, as [`push_column`] does one.
pub fn push_star<T: TenantTable, DB: Backend>(mut out: AstPass<'_, '_, DB>) -> QueryResult<()> {
    push_prefix::<T, DB>(&mut out)?;
    out.push_sql("*");
    Ok(())
}

fn push_prefix<T: TenantTable, DB: Backend>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
    if !out.should_skip_from() {
        out.push_identifier(T::NAME)?;
        out.push_sql(".");
    }
    Ok(())
}

/// Prints the table's name as the database knows it, qualified when it is declared so.
pub(crate) fn push_qualified_name<T: DeclaredTable, DB: Backend>(
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    if let Some(schema) = T::SCHEMA {
        out.push_identifier(schema)?;
        out.push_sql(".");
    }
    out.push_identifier(T::NAME)
}

/// Prints the tenant column of `T`, which goes by `name` here: `"name"."tenant_id"`.
///
/// It is always qualified: SQLite reads an unknown bare `"tenant_id"` as a string.
pub(crate) fn push_tenant_column<T: TenantTable, DB: Backend>(
    name: &str,
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    out.push_identifier(name)?;
    out.push_sql(".");
    out.push_identifier(T::TENANT_COLUMN)
}
