//! The second wall: what the database is compared with, and generated from.

use tenancy_rls::{Roles, RowSecurity, RowSecurityError};

use crate::schema;

/// Every table of `schema.rs`, for the role of the application, the one that spans tenants, and the one that reads memberships.
pub fn wall() -> Result<RowSecurity, RowSecurityError> {
    let roles = Roles::new("studio_app", "studio_across")?.admission("studio_admission")?;
    RowSecurity::new(schema::tables(), roles)
}
