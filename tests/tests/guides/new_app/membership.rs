//! Who may act for which tenant: the one place that decides it.

use diesel_async::AsyncPgConnection;
use tenancy_diesel::AdmissionDoor;
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;
use uuid::Uuid;

use crate::schema::memberships;

/// The table of memberships, read before there is a tenant: a user's rows, and nothing else. Each use is in the audit.
pub struct Members {
    pub tenants: TenantPool<AsyncPgConnection>,
    pub door: AdmissionDoor,
}

impl Membership for Members {
    type TenantId = TenantId;
    type Principal = Uuid;
    type Error = PoolError;

    async fn check(&self, user: &Uuid, tenant: &TenantId) -> Result<Decision, PoolError> {
        let theirs = memberships::table.before_admission(&self.door, memberships::user_id, *user);
        let found = theirs.filter(memberships::tenant_id.eq(tenant)).count();
        let found: i64 = self.tenants.before_admission(&self.door).get_result(found).await?;
        Ok(Decision::admit_if(found > 0))
    }
}
