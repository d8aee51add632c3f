#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! | to … | see |
//! |---|---|
//! | declare whose the rows of a table are | [`table!`], [`schema!`], [`macro@tenant_scoped`], [`macro@tenant_global`], [`joinable!`], [`alias!`] |
//! | say through what a table without a tenant column belongs to tenants, or which rows they share | [`mod@ownership`] |
//! | decide who belongs to a tenant | [`Membership`], [`Authority`], [`Claimed`], [`Scoped`] |
//! | query within a tenant | `table.scoped(&scope)`: [`ScopedTable`] |
//! | write code once, for all tables | [`mod@generic`]; [`mod@dsl`] names the types |
//! | write within a tenant | [`insert_into`], [`update`], [`delete`], [`mod@statement`] |
//! | give a model its builders | [`derive@TenantScoped`] |
//! | tell two tenants apart in one function | [`brand!`] |
//! | open transactions for tenants over a pool, wherever each tenant lives | the crate [`tenancy-pool`](https://docs.rs/tenancy-pool) |
//! | let the database keep tenants apart as well | the crate [`tenancy-rls`](https://docs.rs/tenancy-rls) |
//! | connect to one of several databases | [`multi_backend!`] |
//! | insert thousands of rows | [`statement::IncompleteInsert::bulk`] |
//! | span tenants, audited | [`CrossTenant`], `table.across_tenants(&cross_tenant)`, [`CrossTenantTarget`] |
//! | begin, with an application that is there or a new one | [`guides::existing_application`], [`guides::new_application`] |
//! | find how something is done | [`guides::reading`], [`guides::writing`], [`guides::operating`] |
//! | understand an error | [`mod@errors`] |
//! | know what is promised and what is not | [`mod@guarantees`] |
//! | know which real leaks that stops | [`mod@leaks`] |
//! | know why it is built so | [`mod@design`] |
//!
//! # Features
//!
//! Features only add; none changes what is refused.
//!
//! | feature | what it adds |
//! |---|---|
//! | `postgres`, `mysql`, `sqlite` | scoped SQL for Diesel's backend of that name. Without one of them no scoped query compiles |
//! | `async` | batches on SQLite through diesel-async; everything else runs through diesel-async without it |
//! | `64-column-tables`, `128-column-tables` | rows of more than 32 columns, with Diesel's features of these names |
//! | `names` | `names`: cache keys, storage paths, topics, locks and labels of a scope |
//! | `log-context` | `log_context`: tenant and principal in each event of a log |
//! | `sealed-scopes` | `sealed_scopes`: scopes and jobs that go through a queue, a link, a cookie |
//! | `testing` | [`testing`]: scopes without an authority. It does not compile without debug assertions |
//!
//! `postgres` and `mysql` bring Diesel's types, and no client library: the application chooses its connections, in its own
//! dependencies on `diesel` and `diesel-async`.

// `table` is what a declaration says; `source` what a FROM clause may contain, and how far it reaches; `statement` what
// writes; `model` puts them together for one struct. None of them uses one that comes later in this list. `unscoped` is
// what the bare table refuses, and how; `bound_tenant` the id as it is bound; `dialect` what differs between the databases.
mod bound_tenant;
mod dialect;
pub mod dsl;
pub mod generic;
mod known;
pub mod model;
#[cfg(feature = "postgres")]
mod pg_array;
mod reviewed_sql;
mod source;
pub mod statement;
mod table;
mod tuples;
mod unscoped;

pub mod prelude;

#[doc = include_str!("../docs/design.md")]
pub mod design {}
#[doc = include_str!("../docs/errors.md")]
pub mod errors {
    pub use crate::unscoped::NoBackend;
}
#[doc = include_str!("../docs/guarantees.md")]
pub mod guarantees {}
#[doc = include_str!("../docs/leaks.md")]
pub mod leaks {}
#[doc = include_str!("../docs/ownership.md")]
pub mod ownership {}

pub mod guides {
    //! Step by step, and how something is done. What the pages show is compiled and run by the repository's tests.

    #[doc = include_str!("../docs/guides/existing_application.md")]
    pub mod existing_application {}
    #[doc = include_str!("../docs/guides/joins.md")]
    pub mod joins {}
    #[doc = include_str!("../docs/guides/new_application.md")]
    pub mod new_application {}
    #[doc = include_str!("../docs/guides/operating.md")]
    pub mod operating {}
    #[doc = include_str!("../docs/guides/reading.md")]
    pub mod reading {}
    #[doc = include_str!("../docs/guides/writing.md")]
    pub mod writing {}
}

