//! The second wall: what the database is compared with, and generated from.

use tenancy_rls::{Roles, RowSecurity, RowSecurityError};

use crate::schema;

/// Every table of `schema.rs`, for the role of the application and the one that spans tenants.
pub fn wall() -> Result<RowSecurity, RowSecurityError> {
    RowSecurity::new(schema::tables(), Roles::new("studio_app", "studio_across")?)
}
