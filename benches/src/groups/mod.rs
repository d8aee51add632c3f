//! What is measured: groups of variants that do the same work.

pub(crate) mod answers;
mod bulk;
mod exists;
mod insert;
mod join;
mod left_join;
mod list;
mod long;
pub(crate) mod read;
mod through;
mod upsert;
pub(crate) mod walled;
pub(crate) mod write;

use std::rc::Rc;

use diesel_async::AsyncPgConnection;
use tenancy_diesel::{Authority, Claimed, Decision, Membership, Scoped, TenantId};
use tenancy_pool::{OneSyncConnection, TenantPool};
use walled::Setting;

use crate::Failure;
use crate::databases::{Databases, Kind, Route};
use crate::measure::Variant;
use crate::schema;

/// A scope of each tenant.
pub(crate) type Scopes = Rc<[Scoped<TenantId>]>;

/// Variants that do the same work. The first is the hand-written statement.
pub(crate) struct Group {
    pub(crate) variants: Vec<Variant>,
    /// Whether an operation takes milliseconds, so that fewer of them do.
    pub(crate) heavy: bool,
    /// Whether the readings are emptied before each block: what was inserted before would make the later ones slower, and all variants
    /// insert the same keys.
    pub(crate) inserts: bool,
}

/// The titles of the groups.
pub(crate) const TITLES: [&str; 10] = [
    read::TITLE,
    list::TITLE,
    join::TITLE,
    left_join::TITLE,
    exists::TITLE,
    write::TITLE,
    insert::TITLE,
    upsert::TITLE,
    long::TITLE,
    bulk::TITLE,
];

/// The group called `title`, on connections of its own.
pub(crate) async fn group(
    title: &'static str,
    databases: &Databases,
    scopes: &Scopes,
    route: Route,
) -> Result<Group, Failure> {
    let bench = &Bench { databases, scopes, route };
    let variants = match title {
        read::TITLE => read::variants(bench).await?,
        list::TITLE => list::variants(bench).await?,
        join::TITLE => join::variants(bench).await?,
        left_join::TITLE => left_join::variants(bench).await?,
        exists::TITLE => exists::variants(bench).await?,
        write::TITLE => write::variants(bench).await?,
        insert::TITLE => insert::variants(bench).await?,
        upsert::TITLE => upsert::variants(bench).await?,
        long::TITLE => long::variants(bench).await?,
        bulk::TITLE => bulk::variants(bench).await?,
        _ => return Err(format!("there is no group {title:?}").into()),
    };
    Ok(Group { variants, heavy: title == bulk::TITLE, inserts: matches!(title, insert::TITLE | bulk::TITLE) })
}

/// What in a group is compared with the peers in it. All of it runs without a wall, on one connection.
pub(crate) struct Compared {
    /// The group's title.
    pub(crate) group: &'static str,
    /// The hand-written statement.
    pub(crate) by_hand: &'static str,
    /// The same statement, scoped.
    pub(crate) scoped: &'static str,
    /// The best way to the same end that the library has: mostly the same.
    pub(crate) best: &'static str,
}

/// Each group with peers in it.
pub(crate) const COMPARED: [Compared; 9] = [
    read::COMPARED,
    list::COMPARED,
    join::COMPARED,
    left_join::COMPARED,
    exists::COMPARED,
    write::COMPARED,
    insert::COMPARED,
    upsert::COMPARED,
    bulk::COMPARED,
];

/// What the groups are made with.
pub(crate) struct Bench<'a> {
    databases: &'a Databases,
    pub(crate) scopes: &'a Scopes,
    route: Route,
}

impl Bench<'_> {
    /// The address for whoever connects by itself.
    pub(crate) fn address(&self, kind: Kind) -> String {
        self.databases.address(kind, self.route)
    }

    /// What the transactions of a connection are set to that `backend` serves.
    pub(crate) fn setting(&self, kind: Kind, backend: Option<i32>) -> Result<Setting, Failure> {
        let wall = self.databases.wall(kind)?.ok_or("there is no wall")?;
        Ok(Setting::new(wall, backend))
    }

    async fn connection(&self, kind: Kind) -> Result<(AsyncPgConnection, Scopes), Failure> {
        Ok((self.databases.connection(kind, self.route).await?, self.scopes.clone()))
    }

    async fn tenants(&self, kind: Kind) -> Result<(TenantPool<AsyncPgConnection>, Scopes), Failure> {
        Ok((self.databases.tenants(kind, self.route).await?, self.scopes.clone()))
    }

    /// The same on the connection of our own.
    async fn tenants_one_sync(&self, kind: Kind) -> Result<(TenantPool<OneSyncConnection>, Scopes), Failure> {
        Ok((self.databases.tenants_one_sync(kind, self.route).await?, self.scopes.clone()))
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