pub use tenancy_core::*;
/// Lets a model be read and written within a tenant: see the trait [`TenantScoped`](trait@TenantScoped).
pub use tenancy_derive::TenantScoped;
/// Includes a `schema.rs` as the Diesel CLI printed it, unedited.
///
/// It expands each declaration in the file as [`table!`] does. A table with the tenant column is scoped; every other one has
/// to be named as global. A global table that has the tenant column needs a reason, and a name that is not in the file is
/// an error. Macros that the file calls without a path, `table!` after a `use diesel::table`, are taken for `diesel::table!` and its
/// like. Where the file says `joinable!` it gets this crate's [`joinable!`].
///
/// - `include = "src/schema.rs"`: the file, named from the folder of the crate's `Cargo.toml` as in `diesel.toml`;
/// - `tenant_column = tenant_id`: the column that holds the tenant (this is the default), or `tenant_id: TenantId` with the type
///   of its ids, which then alone scopes the tables;
/// - `scoped = [workspaces(org_id: OrgId), tags(through = canvases(canvas_id))]`: tables whose tenant column is another, or of another
///   kind of owner, or that belong to tenants through another table: see [`mod@ownership`];
/// - `global = [plans, memberships = "a reason"]`: the tables that every tenant may see;
/// - `joins = [canvases -> agents (agent_id), accounting::invoices -> agents (agent_id)]`: what the CLI leaves out, which is each foreign
///   key that leads with the tenant, because it is of two columns. Each is a [`joinable!`]; tables that are joined by them may stand
///   in one query, where the file does not say so. [Queries](guides::joins) print the list;
/// - `tables = tenancy_rls`: gives `pub fn tables() -> tenancy_rls::Tables`, with every table of the file, for row-level security. The
///   path is that of the crate `tenancy-rls`, on which the application then depends.
///
/// # Examples
///
/// ```text
/// // src/lib.rs; `diesel print-schema` writes src/diesel_schema.rs
/// pub mod schema {
///     tenancy_diesel::schema! {
///         include = "src/diesel_schema.rs",
///         tenant_column = tenant_id,
///         scoped = [memberships(tenant_id, admission(user_id))],
///         global = [plans, jobs = "the worker takes the next one, whosever it is"],
///         joins = [canvases -> agents (agent_id)],
///     }
/// }
/// ```
pub use tenancy_derive::schema;
/// A drop-in for `diesel::table!` in which every table is a tenant's or declared global.
///
/// Takes one or more declarations, as `diesel::table!` does. A table with the tenant column is scoped; a table without it
/// does not compile unless it is declared global. The column is `tenant_id`, if nothing else is said. To say so for all
/// tables, start with `#![tenant_column(column)]` and `#![tenant_global(table, other = "a reason")]`; for one table, put
/// [`#[tenant_scoped(column)]`](macro@tenant_scoped) or [`#[tenant_global]`](macro@tenant_global) on it.
///
/// # Examples
///
/// ```
/// tenancy_diesel::table! {
///     #![tenant_column(org_id)]
///     #![tenant_global(plans)]
///
///     agents (id) { id -> Integer, org_id -> BigInt, name -> Text, }
///     plans (id) { id -> Integer, name -> Text, }
/// }
/// ```
///
/// A table that is neither:
///
/// ```compile_fail
/// tenancy_diesel::table! {
///     agents (id) { id -> Integer, name -> Text, }
/// }
/// ```
pub use tenancy_derive::table;
/// Declares that every tenant may see a table of `diesel::table!`, so that it can stand beside scoped tables.
///
/// If the table has the tenant column, say why, for whoever reviews it: `#[tenant_global(reason = "…")]`. If this crate is
/// renamed, say where it is: `crate = path`.
///
/// # Examples
///
/// ```
/// diesel::table! {
///     #[tenancy_diesel::tenant_global]
///     plans (id) { id -> Integer, name -> Text, }
/// }
/// ```
pub use tenancy_derive::tenant_global;
/// Declares that the rows of a table of `diesel::table!` belong to tenants, and names the column that holds the tenant.
///
/// A table without such a column says through what its rows belong to tenants, `#[tenant_scoped(through = canvases(canvas_id))]`; this and
/// the other forms are in [`mod@ownership`].
///
/// The bare table then has no SQL any more; use it through `table.scoped(&scope)`. If this crate is renamed, say where it
/// is: `crate = path`.
///
/// Where a schema has several kinds of owner, name the type of the column's ids as well, `#[tenant_scoped(org_id: OrgId)]`, a type
/// of the application's own for each kind: then no other scopes the table, and [`joinable!`] compares the tenants of one kind
/// only. See [`allow_owners_to_appear_in_same_query!`].
///
/// # Examples
///
/// ```
/// diesel::table! {
///     #[tenancy_diesel::tenant_scoped(org_id)]
///     agents (id) { id -> Integer, org_id -> BigInt, name -> Text, }
/// }
/// ```
///
/// ```compile_fail,E0277
/// # diesel::table! {
/// #     #[tenancy_diesel::tenant_scoped(org_id)]
/// #     agents (id) { id -> Integer, org_id -> BigInt, name -> Text, }
/// # }
/// use diesel::prelude::*;
///
/// agents::table.filter(agents::id.eq(1)); // tenant table `agents::table` is read without a tenant
/// ```
pub use tenancy_derive::tenant_scoped;

