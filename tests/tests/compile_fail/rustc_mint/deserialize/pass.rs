// L68, L72
use tenancy_diesel::Claimed;

pub fn read(body: &str) -> serde_json::Result<Claimed<i32>> {
    serde_json::from_str(body)
}

fn main() {}
