#![doc = include_str!("../README.md")]

mod connection;
mod driver;
mod error;
pub mod generic;
mod options;
#[cfg(all(feature = "catalog", feature = "postgres"))]
mod pg_catalog;
pub mod placement;
mod pool;
pub mod prelude;
mod statement;
mod transaction;

#[doc = include_str!("../docs/design.md")]
pub mod design {}

pub use self::driver::TenantConnection;
#[cfg(feature = "one-sync")]
pub use self::driver::postgres::OneSyncConnection;
#[cfg(feature = "tls")]
pub use self::driver::postgres::connect::{Tls, TlsError};
#[cfg(feature = "postgres")]
pub use self::driver::postgres::{LabelledTenant, OperatorConnection, SessionLabel};
pub use self::error::{BuildError, CoarseColumn, PoolError, RawSqlRefused, StatementRefused};
pub use self::options::{IsolationLevel, TransactionOptions};
pub use self::pool::{
    Across, AdmissionHandle, GlobalHandle, PoolState, SetHandle, TenantHandle, TenantPool, TenantPoolBuilder,
};
pub use self::statement::{Execute, Executor, Load, RunQueryDsl, RunsIn};
#[cfg(feature = "postgres")]
pub use self::transaction::RawSql;
pub use self::transaction::{
    AdmissionTransaction, CrossTenantTransaction, GlobalTransaction, SetTransaction, TenantTransaction,
};
