//! Why a transaction could not be opened or ended.

use std::error::Error as StdError;
use std::fmt;

use diesel::result::Error as DieselError;

use super::builder::BuildError;
use crate::placement::{CatalogError, PoolsError};

/// Why a transaction could not be opened or ended, or a statement not be run.
#[derive(Debug)]
#[non_exhaustive]
pub enum TenantsError {
    /// No connection could be made.
    Connect(Box<dyn StdError + Send + Sync>),
    /// The pool had no free connection in time.
    PoolTimeout,
    /// The tenant holds as many connections as one tenant may, and none came free in time.
    TenantBusy {
        /// The tenant.
        tenant: String,
        /// How many it may hold.
        limit: usize,
    },
    /// The tenant's id cannot be written into the database's setting.
    UnusableTenant {
        /// The id, as it displays itself.
        tenant: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The tenant has no place, or is not to be served.
    Placement(CatalogError),
    /// The pool of the tenant's database cannot be opened now.
    Pool(PoolsError),
    /// The tenant has a database of its own, and these `Tenants` are over one pool.
    NoDatabases,
    /// The tenant has a schema of its own, which only PostgreSQL has.
    NoSchemas,
    /// The second wall has holes in the tenant's schema.
    Unsafe(Box<BuildError>),
    /// There is no pool for transactions that span tenants.
    NoCrossTenantPool,
    /// A statement failed and its error was not returned: there is nothing to commit, all was rolled back.
    Aborted,
    /// A statement's future was dropped before it was done, so nobody knows what the transaction has done. It can only be
    /// dropped, which rolls it back.
    Cancelled,
    /// A statement, or the end of the transaction, failed.
    Query(DieselError),
}

impl fmt::Display for TenantsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(source) => write!(formatter, "no connection to the database: {source}"),
            Self::PoolTimeout => formatter.write_str(
                "no connection came free in the pool in time: raise `max_size` or `connection_timeout`, or look for \
                 transactions that stay open",
            ),
            Self::TenantBusy { tenant, limit } => write!(
                formatter,
                "tenant {tenant} holds {limit} connections, as many as one tenant may, and none came free in time: raise \
                 `connections_per_tenant`, or look for transactions that stay open"
            ),
            Self::UnusableTenant { tenant, reason } => {
                write!(formatter, "tenant {tenant:?} cannot be told to the database: {reason}")
            }
            Self::Placement(source) => source.fmt(formatter),
            Self::Pool(source) => source.fmt(formatter),
            Self::NoDatabases => formatter.write_str(
                "the tenant has a database of its own, and these `Tenants` were built over a pool of the application's: build \
                 them from an address, with `Tenants::builder`",
            ),
            Self::NoSchemas => formatter.write_str(
                "the catalog places the tenant in a schema of its own, which takes PostgreSQL: give it a database",
            ),
            Self::Unsafe(source) => write!(formatter, "the tenant's schema is not served: {source}"),
            Self::NoCrossTenantPool => formatter.write_str(
                "there is no pool for transactions that span tenants: give the builder one with `across`, for a role that \
                 the database lets do so",
            ),
            Self::Aborted => formatter.write_str(
                "a statement of the transaction failed and its error was swallowed: the database had given the transaction \
                 up, so all of it was rolled back. Return the error, or run what may fail in a nested `tx.transaction(…)`",
            ),
            Self::Cancelled => formatter.write_str(
                "a statement of the transaction was cancelled before it was done; the transaction can only be rolled back. \
                 Put the timeout around the whole transaction, or run it again",
            ),
            Self::Query(source) => source.fmt(formatter),
        }
    }
}

impl StdError for TenantsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Connect(source) => Some(&**source),
            Self::Placement(source) => Some(source),
            Self::Pool(source) => Some(source),
            Self::Unsafe(source) => Some(&**source),
            Self::Query(source) => Some(source),
            _ => None,
        }
    }
}

impl From<DieselError> for TenantsError {
    fn from(error: DieselError) -> Self {
        Self::Query(error)
    }
}

impl From<CatalogError> for TenantsError {
    fn from(error: CatalogError) -> Self {
        Self::Placement(error)
    }
}

impl From<PoolsError> for TenantsError {
    fn from(error: PoolsError) -> Self {
        Self::Pool(error)
    }
}

/// For functions that return Diesel's error: what is not Diesel's becomes a `QueryBuilderError`.
impl From<TenantsError> for DieselError {
    fn from(error: TenantsError) -> Self {
        match error {
            TenantsError::Query(error) => error,
            other => Self::QueryBuilderError(Box::new(other)),
        }
    }
}
