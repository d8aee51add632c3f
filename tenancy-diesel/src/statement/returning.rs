//! RETURNING, on the backends that have it.

use diesel::query_builder::QueryId;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use diesel::{
    query_builder::{AstPass, QueryFragment},
    result::QueryResult,
};

use crate::dialect::TenantBackend;

/// No RETURNING clause.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct NoReturning;

impl<DB: TenantBackend> diesel::query_builder::QueryFragment<DB> for NoReturning {
    fn walk_ast<'b>(
        &'b self,
        _: diesel::query_builder::AstPass<'_, 'b, DB>,
    ) -> diesel::result::QueryResult<()> {
        Ok(())
    }
}

/// `RETURNING expression`: PostgreSQL and SQLite.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Returning<Expr>(pub(crate) Expr);

#[cfg(any(feature = "postgres", feature = "sqlite"))]
macro_rules! walk {
    ($backend:ty) => {
        impl<Expr: QueryFragment<$backend>> QueryFragment<$backend> for Returning<Expr> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                out.push_sql(" RETURNING ");
                self.0.walk_ast(out.reborrow())
            }
        }
    };
}

#[cfg(feature = "postgres")]
walk!(diesel::pg::Pg);
#[cfg(feature = "sqlite")]
walk!(diesel::sqlite::Sqlite);
