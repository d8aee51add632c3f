//! Many rows in one statement that does not grow with them: an array for each column, unnested. PostgreSQL.

mod array;
mod array_column;
mod column;
mod columns;
mod mixed_defaults;
mod row;
mod value;

use std::fmt;
use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId, ValuesClause};
use diesel::result::QueryResult;

pub use self::array_column::ArrayColumn;
use self::columns::BulkColumns;
pub use self::mixed_defaults::MixedDefaults;
pub use self::row::BulkRow;
use crate::bound_tenant::ComparedTenant;
use crate::statement::filled::{Filled, Filling};
use crate::statement::rows::{RowCount, Stamped};
use crate::table::TenantTable;

/// Rows column by column, with the tenant stamped into each: `("tenant_id", …) SELECT $1, bulk.* FROM unnest($2, …)`. Of a table that
/// belongs to tenants through a parent, each row's parent is looked for.
pub struct BulkRows<T, E, Columns> {
    tenant: E,
    columns: Columns,
    rows: usize,
    table: PhantomData<T>,
}

impl<T, E, Columns> BulkRows<T, E, Columns> {
    /// Each row is taken apart as it comes.
    pub(super) fn new<V>(tenant: E, values: impl Iterator<Item = ValuesClause<V, T>>) -> Self
    where
        V: BulkRow<T, Columns = Columns>,
    {
        let mut columns = V::columns(values.size_hint().0);
        let mut rows = 0;
        for row in values {
            row.values.add_to(&mut columns);
            rows += 1;
        }
        Self { tenant, columns, rows, table: PhantomData }
    }
}

/// Not the values: they may be many, and a tenant's.
impl<T, E: fmt::Debug, Columns> fmt::Debug for BulkRows<T, E, Columns> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BulkRows")
            .field("tenant", &self.tenant)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl<T, E: Clone, Columns> Stamped for BulkRows<T, E, Columns> {
    type Tenant = E;

    fn tenant(&self) -> E {
        self.tenant.clone()
    }
}

impl<T, E, Columns> RowCount for BulkRows<T, E, Columns> {
    fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

impl<T, E, Columns> QueryFragment<Pg> for BulkRows<T, E, Columns>
where
    T: TenantTable<Belonging: Filled<T>>,
    E: ComparedTenant<Pg>,
    Columns: BulkColumns,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut names = Vec::new();
        self.columns.add_names(&mut names)?;
        if names.is_empty() && T::THROUGH.is_none() {
            return self.walk_defaults(out);
        }
        let rows = |mut out: AstPass<'_, 'b, Pg>| {
            out.push_sql("unnest(");
            self.columns.walk_arrays(true, out.reborrow())?;
            out.push_sql(")");
            Ok(())
        };
        let filling = Filling { names: &names, source: "bulk", rows: &rows };
        T::Belonging::walk_filled(&self.tenant, &filling, out.reborrow())
    }
}

impl<T: TenantTable, E: QueryFragment<Pg>, Columns> BulkRows<T, E, Columns> {
    /// Nothing but the tenant and defaults: no array says how many rows there are.
    fn walk_defaults<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(");
        out.push_identifier(T::TENANT_COLUMN)?;
        out.push_sql(") SELECT ");
        self.tenant.walk_ast(out.reborrow())?;
        out.push_sql(" FROM generate_series(1, ");
        out.push_sql(&self.rows.to_string());
        out.push_sql(")");
        out.unsafe_to_cache_prepared();
        Ok(())
    }
}

impl<T: 'static, E: QueryId, Columns: BulkColumns> QueryId for BulkRows<T, E, Columns> {
    type QueryId = BulkRows<T, E::QueryId, Columns::Id>;

    const HAS_STATIC_QUERY_ID: bool = E::HAS_STATIC_QUERY_ID && Columns::STATIC;
}
