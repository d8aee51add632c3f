//! A reach in SQL: the condition on the column by which rows belong to tenants.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryId};
use diesel::result::QueryResult;

use super::view::{Own, View};
use crate::bound_tenant::ComparedTenant;
use crate::dialect::TenantBackend;
use crate::table::{RowFilter, SharedRows, TenantTable, Through, push_column_of, push_table, push_through};

/// Which rows of table `T` are within a reach, as SQL.
pub trait Condition<T, DB: TenantBackend> {
    /// Whether a source may be the table itself. Where it may not it is a form that can only be read from: `DELETE FROM` it
    /// is no SQL.
    #[doc(hidden)]
    const PLAIN_TABLE: bool = false;

    /// The columns that a source has, where these are not all. The others are not in the statement, whoever names them.
    #[doc(hidden)]
    const COLUMNS: Option<&'static [&'static str]> = None;

    /// Prints what `before` prints, then the condition on the rows of `T`, which go by `name` here; or neither, where every
    /// row is within the reach. Returns whether there was a condition.
    #[doc(hidden)]
    fn walk_condition<'b>(
        &'b self,
        name: &str,
        out: AstPass<'_, 'b, DB>,
        before: impl FnOnce(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
    ) -> QueryResult<bool>;
}

/// A row is one tenant's, and in view `V`.
#[derive(Debug)]
pub struct TenantIs<E, V = Own> {
    tenant: E,
    view: PhantomData<fn() -> V>,
}

impl<E: Clone, V> Clone for TenantIs<E, V> {
    fn clone(&self) -> Self {
        Self::new(self.tenant.clone())
    }
}

impl<E: Copy, V> Copy for TenantIs<E, V> {}

impl<E, V> TenantIs<E, V> {
    pub(crate) fn new(tenant: E) -> Self {
        Self { tenant, view: PhantomData }
    }

    pub(crate) fn tenant(&self) -> &E {
        &self.tenant
    }

    pub(crate) fn into_tenant(self) -> E {
        self.tenant
    }

    /// Prints that the row of `T` that goes by `name` is the tenant's: `"name"."tenant_id" = $1`.
    pub(crate) fn walk_equality<'b, T, DB>(&'b self, name: &str, out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        T: TenantTable,
        DB: TenantBackend,
        E: ComparedTenant<DB>,
    {
        walk_tenants(&self.tenant, name, T::TENANT_COLUMN, T::THROUGH, None, out)
    }

    /// Prints that the parent with key `key` is the tenant's, as the value of its key; or what is no key of any.
    pub(crate) fn walk_parent<'b, T, DB>(
        tenant: &'b E,
        mut out: AstPass<'_, 'b, DB>,
        key: impl FnOnce(AstPass<'_, 'b, DB>) -> QueryResult<()>,
    ) -> QueryResult<()>
    where
        T: TenantTable,
        DB: TenantBackend,
        E: ComparedTenant<DB>,
    {
        let Some(parent) = T::THROUGH else { return key(out) };
        let name = owner_name(parent, T::NAME);
        out.push_sql(if out.backend().database().no_parent().is_some() {
            "COALESCE((SELECT "
        } else {
            "(SELECT "
        });
        push_column_of(&name, parent.key, &mut out)?;
        out.push_sql(" FROM ");
        push_through(parent, &mut out)?;
        out.push_sql(" AS ");
        out.push_identifier(&name)?;
        out.push_sql(" WHERE ");
        walk_tenants(tenant, &name, parent.column, parent.through, None, out.reborrow())?;
        out.push_sql(" AND ");
        push_column_of(&name, parent.key, &mut out)?;
        out.push_sql(" = ");
        key(out.reborrow())?;
        out.push_sql(")");
        if let Some(failing) = out.backend().database().no_parent() {
            out.push_sql(", ");
            out.push_sql(failing);
            out.push_sql(")");
        }
        Ok(())
    }
}

/// What a table goes by where only whose its rows are is asked of it, by what goes by the name `asking`: tables of two schemas may have
/// one name.
pub(super) fn owner_name(through: &Through, asking: &str) -> String {
    let name = format!("{}__owner", through.table);
    if name == asking { format!("{name}_") } else { name }
}

