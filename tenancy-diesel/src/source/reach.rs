//! How far a source or a statement reaches.

use std::fmt;
use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryId};
use diesel::result::QueryResult;
use tenancy_core::{Access, Unbranded};

use super::{Condition, CrossTenantFor, TenantIdFor, TenantIs, recalled};
use crate::bound_tenant::permit_every_tenant;
use crate::dialect::TenantBackend;
use crate::table::{GlobalTable, TenantTable, Unowned};

/// The reach of one tenant: its id and, when two scopes are told apart, the brand.
pub struct Within<I, B = Unbranded> {
    tenant: I,
    brand: PhantomData<fn() -> B>,
}

/// The reach of a [`CrossTenant`](tenancy_core::CrossTenant) capability: every row.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct EveryTenant(());

mod sealed {
    pub trait Sealed {}
    impl<I, B> Sealed for super::Within<I, B> {}
    impl Sealed for super::EveryTenant {}
    impl Sealed for super::Unowned {}
}

/// How far a source or a statement on table `T` reaches: [`Within`] one tenant, to [`EveryTenant`], or, on a global table,
/// to every row because it is [`Unowned`]. Sealed.
pub trait Reach<T>: Clone + sealed::Sealed {
    /// The reach in SQL, a [`Condition`](super::Condition).
    type Condition;

    /// The condition, with the tenant bound.
    fn condition(&self) -> Self::Condition;
}

impl<T, I: TenantIdFor<T>, B> Reach<T> for Within<I, B> {
    type Condition = TenantIs<I::Bind>;

    fn condition(&self) -> Self::Condition {
        TenantIs(self.tenant.bind())
    }
}

impl<T: TenantTable> Reach<T> for EveryTenant {
    type Condition = Self;

    fn condition(&self) -> Self {
        *self
    }
}

impl<T: TenantTable, DB: TenantBackend> Condition<T, DB> for EveryTenant {
    fn walk_condition<'b>(
        &'b self,
        _: &str,
        _: AstPass<'_, 'b, DB>,
        _: impl FnOnce(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
    ) -> QueryResult<bool> {
        permit_every_tenant()?;
        Ok(false)
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

impl<I, B> Within<I, B> {
    pub(crate) fn new(tenant: I) -> Self {
        Self { tenant, brand: PhantomData }
    }
}

impl EveryTenant {
    /// The reach, once its use on table `T` is in the audit.
    #[track_caller]
    pub(crate) fn recorded<T: TenantTable, C: CrossTenantFor<T>>(cross_tenant: &C, access: Access) -> Self {
        cross_tenant.capability().record_use(T::NAME, access);
        Self(())
    }
}

/// The SQL does not depend on the id's Rust type nor on the brand, so all scopes share one prepared statement.
impl<I, B> QueryId for Within<I, B> {
    type QueryId = Within<()>;
}

impl<I: Clone + 'static, B> Clone for Within<I, B> {
    fn clone(&self) -> Self {
        recalled::tell(&self.tenant);
        Self::new(self.tenant.clone())
    }
}

impl<I: Copy + 'static, B> Copy for Within<I, B> {}

impl<I: fmt::Debug, B> fmt::Debug for Within<I, B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Within").field(&self.tenant).finish()
    }
}
