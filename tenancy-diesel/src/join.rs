//! Joins between scoped sources without an explicit ON: what `diesel::joinable!` declared for the bare tables.

use std::marker::PhantomData;

use diesel::internal::table_macro::{BoxedSelectStatement, FromClause, Join, JoinOn, SelectStatement};
use diesel::query_source::{JoinTo, QuerySource};

use crate::alias::ScopedAlias;
use crate::same_tenant::{Declared, JoinedWith};
use crate::source::{EveryTenant, ScopedTable, Unowned, Within};
use crate::table::TenantTable;

/// Stands for tenant table `T` where only the ON clause of a join with it is asked for.
///
/// Asking with the bare table would not do: a join of a scoped source with a bare table must not compile.
#[derive(Debug, Clone, Copy)]
pub struct JoinKey<T>(PhantomData<T>);

impl<T> JoinKey<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

/// `rhs` and the ON clause that joins `Left` with `Right`.
#[doc(hidden)]
pub fn on_clause<Left, Right, Rhs>(rhs: Rhs) -> (Rhs, Left::OnClause)
where
    Left: JoinTo<Right>,
    Right: TenantTable,
{
    (rhs, Left::join_target(Right::default()).1)
}

/// Reaches that may meet in one query: those of the same tenant, and the audited reach across tenants.
#[diagnostic::on_unimplemented(
    message = "two tenants in one query: `{Self}` is joined with `{Other}`",
    label = "this source is scoped to another tenant",
    note = "the two scopes carry different brands: use one of them for both sources",
    note = "to compare tenants on purpose, audited, open both tables with `across_tenants(&cross_tenant)`",
    note = "T0009: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0009"
)]
pub trait SameTenant<Other> {}

impl<I, B> SameTenant<Within<I, B>> for Within<I, B> {}
impl<I, B> SameTenant<EveryTenant> for Within<I, B> {}
impl<I, B> SameTenant<Unowned> for Within<I, B> {}
impl<R> SameTenant<R> for EveryTenant {}
impl<R> SameTenant<R> for Unowned {}

/// Whether source `Self` may stand in one query with a source that reaches as far as `Other`.
///
/// Scoped tables may when they are the same tenant's, and tables that are declared global always; a join may when both
/// sides do. A table that is declared neither may not: it could be one whose tenant column nobody noticed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` stands in a query with a tenant's table, and is declared neither tenant-scoped nor global",
    label = "whose rows are these?",
    note = "declare the table: `tenancy_diesel::table!`, or `#[tenant_scoped(column)]` or `#[tenant_global]` on it",
    note = "T0017: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0017"
)]
pub trait Beside<Other> {}

impl<T, R: SameTenant<Other>, Other> Beside<Other> for ScopedTable<T, R> {}

impl<A, R: SameTenant<Other>, Other> Beside<Other> for ScopedAlias<A, R> {}

impl<Left, Right, Kind, Other> Beside<Other> for Join<Left, Right, Kind>
where
    Left: Beside<Other> + QuerySource,
    Right: Beside<Other> + QuerySource,
{
}

impl<Joined: Beside<Other>, On, Other> Beside<Other> for JoinOn<Joined, On> {}

impl<F, S, D, W, O, L, Of, G, Other> Beside<Other> for SelectStatement<FromClause<F>, S, D, W, O, L, Of, G> where
    F: Beside<Other> + QuerySource
{
}

impl<F, ST, DB, GB, Other> Beside<Other> for BoxedSelectStatement<'_, ST, FromClause<F>, DB, GB> where
    F: Beside<Other> + QuerySource
{
}

