#![doc = include_str!("../README.md")]
//!
#![doc = include_str!("../docs/rls.md")]

mod belongs;
mod citus;
mod error;
mod inspect;
mod key_text;
mod manifest;
mod migration;
mod names;
mod ownership;
mod quote;
mod reader;
mod roles;
mod row_security;
mod seal;
mod sql_type;
mod table;
mod tables;
mod through;
mod wall;

pub use self::error::RowSecurityError;
pub use self::inspect::{
    CODES, Finding, Inspection, InspectionError, NotMigrated, Report, Severity, Waiver, Waivers, inspect,
};
pub use self::manifest::{Manifest, ManifestError};
pub use self::migration::Migration;
pub use self::ownership::{Link, Ownership};
pub use self::roles::Roles;
pub use self::row_security::{Mode, RowSecurity, Server};
pub use self::seal::{Binding, Sealer, SealingKey};
pub use self::sql_type::TenantType;
pub use self::table::{Describe, Table, TenantColumn};
pub use self::tables::Tables;
pub use self::wall::Wall;
#[doc(inline)]
pub use crate::__tables as tables;

#[doc = include_str!("../docs/rules.md")]
pub mod rules {}

/// The setting that holds the transaction's tenant.
pub const SETTING: &str = "tenancy.tenant";
