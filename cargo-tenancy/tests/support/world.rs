//! A walled database with the tables of grants, and an application that asks them.

use std::convert::Infallible;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use tenancy_core::placement::DatabaseAddress;
use tenancy_core::support::{Through, WithSupport};
use tenancy_core::{
    AdmitError, Admitted, Authority, Claimed, Decision, DetailedDecision, DetailedMembership, Membership,
    Reason, TenantKey,
};
use tenancy_operate::support::{self, Grant, GrantRequest, Person, PgSupportStore, SupportMigration};
use tenancy_operate::tenants::{OperateError, Session};
use tenancy_rls::RowSecurity;

use crate::database::Database;

/// alice is a member of 1, and nobody of anything else.
pub(crate) struct Members;

impl Membership for Members {
    type TenantId = i32;
    type Principal = str;
    type Error = Infallible;

    async fn check(&self, who: &str, tenant: &i32) -> Result<Decision, Infallible> {
        Ok(self.check_details(who, tenant).await?.decision())
    }
}

impl DetailedMembership for Members {
    type Details = ();

    async fn check_details(&self, who: &str, tenant: &i32) -> Result<DetailedDecision<()>, Infallible> {
        Ok(DetailedDecision::admit_if_some((who == "alice" && *tenant == 1).then_some(())))
    }
}

pub(crate) type Supported = WithSupport<Members, PgSupportStore>;

pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) authority: Authority<Supported>,
}

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

impl World {
    /// Behind the plain wall, with the application's role and a door.
    pub(crate) async fn new(prefix: &str) -> Self {
        Self::behind(prefix, |wall| wall).await
    }

    /// The same behind the wall that `make` makes of it.
    pub(crate) async fn behind(prefix: &str, make: impl Fn(RowSecurity) -> RowSecurity) -> Self {
        let database = Database::walled(prefix, make);
        let door = format!("CREATE ROLE {} LOGIN PASSWORD 'tenancy'", database.role("door"));
        database.superuser().batch_execute(&door).unwrap();
        let store = PgSupportStore::new(address(&database.url("door")));
        let membership = WithSupport::new(Members, store, |who: &str| Some(who.to_owned()));
        let world = Self { database, authority: Authority::new(membership) };
        support::prepare(&world.session("owner").await, &world.migration()).await.unwrap();
        world
    }

    pub(crate) fn migration(&self) -> SupportMigration {
        let (door, app) = (self.database.role("door"), self.database.role("app"));
        SupportMigration::new().door(&door).unwrap().tenants(&app).unwrap()
    }

    pub(crate) async fn session(&self, role: &str) -> Session {
        Session::open(&address(&self.database.url(role))).await.unwrap()
    }

    pub(crate) async fn grant(
        &self,
        person: &str,
        tenant: &str,
        lasts: Duration,
    ) -> Result<Grant, OperateError> {
        let reason = Reason::new("ticket 12: an import that fails").unwrap();
        let request = GrantRequest::new(key(tenant), Person::new(person).unwrap(), reason, lasts).by("carol");
        support::grant(&self.session("owner").await, &request).await
    }

    pub(crate) async fn admit(
        &self,
        who: &str,
        tenant: i32,
    ) -> Result<Admitted<i32, Through<()>>, AdmitError<<Supported as Membership>::Error>> {
        self.authority.admit_with_details(who, Claimed::new(tenant)).await
    }

    pub(crate) async fn denied(&self, who: &str, tenant: i32) -> bool {
        matches!(self.admit(who, tenant).await, Err(AdmitError::Denied))
    }

    pub(crate) fn run(&self, sql: &str) {
        self.database.superuser().batch_execute(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }
}

pub(crate) fn key(tenant: &str) -> TenantKey {
    TenantKey::new(tenant).unwrap()
}

fn address(url: &str) -> DatabaseAddress {
    DatabaseAddress::new(format!("{url}?sslmode=disable")).unwrap()
}
