//! Tenant ids that every backend has a column for.

use tenancy_diesel::TenantId;

use super::{RunQueryDsl, connect, run};
use crate::tenant_ids::case;

case!(bigint, BigInt, "BIGINT", i64: [i64::MAX, i64::MIN]);
case!(text, Text, "VARCHAR(60)", String: ["acme".to_owned(), "acme'; --".to_owned()]);
case!(uuid_as_text, Text, "VARCHAR(36)", TenantId: [TenantId::new(), TenantId::new()]);
