// L72
use tenancy_axum::Problem;
use tenancy_axum::webhooks::{Accounts, EventLog, Verified, Webhook};
use tenancy_diesel::{Authority, Membership};

pub async fn pay<M, A, L>(
    hook: Webhook<Verified>,
    authority: &Authority<M>,
    accounts: &A,
    log: &L,
) -> Result<(), Problem>
where
    M: Membership<Principal = str>,
    A: Accounts<TenantId = M::TenantId>,
    L: EventLog,
{
    let _ = log;
    let hook = hook.admit(authority, "stripe", accounts, "acct_1").await?;
    let _scope = hook.scope();
    Ok(())
}

fn main() {}
