//! Rows that move to another tenant.

use std::fmt;
use std::marker::PhantomData;

use diesel::expression::{AppearsOnTable, Expression};
use diesel::expression_methods::EqAll;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::result::QueryResult;
use diesel::sql_types::BoolOrNullableBool;
use tenancy_core::__private::CrossTenantUses;
use tenancy_core::CrossTenant;

use super::predicate::{Conditions, Everything, Filtered, walk_where};
use crate::bound_tenant::permit_every_tenant;
use crate::dialect::TenantBackend;
use crate::known::Known;
use crate::source::{Condition, CrossTenantFor, EveryTenant, ScopedTable, TenantIdFor, TenantIs, Unfiltered};
use crate::table::belonging::ByColumn;
use crate::table::{TenantTable, push_table};

/// Starts to move rows of a table from one tenant to another, for whoever may span tenants.
///
/// The rows that `from` names and the filters find get the tenant that `to` names, whatever the table's filter says of them. In
/// the audit with both tenants, when `to` is called. It is one statement, and moves rows of this table: what depends on them is moved by
/// statements of its own, in the same transaction, or comes along by a foreign key with `ON UPDATE CASCADE`.
///
/// # Foreign keys with the tenant
///
/// A child's key `(tenant_id, canvas_id)` pairs the tenants, so parent and child cannot be moved one after the other unless the key
/// is checked later (`DEFERRABLE`, and `defer_keys` of the pool's `CrossTenantTransaction`) or cascades; otherwise the database refuses the first of
/// the statements, and nothing has moved. MySQL and MariaDB defer nothing.
///
/// # Examples
///
/// ```
/// # use tenancy_diesel::prelude::*;
/// # tenancy_diesel::table! { canvases (id) { id -> Integer, tenant_id -> Integer, title -> Text, } }
/// # fn hand_over(across: &tenancy_diesel::CrossTenant) {
/// use diesel::prelude::*;
///
/// let statement = tenancy_diesel::move_rows(canvases::table, across).from(7).to(8).find(3);
/// # #[cfg(feature = "sqlite")]
/// assert!(diesel::debug_query::<diesel::sqlite::Sqlite, _>(&statement).to_string().starts_with(
///     "UPDATE `canvases` SET `tenant_id` = ? WHERE `canvases`.`tenant_id` = ? AND ((`canvases`.`id` = ?))"
/// ));
/// # }
/// # #[cfg(feature = "testing")]
/// # hand_over(&tenancy_diesel::testing::cross_tenant("a merger"));
/// ```
pub fn move_rows<T, C>(table: T, cross_tenant: C) -> IncompleteMove<T>
where
    T: TenantTable<Belonging: MovesItself<T>>,
    C: CrossTenantFor<T>,
{
    let _ = table;
    IncompleteMove { uses: CrossTenant::uses(cross_tenant.capability()), table: PhantomData }
}

/// Rows that name their tenant, and so can be given another.
#[diagnostic::on_unimplemented(
    message = "the rows of `{T}` name no tenant, and cannot be moved to another by themselves",
    label = "this table belongs to its tenants through another",
    note = "rows that have a parent come along with it: move the parent's",
    note = "rows that a link shares out are moved by the link's rows",
    note = "T0029: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0029"
)]
pub trait MovesItself<T> {}
impl<T> MovesItself<T> for ByColumn {}

/// A move without its tenants.
#[derive(Debug)]
#[must_use = "a move runs when it is executed"]
pub struct IncompleteMove<T> {
    uses: CrossTenantUses,
    table: PhantomData<fn() -> T>,
}

impl<T: TenantTable> IncompleteMove<T> {
    /// Whose the rows are.
    /// It is a [`MoveFrom`].
    pub fn from<I: TenantIdFor<T>>(self, tenant: I) -> <I::Id as Known>::Given<MoveFrom<T, I::Id>> {
        MoveFrom { uses: self.uses, from: tenant.to_id(), table: PhantomData }
    }
}

/// A move that lacks whose the rows will be.
#[derive(Debug)]
#[must_use = "a move runs when it is executed"]
pub struct MoveFrom<T, I> {
    uses: CrossTenantUses,
    from: I,
    table: PhantomData<fn() -> T>,
}

impl<T: TenantTable, I: TenantIdFor<T>> MoveFrom<T, I> {
    /// Whose the rows will be. Recorded in the audit, with both tenants.
    #[track_caller]
    pub fn to(self, tenant: I) -> MovedRows<T, I::Bind>
    where
        I: fmt::Display,
    {
        self.uses.record_move(T::NAME, &self.from, &tenant);
        MovedRows {
            from: TenantIs::new(self.from.bind()),
            to: tenant.bind(),
            predicate: Everything,
            table: PhantomData,
        }
    }
}

/// `UPDATE … SET tenant = … WHERE tenant = … AND (…)`
#[derive(Debug, Clone)]
#[must_use = "a move runs when it is executed"]
pub struct MovedRows<T, E, P = Everything> {
    from: TenantIs<E, Unfiltered>,
    to: E,
    predicate: P,
    table: PhantomData<fn() -> T>,
}

impl<T: TenantTable, E, P> MovedRows<T, E, P> {
    /// Adds a condition. It stands in parentheses of its own beside the tenant's.
    pub fn filter<Predicate>(self, predicate: Predicate) -> MovedRows<T, E, Filtered<P, Predicate>>
    where
        Predicate: AppearsOnTable<ScopedTable<T, EveryTenant>>,
        Predicate::SqlType: BoolOrNullableBool,
    {
        let predicate = Filtered { rest: self.predicate, predicate };
        MovedRows { from: self.from, to: self.to, predicate, table: PhantomData }
    }

    /// Adds the condition that the row's key within the tenant is `key`.
    pub fn find<Key>(self, key: Key) -> MovedRows<T, E, Filtered<P, <T::Key as EqAll<Key>>::Output>>
    where
        T::Key: EqAll<Key>,
        <T::Key as EqAll<Key>>::Output: AppearsOnTable<ScopedTable<T, EveryTenant>>,
        <<T::Key as EqAll<Key>>::Output as Expression>::SqlType: BoolOrNullableBool,
    {
        self.filter(T::key().eq_all(key))
    }
}

impl<T, E, P, DB> QueryFragment<DB> for MovedRows<T, E, P>
where
    DB: TenantBackend,
    T: TenantTable,
    E: QueryFragment<DB>,
    TenantIs<E, Unfiltered>: Condition<T, DB>,
    P: Conditions<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // No tenant's transaction moves anything, not within its tenant either.
        permit_every_tenant()?;
        out.push_sql("UPDATE ");
        push_table::<T, DB>(&mut out)?;
        out.push_sql(" SET ");
        out.push_identifier(T::TENANT_COLUMN)?;
        out.push_sql(" = ");
        self.to.walk_ast(out.reborrow())?;
        walk_where::<T, _, P, DB>(&self.from, &self.predicate, out)
    }
}

impl<T, E, P> QueryId for MovedRows<T, E, P> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, E, P, Conn> RunQueryDsl<Conn> for MovedRows<T, E, P> {}
