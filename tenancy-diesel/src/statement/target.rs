//! What can be updated, deleted from, or inserted into.

use std::marker::PhantomData;

use tenancy_core::Access;

use super::predicate::Everything;
use crate::source::{CrossTenantFor, EveryTenant, Reach, ScopedTable, TenantIdFor, TenantIs, Within};
use crate::table::TenantTable;

pub(super) mod sealed {
    pub trait Inserted {}
    impl<T, I, B> Inserted for crate::ScopedTable<T, crate::Within<I, B>> {}

    pub trait Changed {}
    impl<T, I, B> Changed for crate::ScopedTable<T, crate::Within<I, B>> {}
    impl<T> Changed for super::CrossTenantTarget<T> {}
}

/// What [`insert_into`](crate::insert_into) takes: a table within one tenant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be inserted into: it is no table within one tenant",
    label = "this names no tenant for the new row",
    note = "write `insert_into(table.scoped(&scope)).values(…)`: the statement fills the tenant column",
    note = "across tenants, audited: `insert_into(table.write_across_tenants(&cross_tenant).of(tenant_id))`",
    note = "T0004: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0004"
)]
pub trait InsertTarget: sealed::Inserted {
    /// The table.
    type Table: TenantTable;

    /// The reach of the insert: one tenant.
    type Reach;

    /// The bound tenant.
    type Tenant;

    /// Binds the tenant.
    fn into_tenant(self) -> Self::Tenant;
}

impl<T, I, B> InsertTarget for ScopedTable<T, Within<I, B>>
where
    T: TenantTable,
    I: TenantIdFor<T>,
{
    type Table = T;
    type Reach = Within<I, B>;
    type Tenant = I::Bind;

    fn into_tenant(self) -> Self::Tenant {
        let TenantIs(tenant) = Reach::<T>::condition(&self.into_reach());
        tenant
    }
}

/// What [`update`](crate::update) and [`delete`](crate::delete) take: a scoped table, with `filter`, `or_filter` and `find` on it or
/// without, or a [`CrossTenantTarget`].
#[diagnostic::on_unimplemented(
    message = "only a scoped table, filtered or not, can be updated or deleted from, and this is none",
    label = "this is not `table.scoped(&scope)`",
    note = "write `update(table.scoped(&scope).filter(…)).set(…)`; for a row, `update(table.scoped(&scope).find(row.id)).set(&row)`",
    note = "a table opened with `across_tenants` is for reading; for writing, audited, there is `write_across_tenants`",
    note = "T0014: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0014"
)]
pub trait ChangeTarget: sealed::Changed {
    /// The table.
    type Table: TenantTable;

    /// How far the statement reaches.
    type Reach: Reach<Self::Table>;

    /// The conditions that it came with.
    type Predicate;

    /// Takes the target apart: the reach in SQL, and the conditions.
    fn into_parts(self) -> (<Self::Reach as Reach<Self::Table>>::Condition, Self::Predicate);
}

impl<T, I, B> ChangeTarget for ScopedTable<T, Within<I, B>>
where
    T: TenantTable,
    I: TenantIdFor<T>,
{
    type Table = T;
    type Reach = Within<I, B>;
    type Predicate = Everything;

    fn into_parts(self) -> (<Within<I, B> as Reach<T>>::Condition, Everything) {
        (self.into_reach().condition(), Everything)
    }
}

/// Table `T` opened for writing across tenants: `agents::table.write_across_tenants(&cross_tenant)`.
///
/// Opening it is reported to the audit sink. An [`update`](crate::update) or [`delete`](crate::delete) of it reaches every
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

    /// The table within tenant `id`. Nobody was admitted to that tenant; the capability takes the place of the admission.
    pub fn of<I: TenantIdFor<T>>(self, id: I) -> ScopedTable<T, Within<I>> {
        ScopedTable::reaching(Within::new(id))
    }
}

impl<T: TenantTable> ChangeTarget for CrossTenantTarget<T> {
    type Table = T;
    type Reach = EveryTenant;
    type Predicate = Everything;

    fn into_parts(self) -> (EveryTenant, Everything) {
        (Reach::<T>::condition(&self.reach), Everything)
    }
}
