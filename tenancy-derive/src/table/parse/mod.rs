//! Reads what is declared, without judging it: that is for `check`.
//!
//! - `declaration`, `schema_options`: what stands in `tenancy_diesel::table!`.
//! - `expansion`, `columns`: the module that `diesel::table!` makes of it, on which the attributes stand.
//! - `attribute`, `options`: the attributes, and what they say.

mod attribute;
mod columns;
mod declaration;
mod expansion;
mod options;
mod schema_options;

pub(crate) use self::columns::{Column, Declared};
pub(crate) use self::declaration::Declaration;
pub(crate) use self::expansion::{Header, Item, Module};
pub(crate) use self::options::{GlobalOptions, ScopedOptions};
pub(crate) use self::schema_options::SchemaOptions;

/// The attribute of tables that belong to tenants.
pub(crate) const SCOPED: &str = "tenant_scoped";

/// The attribute of tables that belong to nobody.
pub(crate) const GLOBAL: &str = "tenant_global";
