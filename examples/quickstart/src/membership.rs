//! Who belongs to which tenant: the one place in an application that decides it.

use std::convert::Infallible;

use tenancy_diesel::prelude::*;

/// A list in memory; an application would look into its database.
pub(crate) struct Staff(pub(crate) Vec<(&'static str, TenantId)>);

impl Membership for Staff {
    type TenantId = TenantId;
    type Principal = str;
    type Error = Infallible;

    async fn check(&self, who: &str, tenant: &TenantId) -> Result<Decision, Infallible> {
        Ok(Decision::admit_if(self.0.contains(&(who, *tenant))))
    }
}
