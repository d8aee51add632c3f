//! What SQLite and MariaDB have in place of a UUID column.

use tenancy_diesel::TenantId;

use super::{RunQueryDsl, connect, run};
use crate::tenant_ids::case;

case!(uuid_as_binary, Binary, "BINARY(16)", TenantId: [TenantId::new(), TenantId::new()]);
