//! Which of the rows within reach a source has: a tenant's own, those that all tenants share beside them, and whether the
//! table's filter holds.

use std::marker::PhantomData;

use crate::statement::ColumnNames;

/// A tenant's own rows, by the table's filter.
#[derive(Debug)]
pub enum Own {}

/// A tenant's own rows, whatever the table's filter says.
#[derive(Debug)]
pub enum Unfiltered {}

/// A tenant's own rows and those that all tenants share, by the table's filter. For reading.
#[derive(Debug)]
pub enum OrShared {}

/// A tenant's own rows, and of those that all tenants share the ones of whose `Columns` no own row has the values. For reading.
#[derive(Debug)]
pub struct OverShared<Columns, Shape>(PhantomData<fn() -> (Columns, Shape)>);

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Own {}
    impl Sealed for super::Unfiltered {}
    impl Sealed for super::OrShared {}
    impl<Columns, Shape> Sealed for super::OverShared<Columns, Shape> {}
}

/// What a source has of the rows within its reach of table `T`. Sealed.
pub trait View<T>: sealed::Sealed + 'static {
    /// Whether the rows that all tenants share are among them.
    const SHARED: bool = false;

    /// Whether the table's filter holds.
    const FILTERED: bool = true;

    /// The columns by which an own row takes the place of a shared one.
    #[doc(hidden)]
    fn overriding() -> Vec<&'static str> {
        Vec::new()
    }
}

impl<T> View<T> for Own {}

impl<T> View<T> for Unfiltered {
    const FILTERED: bool = false;
}

impl<T> View<T> for OrShared {
    const SHARED: bool = true;
}

impl<T, Columns, Shape> View<T> for OverShared<Columns, Shape>
where
    Columns: ColumnNames<T, Shape> + 'static,
    Shape: 'static,
{
    const SHARED: bool = true;

    fn overriding() -> Vec<&'static str> {
        Columns::names()
    }
}

/// A view of a tenant's own rows: what can be written.
#[diagnostic::on_unimplemented(
    message = "rows of `{T}` that all tenants share are written by a tenant",
    label = "this source has the shared rows as well",
    note = "to write the tenant's own rows, leave `or_shared()` or `over_shared(…)` out",
    note = "to write the shared ones, audited: `table.write_across_tenants(&cross_tenant).shared()`",
    note = "T0027: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0027"
)]
pub trait OwnRows<T>: View<T> {}
impl<T> OwnRows<T> for Own {}
impl<T> OwnRows<T> for Unfiltered {}