/// Prints that what goes by `name` belongs to the tenant by `column`, or is shared by all.
fn walk_tenants<'b, E, DB>(
    tenant: &'b E,
    name: &str,
    column: &str,
    through: Option<&'static Through>,
    shared: Option<SharedRows>,
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()>
where
    DB: TenantBackend,
    E: ComparedTenant<DB>,
{
    let Some(through) = through else {
        if shared.is_some() {
            out.push_sql("(");
        }
        push_column_of(name, column, &mut out)?;
        tenant.walk_comparison(out.reborrow())?;
        if let Some(shared) = shared {
            out.push_sql(" OR ");
            push_shared(name, column, shared, &mut out)?;
            out.push_sql(")");
        }
        return Ok(());
    };
    let owner = owner_name(through, name);
    push_column_of(name, column, &mut out)?;
    out.push_sql(" IN (SELECT ");
    push_column_of(&owner, through.key, &mut out)?;
    out.push_sql(" FROM ");
    push_through(through, &mut out)?;
    out.push_sql(" AS ");
    out.push_identifier(&owner)?;
    out.push_sql(" WHERE ");
    let shared = shared.and(through.shared);
    walk_tenants(tenant, &owner, through.column, through.through, shared, out.reborrow())?;
    out.push_sql(")");
    Ok(())
}

/// Prints that the row that goes by `name` is one that all tenants share.
pub(super) fn push_shared<DB: TenantBackend>(
    name: &str,
    column: &str,
    shared: SharedRows,
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    push_column_of(name, column, out)?;
    match shared {
        SharedRows::Null => out.push_sql(" IS NULL"),
        SharedRows::Value(value) => {
            out.push_sql(" = ");
            out.push_sql(value);
        }
    }
    Ok(())
}

/// Prints the filter of a table that goes by `name`.
pub(super) fn push_filter<DB: TenantBackend>(
    name: &str,
    filter: RowFilter,
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    let (column, test) = match filter {
        RowFilter::IsNull(column) => (column, " IS NULL"),
        RowFilter::IsNotNull(column) => (column, " IS NOT NULL"),
        RowFilter::Equals(column, value) => {
            push_column_of(name, column, out)?;
            out.push_sql(" = ");
            out.push_sql(value);
            return Ok(());
        }
    };
    push_column_of(name, column, out)?;
    out.push_sql(test);
    Ok(())
}

/// The same for every scope, as the SQL is. What is bound belongs to it: for the rows that all tenants share nothing is, and the
/// comparison is another one, which must not be taken from the statement cache for a tenant's, nor a tenant's for it.
impl<E: QueryId, V: 'static> QueryId for TenantIs<E, V> {
    type QueryId = TenantIs<E::QueryId, V>;

    const HAS_STATIC_QUERY_ID: bool = E::HAS_STATIC_QUERY_ID;
}

impl<T, E, V, DB> Condition<T, DB> for TenantIs<E, V>
where
    DB: TenantBackend,
    T: TenantTable,
    V: View<T>,
    E: ComparedTenant<DB>,
{
    fn walk_condition<'b>(
        &'b self,
        name: &str,
        mut out: AstPass<'_, 'b, DB>,
        before: impl FnOnce(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
    ) -> QueryResult<bool> {
        before(&mut out)?;
        let overriding = V::overriding();
        match T::SHARED {
            Some(shared) if V::SHARED && !overriding.is_empty() => {
                self.walk_over_shared::<T, DB>(name, shared, &overriding, out.reborrow())?;
            }
            shared => {
                let shared = shared.filter(|_| V::SHARED);
                walk_tenants(&self.tenant, name, T::TENANT_COLUMN, T::THROUGH, shared, out.reborrow())?;
            }
        }
        if let Some(filter) = T::FILTER.filter(|_| V::FILTERED) {
            out.push_sql(" AND ");
            push_filter(name, filter, &mut out)?;
        }
        Ok(true)
    }
}

impl<E, V> TenantIs<E, V> {
    /// `(own OR shared AND NOT EXISTS (SELECT … an own row with the same values of `columns`))`
    fn walk_over_shared<'b, T, DB>(
        &'b self,
        name: &str,
        shared: SharedRows,
        columns: &[&str],
        mut out: AstPass<'_, 'b, DB>,
    ) -> QueryResult<()>
    where
        T: TenantTable,
        DB: TenantBackend,
        E: ComparedTenant<DB>,
    {
        let own = format!("{name}__own");
        out.push_sql("(");
        self.walk_equality::<T, DB>(name, out.reborrow())?;
        out.push_sql(" OR ");
        push_shared(name, T::TENANT_COLUMN, shared, &mut out)?;
        out.push_sql(" AND NOT EXISTS (SELECT 1 FROM ");
        push_table::<T, DB>(&mut out)?;
        out.push_sql(" AS ");
        out.push_identifier(&own)?;
        out.push_sql(" WHERE ");
        self.walk_equality::<T, DB>(&own, out.reborrow())?;
        for column in columns {
            out.push_sql(" AND ");
            push_column_of(&own, column, &mut out)?;
            out.push_sql(" = ");
            push_column_of(name, column, &mut out)?;
        }
        if let Some(filter) = T::FILTER {
            out.push_sql(" AND ");
            push_filter(&own, filter, &mut out)?;
        }
        out.push_sql("))");
        Ok(())
    }
}