pub use self::bound_tenant::WrongTenant;
pub use self::dialect::TenantBackend;
pub use self::model::TenantScoped;
pub use self::reviewed_sql::ReviewedSql;
pub use self::source::alias::{Alias, AliasField, AliasSelection, FieldsOf, ScopedAlias, TableAlias};
pub use self::source::{
    AdmissionColumn, BeforeAdmission, EveryTenant, OrShared, OverShared, Own, ScopedTable, SharedByAll,
    Unadmitted, Unfiltered, View, Within, WithinAny,
};
pub use self::statement::{
    CarriesTenant, ColumnNames, CrossTenantTarget, ParentError, RowOfAnotherTenant, SecondName, delete,
    insert_into, move_rows, update,
};
pub use self::table::belonging::{Belonging, ByColumn, ByLink, ByParent};
pub use self::table::owner::Owner;
pub use self::table::{
    DeclaredTable, GlobalTable, HasSharedRows, Owned, RowFilter, SharedRows, TenantSqlType, TenantTable,
    Through, Unowned,
};

/// What the pool asks of a statement. Not part of the public API.
#[doc(hidden)]
pub mod __pool {
    pub use crate::bound_tenant::{LookedThrough, Only, PrintedTable, look_through};
    pub use crate::source::{InTransaction, Stands, TransactionSource};
}

/// What generated code names. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use diesel::expression::array_comparison::AsInExpression;
    pub use diesel::query_source::{Never, Once};

    pub use crate::dialect::TenantBackend;
    pub use crate::dialect::{LastBound, MultiDialect, Returns, Upserts, Variant};
    pub use crate::reviewed_sql::is_one_expression;
    pub use crate::source::alias::{AliasColumns, AliasCount, AliasName};
    pub use crate::source::join::joinable::Relation;
    pub use crate::source::join::{JoinKey, on_clause};
    pub use crate::source::{Beside, CrossTenantFor, First, IsBare, IsGlobal, ScopeFor, Stands, TenantIdFor};
    pub use crate::statement::{ConflictBackend, OneStatementBatch, ReturningBackend, SharedTarget};
    pub use crate::table::belonging::{ByColumn, ByLink, ByParent, IdType, through, through_key};
    pub use crate::table::grouping::Grouped;
    pub use crate::table::grouping::nowhere::table as nowhere;
    pub use crate::table::owner::{ByColumnName, ById, IdOf, MeetsId, OtherOwner};
    pub use crate::table::{GlobalName, push_column, push_star};
    pub use crate::unscoped::{
        JoinWithinTenant, ReadWithinTenant, RowKey, RunWithinTenant, RunsWithoutTenant, TenantColumnAssigned,
        Unscoped, UnscopedSet, refused, uncallable,
    };
    pub use tenancy_core::AdmissionDoor;

    pub use crate::{
        AdmissionColumn, AliasField, BeforeAdmission, CrossTenantTarget, DeclaredTable, EveryTenant,
        GlobalTable, HasSharedRows, Owned, RowFilter, ScopedAlias, ScopedTable, SharedRows, TableAlias,
        TenantTable, Through, Unbranded, Unowned, Within,
    };
}
