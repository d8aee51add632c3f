//! How a column is compared with what a statement binds for its tenant.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use std::marker::PhantomData;

use super::BoundTenant;
use super::only::permit_every_tenant;
use crate::dialect::TenantBackend;
use crate::table::{SharedRows, TenantTable};

/// What is bound for the tenant: it is the value of a new row's tenant column, and what an old one's is compared with.
pub trait ComparedTenant<DB: TenantBackend>: QueryFragment<DB> {
    /// Prints the comparison, after a column: ` = $1`.
    #[doc(hidden)]
    fn walk_comparison<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(" = ");
        self.walk_ast(out)
    }
}

impl<T, I, E, DB> ComparedTenant<DB> for BoundTenant<T, I, E>
where
    DB: TenantBackend,
    Self: QueryFragment<DB>,
{
}

/// Nobody: what stands in the tenant column of the rows of table `T` that all tenants share.
#[derive(Debug)]
pub struct Everybody<T>(PhantomData<fn() -> T>);

impl<T> Everybody<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Clone for Everybody<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Everybody<T> {}

impl<T: 'static> QueryId for Everybody<T> {
    type QueryId = Self;
}

impl<T: TenantTable, DB: TenantBackend> QueryFragment<DB> for Everybody<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        permit_every_tenant()?;
        out.push_sql(match T::SHARED {
            Some(SharedRows::Value(value)) => value,
            Some(SharedRows::Null) | None => "NULL",
        });
        Ok(())
    }
}

impl<T: TenantTable, DB: TenantBackend> ComparedTenant<DB> for Everybody<T> {
    fn walk_comparison<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let value = matches!(T::SHARED, Some(SharedRows::Value(_)));
        out.push_sql(if value { " = " } else { " IS " });
        self.walk_ast(out)
    }
}

/// Whoever writes has no tenant: the rows of a table that belongs to tenants through a link, across tenants.
impl<DB: TenantBackend> ComparedTenant<DB> for () {}
