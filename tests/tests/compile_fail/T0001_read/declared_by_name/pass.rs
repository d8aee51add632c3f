use diesel::prelude::*;
use tenancy_diesel::Scoped;

pub mod schema {
    tenancy_diesel::schema! { include = "tests/compile_fail/by_name.rs" }
}
use schema::agents;

fn list(scope: &Scoped<i32>) {
    let _ = agents::table.scoped(scope).select(agents::name);
}

fn main() {}
