//! How the names of a declared table are printed.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

use super::{DeclaredTable, GlobalTable, TenantTable, Through};
use crate::bound_tenant::{PrintedTable, tell, tell_table};

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

/// Prints the table where it is a table, and tells so to whoever looks through the statement.
pub(crate) fn push_table<T: DeclaredTable, DB: Backend>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
    if makes_text(out) {
        tell_table::<T>(false);
    }
    push_qualified_name::<T, DB>(out)
}

/// Prints the table through which another's rows belong to tenants, and tells so as [`push_table`] does.
pub(crate) fn push_through<DB: Backend>(through: &Through, out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
    if makes_text(out) {
        tell(PrintedTable { schema: through.schema, name: through.table, global: false });
    }
    push_qualified(through.schema, through.table, out)
}

/// Whether this walk makes the statement's text. Diesel walks through some parts once more, to see whether there is anything in them:
/// a table that was told of then as well would account for a second mention, which nobody scoped. Only a text keeps the flag.
fn makes_text<DB: Backend>(out: &mut AstPass<'_, '_, DB>) -> bool {
    let skips = out.should_skip_from();
    out.skip_from(true);
    let makes_text = out.should_skip_from();
    out.skip_from(skips);
    makes_text
}

/// Prints the table's name as the database knows it, qualified when it is declared so.
fn push_qualified_name<T: DeclaredTable, DB: Backend>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
    push_qualified(T::SCHEMA, T::NAME, out)
}

fn push_qualified<DB: Backend>(
    schema: Option<&str>,
    name: &str,
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    if let Some(schema) = schema {
        out.push_identifier(schema)?;
        out.push_sql(".");
    }
    out.push_identifier(name)
}

/// Prints `column` of what goes by `name` here: `"name"."column"`.
///
/// It is always qualified: SQLite reads an unknown bare `"tenant_id"` as a string.
pub(crate) fn push_column_of<DB: Backend>(
    name: &str,
    column: &str,
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    out.push_identifier(name)?;
    out.push_sql(".");
    out.push_identifier(column)
}

/// How a global table prints itself, in the place of what Diesel's macro has for it: the same, and it tells that it did.
#[derive(Debug, Clone, Copy)]
pub struct GlobalName<T>(PhantomData<fn() -> T>);

impl<T> GlobalName<T> {
    /// The name.
    #[allow(clippy::new_without_default)] // only generated code calls it
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: GlobalTable, DB: Backend> QueryFragment<DB> for GlobalName<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        tell_table::<T>(true);
        push_qualified_name::<T, DB>(&mut out)
    }
}
