//! How far a source or a statement reaches.

use std::fmt;
use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryId};
use diesel::result::QueryResult;
use tenancy_core::{Access, Unbranded};

use super::condition::push_filter;
use super::view::{Own, Unfiltered, View};
use super::{Condition, CrossTenantFor, TenantIdFor, TenantIs, recalled};
use crate::bound_tenant::{Everybody, permit_every_tenant};
use crate::dialect::TenantBackend;
use crate::table::{GlobalTable, HasSharedRows, TenantTable, Unowned};

/// The reach of one tenant: its id and, when two scopes are told apart, the brand; and which of its rows are in view.
pub struct Within<I, B = Unbranded, V = Own> {
    tenant: I,
    marks: PhantomData<fn() -> (B, V)>,
}

/// The reach of a [`CrossTenant`](tenancy_core::CrossTenant) capability: every tenant's rows that are in view.
pub struct EveryTenant<V = Own>(PhantomData<fn() -> V>);

/// The reach of the rows that all tenants share, to whoever writes across tenants.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct SharedByAll(pub(crate) ());

mod sealed {
    pub trait Sealed {}
    impl<I, B, V> Sealed for super::Within<I, B, V> {}
    impl<V> Sealed for super::EveryTenant<V> {}
    impl Sealed for super::Unowned {}
    impl Sealed for super::SharedByAll {}
    impl<I, V> Sealed for crate::source::WithinAny<I, V> {}
    impl<C, K> Sealed for crate::source::BeforeAdmission<C, K> {}
}

/// How far a source or a statement on table `T` reaches: [`Within`] one tenant, to [`EveryTenant`], or, on a global table,
/// to every row because it is [`Unowned`]. Sealed.
pub trait Reach<T>: Clone + sealed::Sealed {
    /// The reach in SQL, a [`Condition`](super::Condition).
    type Condition;

    /// The condition, with the tenant bound.
    fn condition(&self) -> Self::Condition;
}

impl<T, I: TenantIdFor<T>, B, V: View<T>> Reach<T> for Within<I, B, V> {
    type Condition = TenantIs<I::Bind, V>;

    fn condition(&self) -> Self::Condition {
        TenantIs::new(self.tenant.bind())
    }
}

impl<T: TenantTable, V: View<T>> Reach<T> for EveryTenant<V> {
    type Condition = Self;

    fn condition(&self) -> Self {
        *self
    }
}

impl<T: TenantTable, V: View<T>, DB: TenantBackend> Condition<T, DB> for EveryTenant<V> {
    fn walk_condition<'b>(
        &'b self,
        name: &str,
        mut out: AstPass<'_, 'b, DB>,
        before: impl FnOnce(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
    ) -> QueryResult<bool> {
        permit_every_tenant()?;
        let Some(filter) = T::FILTER.filter(|_| V::FILTERED) else { return Ok(false) };
        before(&mut out)?;
        push_filter(name, filter, &mut out)?;
        Ok(true)
    }
}

impl<T: HasSharedRows> Reach<T> for SharedByAll {
    type Condition = TenantIs<Everybody<T>>;

    fn condition(&self) -> Self::Condition {
        TenantIs::new(Everybody::new())
    }
}

impl<T: GlobalTable> Reach<T> for Unowned {
    type Condition = Self;

    fn condition(&self) -> Self {
        *self
    }
}

impl<T: GlobalTable, DB: TenantBackend> Condition<T, DB> for Unowned {
    const PLAIN_TABLE: bool = true;

    fn walk_condition<'b>(
        &'b self,
        _: &str,
        _: AstPass<'_, 'b, DB>,
        _: impl FnOnce(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
    ) -> QueryResult<bool> {
        Ok(false)
    }
}

impl<I, B, V> Within<I, B, V> {
    pub(crate) fn new(tenant: I) -> Self {
        Self { tenant, marks: PhantomData }
    }

    /// The same tenant's rows, seen otherwise.
    pub(crate) fn viewed<W>(self) -> Within<I, B, W> {
        Within::new(self.tenant)
    }
}

impl EveryTenant {
    /// The reach, once its use on table `T` is in the audit.
    #[track_caller]
    pub(crate) fn recorded<T: TenantTable, C: CrossTenantFor<T>>(cross_tenant: &C, access: Access) -> Self {
        cross_tenant.capability().record_use(T::NAME, access);
        Self(PhantomData)
    }

    pub(crate) fn unfiltered(self) -> EveryTenant<Unfiltered> {
        EveryTenant(PhantomData)
    }
}

/// The SQL does not depend on the id's Rust type nor on the brand, so all scopes share one prepared statement.
impl<I, B, V: 'static> QueryId for Within<I, B, V> {
    type QueryId = Within<(), Unbranded, V>;
}

impl<I: Clone + 'static, B, V> Clone for Within<I, B, V> {
    fn clone(&self) -> Self {
        recalled::tell(&self.tenant);
        Self::new(self.tenant.clone())
    }
}

impl<I: Copy + 'static, B, V> Copy for Within<I, B, V> {}

impl<I: fmt::Debug, B, V> fmt::Debug for Within<I, B, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Within").field(&self.tenant).finish()
    }
}

impl<V: 'static> QueryId for EveryTenant<V> {
    type QueryId = Self;
}

impl<V> Clone for EveryTenant<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for EveryTenant<V> {}

impl<V> fmt::Debug for EveryTenant<V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EveryTenant")
    }
}
