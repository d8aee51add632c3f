// L17
use tenancy_diesel::{Scoped, ScopedAlias, Unowned};
use tenancy_tests::schema::agents;

fn alias(_: &Scoped<i32>) {
    let managers = tenancy_diesel::alias!(agents as managers);
    let _: ScopedAlias<_, Unowned> = managers.global();
}

fn main() {}
