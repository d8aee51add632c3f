//! Which statements a tenant transaction runs.

use diesel::associations::HasTable;
use diesel::internal::table_macro::{
    BoxedSelectStatement, FromClause, Join, JoinOn, NoFromClause, SelectStatement,
};
use diesel::query_builder::{DeleteStatement, InsertStatement, UpdateStatement};
use diesel::query_dsl::positional_order_dsl::PositionalOrderDsl;
use diesel::query_source::QuerySource;

use crate::alias::ScopedAlias;
use crate::source::{EveryTenant, ScopedTable, Unowned, Within};
use crate::statement::{ScopedDelete, ScopedInsert, ScopedUpdate};
use crate::table::GlobalTable;

/// The kinds of statement, which only keep their implementations apart.
pub(super) mod kind {
    /// A select, insert, update or delete.
    #[derive(Debug, Clone, Copy)]
    pub enum Single {}

    /// A UNION, INTERSECT or EXCEPT.
    #[derive(Debug, Clone, Copy)]
    pub enum Combined {}
}

mod sealed {
    /// What an implementation has to show, and only this crate can.
    #[derive(Debug, Clone, Copy)]
    pub struct Proof;
}
use sealed::Proof;

/// A statement that a transaction of reach `R` runs: one built of scoped and global tables, within the same tenant.
///
/// Implemented for Diesel's selects and combinations of them, for the scoped statements of this crate, and for Diesel's own
/// inserts, updates and deletes of tables that are declared global. A `sql_query` is not among them. Sealed.
#[diagnostic::on_unimplemented(
    message = "this statement does not run in a tenant transaction",
    label = "raw SQL, another tenant's, or of a table that is not declared",
    note = "build it from `table.scoped(&scope)`, with the scope that opens the transaction, and from tables declared `#[tenant_global]`",
    note = "raw SQL under the database's own wall: `tx.raw(\"why it has to be raw\", \"SELECT …\").bind::<Type, _>(value)`",
    note = "T0301: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0301"
)]
pub trait Statement<R, Kind = kind::Single> {
    /// Whether it is meant to change rows, so that its COMMIT has to be waited for.
    const WRITES: bool;

    /// Whether, in Diesel's eyes, only raw SQL keeps it out of the statement cache: not so for an INSERT, whose defaults do,
    /// nor for Diesel's own UPDATE.
    const RAW_SQL_SHOWS: bool = true;

    #[doc(hidden)]
    const PROOF: Proof;
}

/// A source that a transaction of reach `R` may read. Sealed.
#[diagnostic::on_unimplemented(
    message = "the statement is scoped to another tenant than the transaction",
    label = "the transaction is of `{R}`",
    note = "scope the query with the scope that opened the transaction: two brands are two tenants",
    note = "a source opened by `across_tenants` runs in `tenants.across(&cross_tenant)`, not in one tenant's transaction",
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

impl<F, S, D, W, O, L, G, H, Lc, R> Statement<R> for SelectStatement<FromClause<F>, S, D, W, O, L, G, H, Lc>
where
    F: SourceOf<R> + QuerySource,
{
    const WRITES: bool = false;
    const PROOF: Proof = Proof;
}

/// `SELECT EXISTS (…)` and the like: what stands in it was checked where it was built, and is checked again when it is run.
impl<S, D, W, O, L, G, H, Lc, R> Statement<R> for SelectStatement<NoFromClause, S, D, W, O, L, G, H, Lc> {
    const WRITES: bool = false;
    const PROOF: Proof = Proof;
}

impl<F, ST, DB, GB, R> Statement<R> for BoxedSelectStatement<'_, ST, FromClause<F>, DB, GB>
where
    F: SourceOf<R> + QuerySource,
{
    const WRITES: bool = false;
    const PROOF: Proof = Proof;
}

impl<ST, DB, GB, R> Statement<R> for BoxedSelectStatement<'_, ST, NoFromClause, DB, GB> {
    const WRITES: bool = false;
    const PROOF: Proof = Proof;
}

/// Diesel's combinations of selects cannot be named; ordering by position is what only they do.
#[diagnostic::do_not_recommend]
impl<Q, R> Statement<R, kind::Combined> for Q
where
    Q: PositionalOrderDsl<u32>,
{
    const WRITES: bool = false;
    const PROOF: Proof = Proof;
}

impl<T, S, R, Values, Conflict, Ret> Statement<R> for ScopedInsert<T, S, Values, Conflict, Ret>
where
    ScopedTable<T, S>: SourceOf<R>,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
    const RAW_SQL_SHOWS: bool = false;
}

impl<T, S, R, C, P, Changes, Ret> Statement<R> for ScopedUpdate<T, S, C, P, Changes, Ret>
where
    ScopedTable<T, S>: SourceOf<R>,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
}

impl<T, S, R, C, P, Ret> Statement<R> for ScopedDelete<T, S, C, P, Ret>
where
    ScopedTable<T, S>: SourceOf<R>,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
}

impl<T, U, Op, Ret, R> Statement<R> for InsertStatement<T, U, Op, Ret>
where
    T: GlobalTable + QuerySource,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
    const RAW_SQL_SHOWS: bool = false;
}

impl<T, U, V, Ret, R> Statement<R> for UpdateStatement<T, U, V, Ret>
where
    T: GlobalTable + QuerySource,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
    const RAW_SQL_SHOWS: bool = false;
}

impl<T, U, Ret, R> Statement<R> for DeleteStatement<T, U, Ret>
where
    T: GlobalTable + QuerySource + HasTable,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
}
