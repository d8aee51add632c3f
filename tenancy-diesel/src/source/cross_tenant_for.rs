//! What opens a table across tenants.

use tenancy_core::CrossTenant;

use crate::table::TenantTable;

mod sealed {
    pub trait Span {}
    impl Span for &tenancy_core::CrossTenant {}
}

/// The capability to span table `T`'s tenants: a reference to a [`CrossTenant`], and nothing else. Sealed.
#[diagnostic::on_unimplemented(
    message = "tenant table `{T}` is opened across tenants by something that allows no such thing: `{Self}`",
    label = "this is not a `&CrossTenant`",
    note = "only the authority mints it: pass what `Authority::cross_tenant(principal, reason)` returned",
    note = "T0015: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0015"
)]
pub trait CrossTenantFor<T>: sealed::Span {
    /// The capability.
    fn capability(&self) -> &CrossTenant;
}

impl<T: TenantTable> CrossTenantFor<T> for &CrossTenant {
    fn capability(&self) -> &CrossTenant {
        self
    }
}
