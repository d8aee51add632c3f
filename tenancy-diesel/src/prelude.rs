//! What a file that queries tenants' tables imports, beside `diesel::prelude`.

pub use tenancy_core::{Authority, Claimed, CrossTenant, Decision, Membership, Scoped, TenantId, brand};

pub use crate::{TenantScoped, TenantTable, alias};
