// L66
use tenancy_axum::Problem;
use tenancy_axum::live::{Subscription, Topics};
use tenancy_diesel::Scoped;

pub fn listen(topics: &Topics<String>, scope: &Scoped<i32>) -> Result<Subscription<String>, Problem> {
    topics.subscribe(scope, ["orders"])
}

fn main() {}
