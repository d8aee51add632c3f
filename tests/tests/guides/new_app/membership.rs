//! Who may act for which tenant: the one place that decides it.

use diesel::prelude::*;
use diesel_async::pooled_connection::bb8::Pool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::prelude::*;
use uuid::Uuid;

use crate::schema::memberships;

/// The table of memberships, read through a small pool of its own.
pub struct Members(pub Pool<AsyncPgConnection>);

impl Membership for Members {
    type TenantId = TenantId;
    type Principal = Uuid;
    type Error = Unknown;

    async fn check(&self, user: &Uuid, tenant: &TenantId) -> Result<Decision, Unknown> {
        let mut connection = self.0.get().await.map_err(|error| Unknown(error.to_string()))?;
        let found = memberships::table.find((user, tenant)).count().get_result::<i64>(&mut connection);
        Ok(Decision::admit_if(found.await.map_err(|error| Unknown(error.to_string()))? > 0))
    }
}

/// The question could not be answered, which admits nobody.
#[derive(Debug)]
pub struct Unknown(String);

impl std::error::Error for Unknown {}

impl std::fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "the memberships cannot be read: {}", self.0)
    }
}