impl<Left, Right, R, S> JoinTo<ScopedTable<Right, S>> for ScopedTable<Left, R>
where
    Left: JoinTo<Right, OnClause: Declared<R::Tenant>>,
    Right: TenantTable,
    R: JoinedWith<Right, S>,
{
    type FromClause = ScopedTable<Right, S>;
    type OnClause = <Left::OnClause as Declared<R::Tenant>>::OnClause;

    fn join_target(rhs: ScopedTable<Right, S>) -> (Self::FromClause, Self::OnClause) {
        let (rhs, declared) = on_clause::<Left, Right, _>(rhs);
        let on = declared.on_clause(R::tenant(rhs.reach()));
        (rhs, on)
    }
}

impl<Left, Right, R> JoinTo<JoinKey<Right>> for ScopedTable<Left, R>
where
    Left: JoinTo<Right>,
    Right: TenantTable,
{
    type FromClause = JoinKey<Right>;
    type OnClause = Left::OnClause;

    fn join_target(rhs: JoinKey<Right>) -> (Self::FromClause, Self::OnClause) {
        on_clause::<Left, Right, _>(rhs)
    }
}

// A nested join on the right: the ON clause is the one its first table has with this one, as in Diesel's own
// implementations for tables.

impl<T, R, Left, Right, Kind> JoinTo<Join<Left, Right, Kind>> for ScopedTable<T, R>
where
    Join<Left, Right, Kind>: JoinTo<JoinKey<T>>,
    Left: QuerySource,
    Right: QuerySource,
{
    type FromClause = Join<Left, Right, Kind>;
    type OnClause = <Join<Left, Right, Kind> as JoinTo<JoinKey<T>>>::OnClause;

    fn join_target(rhs: Join<Left, Right, Kind>) -> (Self::FromClause, Self::OnClause) {
        (rhs, Join::join_target(JoinKey::new()).1)
    }
}

impl<T, R, Joined, On> JoinTo<JoinOn<Joined, On>> for ScopedTable<T, R>
where
    JoinOn<Joined, On>: JoinTo<JoinKey<T>>,
{
    type FromClause = JoinOn<Joined, On>;
    type OnClause = <JoinOn<Joined, On> as JoinTo<JoinKey<T>>>::OnClause;

    fn join_target(rhs: JoinOn<Joined, On>) -> (Self::FromClause, Self::OnClause) {
        (rhs, JoinOn::join_target(JoinKey::new()).1)
    }
}

// The letters are Diesel's: the clauses of a select statement, in its order.
impl<T, R, F, S, D, W, O, L, Of, G> JoinTo<SelectStatement<FromClause<F>, S, D, W, O, L, Of, G>>
    for ScopedTable<T, R>
where
    SelectStatement<FromClause<F>, S, D, W, O, L, Of, G>: JoinTo<JoinKey<T>>,
    F: QuerySource,
{
    type FromClause = SelectStatement<FromClause<F>, S, D, W, O, L, Of, G>;
    type OnClause = <SelectStatement<FromClause<F>, S, D, W, O, L, Of, G> as JoinTo<JoinKey<T>>>::OnClause;

    fn join_target(
        rhs: SelectStatement<FromClause<F>, S, D, W, O, L, Of, G>,
    ) -> (Self::FromClause, Self::OnClause) {
        (rhs, SelectStatement::join_target(JoinKey::new()).1)
    }
}

impl<'a, T, R, QS, ST, DB> JoinTo<BoxedSelectStatement<'a, FromClause<QS>, ST, DB>> for ScopedTable<T, R>
where
    BoxedSelectStatement<'a, FromClause<QS>, ST, DB>: JoinTo<JoinKey<T>>,
    QS: QuerySource,
{
    type FromClause = BoxedSelectStatement<'a, FromClause<QS>, ST, DB>;
    type OnClause = <BoxedSelectStatement<'a, FromClause<QS>, ST, DB> as JoinTo<JoinKey<T>>>::OnClause;

    fn join_target(
        rhs: BoxedSelectStatement<'a, FromClause<QS>, ST, DB>,
    ) -> (Self::FromClause, Self::OnClause) {
        (rhs, BoxedSelectStatement::join_target(JoinKey::new()).1)
    }
}
