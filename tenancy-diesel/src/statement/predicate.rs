//! The WHERE clause of an update or delete: the tenant's condition, then the caller's, each in parentheses.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::dialect::TenantBackend;
use crate::source::Condition;
use crate::table::TenantTable;

/// No predicate of the caller's.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Everything;

/// `Rest`, and `Predicate`.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Filtered<Rest, Predicate> {
    pub(crate) rest: Rest,
    pub(crate) predicate: Predicate,
}

/// Prints the WHERE clause of a statement on table `T`, if there is any condition.
pub(super) fn walk_where<'b, T, C, P, DB>(
    condition: &'b C,
    predicate: &'b P,
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()>
where
    DB: TenantBackend,
    T: TenantTable,
    C: Condition<T, DB>,
    P: Conditions<DB>,
{
    let restricted = condition.walk_condition(T::NAME, out.reborrow(), |out| {
        out.push_sql(" WHERE ");
        Ok(())
    })?;
    predicate.walk_conditions(!restricted, out)?;
    Ok(())
}

/// The caller's conditions.
pub trait Conditions<DB: TenantBackend> {
    /// Prints each in parentheses, after WHERE if it is the first of all and after AND otherwise. Takes whether the next one
    /// is the first, and returns the same.
    #[doc(hidden)]
    fn walk_conditions<'b>(&'b self, first: bool, out: AstPass<'_, 'b, DB>) -> QueryResult<bool>;
}

impl<DB: TenantBackend> Conditions<DB> for Everything {
    fn walk_conditions<'b>(&'b self, first: bool, _: AstPass<'_, 'b, DB>) -> QueryResult<bool> {
        Ok(first)
    }
}

impl<DB, Rest, Predicate> Conditions<DB> for Filtered<Rest, Predicate>
where
    DB: TenantBackend,
    Rest: Conditions<DB>,
    Predicate: QueryFragment<DB>,
{
    fn walk_conditions<'b>(&'b self, first: bool, mut out: AstPass<'_, 'b, DB>) -> QueryResult<bool> {
        let first = self.rest.walk_conditions(first, out.reborrow())?;
        out.push_sql(if first { " WHERE (" } else { " AND (" });
        self.predicate.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(false)
    }
}
