//! The billing provider says that an organisation has another plan: signed, once, and mapped to a tenant by the account.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use tenancy_axum::Problem;
use tenancy_axum::webhooks::{Accounts, Once, TableLog, Unverified, Webhook};
use tenancy_diesel::{TenantId, update};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use super::App;
use crate::database::on;
use crate::model::BILLING;
use crate::model::membership::Members;
use crate::policy::Plan;
use crate::schema::organisations;

/// Which tenant an account is: what was written when it was opened.
struct Billed<'a>(&'a Members);

impl Accounts for Billed<'_> {
    type TenantId = TenantId;
    type Error = PoolError;

    async fn tenant_of(&self, account: &str) -> Result<Option<TenantId>, PoolError> {
        self.0.billed(account).await
    }
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct Event {
    #[expect(dead_code, reason = "the signature's check reads it")]
    id: String,
    account: String,
    plan: String,
}

#[utoipa::path(post, path = "/webhooks/billing", request_body = Event, responses((status = 200)))]
pub async fn billing(State(app): State<Arc<App>>, hook: Webhook<Unverified>) -> Result<StatusCode, Problem> {
    let hook = hook.verify(&app.billing)?;
    let event: Event = hook.json()?;
    on!(&app.db, pools => {
        let events = TableLog::new(pools.house.clone());
        // A second time it is answered, and not done.
        let Once::First(hook) = hook.once("billing", &events).await? else { return Ok(StatusCode::OK) };
        let members = app.authority.membership();
        let hook = hook.admit(&app.authority, BILLING, &Billed(members), &event.account).await?;
        let plan = Plan::of(&event.plan).as_str();
        let changed = update(organisations::table.scoped(hook.scope())).set(organisations::plan.eq(plan));
        pools.tenants.execute(hook.scope(), changed).await?;
        app.happened(hook.scope(), "The billing provider", &format!("set the plan to {plan}")).await?;
        hook.done(&events).await?;
    });
    Ok(StatusCode::OK)
}
