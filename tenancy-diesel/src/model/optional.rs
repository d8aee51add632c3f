//! Models whose rows may be everybody's.

use diesel::expression::Expression;
use diesel::sql_types::SqlType;
use diesel::sql_types::is_nullable::IsNullable;

use crate::table::HasSharedRows;

/// A table whose tenant column is NULL in the rows that all tenants share: what model `M`, whose tenant is an `Option`, may be of.
///
/// Implemented for each table that is declared so.
#[diagnostic::on_unimplemented(
    message = "the tenant of model `{M}` is an `Option`, and no row of `{Self}` is without a tenant",
    label = "a row without a tenant would belong to nobody",
    note = "take the id's type itself; or, if the tenants share the rows whose tenant column is NULL, declare it: \
            `#[tenant_scoped(tenant_id, shared)]` on the table",
    note = "T0203: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0203"
)]
pub trait OptionalTenant<M>: HasSharedRows {}

#[diagnostic::do_not_recommend]
impl<T, M> OptionalTenant<M> for T where
    T: HasSharedRows<TenantColumn: Expression<SqlType: SqlType<IsNull = IsNullable>>>
{
}
