//! Which tenant, and why it was not done.

use tenancy_core::TenantKey;
use tenancy_operate::tenants::OperateError;

use crate::addresses::variable;
use crate::failure::Failure;

/// A tenant's id.
pub(in crate::command) fn tenant(id: &str) -> Result<TenantKey, Failure> {
    TenantKey::new(id).map_err(|error| {
        Failure::new("this cannot be a tenant").because(error).fix("give the id as the catalog has it")
    })
}

/// What could not be done, why, and what to do about it.
pub(in crate::command) fn failed(what: impl Into<String>, error: OperateError) -> Failure {
    let fix = match error.database_without_address() {
        Some(name) => Some(format!(
            "set {} to its address, for a role that may do there what this one does here",
            variable(name)
        )),
        None => error.to_do().map(str::to_owned),
    };
    let values = error.values().map(str::to_owned);
    let failure = Failure::new(what).because(error).values(values);
    match fix {
        Some(fix) => failure.fix(fix),
        None => failure,
    }
}
