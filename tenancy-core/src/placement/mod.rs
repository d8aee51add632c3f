//! Where a tenant lives: shared tables, a schema, a database or a server of its own.
//!
//! A [`Catalog`] answers that for one tenant at a time, with a [`Placement`] or a [`CatalogError`]; nothing that cannot be
//! read means "the shared tables". [`AllShared`] is the catalog of an application with one set of tables.
//! Only the words are here: what opens connections to the places is `tenancy-pool`.

mod catalog;
mod catalog_error;
mod database_address;
#[allow(clippy::module_inception, reason = "the type that the module is named after")]
mod placement;
mod schema_name;
mod tenant_status;

pub use self::catalog::{AllShared, BoxFuture, Catalog};
pub use self::catalog_error::CatalogError;
pub use self::database_address::{DatabaseAddress, EmptyAddress};
pub use self::placement::Placement;
pub use self::schema_name::SchemaName;
pub use self::tenant_status::{TenantStatus, UnknownStatus};
