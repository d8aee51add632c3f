//! The proof that a principal was admitted to a tenant.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::SystemTime;

use crate::Brand;
use crate::brand::TakesBrand;

/// Proof that an [`Authority`](crate::Authority) admitted somebody to one tenant.
///
/// Statements that touch tenant data ask for one. It cannot be built, defaulted, converted into or
/// deserialized, so holding one means that a [`Membership`](crate::Membership) said yes. It can be cloned and
/// sent to another task: it says what was decided at [`Admission::at`], and does not expire by itself.
///
/// `B` tells the scopes of two tenants in one function apart; see [`brand!`](crate::brand). Code that works
/// for one tenant at a time leaves it out.
///
/// # Examples
///
/// ## Asking for one
///
/// ```
/// use tenancy_core::{Scoped, TenantId};
///
/// fn report_title<B>(scope: &Scoped<TenantId, B>) -> String {
///     format!("Invoices of {}, for {}", scope.tenant(), scope.admitted().principal())
/// }
/// ```
///
/// ## It cannot be written down
///
/// ```compile_fail,E0451
/// use tenancy_core::{Scoped, TenantId};
///
/// fn forge(real: Scoped<TenantId>) -> Scoped<TenantId> {
///     Scoped { tenant: TenantId::new(), ..real }
/// }
/// ```
///
/// ## It has no default
///
/// ```compile_fail,E0277
/// use tenancy_core::{Scoped, TenantId};
///
/// fn needs_default<T: Default>() {}
/// needs_default::<Scoped<TenantId>>();
/// ```
///
/// ## It is not converted from an id
///
/// ```compile_fail,E0277
/// use tenancy_core::{Scoped, TenantId};
///
/// let scope: Scoped<TenantId> = TenantId::new().into();
/// ```
///
/// ## It is not read from a request
///
/// ```compile_fail,E0277
/// use tenancy_core::{Scoped, TenantId};
///
/// let scope: Scoped<TenantId> = serde_json::from_str("\"…\"").unwrap();
/// ```
///
/// ## Its tenant cannot be replaced
///
/// ```compile_fail,E0594
/// use tenancy_core::{Scoped, TenantId};
///
/// fn redirect(scope: &mut Scoped<TenantId>) {
///     *scope.tenant() = TenantId::new();
/// }
/// ```
#[must_use = "a scope does nothing until a statement takes it"]
pub struct Scoped<I, B = Unbranded> {
    tenant: I,
    admission: Admission,
    // `fn() -> B`: a brand is never stored, so it decides neither `Send`, `Sync` nor drop order.
    brand: PhantomData<fn() -> B>,
}

impl<I> Scoped<I> {
    /// How a scope comes to be: called by `Authority::admit`, and by `testing::scope`.
    pub(crate) fn mint(tenant: I, principal: Arc<str>) -> Self {
        Self::admitted_as(tenant, Admission::now(principal))
    }

    /// One of the tenants of a set.
    pub(crate) fn admitted_as(tenant: I, admission: Admission) -> Self {
        Self { tenant, admission, brand: PhantomData }
    }
}

impl<I, B> Scoped<I, B> {
    /// The tenant that was admitted to.
    pub const fn tenant(&self) -> &I {
        &self.tenant
    }

    /// Who was admitted, and when.
    pub const fn admitted(&self) -> &Admission {
        &self.admission
    }

    /// The same proof under the brand `N`, so that it does not mix with scopes of another brand.
    ///
    /// Usually called by [`brand!`](crate::brand), which also declares `N`. A scope that has a brand keeps it.
    pub fn branded<N: Brand>(&self) -> Scoped<I, N>
    where
        I: Clone,
        B: TakesBrand,
    {
        Scoped { tenant: self.tenant.clone(), admission: self.admission.clone(), brand: PhantomData }
    }
}

// By hand: deriving would ask `B: Clone`, which no brand is.
impl<I: Clone, B> Clone for Scoped<I, B> {
    fn clone(&self) -> Self {
        Self { tenant: self.tenant.clone(), admission: self.admission.clone(), brand: PhantomData }
    }
}

impl<I: fmt::Debug, B> fmt::Debug for Scoped<I, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped")
            .field("tenant", &self.tenant)
            .field("principal", &self.admission.principal)
            .finish_non_exhaustive()
    }
}

/// Who was admitted, and when: the audit trail that a [`Scoped`] carries.
///
/// # Examples
///
/// ## Refusing an old admission
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use tenancy_core::{Scoped, TenantId};
///
/// fn is_recent(scope: &Scoped<TenantId>) -> bool {
///     let age = SystemTime::now().duration_since(scope.admitted().at());
///     age.is_ok_and(|age| age < Duration::from_secs(3600))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    principal: Arc<str>,
    at: SystemTime,
}

impl Admission {
    pub(crate) fn now(principal: Arc<str>) -> Self {
        Self { principal, at: SystemTime::now() }
    }

    /// One that was sealed, and is as old as it is.
    #[cfg(feature = "sealed-scopes")]
    pub(crate) const fn sealed(principal: Arc<str>, at: SystemTime) -> Self {
        Self { principal, at }
    }

    /// Who was admitted, as the principal displayed itself.
    #[must_use]
    pub fn principal(&self) -> &str {
        &self.principal
    }

    /// When the membership said yes, by the clock of the process that asked it.
    #[must_use]
    pub const fn at(&self) -> SystemTime {
        self.at
    }
}

/// The brand of a scope that has none, which is what [`Authority::admit`](crate::Authority::admit) returns.
///
/// It is not a [`Brand`]: a brand cannot be taken off. Nor can it be changed, or the scopes of two tenants could be given one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unbranded {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TenantId;

    /// A brand with no auto trait and no derive.
    struct Awkward(#[allow(dead_code, reason = "only its type matters")] *const u8);
    impl Brand for Awkward {}

    fn assert_task_safe<T: Send + Sync + Unpin + 'static>() {}
    fn assert_clone<T: Clone>() {}

    #[test]
    fn a_scope_crosses_tasks_whatever_its_brand() {
        assert_task_safe::<Scoped<TenantId>>();
        assert_task_safe::<Scoped<String, Awkward>>();
        assert_clone::<Scoped<TenantId, Awkward>>();
    }

    #[test]
    fn a_brand_takes_no_space() {
        assert_eq!(size_of::<Scoped<TenantId>>(), size_of::<(TenantId, Admission)>());
    }

    #[test]
    fn debug_names_the_tenant_and_the_principal() {
        let id = TenantId::new();
        let scope = Scoped::mint(id, "alice".into());
        assert_eq!(
            format!("{scope:?}"),
            format!("Scoped {{ tenant: TenantId({id}), principal: \"alice\", .. }}")
        );
    }

    #[test]
    fn cloning_and_branding_keep_the_tenant_and_the_admission() {
        let before = SystemTime::now();
        let scope = Scoped::mint(TenantId::new(), "alice".into());
        assert!(scope.admitted().at() >= before);
        assert_eq!(scope.admitted().principal(), "alice");

        let branded: Scoped<TenantId, Awkward> = scope.branded();
        for other in [branded.clone(), branded] {
            assert_eq!(other.tenant(), scope.tenant());
            assert_eq!(other.admitted(), scope.admitted());
        }
    }
}
