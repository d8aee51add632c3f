// L72
use tenancy_axum::Problem;
use tenancy_axum::webhooks::{Signature, Unverified, Webhook};

pub fn account(hook: Webhook<Unverified>, signature: &Signature) -> Result<Vec<u8>, Problem> {
    Ok(hook.verify(signature)?.body().to_vec())
}

fn main() {}
