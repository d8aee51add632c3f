// L85
use tenancy_diesel::Scoped;

pub fn mint(admitted: Scoped<i32>) -> Scoped<i32> {
    (*admitted.tenant()).into()
}

fn main() {}
