//! How the rows that another SELECT fills in get their tenant: beside what it selects, or by a parent that is looked for row by row.

use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

use super::stamp::missing;
use crate::bound_tenant::{ComparedTenant, permit_every_tenant};
use crate::dialect::TenantBackend;
use crate::source::TenantIs;
use crate::table::belonging::{ByColumn, ByLink, ByParent};
use crate::table::{TenantTable, push_column_of};

/// The rows that are filled in.
pub struct Filling<'r, 'b, DB: TenantBackend> {
    /// Their columns, in this order.
    pub(super) names: &'r [&'r str],
    /// What they are called in the statement.
    pub(super) source: &'r str,
    /// Prints where they are selected from, as it stands in a FROM clause without a name.
    pub(super) rows: &'r dyn Fn(AstPass<'_, 'b, DB>) -> QueryResult<()>,
}

/// The way in which rows of table `T` that a SELECT fills in get their tenant.
pub trait Filled<T: TenantTable> {
    /// Prints `(names…) SELECT … FROM rows AS source`.
    #[doc(hidden)]
    fn walk_filled<'b, E, DB>(
        tenant: &'b E,
        filling: &Filling<'_, 'b, DB>,
        out: AstPass<'_, 'b, DB>,
    ) -> QueryResult<()>
    where
        DB: TenantBackend,
        E: ComparedTenant<DB>;
}

/// `("tenant_id", …) SELECT $1, source.* FROM …`
impl<T: TenantTable> Filled<T> for ByColumn {
    fn walk_filled<'b, E, DB>(
        tenant: &'b E,
        filling: &Filling<'_, 'b, DB>,
        mut out: AstPass<'_, 'b, DB>,
    ) -> QueryResult<()>
    where
        DB: TenantBackend,
        E: ComparedTenant<DB>,
    {
        out.push_sql("(");
        out.push_identifier(T::TENANT_COLUMN)?;
        for name in filling.names {
            out.push_sql(", ");
            out.push_identifier(name)?;
        }
        out.push_sql(") SELECT ");
        tenant.walk_ast(out.reborrow())?;
        out.push_sql(", ");
        push_all_from(filling, out)
    }
}

/// `("canvas_id", …) SELECT (SELECT … the canvas, if it is the tenant's …), … FROM …`
impl<T: TenantTable> Filled<T> for ByParent {
    fn walk_filled<'b, E, DB>(
        tenant: &'b E,
        filling: &Filling<'_, 'b, DB>,
        mut out: AstPass<'_, 'b, DB>,
    ) -> QueryResult<()>
    where
        DB: TenantBackend,
        E: ComparedTenant<DB>,
    {
        let &Filling { names, source, rows } = filling;
        if !names.contains(&T::TENANT_COLUMN) {
            return Err(missing::<T>());
        }
        push_names(names, &mut out)?;
        out.push_sql(" SELECT ");
        for (index, name) in names.iter().enumerate() {
            out.push_sql(if index == 0 { "" } else { ", " });
            if *name == T::TENANT_COLUMN {
                let key = |mut out: AstPass<'_, 'b, DB>| push_column_of(source, name, &mut out);
                TenantIs::<E>::walk_parent::<T, DB>(tenant, out.reborrow(), key)?;
            } else {
                push_column_of(source, name, &mut out)?;
            }
        }
        // The rows' columns are named by a SELECT of no rows: SQLite and MariaDB take no list of names after the alias.
        out.push_sql(" FROM (SELECT ");
        for (index, name) in names.iter().enumerate() {
            out.push_sql(if index == 0 { "NULL AS " } else { ", NULL AS " });
            out.push_identifier(name)?;
        }
        out.push_sql(" FROM (SELECT 1) AS ");
        out.push_identifier("named")?;
        out.push_sql(" WHERE 1 = 0 UNION ALL SELECT * FROM ");
        rows(out.reborrow())?;
        out.push_sql(" AS ");
        out.push_identifier("given")?;
        out.push_sql(") AS ");
        out.push_identifier(source)
    }
}

/// `(…) SELECT source.* FROM …`: who writes the rows spans all tenants.
impl<T: TenantTable> Filled<T> for ByLink {
    fn walk_filled<'b, E, DB>(
        _: &'b E,
        filling: &Filling<'_, 'b, DB>,
        mut out: AstPass<'_, 'b, DB>,
    ) -> QueryResult<()>
    where
        DB: TenantBackend,
        E: ComparedTenant<DB>,
    {
        permit_every_tenant()?;
        push_names(filling.names, &mut out)?;
        out.push_sql(" SELECT ");
        push_all_from(filling, out)
    }
}

fn push_names<DB: TenantBackend>(names: &[&str], out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
    out.push_sql("(");
    for (index, name) in names.iter().enumerate() {
        out.push_sql(if index == 0 { "" } else { ", " });
        out.push_identifier(name)?;
    }
    out.push_sql(")");
    Ok(())
}

fn push_all_from<'b, DB: TenantBackend>(
    filling: &Filling<'_, 'b, DB>,
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()> {
    out.push_sql(filling.source);
    out.push_sql(".* FROM ");
    (filling.rows)(out.reborrow())?;
    out.push_sql(" AS ");
    out.push_sql(filling.source);
    Ok(())
}
