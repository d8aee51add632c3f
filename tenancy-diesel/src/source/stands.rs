//! Which sources may stand where: the one list of what a FROM clause may be made of.
//!
//! A scoped table or alias says of itself which rule it keeps, beside its type; the macros say it of each declared table.
//! What Diesel builds of them stands where all of its parts do, and that is said here.

use std::marker::PhantomData;

use diesel::internal::table_macro::{BoxedSelectStatement, FromClause, Join, JoinOn, SelectStatement};
use diesel::query_source::QuerySource;

use super::Beside;
use crate::table::{GlobalTable, TenantTable};

/// A source that may stand where `Rule` holds: [`Beside`] another source, or [`InTransaction`](super::InTransaction).
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
    /// What an implementation has to show.
    #[doc(hidden)]
    const PROOF: Proof<Self, Rule>;
}

/// That `Source` may stand under `Rule`. Outside of this crate only a declaration gives it.
#[derive(Debug)]
pub struct Proof<Source, Rule>(PhantomData<fn() -> (Source, Rule)>);

impl<Source, Rule> Proof<Source, Rule> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: GlobalTable, Rule> Proof<T, Rule> {
    /// A global table stands anywhere.
    #[must_use]
    pub const fn global() -> Self {
        Self::new()
    }
}

impl<T: TenantTable, Other> Proof<T, Beside<Other>> {
    /// A bare tenant table stands beside others only so that a query with it is refused for being unscoped, and not for this
    /// as well.
    #[must_use]
    pub const fn bare() -> Self {
        Self::new()
    }
}

impl<Left, Right, Kind, Rule> Stands<Rule> for Join<Left, Right, Kind>
where
    Left: Stands<Rule> + QuerySource,
    Right: Stands<Rule> + QuerySource,
{
    const PROOF: Proof<Self, Rule> = Proof::new();
}

impl<Joined: Stands<Rule>, On, Rule> Stands<Rule> for JoinOn<Joined, On> {
    const PROOF: Proof<Self, Rule> = Proof::new();
}

// The letters are Diesel's: the clauses of a select statement, in its order.
impl<F, S, D, W, O, L, G, H, Lc, Rule> Stands<Rule>
    for SelectStatement<FromClause<F>, S, D, W, O, L, G, H, Lc>
where
    F: Stands<Rule> + QuerySource,
{
    const PROOF: Proof<Self, Rule> = Proof::new();
}

impl<F, ST, DB, GB, Rule> Stands<Rule> for BoxedSelectStatement<'_, ST, FromClause<F>, DB, GB>
where
    F: Stands<Rule> + QuerySource,
{
    const PROOF: Proof<Self, Rule> = Proof::new();
}
