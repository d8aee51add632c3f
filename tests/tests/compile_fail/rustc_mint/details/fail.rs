// L85
use tenancy_diesel::{Admitted, Scoped};

pub fn promote(admitted: Scoped<i32>) -> Admitted<i32, &'static str> {
    Admitted { scope: admitted, details: "owner".into() }
}

fn main() {}
