//! The proof that a principal was admitted to several tenants.

use std::fmt;
use std::sync::Arc;

use crate::{Admission, Scoped};

/// Proof that an [`Authority`](crate::Authority) admitted somebody to several tenants, for reading over all of them: a person's
/// organisations, or an organisation and those beneath it.
///
/// Sources that it scopes have the rows of all these tenants, and cannot be written. To write, take one of the tenants:
/// [`one`](Self::one).
///
/// # Examples
///
/// It cannot be written down:
///
/// ```compile_fail,E0451
/// use tenancy_core::{ScopedSet, TenantId};
///
/// fn forge(real: ScopedSet<TenantId>) -> ScopedSet<TenantId> {
///     ScopedSet { tenants: [TenantId::new()].into(), ..real }
/// }
/// ```
#[must_use = "a scope does nothing until a statement takes it"]
pub struct ScopedSet<I> {
    tenants: Arc<[I]>,
    admission: Admission,
}

impl<I> ScopedSet<I> {
    /// The only way a set comes to be: called by `Authority::admit_all` and `admit_with_descendants`, and by `testing`.
    pub(crate) fn mint(tenants: Vec<I>, principal: Arc<str>) -> Self {
        Self { tenants: tenants.into(), admission: Admission::now(principal) }
    }

    /// The tenants that were admitted to, in the order in which the membership named them.
    #[must_use]
    pub fn tenants(&self) -> &[I] {
        &self.tenants
    }

    /// Who was admitted, and when.
    #[must_use]
    pub const fn admitted(&self) -> &Admission {
        &self.admission
    }

    /// The scope of one of them; `None` if it is not in the set.
    #[must_use]
    pub fn one(&self, tenant: &I) -> Option<Scoped<I>>
    where
        I: PartialEq + Clone,
    {
        let tenant = self.tenants.iter().find(|other| *other == tenant)?.clone();
        Some(Scoped::admitted_as(tenant, self.admission.clone()))
    }

    /// The tenants, shared.
    #[doc(hidden)]
    #[must_use]
    pub fn shared_tenants(&self) -> Arc<[I]> {
        Arc::clone(&self.tenants)
    }
}

impl<I> Clone for ScopedSet<I> {
    fn clone(&self) -> Self {
        Self { tenants: Arc::clone(&self.tenants), admission: self.admission.clone() }
    }
}

impl<I: fmt::Debug> fmt::Debug for ScopedSet<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedSet")
            .field("tenants", &self.tenants)
            .field("principal", &self.admission.principal())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::ScopedSet;

    #[test]
    fn one_of_the_set_is_a_scope_and_no_other_is() {
        let set = ScopedSet::mint(vec![1, 2], "ann".into());
        let one = set.one(&2).unwrap();
        assert_eq!((one.tenant(), one.admitted()), (&2, set.admitted()));
        assert!(set.one(&3).is_none());
        assert_eq!(format!("{:?}", set.clone()), "ScopedSet { tenants: [1, 2], principal: \"ann\", .. }");
    }
}
