//! An organisation's people: its members, and those who are invited.

use ring::digest;
use tenancy_diesel::{ScopedSet, delete, insert_into, update};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use super::accounts::Account;
use super::membership::Role;
use super::{Result, Scope, counting};
use crate::clock;
use crate::database::{Database, on};
use crate::schema::{invitations, memberships, organisations, tasks};

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct Person {
    pub user_id: String,
    pub name: String,
    pub email: String,
    pub role: String,
}

/// The people; parts of this program are left out.
pub async fn members(db: &Database, scope: &Scope) -> Result<Vec<Person>> {
    let people = memberships::table.scoped(scope).filter(memberships::role.ne("service"));
    let people = people.order((memberships::name, memberships::user_id));
    on!(db, pools => pools.tenants.load(scope, people.select(Person::as_select())).await)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = organisations)]
pub struct Organisation {
    pub slug: String,
    pub name: String,
    pub plan: String,
    pub status: String,
}

/// The organisations of somebody, in one query.
pub async fn organisations_of(db: &Database, set: &ScopedSet<TenantId>) -> Result<Vec<Organisation>> {
    let all = organisations::table.scoped(set).order(organisations::name);
    on!(db, pools => pools.tenants.within_any(set).load(all.select(Organisation::as_select())).await)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    pub id: String,
    pub email: String,
    pub role: String,
    pub expires_at: i64,
    pub accepted_at: Option<i64>,
}

pub async fn invitations(db: &Database, scope: &Scope) -> Result<Vec<Invitation>> {
    let all =
        invitations::table.scoped(scope).order((invitations::created_at.desc(), invitations::id.desc()));
    on!(db, pools => pools.tenants.load(scope, all.select(Invitation::as_select())).await)
}

/// The hash under which an invitation is kept.
#[must_use]
pub fn token_hash(token: &str) -> String {
    digest::digest(&digest::SHA256, token.as_bytes())
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Invites somebody, by what the link has in it. It is kept nowhere.
pub async fn invite(
    db: &Database,
    scope: &Scope,
    id: &str,
    token: &str,
    email: &str,
    role: Role,
) -> Result<()> {
    let now = clock::now();
    let row = (
        invitations::id.eq(id),
        invitations::email.eq(email.trim().to_lowercase()),
        invitations::role.eq(role.as_str()),
        invitations::token_hash.eq(token_hash(token)),
        invitations::created_at.eq(now),
        invitations::expires_at.eq(now + 7 * clock::DAY),
    );
    on!(db, pools => pools.tenants.execute(scope, insert_into(invitations::table.scoped(scope)).values(row)).await).map(drop)
}

/// The invitation with this hash, and the organisation's name.
pub async fn invitation(db: &Database, scope: &Scope, hash: &str) -> Result<(Invitation, Organisation)> {
    let invitation = invitations::table.scoped(scope).filter(invitations::token_hash.eq(hash));
    let organisation = organisations::table.scoped(scope);
    Ok((
        on!(db, pools => pools.tenants.first(scope, invitation.select(Invitation::as_select())).await)?,
        on!(db, pools => pools.tenants.first(scope, organisation.select(Organisation::as_select())).await)?,
    ))
}

/// Makes a member of whoever was invited. `false` where somebody was quicker: an invitation is good once.
pub async fn accept(db: &Database, scope: &Scope, hash: &str, account: &Account) -> Result<bool> {
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        let open = invitations::table.scoped(scope)
            .filter(invitations::token_hash.eq(hash).and(invitations::accepted_at.is_null()));
        let taken = update(open).set(invitations::accepted_at.eq(clock::now())).execute(tx).await?;
        if taken == 0 {
            return Ok::<_, PoolError>(false);
        }
        let invitation = invitations::table.scoped(scope).filter(invitations::token_hash.eq(hash));
        let role: String = invitation.select(invitations::role).first(tx).await?;
        let slug: String = organisations::table.scoped(scope).select(organisations::slug).first(tx).await?;
        let member = (
            memberships::user_id.eq(&account.id),
            memberships::slug.eq(slug),
            memberships::name.eq(&account.name),
            memberships::email.eq(&account.email),
            memberships::role.eq(role),
        );
        insert_into(memberships::table.scoped(scope)).values(member).execute(tx).await?;
        Ok(true)
    }).await)
}

/// What came of a change of somebody's role.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    Done,
    /// There is nobody of this id, or it is a part of this program.
    Nobody,
    /// The organisation would have no owner: it is as it was.
    NoOwnerLeft,
}

/// Gives somebody another role, or lets them go: their tasks stay, and are nobody's. Two who do so at once wait for each other, so that an owner is left.
/// Owners are changed by owners.
pub async fn change(
    db: &Database,
    scope: &Scope,
    by: Role,
    user: &str,
    role: Option<Role>,
) -> Result<Changed> {
    let spared = if by == Role::Owner { Role::Service } else { Role::Owner };
    let changed = on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        counting!(scope).execute(tx).await?;
        let person = memberships::table.scoped(scope);
        let is_open = memberships::role.ne_all(["service", spared.as_str()]);
        let person = person.filter(memberships::user_id.eq(user).and(is_open));
        let changed = match role {
            Some(role) => update(person).set(memberships::role.eq(role.as_str())).execute(tx).await?,
            None => {
                let theirs = tasks::table.scoped(scope).filter(tasks::assignee_id.eq(user));
                update(theirs).set(tasks::assignee_id.eq(None::<String>)).execute(tx).await?;
                delete(person).execute(tx).await?
            }
        };
        let owners: i64 = memberships::table.scoped(scope).filter(memberships::role.eq("owner")).count().get_result(tx).await?;
        if owners == 0 {
            // What was changed goes with the transaction.
            return Err(PoolError::from(diesel::result::Error::RollbackTransaction));
        }
        Ok(if changed == 0 { Changed::Nobody } else { Changed::Done })
    }).await);
    match changed {
        Err(PoolError::Query(diesel::result::Error::RollbackTransaction)) => Ok(Changed::NoOwnerLeft),
        other => other,
    }
}
