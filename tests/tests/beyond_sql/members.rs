//! Who belongs to whom, in a table that a test may change: tenants are numbers, as in the shared schema.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use tenancy_diesel::{Decision, Membership};

#[derive(Clone, Default)]
pub(crate) struct Members(Arc<Mutex<BTreeSet<(String, i32)>>>);

impl Members {
    pub(crate) fn of(pairs: &[(&str, i32)]) -> Self {
        let members = Self::default();
        for (who, tenant) in pairs {
            members.0.lock().unwrap().insert(((*who).to_owned(), *tenant));
        }
        members
    }

    pub(crate) fn remove(&self, who: &str, tenant: i32) {
        assert!(self.0.lock().unwrap().remove(&(who.to_owned(), tenant)), "there was such a member");
    }
}

impl Membership for Members {
    type TenantId = i32;
    type Principal = str;
    type Error = Infallible;

    async fn check(&self, who: &str, tenant: &i32) -> Result<Decision, Infallible> {
        Ok(Decision::admit_if(self.0.lock().unwrap().contains(&(who.to_owned(), *tenant))))
    }

    async fn tenants_of(&self, who: &str) -> Result<Vec<i32>, Infallible> {
        let members = self.0.lock().unwrap();
        Ok(members.iter().filter(|(member, _)| member == who).map(|(_, tenant)| *tenant).collect())
    }
}
