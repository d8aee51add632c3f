//! Which statements a tenant transaction runs.

use diesel::associations::HasTable;
use diesel::dsl::exists;
use diesel::expression::AppearsOnTable;
use diesel::internal::table_macro::{BoxedSelectStatement, FromClause, NoFromClause, SelectStatement};
use diesel::query_builder::{DeleteStatement, InsertStatement, SelectClauseExpression, UpdateStatement};
use diesel::query_dsl::positional_order_dsl::PositionalOrderDsl;
use diesel::query_source::QuerySource;
use tenancy_diesel::__pool::{InTransaction, Stands, TransactionSource};
use tenancy_diesel::statement::{MovedRows, ScopedDelete, ScopedInsert, ScopedUpdate};
use tenancy_diesel::{EveryTenant, GlobalTable, ScopedTable, Unowned, Within};

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

    pub trait Sealed {}
    impl<I, B> Sealed for tenancy_diesel::Within<I, B> {}
    impl Sealed for tenancy_diesel::EveryTenant {}
    impl Sealed for tenancy_diesel::Unowned {}
}
use sealed::Proof;

/// A statement that a transaction of reach `R` runs: one built of scoped and global tables, within the same tenant.
///
/// Implemented for Diesel's selects and combinations of them, for the scoped statements of this crate, and for Diesel's own
/// inserts, updates and deletes of tables that are declared global. A `sql_query` is not among them. The arms of a combination are
/// looked at, and so is what a SELECT without FROM selects; subqueries elsewhere in a statement of a global table, and what is
/// boxed, are looked at when it is run. Sealed.
#[diagnostic::on_unimplemented(
    message = "this statement does not run in a tenant transaction",
    label = "raw SQL, another tenant's, or of a table that is not declared",
    note = "build it from `table.scoped(&scope)`, with the scope that opens the transaction, and from tables declared `#[tenant_global]`, which alone run in `pool.global()`",
    note = "raw SQL under the database's own wall: `tx.raw(\"why it has to be raw\", \"SELECT …\").bind::<Type, _>(value)`",
    note = "T0301: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0301"
)]
pub trait RunsIn<R, Kind = kind::Single> {
    /// Whether it is meant to change rows, so that its COMMIT has to be waited for.
    const WRITES: bool;

    /// Whether, in Diesel's eyes, only raw SQL keeps it out of the statement cache: not so for an INSERT, whose defaults do,
    /// nor for Diesel's own UPDATE.
    const RAW_SQL_SHOWS: bool = true;

    #[doc(hidden)]
    const PROOF: Proof;
}

/// A reach whose transactions write. Sealed.
#[diagnostic::on_unimplemented(
    message = "this statement writes, and a transaction over a set of tenants or before admission only reads",
    label = "this statement writes, and the transaction is of `{Self}`",
    note = "write as one of the tenants, in its own transaction: `set.one(&tenant)`; or a global table in `pool.global()`",
    note = "T0301: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0301"
)]
pub trait Writes: sealed::Sealed {}
impl<I, B> Writes for Within<I, B> {}
impl Writes for EveryTenant {}
impl Writes for Unowned {}

impl<F, S, D, W, O, L, G, H, Lc, R> RunsIn<R> for SelectStatement<FromClause<F>, S, D, W, O, L, G, H, Lc>
where
    F: Stands<InTransaction<R>> + QuerySource,
{
    const WRITES: bool = false;
    const PROOF: Proof = Proof;
}

/// `SELECT EXISTS (…)` and the like: Diesel is asked whether what stands in it may stand in the transaction.
#[diagnostic::do_not_recommend]
impl<S, D, W, O, L, G, H, Lc, R> RunsIn<R> for SelectStatement<NoFromClause, S, D, W, O, L, G, H, Lc>
where
    S: SelectClauseExpression<NoFromClause, Selection: AppearsOnTable<TransactionSource<R>>>,
{
    const WRITES: bool = false;
    const PROOF: Proof = Proof;
}

impl<F, ST, DB, GB, R> RunsIn<R> for BoxedSelectStatement<'_, ST, FromClause<F>, DB, GB>
where
    F: Stands<InTransaction<R>> + QuerySource,
{
    const WRITES: bool = false;
    const PROOF: Proof = Proof;
}

/// Boxed, it does not say what stands in it: that is told by its text, when it is run.
impl<ST, DB, GB, R> RunsIn<R> for BoxedSelectStatement<'_, ST, NoFromClause, DB, GB> {
    const WRITES: bool = false;
    const PROOF: Proof = Proof;
}

/// Diesel's combinations of selects cannot be named; ordering by position is what only they do. Their arms cannot be named either,
/// but as a subquery a combination is asked for each of them where it may stand.
#[diagnostic::do_not_recommend]
impl<Q, R> RunsIn<R, kind::Combined> for Q
where
    Q: PositionalOrderDsl<u32>,
    exists<Q>: AppearsOnTable<TransactionSource<R>>,
{
    const WRITES: bool = false;
    const PROOF: Proof = Proof;
}

impl<T, S, R, Values, Conflict, Ret> RunsIn<R> for ScopedInsert<T, S, Values, Conflict, Ret>
where
    ScopedTable<T, S>: Stands<InTransaction<R>>,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
    const RAW_SQL_SHOWS: bool = false;
}

impl<T, S, R, C, P, Changes, Ret> RunsIn<R> for ScopedUpdate<T, S, C, P, Changes, Ret>
where
    ScopedTable<T, S>: Stands<InTransaction<R>>,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
}

impl<T, S, R, C, P, Ret> RunsIn<R> for ScopedDelete<T, S, C, P, Ret>
where
    ScopedTable<T, S>: Stands<InTransaction<R>>,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
}

/// Across tenants only.
impl<T, E, P, R> RunsIn<R> for MovedRows<T, E, P>
where
    ScopedTable<T, EveryTenant>: Stands<InTransaction<R>>,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
}

impl<T, U, Op, Ret, R> RunsIn<R> for InsertStatement<T, U, Op, Ret>
where
    T: GlobalTable + QuerySource,
    R: Writes,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
    const RAW_SQL_SHOWS: bool = false;
}

impl<T, U, V, Ret, R> RunsIn<R> for UpdateStatement<T, U, V, Ret>
where
    T: GlobalTable + QuerySource,
    R: Writes,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
    const RAW_SQL_SHOWS: bool = false;
}

impl<T, U, Ret, R> RunsIn<R> for DeleteStatement<T, U, Ret>
where
    T: GlobalTable + QuerySource + HasTable,
    R: Writes,
{
    const WRITES: bool = true;
    const PROOF: Proof = Proof;
}
