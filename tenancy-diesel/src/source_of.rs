//! Which sources a tenant transaction reads.

use diesel::internal::table_macro::{BoxedSelectStatement, FromClause, Join, JoinOn, SelectStatement};
use diesel::query_source::QuerySource;

use crate::alias::ScopedAlias;
use crate::source::{EveryTenant, ScopedTable, Unowned, Within};
use crate::table::GlobalTable;

mod sealed {
    /// What an implementation has to show, and only this crate can.
    #[derive(Debug, Clone, Copy)]
    pub struct Proof;
}
use sealed::Proof;

/// A source that a transaction of reach `R` may read. Sealed.
#[diagnostic::on_unimplemented(
    message = "the statement is scoped to another tenant than the transaction",
    label = "the transaction is of `{R}`",
    note = "scope the query with the scope that opened the transaction: two brands are two tenants",
    note = "a source opened by `across_tenants` runs in `pool.across(&cross_tenant)`, not in one tenant's transaction",
    note = "T0302: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0302"
)]
pub trait SourceOf<R> {
    #[doc(hidden)]
    const PROOF: Proof;
}

impl<T, I, B> SourceOf<Within<I, B>> for ScopedTable<T, Within<I, B>> {
    const PROOF: Proof = Proof;
}
impl<A, I, B> SourceOf<Within<I, B>> for ScopedAlias<A, Within<I, B>> {
    const PROOF: Proof = Proof;
}
impl<A, I, B> SourceOf<Within<I, B>> for ScopedAlias<A, Unowned> {
    const PROOF: Proof = Proof;
}
impl<T, R> SourceOf<EveryTenant> for ScopedTable<T, R> {
    const PROOF: Proof = Proof;
}
// With only one implementation that could fit, the compiler would speak of mismatched types instead.
impl<T> SourceOf<Unowned> for ScopedTable<T, EveryTenant> {
    const PROOF: Proof = Proof;
}
impl<A> SourceOf<Unowned> for ScopedAlias<A, EveryTenant> {
    const PROOF: Proof = Proof;
}
impl<A, R> SourceOf<EveryTenant> for ScopedAlias<A, R> {
    const PROOF: Proof = Proof;
}
#[diagnostic::do_not_recommend]
impl<T: GlobalTable, R> SourceOf<R> for T {
    const PROOF: Proof = Proof;
}

impl<Left, Right, Kind, R> SourceOf<R> for Join<Left, Right, Kind>
where
    Left: SourceOf<R> + QuerySource,
    Right: SourceOf<R> + QuerySource,
{
    const PROOF: Proof = Proof;
}

impl<Joined: SourceOf<R>, On, R> SourceOf<R> for JoinOn<Joined, On> {
    const PROOF: Proof = Proof;
}

// The letters are Diesel's: the clauses of a select statement, in its order.
impl<F, S, D, W, O, L, G, H, Lc, R> SourceOf<R> for SelectStatement<FromClause<F>, S, D, W, O, L, G, H, Lc>
where
    F: SourceOf<R> + QuerySource,
{
    const PROOF: Proof = Proof;
}

impl<F, ST, DB, GB, R> SourceOf<R> for BoxedSelectStatement<'_, ST, FromClause<F>, DB, GB>
where
    F: SourceOf<R> + QuerySource,
{
    const PROOF: Proof = Proof;
}
