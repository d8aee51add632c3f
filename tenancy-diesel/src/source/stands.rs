//! Which sources may stand where: the one list of what a FROM clause may be made of.
//!
//! A scoped table or alias says of itself which rule it keeps, beside its type; the macros say it of each declared table.
//! What Diesel builds of them stands where all of its parts do, and that is said here.

use diesel::internal::table_macro::{BoxedSelectStatement, FromClause, Join, JoinOn, SelectStatement};
use diesel::query_source::QuerySource;

use super::{Among, Beside, First, InTransaction};
use crate::table::{GlobalTable, TenantTable};

/// A source that may stand where `Rule` holds: `Among` those of a query, [`Beside`] another source, or [`InTransaction`].
///
/// A table that is declared neither tenant-scoped nor global may stand under no rule: it could be one whose tenant column
/// nobody noticed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` stands in a query with a tenant's table, and is declared neither tenant-scoped nor global",
    label = "whose rows are these?",
    note = "declare the table: `tenancy_diesel::table!`, or `#[tenant_scoped(column)]` or `#[tenant_global]` on it",
    note = "T0017: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0017"
)]
pub trait Stands<Rule>: Sized {
    /// Why it may. A type and not a value, because an associated constant that panics compiles as long as nobody reads it.
    #[doc(hidden)]
    type Proof: sealed::ProofOf<Self, Rule>;
}

mod sealed {
    use std::marker::PhantomData;

    /// Why `Source` may stand under `Rule`. Cannot be named from outside.
    pub trait ProofOf<Source, Rule> {}

    /// This crate says so of `Source` under `Rule`. Whoever finds the type behind `Stands::Proof` has it for that source only.
    #[derive(Debug)]
    pub struct Ours<Source, Rule>(PhantomData<fn() -> (Source, Rule)>);
    impl<Source, Rule> ProofOf<Source, Rule> for Ours<Source, Rule> {}
}
pub(super) use sealed::Ours;

/// The table is global, and stands anywhere.
#[derive(Debug)]
pub enum IsGlobal {}
impl<T: GlobalTable, Rule> sealed::ProofOf<T, Rule> for IsGlobal {}

/// The table is a tenant's, and bare. It stands beside others only so that a query with it is refused for being unscoped, and
/// not for this as well.
#[derive(Debug)]
pub enum IsBare {}
impl<T: TenantTable, Other> sealed::ProofOf<T, Beside<Other>> for IsBare {}
impl<T: TenantTable, R> sealed::ProofOf<T, First<R>> for IsBare {}

impl<Left, Right, Kind, R> Stands<Among<R>> for Join<Left, Right, Kind>
where
    Left: Stands<First<R>> + QuerySource,
    Right: Stands<Beside<R>> + QuerySource,
{
    type Proof = Ours<Self, Among<R>>;
}

impl<Left, Right, Kind, R> Stands<First<R>> for Join<Left, Right, Kind>
where
    Left: Stands<First<R>> + QuerySource,
    Right: Stands<Beside<R>> + QuerySource,
{
    type Proof = Ours<Self, First<R>>;
}

impl<Left, Right, Kind, Other> Stands<Beside<Other>> for Join<Left, Right, Kind>
where
    Left: Stands<Beside<Other>> + QuerySource,
    Right: Stands<Beside<Other>> + QuerySource,
{
    type Proof = Ours<Self, Beside<Other>>;
}

impl<Left, Right, Kind, R> Stands<InTransaction<R>> for Join<Left, Right, Kind>
where
    Left: Stands<InTransaction<R>> + QuerySource,
    Right: Stands<InTransaction<R>> + QuerySource,
{
    type Proof = Ours<Self, InTransaction<R>>;
}

impl<Joined: Stands<Rule>, On, Rule> Stands<Rule> for JoinOn<Joined, On> {
    type Proof = Ours<Self, Rule>;
}

// The letters are Diesel's: the clauses of a select statement, in its order.
impl<F, S, D, W, O, L, G, H, Lc, Rule> Stands<Rule>
    for SelectStatement<FromClause<F>, S, D, W, O, L, G, H, Lc>
where
    F: Stands<Rule> + QuerySource,
{
    type Proof = Ours<Self, Rule>;
}

impl<F, ST, DB, GB, Rule> Stands<Rule> for BoxedSelectStatement<'_, ST, FromClause<F>, DB, GB>
where
    F: Stands<Rule> + QuerySource,
{
    type Proof = Ours<Self, Rule>;
}
