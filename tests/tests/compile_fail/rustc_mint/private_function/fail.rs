// L85
use tenancy_diesel::Scoped;

pub fn mint(admitted: Scoped<i32>) -> Scoped<i32> {
    Scoped::mint(*admitted.tenant(), "nobody".into())
}

fn main() {}
