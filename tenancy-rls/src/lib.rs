#![doc = include_str!("../docs/rls.md")]

mod inspect;
mod migration;
mod quote;
mod roles;
mod row_security;
mod seal;
mod sql_type;
mod tables;
mod wall;

pub use self::inspect::{
    CODES, Finding, Inspection, InspectionError, Report, Severity, Waiver, WaiverError, Waivers, inspect,
};
pub use self::migration::Migration;
pub use self::roles::{RoleError, Roles};
pub use self::row_security::{Mode, RowSecurity, TablesError, Target};
pub use self::seal::{Binding, Sealer, SealingKey, SealingKeyError};
pub use self::sql_type::TenantType;
pub use self::tables::{Describe, Table, Tables, TenantColumn};
pub use self::wall::Wall;
#[doc(inline)]
pub use crate::__tables as tables;

#[doc = include_str!("../docs/rules.md")]
pub mod rules {}

/// The setting that holds the transaction's tenant.
pub const SETTING: &str = "tenancy.tenant";
