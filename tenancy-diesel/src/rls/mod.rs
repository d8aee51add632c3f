#![doc = include_str!("../../docs/rls.md")]

pub mod audit;
mod migration;
mod quote;
mod roles;
mod row_security;
mod seal;
mod sql_type;
mod tables;

pub use self::audit::{Audit, AuditError, Finding, Report, Severity, Waiver, WaiverError, Waivers, audit};
pub use self::migration::Migration;
pub use self::roles::{RoleError, Roles};
pub use self::row_security::{Mode, RowSecurity, TablesError, Target};
pub use self::seal::{Binding, Sealer, SealingKey, SealingKeyError, Wall};
pub use self::sql_type::TenantType;
pub use self::tables::{Describe, Table, Tables, TenantColumn};
#[doc(inline)]
pub use crate::__rls_tables as tables;

#[doc = include_str!("../../docs/audit.md")]
pub mod rules {}

/// The setting that holds the transaction's tenant.
pub const SETTING: &str = "tenancy.tenant";
