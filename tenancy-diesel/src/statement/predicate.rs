//! The WHERE clause of an update or delete: the tenant's condition, then the caller's, each in parentheses.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::bound_tenant::permit_every_tenant;
use crate::dialect::TenantBackend;
use crate::source::{AnyTenant, TenantIs, push_tenant_column};
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

/// Prints conditions that are joined by AND.
pub trait Conditions<DB: TenantBackend> {
    /// Prints them, and whether there were any. `first` says whether none came before.
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

/// The condition on the tenant column, as the first of a WHERE clause.
pub trait TenantCondition<DB: TenantBackend, T> {
    /// Prints ` WHERE "t"."tenant_id" = …`, or nothing across tenants; returns whether nothing was printed.
    #[doc(hidden)]
    fn walk_where<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<bool>;
}

impl<DB, T, E> TenantCondition<DB, T> for TenantIs<E>
where
    DB: TenantBackend,
    T: TenantTable,
    E: QueryFragment<DB>,
{
    fn walk_where<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<bool> {
        out.push_sql(" WHERE ");
        push_tenant_column::<T, DB>(T::NAME, &mut out)?;
        out.push_sql(" = ");
        self.0.walk_ast(out.reborrow())?;
        Ok(false)
    }
}

impl<DB: TenantBackend, T> TenantCondition<DB, T> for AnyTenant {
    fn walk_where<'b>(&'b self, _: AstPass<'_, 'b, DB>) -> QueryResult<bool> {
        permit_every_tenant()?;
        Ok(true)
    }
}
