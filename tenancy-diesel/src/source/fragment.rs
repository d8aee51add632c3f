//! The FROM clause of a source.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

use super::Condition;
use crate::dialect::{SourceForm, TenantBackend};
use crate::table::{DeclaredTable, push_column_of, push_table};

/// What a source is called in a query, and the table behind it.
pub trait SourceName {
    /// The table.
    type Table: DeclaredTable;

    /// The name.
    const NAME: &'static str;
}

/// Table `T` under its own name.
#[derive(Debug, Clone, Copy)]
pub struct TableName<T>(PhantomData<T>);

impl<T: DeclaredTable> SourceName for TableName<T> {
    type Table = T;

    const NAME: &'static str = T::NAME;
}

/// The rows that fulfil condition `C`, under name `N`.
#[derive(Debug, Clone, Copy)]
pub struct SourceFragment<N, C> {
    condition: C,
    name: PhantomData<N>,
}

impl<N, C> SourceFragment<N, C> {
    pub(crate) fn new(condition: C) -> Self {
        Self { condition, name: PhantomData }
    }
}

impl<N, C, DB> QueryFragment<DB> for SourceFragment<N, C>
where
    DB: TenantBackend,
    N: SourceName,
    C: Condition<N::Table, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if C::PLAIN_TABLE {
            return push_named::<N, DB>(&mut out);
        }
        let form = match C::COLUMNS {
            // Of a join one has every column.
            Some(_) => SourceForm::Derived,
            None => out.backend().database().source(),
        };
        match form {
            SourceForm::Derived => {
                out.push_sql("(SELECT ");
                match C::COLUMNS {
                    Some(columns) => push_columns::<N::Table, DB>(columns, &mut out)?,
                    None => out.push_sql("*"),
                }
                out.push_sql(" FROM ");
                push_table::<N::Table, DB>(&mut out)?;
                self.condition.walk_condition(N::Table::NAME, out.reborrow(), |out| {
                    out.push_sql(" WHERE ");
                    Ok(())
                })?;
                out.push_sql(") AS ");
                out.push_identifier(N::NAME)
            }
            SourceForm::Joined => {
                out.push_sql("(");
                push_named::<N, DB>(&mut out)?;
                self.condition.walk_condition(N::NAME, out.reborrow(), |out| {
                    out.push_sql(" INNER JOIN (SELECT 1 AS one) AS ");
                    out.push_identifier(&format!("{}__tenant", N::NAME))?;
                    out.push_sql(" ON ");
                    Ok(())
                })?;
                out.push_sql(")");
                Ok(())
            }
        }
    }
}

/// Prints the columns, qualified.
fn push_columns<T: DeclaredTable, DB: TenantBackend>(
    columns: &[&str],
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            out.push_sql(", ");
        }
        push_column_of(T::NAME, column, out)?;
    }
    Ok(())
}

/// Prints the table, and `AS` the name where that is another.
fn push_named<N: SourceName, DB: TenantBackend>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
    push_table::<N::Table, DB>(out)?;
    if N::Table::SCHEMA.is_some() || N::NAME != N::Table::NAME {
        out.push_sql(" AS ");
        out.push_identifier(N::NAME)?;
    }
    Ok(())
}
