//! Who may act for which tenant: the one place that decides it, and what a security review reads first.

use std::fmt;
use std::str::FromStr;

use tenancy_diesel::{AdmissionDoor, DetailedDecision, DetailedMembership, Reason};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use super::{Result, accounts};
use crate::clock;
use crate::database::{Database, on};
use crate::policy::Plan;
use crate::schema::{invitations, memberships, organisations};

/// What somebody is in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Somebody of ours who was let in for a while: reads.
    Support,
    /// Has a link, and may only accept it.
    Invited,
    /// A part of this program.
    Service,
    /// Looks, and changes nothing.
    Viewer,
    Member,
    Admin,
    Owner,
}

impl Role {
    /// Those that an organisation gives.
    pub const GIVEN: [Self; 4] = [Self::Viewer, Self::Member, Self::Admin, Self::Owner];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Invited => "invited",
            Self::Service => "service",
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Self::Support, Self::Service, Self::Viewer, Self::Member, Self::Admin, Self::Owner];
        all.into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}

/// What is learnt of somebody who is admitted: what rules and pages ask.
#[derive(Clone, Debug)]
pub struct Standing {
    pub role: Role,
    pub slug: String,
    pub name: String,
    pub plan: Plan,
    pub is_suspended: bool,
}

/// A person's organisations, by the person's id; an invitation's, by the hash of what is in the link.
#[derive(Clone)]
pub struct Members {
    db: Database,
    door: AdmissionDoor,
}

/// What the principal of an invitation begins with. Ids of people have no colon.
pub const INVITATION: &str = "invitation:";

impl Members {
    pub fn new(db: Database) -> Result<Self, tenancy_diesel::EmptyReason> {
        Ok(Self { db, door: AdmissionDoor::new("finds out who belongs where")? })
    }

    pub const fn door(&self) -> &AdmissionDoor {
        &self.door
    }

    /// The organisation of this name in addresses.
    pub async fn named(&self, slug: &str) -> Result<Option<TenantId>> {
        let found = organisations::table.before_admission(&self.door, organisations::slug, slug);
        let ids = found.select(organisations::id);
        let ids: Vec<TenantId> =
            on!(&self.db, pools => pools.tenants.before_admission(&self.door).load(ids).await)?;
        Ok(ids.first().copied())
    }

    /// The organisation of this account with the billing provider.
    pub async fn billed(&self, account: &str) -> Result<Option<TenantId>> {
        let found =
            organisations::table.before_admission(&self.door, organisations::billing_account, account);
        let ids = found.select(organisations::id);
        let ids: Vec<TenantId> =
            on!(&self.db, pools => pools.tenants.before_admission(&self.door).load(ids).await)?;
        Ok(ids.first().copied())
    }

    /// The organisation that an invitation is from: what a link claims.
    pub async fn invited(&self, hash: &str) -> Result<Option<TenantId>> {
        let found = self.invitation(hash).await?;
        let open = found.filter(|(_, end, accepted)| *end > clock::now() && accepted.is_none());
        Ok(open.map(|(tenant, ..)| tenant))
    }

    /// The organisation that an invitation was from, which may have been accepted since. It lets nobody in.
    pub async fn invited_once(&self, hash: &str) -> Result<Option<TenantId>> {
        Ok(self.invitation(hash).await?.map(|(tenant, ..)| tenant))
    }

    async fn invitation(&self, hash: &str) -> Result<Option<(TenantId, i64, Option<i64>)>> {
        let found = invitations::table.before_admission(&self.door, invitations::token_hash, hash);
        let found = found.select((invitations::tenant_id, invitations::expires_at, invitations::accepted_at));
        let found: Vec<(TenantId, i64, Option<i64>)> =
            on!(&self.db, pools => pools.tenants.before_admission(&self.door).load(found).await)?;
        Ok(found.into_iter().next())
    }

    async fn rows(&self, user: &str) -> Result<Vec<(TenantId, String, String)>> {
        let theirs = memberships::table.before_admission(&self.door, memberships::user_id, user);
        let theirs = theirs.select((
            memberships::tenant_id,
            memberships::role,
            memberships::slug,
            memberships::expires_at,
        ));
        let rows: Vec<(TenantId, String, String, Option<i64>)> =
            on!(&self.db, pools => pools.tenants.before_admission(&self.door).load(theirs).await)?;
        let now = clock::now();
        let lasting = rows.into_iter().filter(|(.., end)| end.is_none_or(|end| end > now));
        Ok(lasting.map(|(tenant, role, slug, _)| (tenant, role, slug)).collect())
    }

    async fn standing(&self, principal: &str, tenant: &TenantId) -> Result<Option<Standing>> {
        if let Some(hash) = principal.strip_prefix(INVITATION) {
            let is_invited = self.invited(hash).await? == Some(*tenant);
            return Ok(is_invited.then(|| Standing {
                role: Role::Invited,
                slug: String::new(),
                name: String::new(),
                plan: Plan::Free,
                is_suspended: false,
            }));
        }
        let here = self.rows(principal).await?.into_iter().find(|(at, ..)| at == tenant);
        // Asked also where there is none, so that a stranger waits no less than a member.
        let (role, slug) =
            here.map_or((None, String::new()), |(_, role, slug)| (role.parse::<Role>().ok(), slug));
        let found = organisations::table.before_admission(&self.door, organisations::slug, slug.as_str());
        let found = found.select((organisations::name, organisations::plan, organisations::status));
        let found: Vec<(String, String, String)> =
            on!(&self.db, pools => pools.tenants.before_admission(&self.door).load(found).await)?;
        let Some(((name, plan, status), role)) = found.into_iter().next().zip(role) else { return Ok(None) };
        Ok(Some(Standing { role, slug, name, plan: Plan::of(&plan), is_suspended: status != "active" }))
    }
}

impl Membership for Members {
    type TenantId = TenantId;
    type Principal = str;
    type Error = PoolError;

    /// For jobs, the scheduler and webhooks: nothing is done for who is suspended.
    async fn check(&self, principal: &str, tenant: &TenantId) -> Result<Decision> {
        let standing = self.standing(principal, tenant).await?;
        Ok(Decision::admit_if(standing.is_some_and(|standing| !standing.is_suspended)))
    }

    /// Our own people, each time for a reason.
    async fn check_cross_tenant(&self, principal: &str, _: &Reason) -> Result<Decision> {
        let account = accounts::find(&self.db, principal).await?;
        Ok(Decision::admit_if(account.is_some_and(|account| account.is_staff)))
    }

    async fn tenants_of(&self, principal: &str) -> Result<Vec<TenantId>> {
        Ok(self.rows(principal).await?.into_iter().map(|(tenant, ..)| tenant).collect())
    }
}

impl DetailedMembership for Members {
    type Details = Standing;

    /// For people: who is suspended is told so, by the layer behind the edge.
    async fn check_details(&self, principal: &str, tenant: &TenantId) -> Result<DetailedDecision<Standing>> {
        Ok(DetailedDecision::admit_if_some(self.standing(principal, tenant).await?))
    }
}
