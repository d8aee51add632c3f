//! What is done later: sealed in an envelope, which only the authority opens, and only for whoever still belongs.

pub mod queue;
mod work;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tenancy_axum::Problem;
use tenancy_diesel::Claimed;
use tenancy_diesel::sealed_scopes::{OpenError, Purpose, TenantJob};

use crate::model::{SCHEDULER, Scope, note};
use crate::web::App;

/// What there is to do. The tenant is not in it: it is in the envelope.
#[derive(Debug, Serialize, Deserialize)]
pub enum Job {
    Execute { execution: String },
    Export { export: String },
}

const JOBS: Purpose = Purpose::new("jobs");

/// How long a job may wait.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl App {
    /// A job for the queue, of whoever asks now. It is put there with what it is about, in one transaction: neither is there without the other.
    pub fn seal(&self, scope: &Scope, job: &Job) -> Result<String, Problem> {
        let sealed = self.authority.seal_job(scope, JOBS, LONGEST, job);
        Ok(sealed.map_err(|error| Problem::internal(&error))?.as_str().to_owned())
    }

    /// Does what is due, one job of each tenant in turn, until nothing is. Returns how many were tried.
    ///
    /// The scheduler is a member of each tenant that is active, and is asked for again each time: who is suspended meanwhile is left out.
    pub async fn work_through(self: &Arc<Self>) -> usize {
        let mut tried = 0;
        loop {
            let Ok(tenants) = self.authority.admit_all(SCHEDULER).await else { return tried };
            let mut worked = false;
            for tenant in tenants.tenants() {
                let Ok(scope) = self.authority.admit(SCHEDULER, Claimed::new(*tenant)).await else {
                    continue;
                };
                match self.work_one(&scope).await {
                    Ok(Some(attempts)) => (worked, tried) = (true, tried + attempts),
                    Ok(None) => {}
                    Err(error) => tracing::warn!(%tenant, %error, "the queue does not answer"),
                }
            }
            if !worked {
                return tried;
            }
        }
    }

    /// One job of one tenant, if one is due. How often it was tried for that: one that is given up, not at all.
    async fn work_one(&self, scope: &Scope) -> Result<Option<usize>, Failure> {
        let Some(leased) = queue::lease(&self.db, scope).await? else { return Ok(None) };
        if leased.is_used_up() {
            queue::give_up(&self.db, scope, &leased.id).await?;
            self.happened(scope, "A job", "failed again and again. We look at it.")
                .await
                .map_err(work::refused)?;
            return Ok(Some(0));
        }
        match self.try_one(scope, &leased).await {
            Ok(()) => queue::done(&self.db, scope, &leased.id).await?,
            Err(error) => {
                tracing::warn!(tenant = %scope.tenant(), job = leased.id, error, "a job waits for another try");
                queue::failed(&self.db, scope, &leased, &error.to_string()).await?;
            }
        }
        Ok(Some(1))
    }

    /// Does it, in the scope of whoever asked, who has to belong here still.
    async fn try_one(&self, scope: &Scope, leased: &queue::Leased) -> Result<(), Failure> {
        let job: TenantJob<Job> = leased.message.clone().into();
        match self.authority.open_job(&job, JOBS).await {
            Ok((asked, job)) => work::run(self, &asked, job).await,
            // That nobody can say whether they belong here is no answer.
            Err(error @ (OpenError::Membership(_) | OpenError::Clock)) => Err(error.into()),
            Err(error) => {
                queue::refuse(&self.db, scope, &leased.id).await?;
                Ok(note(&self.db, scope, "A job", &format!("was not done: {error}")).await?)
            }
        }
    }

    /// Works until the program ends.
    pub async fn work_on(self: Arc<Self>) {
        loop {
            self.work_through().await;
            // Woken by a new job; otherwise for what failed, or was taken by somebody who died.
            let _ = tokio::time::timeout(Duration::from_secs(5), self.work.notified()).await;
        }
    }
}
