//! A scope, with what the membership learnt when it was asked.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::brand::TakesBrand;
use crate::{Brand, Scoped, Unbranded};

/// A [`Scoped`], and what the membership learnt about its principal in its tenant: a role, a plan.
///
/// [`Authority::admit_with_details`](crate::Authority::admit_with_details) makes it, so that nobody asks the database for the role
/// again, and no role of one tenant is used in another: the details are of this tenant and this principal, and cannot be
/// put beside another scope. They are what was true at [`Admission::at`](crate::Admission::at), as the admission is.
///
/// It lends its scope: a function that takes `&Scoped<I, B>` takes `&admitted`, and so does a table, `agents::table.scoped(&admitted)`
/// of `tenancy-diesel`. What is generic over scopes otherwise takes [`admitted.scope()`](Self::scope).
///
/// # Examples
///
/// ## A handler that asks for a role
///
/// ```
/// use tenancy_core::{Admitted, Scoped, TenantId};
///
/// #[derive(PartialEq, PartialOrd)]
/// enum Role { Reader, Editor, Owner }
///
/// fn close(account: &Admitted<TenantId, Role>) -> Result<(), &'static str> {
///     if *account.details() < Role::Owner {
///         return Err("only an owner closes an account");
///     }
///     delete_everything(account);
///     Ok(())
/// }
///
/// fn delete_everything(scope: &Scoped<TenantId>) {}
/// ```
///
/// ## It cannot be written down
///
/// ```compile_fail,E0451
/// use tenancy_core::{Admitted, Scoped, TenantId};
///
/// fn promote(scope: Scoped<TenantId>) -> Admitted<TenantId, &'static str> {
///     Admitted { scope, details: "owner".into() }
/// }
/// ```
///
/// ## Its details are not those of another scope
///
/// ```compile_fail,E0594
/// use tenancy_core::{Admitted, Scoped, TenantId};
///
/// fn mix(mine: &mut Admitted<TenantId, &'static str>, yours: Scoped<TenantId>) {
///     *mine.scope() = yours;
/// }
/// ```
#[must_use = "a scope does nothing until a statement takes it"]
pub struct Admitted<I, D, B = Unbranded> {
    scope: Scoped<I, B>,
    // Shared, so that a clone for another task asks nothing of the application's type.
    details: Arc<D>,
}

impl<I, D> Admitted<I, D> {
    /// Called by `Authority::admit_with_details`, and by `testing::admitted`.
    pub(crate) fn mint(scope: Scoped<I>, details: D) -> Self {
        Self { scope, details: Arc::new(details) }
    }
}

impl<I, D, B> Admitted<I, D, B> {
    /// The proof, without the details.
    pub const fn scope(&self) -> &Scoped<I, B> {
        &self.scope
    }

    /// Takes the proof out, and drops the details.
    pub fn into_scope(self) -> Scoped<I, B> {
        self.scope
    }

    /// What the membership learnt about this principal in this tenant.
    pub fn details(&self) -> &D {
        &self.details
    }

    /// The same under the brand `N`, with its details; see [`Scoped::branded`].
    pub fn branded<N: Brand>(&self) -> Admitted<I, D, N>
    where
        I: Clone,
        B: TakesBrand,
    {
        Admitted { scope: self.scope.branded(), details: Arc::clone(&self.details) }
    }
}

impl<I, D, B> Deref for Admitted<I, D, B> {
    type Target = Scoped<I, B>;

    fn deref(&self) -> &Scoped<I, B> {
        &self.scope
    }
}

// By hand: deriving would ask `D: Clone` and `B: Clone`.
impl<I: Clone, D, B> Clone for Admitted<I, D, B> {
    fn clone(&self) -> Self {
        Self { scope: self.scope.clone(), details: Arc::clone(&self.details) }
    }
}

// Without the details: what an application learns about a person is not for every log that prints a scope.
impl<I: fmt::Debug, D, B> fmt::Debug for Admitted<I, D, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admitted").field("scope", &self.scope).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TenantId, brand};

    /// Neither `Clone` nor `Debug`.
    struct Role(&'static str);

    fn tenant_of<B>(scope: &Scoped<TenantId, B>) -> TenantId {
        *scope.tenant()
    }

    #[test]
    fn it_is_taken_where_a_scope_is() {
        let id = TenantId::new();
        let admitted = Admitted::mint(Scoped::mint(id, "alice".into()), Role("owner"));
        assert_eq!((tenant_of(&admitted), tenant_of(admitted.scope())), (id, id));
        assert_eq!((admitted.tenant(), admitted.details().0), (&id, "owner"));
        assert_eq!(admitted.admitted().principal(), "alice");
        assert_eq!(*admitted.into_scope().tenant(), id);
    }

    #[test]
    fn clones_and_brands_keep_the_details_beside_their_tenant() {
        let (first, second) = (TenantId::new(), TenantId::new());
        let owner = Admitted::mint(Scoped::mint(first, "alice".into()), Role("owner"));
        let reader = Admitted::mint(Scoped::mint(second, "alice".into()), Role("reader"));
        brand!(north = owner, south = &reader);
        assert_eq!((*north.tenant(), north.details().0), (first, "owner"));
        assert_eq!((*south.clone().tenant(), south.clone().details().0), (second, "reader"));
    }

    #[test]
    fn debug_says_whose_it_is_and_not_what_was_learnt() {
        let id = TenantId::new();
        let admitted = Admitted::mint(Scoped::mint(id, "alice".into()), "salary: 12");
        let shown = format!("{admitted:?}");
        assert!(shown.contains(&id.to_string()) && shown.contains("alice"), "{shown}");
        assert!(!shown.contains("salary"), "{shown}");
    }

    #[test]
    fn it_crosses_tasks_whatever_its_brand() {
        fn assert_task_safe<T: Send + Sync + Unpin + 'static>() {}
        assert_task_safe::<Admitted<TenantId, Role>>();
    }
}
