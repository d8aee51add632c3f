// L68, L72
use tenancy_diesel::Scoped;

pub fn read(body: &str) -> serde_json::Result<Scoped<i32>> {
    serde_json::from_str(body)
}

fn main() {}
