//! Whose a transaction is: what its statements are looked through for.

use diesel::result::{Error, QueryResult};
use tenancy_core::{InvalidTenantKey, Scoped, TenantKey, ToTenantKey};
use tenancy_diesel::__pool::LookedThrough;
use tenancy_diesel::{TenantBackend, WrongTenant};

use crate::error::StatementRefused;
use crate::statement::Printable;

/// Whose a transaction is.
pub(crate) trait Whose: Clone + Send + Sync {
    /// The tenant, as text; `None` if it is no tenant's.
    fn tenant_key(&self) -> Result<Option<TenantKey>, InvalidTenantKey>;

    /// An error if the statement touches rows that are not this one's.
    fn look_through<DB, Q>(&self, statement: &Q, backend: &DB) -> QueryResult<LookedThrough>
    where
        DB: TenantBackend,
        Q: Printable<DB>;
}

impl<I: ToTenantKey, B> Whose for Scoped<I, B> {
    fn tenant_key(&self) -> Result<Option<TenantKey>, InvalidTenantKey> {
        self.tenant().to_tenant_key().map(Some)
    }

    fn look_through<DB, Q>(&self, statement: &Q, backend: &DB) -> QueryResult<LookedThrough>
    where
        DB: TenantBackend,
        Q: Printable<DB>,
    {
        statement.look_through(self.tenant(), backend)
    }
}

/// Nobody's: only what all tenants share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nobody;

/// An id that no tenant has.
#[derive(Clone)]
struct NoId;

impl PartialEq for NoId {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl Whose for Nobody {
    fn tenant_key(&self) -> Result<Option<TenantKey>, InvalidTenantKey> {
        Ok(None)
    }

    fn look_through<DB, Q>(&self, statement: &Q, backend: &DB) -> QueryResult<LookedThrough>
    where
        DB: TenantBackend,
        Q: Printable<DB>,
    {
        let looked = match statement.look_through(&NoId, backend) {
            Err(Error::QueryBuilderError(why)) if why.is::<WrongTenant>() => {
                return Err(StatementRefused::TenantTable.into());
            }
            looked => looked?,
        };
        // No tenant's table is printed without its tenant; were there one, it would not run.
        if looked.tables.iter().all(|table| table.global) {
            Ok(looked)
        } else {
            Err(StatementRefused::TenantTable.into())
        }
    }
}
