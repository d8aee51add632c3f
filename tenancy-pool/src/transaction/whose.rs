//! Whose a transaction is: what its statements are looked through for.

use diesel::result::{Error, QueryResult};
use tenancy_core::{InvalidTenantKey, Scoped, ScopedSet, TenantKey, ToTenantKey};
use tenancy_diesel::__pool::{LookedThrough, Only};
use tenancy_diesel::{TenantBackend, Unadmitted, Unowned, Within, WithinAny, WrongTenant};

use crate::error::StatementRefused;
use crate::statement::Printable;

/// The tenants of a transaction, as texts.
#[derive(Debug, Clone)]
pub enum Tenants {
    /// It is no tenant's.
    Nobody,
    /// It is one's.
    One(TenantKey),
    /// It reads over those of a set.
    Set(Vec<TenantKey>),
}

impl Tenants {
    /// The tenant, if it is one's.
    pub(crate) const fn one(&self) -> Option<&TenantKey> {
        match self {
            Self::One(tenant) => Some(tenant),
            Self::Nobody | Self::Set(_) => None,
        }
    }

    /// Each of them.
    pub(crate) fn each(&self) -> &[TenantKey] {
        match self {
            Self::Nobody => &[],
            Self::One(tenant) => std::slice::from_ref(tenant),
            Self::Set(tenants) => tenants,
        }
    }
}

/// Whose a transaction is.
pub trait Whose: Clone + Send + Sync {
    /// How far its statements reach.
    type Reach;

    /// Whether it reads and nothing else, so that its transactions are opened read only whatever their options say.
    const READS_ONLY: bool = false;

    /// Whether nobody is admitted yet: then the connection is one that may read no more than that takes.
    const BEFORE_ADMISSION: bool = false;

    /// The tenants, as texts.
    fn tenants(&self) -> Result<Tenants, InvalidTenantKey>;

    /// An error if the statement touches rows that are not this one's.
    fn look_through<DB, Q>(&self, statement: &Q, backend: &DB) -> QueryResult<LookedThrough>
    where
        DB: TenantBackend,
        Q: Printable<DB>;
}

impl<I: ToTenantKey, B> Whose for Scoped<I, B> {
    type Reach = Within<I, B>;

    fn tenants(&self) -> Result<Tenants, InvalidTenantKey> {
        self.tenant().to_tenant_key().map(Tenants::One)
    }

    fn look_through<DB, Q>(&self, statement: &Q, backend: &DB) -> QueryResult<LookedThrough>
    where
        DB: TenantBackend,
        Q: Printable<DB>,
    {
        statement.look_through(Only::one(self.tenant()), backend)
    }
}

impl<I: ToTenantKey> Whose for ScopedSet<I> {
    type Reach = WithinAny<I>;

    const READS_ONLY: bool = true;

    fn tenants(&self) -> Result<Tenants, InvalidTenantKey> {
        let keys: Result<_, _> = ScopedSet::tenants(self).iter().map(I::to_tenant_key).collect();
        keys.map(Tenants::Set)
    }

    fn look_through<DB, Q>(&self, statement: &Q, backend: &DB) -> QueryResult<LookedThrough>
    where
        DB: TenantBackend,
        Q: Printable<DB>,
    {
        statement.look_through(Only::any_of(self.shared_tenants()), backend)
    }
}

/// Nobody's: only what all tenants share.
#[derive(Debug, Clone, Copy)]
pub struct Nobody;

impl Whose for Nobody {
    type Reach = Unowned;

    fn tenants(&self) -> Result<Tenants, InvalidTenantKey> {
        Ok(Tenants::Nobody)
    }

    fn look_through<DB, Q>(&self, statement: &Q, backend: &DB) -> QueryResult<LookedThrough>
    where
        DB: TenantBackend,
        Q: Printable<DB>,
    {
        let looked = match statement.look_through(Only::nobody(), backend) {
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

/// A stranger's: what is read before anybody is admitted, and what all tenants share.
#[derive(Debug, Clone, Copy)]
pub struct Stranger;

impl Whose for Stranger {
    type Reach = Unadmitted;

    const READS_ONLY: bool = true;

    const BEFORE_ADMISSION: bool = true;

    fn tenants(&self) -> Result<Tenants, InvalidTenantKey> {
        Ok(Tenants::Nobody)
    }

    /// A tenant's table is printed with its tenant, across tenants, or by what a stranger has brought; and only the last passes.
    fn look_through<DB, Q>(&self, statement: &Q, backend: &DB) -> QueryResult<LookedThrough>
    where
        DB: TenantBackend,
        Q: Printable<DB>,
    {
        match statement.look_through(Only::one(&Unadmitted::nobody()), backend) {
            Err(Error::QueryBuilderError(why)) if why.is::<WrongTenant>() => {
                Err(StatementRefused::BeforeAdmission.into())
            }
            looked => looked,
        }
    }
}
