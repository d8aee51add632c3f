pub mod schema {
    tenancy_diesel::schema! { include = "tests/compile_fail/schema.rs", global = [plans] }
}

fn main() {}
