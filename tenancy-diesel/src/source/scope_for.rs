//! What scopes a table to one tenant.

use tenancy_core::{Admitted, Scoped, ScopedSet};

use super::{TenantIdFor, Within, WithinAny};
use crate::table::TenantTable;

mod sealed {
    pub trait Scope {}
    impl<I, B> Scope for &tenancy_core::Scoped<I, B> {}
    impl<I> Scope for &tenancy_core::ScopedSet<I> {}
    impl<I, D, B> Scope for &tenancy_core::Admitted<I, D, B> {}
}

/// A scope for table `T`: a reference to a [`Scoped`], to an [`Admitted`] that lends one, or to a [`ScopedSet`] for reading over
/// several tenants. Sealed.
///
/// # Examples
///
/// An `Admitted` scopes as the `Scoped` in it does, its brand included:
///
/// ```
/// use tenancy_diesel::Admitted;
/// use tenancy_diesel::dsl::ScopedBy;
///
/// tenancy_diesel::table! {
///     agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
/// }
///
/// fn agents_of<Role, B>(admitted: &Admitted<i32, Role, B>) -> [ScopedBy<agents::table, i32, B>; 2] {
///     [agents::table.scoped(admitted), agents::table.scoped(admitted.scope())]
/// }
/// ```
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

// As the scope that it lends. Not recommended, because whoever has none is to look for a `&Scoped`.
#[diagnostic::do_not_recommend]
impl<T: TenantTable, I: TenantIdFor<T>, D, B> ScopeFor<T> for &Admitted<I, D, B> {
    type Within = Within<I::Id, B>;

    fn into_within(self) -> Self::Within {
        self.scope().into_within()
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
