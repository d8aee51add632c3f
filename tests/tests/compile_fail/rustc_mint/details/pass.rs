// L85
use tenancy_diesel::{Admitted, Scoped};

pub fn promote(admitted: Admitted<i32, &'static str>) -> Scoped<i32> {
    admitted.into_scope()
}

fn main() {}
