//! What scopes a table to one tenant.

use tenancy_core::{Scoped, ScopedSet};

use super::{TenantIdFor, Within, WithinAny};
use crate::table::TenantTable;

mod sealed {
    pub trait Scope {}
    impl<I, B> Scope for &tenancy_core::Scoped<I, B> {}
    impl<I> Scope for &tenancy_core::ScopedSet<I> {}
}

/// A scope for table `T`: a reference to a [`Scoped`], or to a [`ScopedSet`] for reading over several tenants. Sealed.
#[diagnostic::on_unimplemented(
    message = "tenant table `{T}` is scoped by something that proves no tenant: `{Self}`",
    label = "this is not a `&Scoped<_>`",
    note = "only a membership check mints a scope: pass what `Authority::admit(principal, claim)` returned, or a transaction's `scope()`",
    note = "a `Claimed` is what a request says, an `Option` may be nothing, an id is anybody's: none of them scopes",
    note = "T0007: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0007"
)]
pub trait ScopeFor<T>: sealed::Scope {
    /// The reach that the scope gives a source.
    type Within;

    /// Turns the scope into the reach.
    fn into_within(self) -> Self::Within;
}

impl<T: TenantTable, I: TenantIdFor<T>, B> ScopeFor<T> for &Scoped<I, B> {
    type Within = Within<I::Id, B>;

    fn into_within(self) -> Self::Within {
        Within::new(self.tenant().to_id())
    }
}

#[diagnostic::do_not_recommend]
impl<T, I> ScopeFor<T> for &ScopedSet<I>
where
    T: TenantTable,
    I: TenantIdFor<T>,
{
    type Within = WithinAny<I>;

    fn into_within(self) -> Self::Within {
        WithinAny::new(self.shared_tenants())
    }
}
