// L66
use tenancy_axum::Problem;
use tenancy_axum::live::{Subscription, Topics};

pub fn listen(topics: &Topics<String>, tenant: &str) -> Result<Subscription<String>, Problem> {
    topics.subscribe(tenant, ["orders"])
}

fn main() {}
