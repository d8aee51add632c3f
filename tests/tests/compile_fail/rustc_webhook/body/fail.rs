// L72
use tenancy_axum::Problem;
use tenancy_axum::webhooks::{Signature, Unverified, Webhook};

pub fn account(hook: Webhook<Unverified>, _signature: &Signature) -> Result<Vec<u8>, Problem> {
    Ok(hook.body().to_vec())
}

fn main() {}
