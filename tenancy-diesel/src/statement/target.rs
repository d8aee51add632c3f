//! What can be updated, deleted from, or inserted into.

use std::marker::PhantomData;

use tenancy_core::Access;

use super::predicate::Everything;
use crate::bound_tenant::Everybody;
use crate::source::{
    CrossTenantFor, EveryTenant, Own, OwnRows, Reach, ScopedTable, SharedByAll, TenantIdFor, Unfiltered,
    View, Within,
};
use crate::table::belonging::{NamesNobody, WrittenByTenants};
use crate::table::{HasSharedRows, TenantTable};

pub(super) mod sealed {
    pub trait Inserted {}
    impl<T, I, B, V> Inserted for crate::ScopedTable<T, crate::Within<I, B, V>> {}
    impl<T> Inserted for super::CrossTenantTarget<T> {}
    impl<T> Inserted for super::SharedTarget<T> {}

    pub trait Changed {}
    impl<T, I, B, V> Changed for crate::ScopedTable<T, crate::Within<I, B, V>> {}
    impl<T, V> Changed for super::CrossTenantTarget<T, V> {}
    impl<T> Changed for super::SharedTarget<T> {}
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

    /// Who writes: tenants, as far as the table lets them, or somebody across them.
    type Writer;

    /// Binds the tenant.
    fn into_tenant(self) -> Self::Tenant;
}

/// Whoever has a capability across tenants, which is in the audit.
#[derive(Debug)]
pub enum AcrossTenants {}

/// Who may write table `T`: its tenants, if its rows are theirs alone, and [`AcrossTenants`] any.
#[diagnostic::on_unimplemented(
    message = "the rows of `{T}` may be several tenants': no tenant writes them",
    label = "a scope opens this table for reading only",
    note = "it belongs to tenants through a link, so what one tenant changes would change for the others as well",
    note = "write the link's rows within the tenant, and these ones, audited, by `{T}.write_across_tenants(&cross_tenant)`",
    note = "T0025: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0025"
)]
pub trait MayWrite<T> {}
impl<T, By: WrittenByTenants> MayWrite<T> for By {}
impl<T> MayWrite<T> for AcrossTenants {}

impl<T: TenantTable, I: TenantIdFor<T>, B, V: OwnRows<T>> InsertTarget for ScopedTable<T, Within<I, B, V>> {
    type Table = T;
    type Reach = Within<I, B, V>;
    type Tenant = I::Bind;
    type Writer = T::Belonging;

    fn into_tenant(self) -> Self::Tenant {
        Reach::<T>::condition(&self.into_reach()).into_tenant()
    }
}

/// The new rows name no tenant: a link's rows will say whose they are.
#[diagnostic::do_not_recommend]
impl<T: TenantTable<Belonging: NamesNobody>> InsertTarget for CrossTenantTarget<T> {
    type Table = T;
    type Reach = EveryTenant;
    type Tenant = ();
    type Writer = AcrossTenants;

    fn into_tenant(self) {}
}

#[diagnostic::do_not_recommend]
impl<T: HasSharedRows> InsertTarget for SharedTarget<T> {
    type Table = T;
    type Reach = SharedByAll;
    type Tenant = Everybody<T>;
    type Writer = AcrossTenants;

    fn into_tenant(self) -> Everybody<T> {
        Everybody::new()
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

    /// Who writes: tenants, as far as the table lets them, or somebody across them.
    type Writer;

    /// The conditions that it came with.
    type Predicate;

    /// Takes the target apart: the reach in SQL, and the conditions.
    fn into_parts(self) -> (<Self::Reach as Reach<Self::Table>>::Condition, Self::Predicate);
}

impl<T: TenantTable, I: TenantIdFor<T>, B, V: OwnRows<T>> ChangeTarget for ScopedTable<T, Within<I, B, V>> {
    type Table = T;
    type Reach = Within<I, B, V>;
    type Writer = T::Belonging;
    type Predicate = Everything;

    fn into_parts(self) -> (<Within<I, B, V> as Reach<T>>::Condition, Everything) {
        (self.into_reach().condition(), Everything)
    }
}

/// Table `T` opened for writing across tenants: `agents::table.write_across_tenants(&cross_tenant)`.
///
/// Opening it is reported to the audit sink. An [`update`](crate::update) or [`delete`](crate::delete) of it reaches every
/// tenant's rows that the table's filter lets through; to insert, name the tenant with [`of`](Self::of). The rows of a table that
/// belongs to tenants through a link are inserted as they are.
#[derive(Debug)]
pub struct CrossTenantTarget<T, V = Own> {
    reach: EveryTenant<V>,
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

    /// The rows that all tenants share: a [`SharedTarget`].
    pub fn shared<S>(self) -> S
    where
        T: HasSharedRows<Shared = S>,
        S: From<SharedTarget<T>>,
    {
        SharedTarget(PhantomData).into()
    }

    /// The same without the table's filter: every row.
    pub fn unfiltered(self) -> CrossTenantTarget<T, Unfiltered> {
        CrossTenantTarget { reach: self.reach.unfiltered(), table: PhantomData }
    }
}

#[diagnostic::do_not_recommend]
impl<T: TenantTable, V: View<T>> ChangeTarget for CrossTenantTarget<T, V> {
    type Table = T;
    type Reach = EveryTenant<V>;
    type Writer = AcrossTenants;
    type Predicate = Everything;

    fn into_parts(self) -> (EveryTenant<V>, Everything) {
        (Reach::<T>::condition(&self.reach), Everything)
    }
}

/// The rows of table `T` that all tenants share, opened for writing.
#[derive(Debug)]
pub struct SharedTarget<T>(PhantomData<fn() -> T>);

#[diagnostic::do_not_recommend]
impl<T: HasSharedRows> ChangeTarget for SharedTarget<T> {
    type Table = T;
    type Reach = SharedByAll;
    type Writer = AcrossTenants;
    type Predicate = Everything;

    fn into_parts(self) -> (<SharedByAll as Reach<T>>::Condition, Everything) {
        (Reach::<T>::condition(&SharedByAll(())), Everything)
    }
}
