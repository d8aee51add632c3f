//! Two tenants, each with somebody who was admitted.

use std::convert::Infallible;
use std::error::Error;
use std::fmt::{Debug, Display};

use tenancy_core::{Authority, Claimed, Decision, Membership, Scoped, TenantId};

/// Who the kit's own principals are.
const PRINCIPALS: [&str; 2] = ["test-user-of-a", "test-user-of-b"];

/// Two tenants, A and B, and a scope of each that a membership has admitted.
///
/// # Examples
///
/// ```
/// use tenancy_test::kit::TestTenants;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let tenants = TestTenants::new().await;
/// assert_ne!(tenants.a().tenant(), tenants.b().tenant());
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct TestTenants<I = TenantId> {
    a: Scoped<I>,
    b: Scoped<I>,
}

impl TestTenants<TenantId> {
    /// With ids that are new.
    pub async fn new() -> Self {
        Self::of(TenantId::new(), TenantId::new()).await
    }
}

impl<I: Clone + Debug + Display + PartialEq + Send + Sync + 'static> TestTenants<I> {
    /// With these ids, admitted by a [`TestMembership`]: each has one principal, who belongs to no other.
    ///
    /// # Panics
    ///
    /// If they are one and the same.
    #[track_caller]
    pub fn of(a: I, b: I) -> impl Future<Output = Self> + Send {
        assert!(a != b, "TestTenants::of: {a} is one tenant, and isolation takes two");
        async move {
            let members = TestMembership::new().with(PRINCIPALS[0], a.clone()).with(PRINCIPALS[1], b.clone());
            let authority = Authority::new(members);
            match Self::admitted_by(&authority, (PRINCIPALS[0], a), (PRINCIPALS[1], b)).await {
                Ok(tenants) => tenants,
                Err(error) => panic!("TestTenants::of: {error}"),
            }
        }
    }

    /// Admitted by the application's own membership, with its own rows: the test then shows that the membership works as well.
    ///
    /// # Errors
    ///
    /// Whatever keeps one of the two from being admitted.
    pub async fn admitted_by<M>(
        authority: &Authority<M>,
        (principal_of_a, a): (&M::Principal, I),
        (principal_of_b, b): (&M::Principal, I),
    ) -> Result<Self, Box<dyn Error + Send + Sync>>
    where
        M: Membership<TenantId = I>,
    {
        let a = authority.admit(principal_of_a, Claimed::new(a)).await?;
        let b = authority.admit(principal_of_b, Claimed::new(b)).await?;
        Ok(Self { a, b })
    }
}

impl<I> TestTenants<I> {
    /// The tenant that a test acts for.
    pub const fn a(&self) -> &Scoped<I> {
        &self.a
    }

    /// The tenant that it must not touch.
    pub const fn b(&self) -> &Scoped<I> {
        &self.b
    }

    /// Both, for what is made of each by the same code.
    pub const fn both(&self) -> [&Scoped<I>; 2] {
        [&self.a, &self.b]
    }
}

/// A membership that knows whom it was told of, and nobody else.
#[derive(Debug, Clone)]
pub struct TestMembership<I = TenantId> {
    members: Vec<(String, I)>,
}

impl<I> TestMembership<I> {
    /// Of nobody.
    #[must_use]
    pub const fn new() -> Self {
        Self { members: Vec::new() }
    }

    /// And this principal, in this tenant.
    #[must_use = "this returns the membership with the member"]
    pub fn with(mut self, principal: &str, tenant: I) -> Self {
        self.members.push((principal.to_owned(), tenant));
        self
    }
}

impl<I> Default for TestMembership<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Clone + Debug + Display + PartialEq + Send + Sync + 'static> Membership for TestMembership<I> {
    type TenantId = I;
    type Principal = str;
    type Error = Infallible;

    async fn check(&self, principal: &str, tenant: &I) -> Result<Decision, Infallible> {
        let is_known = self.members.iter().any(|(known, of)| known == principal && of == tenant);
        Ok(Decision::admit_if(is_known))
    }
}
