//! Tenant transactions over a pool.
//!
//! [`Tenants`] opens a transaction for a [`Scoped`](crate::Scoped) and for nothing else. The transaction, a [`TenantTx`],
//! runs statements that are built of scoped and global tables; on PostgreSQL its session is the tenant's too, so that the
//! [second wall](crate::rls) stops what the types cannot see.
//!
//! | to … | see |
//! |---|---|
//! | connect | [`Tenants::builder`], [`Tenants::over`], [`TenantsBuilder`] |
//! | run one statement | [`Tenants::load`], [`get_result`](Tenants::get_result), [`first`](Tenants::first), [`execute`](Tenants::execute) |
//! | run several | [`Tenants::transaction`], [`Tenants::begin`], [`TransactionOptions`], [`TenantTx::transaction`] |
//! | write statements as with Diesel | [`RunQueryDsl`](crate::RunQueryDsl) |
//! | run raw SQL behind the second wall | `TenantTx::raw`, [`TenantTx::permit_raw_fragments`] |
//! | span tenants | [`Tenants::across`] |
//! | put tenants into schemas and databases of their own | [`placement`](crate::placement) |

mod across;
mod async_fn;
mod builder;
#[cfg(feature = "tenants-postgres")]
pub(crate) mod connect;
mod driver;
mod error;
mod lease;
mod open;
mod opening;
mod options;
mod per_tenant;
mod pool;
#[cfg(feature = "tenants-postgres")]
mod raw;
mod run;
pub(crate) mod run_query_dsl;
mod single;
mod statement;
mod tenant_key;
#[allow(clippy::module_inception, reason = "the type that the module is named after")]
mod tenants;
mod transaction;
#[cfg(feature = "tenants-postgres")]
mod transaction_control;

pub use self::across::{Across, CrossTenantTx};
#[cfg(feature = "tenants-postgres")]
pub use self::builder::PostgresOptions;
pub use self::builder::{BuildError, TenantsBuilder};
#[cfg(feature = "tls")]
pub use self::connect::{Tls, TlsError};
pub use self::driver::TenantConnection;
pub use self::error::TenantsError;
pub use self::options::{IsolationLevel, TransactionOptions};
#[cfg(feature = "tenants-postgres")]
pub use self::raw::RawSql;
pub use self::run::{Execute, Load};
pub use self::run_query_dsl::Transaction;
pub use self::statement::{SourceOf, Statement};
pub use self::tenant_key::TenantKey;
pub use self::tenants::{Tenants, TenantsStats};
pub use self::transaction::{RawSqlRefused, TenantTx};
