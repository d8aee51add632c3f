//! Tenant ids in a UUID column.

use tenancy_diesel::TenantId;
use uuid::Uuid;

use super::{RunQueryDsl, connect, run};
use crate::tenant_ids::case;

case!(tenant_id, Uuid, "UUID", TenantId: [TenantId::new(), TenantId::new()]);
case!(plain_uuid, Uuid, "UUID", Uuid: [Uuid::nil(), Uuid::now_v7()]);
