//! What can be updated, deleted from, or inserted into.

use std::marker::PhantomData;

use tenancy_core::Access;

use crate::scope_for::{CrossTenantFor, TenantIdFor};
use crate::source::{EveryTenant, Reach, ScopedTable, Within};
use crate::table::TenantTable;

mod sealed {
    pub trait Sealed {}
    impl<T, I, B> Sealed for crate::ScopedTable<T, crate::Within<I, B>> {}
    impl<T> Sealed for super::CrossTenantTarget<T> {}
}

/// What [`update`](crate::update) and [`delete`](crate::delete) take: a scoped table, or a [`CrossTenantTarget`].
#[diagnostic::on_unimplemented(
    message = "only a scoped table can be updated or deleted from, and this is none",
    label = "this is not `table.scoped(&scope)`",
    note = "write `update(table.scoped(&scope)).filter(…).set(…)`: filters come after the table, not inside the parentheses",
    note = "a table opened with `across_tenants` is for reading; for writing, audited, there is `write_across_tenants`",
    note = "T0014: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0014"
)]
pub trait ChangeTarget: sealed::Sealed {
    /// The table.
    type Table: TenantTable;

    /// How far the statement reaches.
    type Reach: Reach<Self::Table>;

    /// Turns the target into its reach.
    fn into_reach(self) -> Self::Reach;
}

impl<T, I, B> ChangeTarget for ScopedTable<T, Within<I, B>>
where
    T: TenantTable,
    I: TenantIdFor<T>,
{
    type Table = T;
    type Reach = Within<I, B>;

    fn into_reach(self) -> Self::Reach {
        ScopedTable::into_reach(self)
    }
}

/// Table `T` opened for writing across tenants: `agents::table.write_across_tenants(&cross_tenant)`.
///
/// Opening it is reported to the audit sink. [`update`](crate::update) and [`delete`](crate::delete) then reach every
/// tenant's rows; to insert, name the tenant with [`of`](Self::of).
#[derive(Debug)]
pub struct CrossTenantTarget<T> {
    reach: EveryTenant,
    table: PhantomData<T>,
}

impl<T: TenantTable> CrossTenantTarget<T> {
    #[doc(hidden)]
    #[track_caller]
    pub fn new<C: CrossTenantFor<T>>(cross_tenant: C) -> Self {
        Self { reach: EveryTenant::recorded::<T, C>(&cross_tenant, Access::Write), table: PhantomData }
    }

    /// The table within the tenant `id`, which nobody was admitted to: the capability stands in for the admission.
    pub fn of<I: TenantIdFor<T>>(self, id: I) -> ScopedTable<T, Within<I>> {
        ScopedTable::reaching(Within::new(id))
    }
}

impl<T: TenantTable> ChangeTarget for CrossTenantTarget<T> {
    type Table = T;
    type Reach = EveryTenant;

    fn into_reach(self) -> Self::Reach {
        self.reach
    }
}
