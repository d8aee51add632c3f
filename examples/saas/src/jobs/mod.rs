//! What is done later: sealed in an envelope, which only the authority opens, and only for whoever still belongs.

mod embedded;
mod work;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tenancy_axum::Problem;
use tenancy_diesel::Claimed;
use tenancy_diesel::sealed_scopes::{Purpose, TenantJob};

use crate::model::{SCHEDULER, Scope};
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

impl App {
    /// Puts a job into the queue, for whoever asks now.
    pub async fn enqueue(&self, scope: &Scope, job: Job) -> Result<(), Problem> {
        let sealed =
            self.authority.seal_job(scope, JOBS, LONGEST, &job).map_err(|error| Problem::internal(&error))?;
        embedded::add(&self.db, scope, sealed.as_str()).await?;
        self.work.notify_one();
        Ok(())
    }

    /// Does what is due, one job of each tenant in turn, until nothing is. Returns how many were done.
    ///
    /// The scheduler is a member of each tenant that is active, and is asked for again each time: who is suspended meanwhile is left out.
    pub async fn work_through(self: &Arc<Self>) -> usize {
        let mut done = 0;
        loop {
            let Ok(tenants) = self.authority.admit_all(SCHEDULER).await else { return done };
            let mut worked = 0;
            for tenant in tenants.tenants() {
                let Ok(scope) = self.authority.admit(SCHEDULER, Claimed::new(*tenant)).await else {
                    continue;
                };
                match self.work_one(&scope).await {
                    Ok(true) => worked += 1,
                    Ok(false) => {}
                    Err(error) => tracing::warn!(%tenant, %error, "a job waits for another try"),
                }
            }
            if worked == 0 {
                return done;
            }
            done += worked;
        }
    }

    /// One job of one tenant, if one is due.
    async fn work_one(&self, scope: &Scope) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
        let Some((id, message)) = embedded::lease(&self.db, scope).await? else { return Ok(false) };
        let job: TenantJob<Job> = message.into();
        match self.authority.open_job(&job, JOBS).await {
            // In the scope of whoever asked, who has to belong here still.
            Ok((asked, job)) => work::run(self, &asked, job).await?,
            Err(error) => {
                crate::model::note(&self.db, scope, "A job", &format!("was not done: {error}")).await?
            }
        }
        embedded::done(&self.db, scope, &id).await?;
        Ok(true)
    }

    /// Works until the program ends.
    pub async fn work_on(self: Arc<Self>) {
        loop {
            self.work_through().await;
            // Woken by a new job; otherwise for what was leased by somebody who died.
            let _ = tokio::time::timeout(Duration::from_secs(5), self.work.notified()).await;
        }
    }
}
