//! Tenant scoping for Diesel, checked by the compiler. (Docs: written below.)

mod alias;
mod dialect;
mod grouping;
mod join;
mod joinable;
pub mod model;
mod scope_for;
mod selection;
mod source;
pub mod statement;
mod table;
mod unscoped;

pub mod prelude;

pub use tenancy_core::*;
pub use tenancy_derive::{TenantScoped, schema, table, tenant_global, tenant_scoped};

pub use self::alias::{Alias, AliasField, ScopedAlias, TenantAlias};
pub use self::dialect::{SourceForm, TenantBackend};
pub use self::model::TenantScoped;
pub use self::source::{EveryTenant, ScopedTable, Within};
pub use self::statement::{ColumnNames, CrossTenantTarget, delete, insert_into, update};
pub use self::table::{GlobalTable, TenantSqlType, TenantTable};

/// What generated code names. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use diesel::expression::array_comparison::AsInExpression;
    pub use diesel::query_source::{Never, Once};

    pub use crate::alias::{AliasColumns, AliasCount, AliasName};
    pub use crate::grouping::nowhere::table as nowhere;
    pub use crate::join::{Beside, JoinKey, on_clause};
    pub use crate::joinable::{DeclaredTable, Nobodys, OnRelation, Tenants};
    pub use crate::scope_for::{CrossTenantFor, ScopeFor, TenantIdFor};
    pub use crate::statement::push_name;
    pub use crate::table::ColumnPrefix;
    pub use crate::unscoped::{
        JoinWithinTenant, ReadWithinTenant, RowKey, RunWithinTenant, RunsWithoutTenant, TenantColumnAssigned, Unscoped,
        UnscopedSet, refused, uncallable,
    };
}
