// L17
use tenancy_diesel::{Scoped, ScopedAlias, Within};
use tenancy_tests::schema::agents;

fn alias(scope: &Scoped<i32>) {
    let managers = tenancy_diesel::alias!(agents as managers);
    let _: ScopedAlias<_, Within<i32>> = managers.scoped(scope);
}

fn main() {}
