//! Refusals of `tenancy-policies` as answers.

use std::time::Duration;

use tenancy_policies::{Refusal, SpendError};

use super::Problem;
use crate::edge::TRY_AGAIN;

/// When to ask again where nobody knows when somebody ends.
const SOON: Duration = Duration::from_secs(1);

impl From<Refusal> for Problem {
    /// 403 for what the plan does not have, 429 for what is used up for now, 503 where nobody knows. The reason is logged: it may be the application's own words.
    /// Which limit it was is [known](Problem::limit), and answered where that is [said](Problem::showing_limit).
    fn from(refusal: Refusal) -> Self {
        tracing::debug!(target: "tenancy::edge", what = refusal.what(), %refusal, "not allowed");
        let problem = match (&refusal, refusal.status(), refusal.retry_after()) {
            (_, 403, _) => Self::forbidden("the tenant's plan or rules do not allow this"),
            (_, 429, Some(after)) => Self::too_many_requests(after),
            (Refusal::Busy { .. }, ..) => Self::too_many_requests(SOON),
            (_, 429, None) => Self::used_up(),
            (_, 503, _) => Self::unavailable(TRY_AGAIN),
            _ => Self::internal(&refusal),
        };
        problem.refused_by(refusal.limit())
    }
}

impl<E: Into<Problem>> From<SpendError<E>> for Problem {
    fn from(error: SpendError<E>) -> Self {
        match error {
            SpendError::Refused(refusal) => refusal.into(),
            SpendError::Action(error) => error.into(),
        }
    }
}
