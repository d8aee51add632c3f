//! RETURNING, on the backends that have it.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::dialect::TenantBackend;

/// No RETURNING clause.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct NoReturning;

impl<DB: TenantBackend> QueryFragment<DB> for NoReturning {
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        Ok(())
    }
}

/// `RETURNING expression`: PostgreSQL and SQLite.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Returning<Expr>(pub(crate) Expr);

/// Backends that have RETURNING.
#[diagnostic::on_unimplemented(
    message = "backend `{Self}` has no RETURNING",
    label = "this statement returns no rows here",
    note = "run the statement with `execute`, and read the rows in the same transaction"
)]
pub trait ReturningBackend: TenantBackend {}

#[cfg(feature = "postgres")]
impl ReturningBackend for diesel::pg::Pg {}
#[cfg(feature = "sqlite")]
impl ReturningBackend for diesel::sqlite::Sqlite {}

impl<Expr: QueryFragment<DB>, DB: ReturningBackend> QueryFragment<DB> for Returning<Expr> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(" RETURNING ");
        self.0.walk_ast(out.reborrow())
    }
}
