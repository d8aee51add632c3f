pub mod schema {
    tenancy_diesel::schema! { include = "tests/compile_fail/schema.rs", globals = [plans], global = [plans] }
}

fn main() {}
