//! Who asks: a scope, with or without what the membership learnt.

use std::fmt;

use tenancy_core::names::TenantNames;
use tenancy_core::{Admitted, InvalidTenantKey, Scoped, TenantKey, ToTenantKey, Unbranded};

mod sealed {
    use tenancy_core::{Admitted, Scoped};

    pub trait Sealed {}
    impl<I, B> Sealed for Scoped<I, B> {}
    impl<I, D, B> Sealed for Admitted<I, D, B> {}
    impl<I, D> Sealed for super::Asked<'_, I, D> {}
}

/// Whoever asks a limit, a flag or a governance check: a [`Scoped`], which has no details (`D` is `()`), or an
/// [`Admitted`] with details `D`, such as the tenant's plan. Sealed: there is no other way to be counted.
///
/// A limit whose rule looks at a plan is one for callers with that plan, and a scope alone does not compile:
///
/// ```compile_fail,E0277
/// use tenancy_core::{Scoped, TenantId};
/// use tenancy_policies::{ConcurrencyLimit, Allowance};
///
/// enum Plan { Free, Pro }
///
/// fn export(scope: &Scoped<TenantId>) {
///     let exports = ConcurrencyLimit::new("exports", |plan: &Plan| Allowance::AtMost(1));
///     exports.try_acquire(scope); // error: it is asked by a scope with details of the type `Plan`
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "this limit is not asked by `{Self}`, but by a scope with details of the type `{D}`",
    label = "no scope, or one of other details",
    note = "pass the `Admitted` that `Authority::admit_with_details` returned, whose details the limit's rule takes",
    note = "a limit that is the same for every plan takes any scope: `fixed`"
)]
pub trait Caller<D>: sealed::Sealed {
    /// The type of the tenant's id.
    type TenantId: ToTenantKey;
    /// The brand of the scope.
    type Brand;

    /// The proof.
    fn scope(&self) -> &Scoped<Self::TenantId, Self::Brand>;

    /// What the membership learnt.
    fn details(&self) -> &D;
}

impl<I: ToTenantKey, B> Caller<()> for Scoped<I, B> {
    type TenantId = I;
    type Brand = B;

    fn scope(&self) -> &Self {
        self
    }

    fn details(&self) -> &() {
        &()
    }
}

impl<I: ToTenantKey, D, B> Caller<D> for Admitted<I, D, B> {
    type TenantId = I;
    type Brand = B;

    fn scope(&self) -> &Scoped<I, B> {
        self.scope()
    }

    fn details(&self) -> &D {
        self.details()
    }
}

/// A caller, as a [`Rule`](crate::Rule) of a [`Governance`](crate::Governance) sees it: a scope and its own details.
///
/// It is made by [`Governance::check`](crate::Governance::check) only, so that a rule never sees one tenant's plan beside
/// another's scope. It is a [`Caller`] itself: a rule passes it on to limits and flags.
pub struct Asked<'a, I, D> {
    scope: &'a Scoped<I>,
    details: &'a D,
}

impl<'a, I: ToTenantKey, D> Asked<'a, I, D> {
    pub(crate) fn of<C: Caller<D, TenantId = I, Brand = Unbranded>>(caller: &'a C) -> Self {
        Self { scope: caller.scope(), details: caller.details() }
    }
}

impl<'a, I, D> Asked<'a, I, D> {
    /// The proof.
    pub const fn scope(&self) -> &'a Scoped<I> {
        self.scope
    }

    /// What the membership learnt about this principal in this tenant.
    #[must_use]
    pub const fn details(&self) -> &'a D {
        self.details
    }
}

impl<I: ToTenantKey, D> Caller<D> for Asked<'_, I, D> {
    type TenantId = I;
    type Brand = Unbranded;

    fn scope(&self) -> &Scoped<I> {
        self.scope
    }

    fn details(&self) -> &D {
        self.details
    }
}

// Without the details, as `Admitted`.
impl<I: fmt::Debug, D> fmt::Debug for Asked<'_, I, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").field("scope", self.scope).finish_non_exhaustive()
    }
}

/// Of a caller, what is counted and reported: owned, so that a future does not borrow the scope.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) tenant: TenantKey,
    pub(crate) principal: String,
    pub(crate) names: TenantNames,
}

impl Who {
    pub(crate) fn of<D>(caller: &impl Caller<D>, namespace: &str) -> Result<Self, InvalidTenantKey> {
        let scope = caller.scope();
        Ok(Self {
            tenant: scope.tenant().to_tenant_key()?,
            principal: scope.admitted().principal().to_owned(),
            names: scope.names(namespace)?,
        })
    }
}
