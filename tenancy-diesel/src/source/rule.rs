//! The rules by which a source may stand somewhere, or may not: those of one query, and those of a transaction.

use std::marker::PhantomData;

use super::{BeforeAdmission, EveryTenant, SharedByAll, Unadmitted, Within, WithinAny};
use crate::table::Unowned;
use crate::table::owner::{MeetsId, OtherOwner, SameOwner};

/// The rule of one query: what stands in it together with a source that reaches as far as `Other`.
#[derive(Debug)]
pub struct Beside<Other>(PhantomData<fn() -> Other>);

/// The rule of one query, as one of its own sources asks it: whether the query may have a source in it that reaches as far as `R`.
///
/// Every source asks this of every join that it gets into. Asked of all others each time, two tenants would be refused twice, by either
/// one: so the first one of a join asks it of all on the right of it ([`Beside`]), and is not asked itself.
#[derive(Debug)]
pub struct Among<R>(PhantomData<fn() -> R>);

/// The rule of what is on the left of a join in which a source asks that reaches as far as `R`.
///
/// The first source need not be asked: by its own selection it asks all that is on the right of it. The others are, because Diesel leaves
/// out the selections of what was a join before it came to stand on the right.
#[derive(Debug)]
pub struct First<R>(PhantomData<fn() -> R>);

/// The rule of a transaction that reaches as far as `R`: what it may read.
#[derive(Debug)]
pub struct InTransaction<R>(PhantomData<fn() -> R>);

/// Reaches that may meet in one query: those of the same tenant, and the audited reach across tenants.
///
/// It holds both ways or neither, since only one of two sources asks ([`Among`]).
#[diagnostic::on_unimplemented(
    message = "two tenants in one query: `{Self}` is joined with `{Other}`",
    label = "this source is scoped to another tenant",
    note = "ids of one type: the two scopes carry different brands, so use one of them for both sources",
    note = "ids of two types, for two kinds of owner: let them meet, by `allow_owners_to_appear_in_same_query!(…)` beside the tables",
    note = "to compare tenants on purpose, audited, open both tables with `across_tenants(&cross_tenant)`",
    note = "T0009: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0009"
)]
pub trait SameTenant<Other> {}

#[diagnostic::do_not_recommend]
impl<I, B, V, J, C, W> SameTenant<Within<J, C, W>> for Within<I, B, V>
where
    I: MeetsId<J>,
    J: MeetsId<I, Pair = I::Pair>,
    B: SameBrand<C, I::Pair>,
{
}
#[diagnostic::do_not_recommend]
impl<I, B, V, W> SameTenant<EveryTenant<W>> for Within<I, B, V> {}
#[diagnostic::do_not_recommend]
impl<I, B, V> SameTenant<Unowned> for Within<I, B, V> {}
#[diagnostic::do_not_recommend]
impl<I: MeetsId<J>, V, J: MeetsId<I>, W> SameTenant<WithinAny<J, W>> for WithinAny<I, V> {}
#[diagnostic::do_not_recommend]
impl<I, V, W> SameTenant<EveryTenant<W>> for WithinAny<I, V> {}
#[diagnostic::do_not_recommend]
impl<I, V> SameTenant<Unowned> for WithinAny<I, V> {}
#[diagnostic::do_not_recommend]
impl<C, K, D, L> SameTenant<BeforeAdmission<D, L>> for BeforeAdmission<C, K> {}
#[diagnostic::do_not_recommend]
impl<C, K, V> SameTenant<EveryTenant<V>> for BeforeAdmission<C, K> {}
#[diagnostic::do_not_recommend]
impl<C, K> SameTenant<Unowned> for BeforeAdmission<C, K> {}
impl<R, V> SameTenant<R> for EveryTenant<V> {}
#[diagnostic::do_not_recommend]
impl<R> SameTenant<R> for Unowned {}
#[diagnostic::do_not_recommend]
impl<V> SameTenant<EveryTenant<V>> for SharedByAll {}
#[diagnostic::do_not_recommend]
impl SameTenant<Unowned> for SharedByAll {}
#[diagnostic::do_not_recommend]
impl SameTenant<Self> for SharedByAll {}

/// Brands of two scopes that may meet. Those of two kinds of owner say nothing of each other.
pub trait SameBrand<Other, Pair> {
    /// The other brand.
    type Other;
}

impl<B> SameBrand<B, SameOwner> for B {
    type Other = B;
}

impl<B, C> SameBrand<C, OtherOwner> for B {
    type Other = C;
}

/// A reach that is open to a transaction of reach `R`.
#[diagnostic::on_unimplemented(
    message = "the statement is scoped to another tenant than the transaction",
    label = "the transaction is of `{R}`",
    note = "scope the query with the scope that opened the transaction: two brands are two tenants",
    note = "what `across_tenants` opens runs in `pool.across(&cross_tenant)`; `pool.global()`, of `Unowned`, runs global tables only",
    note = "T0302: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0302"
)]
pub trait OpenTo<R> {}

impl<I, B, V> OpenTo<Within<I, B>> for Within<I, B, V> {}
#[diagnostic::do_not_recommend]
impl<I, B> OpenTo<Within<I, B>> for Unowned {}
#[diagnostic::do_not_recommend]
impl<I, B, V> OpenTo<EveryTenant> for Within<I, B, V> {}
impl<V> OpenTo<EveryTenant> for EveryTenant<V> {}
impl OpenTo<EveryTenant> for Unowned {}
impl OpenTo<EveryTenant> for SharedByAll {}
impl<I, V> OpenTo<EveryTenant> for WithinAny<I, V> {}
impl<C, K> OpenTo<EveryTenant> for BeforeAdmission<C, K> {}
// Before admission nothing is read but what is brought, and what is everybody's.
impl<C, K> OpenTo<Unadmitted> for BeforeAdmission<C, K> {}
impl OpenTo<Unadmitted> for Unowned {}
// A transaction over a set reads what is of its tenants, which is looked at when it runs, and what is nobody's.
impl<I, V> OpenTo<WithinAny<I>> for WithinAny<I, V> {}
impl<I> OpenTo<WithinAny<I>> for Unowned {}
// A transaction of no tenant runs what is nobody's.
impl OpenTo<Unowned> for Unowned {}
// No transaction is of this reach. But a statement is built before the compiler knows its transaction, and with only one
// implementation it would take that one's for granted, and speak of mismatched types where another transaction is given.
impl<V> OpenTo<NoTransaction> for EveryTenant<V> {}

/// The reach of no transaction.
#[derive(Debug)]
pub enum NoTransaction {}
