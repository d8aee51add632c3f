//! The rows that a query selects, as those of an insert.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::columns::ColumnNames;
use super::filled::{Filled, Filling};
use super::rows::{RowCount, Stamped};
use super::second_name::refuse_second_names;
use crate::bound_tenant::ComparedTenant;
use crate::dialect::TenantBackend;
use crate::table::TenantTable;

/// Rows that a query selects, each with the tenant stamped into it, or with a parent that has to be the tenant's.
#[derive(Debug, Clone, Copy)]
pub struct FromSelect<T, E, Q, Named> {
    pub(crate) tenant: E,
    pub(crate) query: Q,
    pub(crate) table: PhantomData<(T, Named)>,
}

impl<T, E, Q, Named> RowCount for FromSelect<T, E, Q, Named> {
    fn is_empty(&self) -> bool {
        false
    }
}

impl<T, E: Clone, Q, Named> Stamped for FromSelect<T, E, Q, Named> {
    type Tenant = E;

    fn tenant(&self) -> E {
        self.tenant.clone()
    }
}

impl<T, E, Q, C, Shape, DB> QueryFragment<DB> for FromSelect<T, E, Q, (C, Shape)>
where
    DB: TenantBackend,
    T: TenantTable<Belonging: Filled<T>>,
    E: ComparedTenant<DB>,
    C: ColumnNames<T, Shape>,
    Q: Query<SqlType = C::SqlType> + QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        refuse_second_names::<T, DB>(&Columns::<T, C, Shape>(PhantomData), out.backend())?;
        let rows = |mut out: AstPass<'_, 'b, DB>| {
            out.push_sql("(");
            self.query.walk_ast(out.reborrow())?;
            out.push_sql(")");
            Ok(())
        };
        let filling = Filling { names: &C::names(), source: "selected", rows: &rows };
        T::Belonging::walk_filled(&self.tenant, &filling, out.reborrow())?;
        // SQLite cannot tell an ON CONFLICT that follows from a join's ON without a WHERE between.
        out.push_sql(" WHERE 1 = 1");
        Ok(())
    }
}

impl<T: 'static, E: QueryId, Q: QueryId, Named: 'static> QueryId for FromSelect<T, E, Q, Named> {
    type QueryId = FromSelect<T, E::QueryId, Q::QueryId, Named>;

    const HAS_STATIC_QUERY_ID: bool = E::HAS_STATIC_QUERY_ID && Q::HAS_STATIC_QUERY_ID;
}

/// The names of the columns that are filled.
struct Columns<T, C, Shape>(PhantomData<(T, C, Shape)>);

impl<T, C, Shape, DB> QueryFragment<DB> for Columns<T, C, Shape>
where
    DB: TenantBackend,
    C: ColumnNames<T, Shape>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        C::push_names(&mut out)
    }
}
