//! Why a transaction could not be opened or ended.

use std::error::Error as StdError;

use diesel::result::Error as DieselError;
use tenancy_core::__private::shown;
use tenancy_core::placement::CatalogError;
use tenancy_core::{InvalidTenantKey, TenantKey};

use super::BuildError;
use crate::placement::DatabasePoolError;

/// Why a transaction could not be opened or ended, or a statement not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// No connection could be made.
    #[error("no connection to the database: see the cause")]
    Connect(#[source] Box<dyn StdError + Send + Sync>),
    /// The pool had no free connection in time.
    #[error(
        "no connection came free in the pool in time: raise `max_connections` or `acquire_timeout`, or look for transactions \
         that stay open"
    )]
    PoolTimedOut,
    /// The tenant holds as many connections as one tenant may, and none came free in time.
    #[error(
        "tenant {} holds {limit} connections, as many as one tenant may, and none came free in time: raise \
         `max_connections_per_tenant`, or look for transactions that stay open",
        shown(.tenant.as_str())
    )]
    TenantBusy {
        /// The tenant.
        tenant: TenantKey,
        /// How many it may hold.
        limit: usize,
    },
    /// The tenant's id has no text that every database keeps as it is.
    #[error(transparent)]
    InvalidTenant(#[from] InvalidTenantKey),
    /// The tenant has no place, or is not to be served.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The pool of the tenant's database cannot be opened now.
    #[error(transparent)]
    DatabasePool(#[from] DatabasePoolError),
    /// The tenant has a database of its own, and this pool is built over one of the application's.
    #[error(
        "tenant {} has a database of its own, and this `TenantPool` was built over a pool of the application's: build it from \
         an address, with `TenantPool::builder`",
        shown(.tenant.as_str())
    )]
    NoDatabases {
        /// The tenant.
        tenant: TenantKey,
    },
    /// The tenant has a schema of its own, which only PostgreSQL has.
    #[error(
        "the catalog places tenant {} in a schema of its own, which takes PostgreSQL: give it a database of its own",
        shown(.tenant.as_str())
    )]
    NoSchemas {
        /// The tenant.
        tenant: TenantKey,
    },
    /// The second wall has holes in the tenant's schema.
    #[error("the tenant's schema is not served: see the cause")]
    Unsafe(#[source] Box<BuildError>),
    /// There is no pool for transactions that span tenants.
    #[error(
        "there is no pool for transactions that span tenants: give the builder one with `across`, for a role that the \
         database lets do so"
    )]
    NoCrossTenantPool,
    /// Behind the second wall there is no pool for what is read before admission.
    #[error(
        "behind the second wall nothing is read before admission by the application's role: declare a role of its own, \
         `Roles::new(…)?.admission(\"app_admission\")?`, run the wall's migration, and give the builder that role's address with \
         `admission`"
    )]
    NoAdmissionPool,
    /// The tenants of a set live in different places, and one transaction is in one of them.
    #[error(
        "the tenants {} and {} of one set live in different places, and a transaction reads in one: admit to those of one place at \
         a time, or read each tenant in its own transaction, by `set.one(&tenant)`",
        shown(.one.as_str()),
        shown(.other.as_str())
    )]
    SetInSeveralPlaces {
        /// A tenant of the set.
        one: TenantKey,
        /// One that lives elsewhere.
        other: TenantKey,
    },
    /// The second wall has no role that reads over a set of tenants.
    #[error(
        "the second wall has no role that reads over a set of tenants: declare one, `Roles::sets(\"app_sets\")`, run the wall's \
         migration again, and make the application's role a member of it"
    )]
    NoSetsRole,
    /// The database checks each foreign key at once.
    #[error(
        "this database checks each foreign key at once, and defers none: declare those that pair the tenants \
         `ON UPDATE CASCADE`, and move the parent's rows"
    )]
    NoDeferredKeys,
    /// A statement failed and its error was not returned: there is nothing to commit, all was rolled back.
    #[error(
        "a statement of the transaction failed and its error was swallowed: the database had given the transaction up, so \
         all of it was rolled back. Return the error, or run what may fail in a nested `tx.transaction(…)`"
    )]
    Aborted,
    /// A statement's future was dropped before it was done, so nobody knows what the transaction has done. It can only be
    /// dropped, which rolls it back.
    #[error(
        "a statement of the transaction was cancelled before it was done; the transaction can only be rolled back. Put the \
         timeout around the whole transaction, or run it again"
    )]
    Cancelled,
    /// A statement, or the end of the transaction, failed.
    #[error(transparent)]
    Query(#[from] DieselError),
}

/// For functions that return Diesel's error: what is not Diesel's becomes a `QueryBuilderError`.
impl From<PoolError> for DieselError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Query(error) => error,
            other => Self::QueryBuilderError(Box::new(other)),
        }
    }
}
