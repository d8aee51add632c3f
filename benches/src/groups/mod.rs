//! What is measured: groups of variants that do the same work.

mod bulk;
mod list;
mod long;
pub(crate) mod read;
pub(crate) mod write;

use std::rc::Rc;

use diesel_async::AsyncPgConnection;
use tenancy_diesel::tenants::Tenants;
use tenancy_diesel::{Authority, Claimed, Decision, Membership, Scoped, TenantId};

use crate::Failure;
use crate::databases::{Databases, Kind, Route};
use crate::measure::Variant;
use crate::schema;

/// A scope of each tenant.
pub(crate) type Scopes = Rc<[Scoped<TenantId>]>;

/// Variants that do the same work. The first is the hand-written one.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) variants: Vec<Variant>,
    /// Whether an operation takes milliseconds, so that fewer of them do.
    pub(crate) heavy: bool,
}

/// Every group, on connections of its own.
pub(crate) async fn all(databases: &Databases, scopes: &Scopes, route: Route) -> Result<Vec<Group>, Failure> {
    let bench = Bench { databases, scopes, route };
    Ok(vec![
        Group { title: read::TITLE, variants: read::variants(&bench).await?, heavy: false },
        Group { title: write::TITLE, variants: write::variants(&bench).await?, heavy: false },
        Group { title: long::TITLE, variants: long::variants(&bench).await?, heavy: false },
        Group { title: list::TITLE, variants: list::variants(&bench).await?, heavy: false },
        Group { title: bulk::TITLE, variants: bulk::variants(&bench).await?, heavy: true },
    ])
}

/// What the groups are made with.
struct Bench<'a> {
    databases: &'a Databases,
    scopes: &'a Scopes,
    route: Route,
}

impl Bench<'_> {
    async fn connection(&self, kind: Kind) -> Result<(AsyncPgConnection, Scopes), Failure> {
        Ok((self.databases.connection(kind, self.route).await?, self.scopes.clone()))
    }

    async fn tenants(&self, kind: Kind) -> Result<(Tenants<AsyncPgConnection>, Scopes), Failure> {
        Ok((self.databases.tenants(kind, self.route).await?, self.scopes.clone()))
    }
}

/// Everybody is a member of every tenant here.
struct Everybody;

impl Membership for Everybody {
    type TenantId = TenantId;
    type Principal = str;
    type Error = std::convert::Infallible;

    async fn check(&self, _: &str, _: &TenantId) -> Result<Decision, Self::Error> {
        Ok(Decision::admit_if(true))
    }
}

/// A scope of each tenant, as an application gets them.
pub(crate) async fn scopes(tenants: u64) -> Result<Scopes, Failure> {
    let authority = Authority::new(Everybody);
    let mut scopes = Vec::new();
    for number in 0..tenants {
        let claimed = Claimed::new(TenantId::from_uuid(schema::tenant(number)));
        scopes.push(authority.admit("bench", claimed).await?);
    }
    Ok(scopes.into())
}

/// Ends the run if an answer is wrong: what is fast and wrong is no result.
pub(crate) fn expect(right: bool, what: &str) -> Result<(), Failure> {
    if right { Ok(()) } else { Err(format!("{what} is not what was asked for").into()) }
}

diesel::define_sql_function! {
    /// The function by which a hand-written transaction sets its tenant.
    fn set_config(name: diesel::sql_types::Text, value: diesel::sql_types::Text, local: diesel::sql_types::Bool) -> diesel::sql_types::Text;
}

/// The statement by which a hand-written transaction sets its tenant.
pub(crate) fn set_tenant(tenant: usize) -> diesel::dsl::select<set_config<&'static str, String, bool>> {
    diesel::select(set_config("tenancy.tenant", schema::tenant(tenant as u64).to_string(), true))
}
