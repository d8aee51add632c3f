//! The reach of several tenants, for reading.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use diesel::query_builder::QueryId;

use super::view::{OrShared, Own, Unfiltered, View};
use super::{Reach, ScopedTable, TenantIdFor, TenantIs};
use crate::bound_tenant::BoundTenants;
use crate::table::{HasSharedRows, TenantTable};

/// The reach of the tenants of a [`ScopedSet`](tenancy_core::ScopedSet): their ids, and which of their rows are in view.
///
/// Sources of it can be joined with each other, tenant by tenant, and are for reading.
pub struct WithinAny<I, V = Own> {
    tenants: Arc<[I]>,
    view: PhantomData<fn() -> V>,
}

impl<I, V> WithinAny<I, V> {
    pub(crate) fn new(tenants: Arc<[I]>) -> Self {
        Self { tenants, view: PhantomData }
    }

    /// The same tenants' rows, seen otherwise.
    pub(crate) fn viewed<W>(self) -> WithinAny<I, W> {
        WithinAny::new(self.tenants)
    }
}

impl<T, I, V> Reach<T> for WithinAny<I, V>
where
    T: TenantTable,
    I: TenantIdFor<T>,
    V: View<T>,
{
    type Condition = TenantIs<BoundTenants<T, I::Bind>, V>;

    fn condition(&self) -> Self::Condition {
        TenantIs::new(BoundTenants::new(self.tenants.iter().map(TenantIdFor::bind)))
    }
}

impl<T: TenantTable, I> ScopedTable<T, WithinAny<I>> {
    /// The tenants' rows without the table's filter.
    pub fn unfiltered(self) -> ScopedTable<T, WithinAny<I, Unfiltered>> {
        ScopedTable::reaching(self.into_reach().viewed())
    }

    /// The tenants' rows, and those that all tenants share.
    pub fn or_shared(self) -> ScopedTable<T, WithinAny<I, OrShared>>
    where
        T: HasSharedRows,
    {
        ScopedTable::reaching(self.into_reach().viewed())
    }
}

/// The SQL does not depend on the ids: where it depends on how many there are, it is not kept prepared.
impl<I, V: 'static> QueryId for WithinAny<I, V> {
    type QueryId = WithinAny<(), V>;
}

impl<I, V> Clone for WithinAny<I, V> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.tenants))
    }
}

impl<I: fmt::Debug, V> fmt::Debug for WithinAny<I, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("WithinAny").field(&self.tenants).finish()
    }
}
