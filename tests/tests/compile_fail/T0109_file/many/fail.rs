// L57
pub mod schema {
    tenancy_diesel::schema! { include = "tests/compile_fail/T0109_file/many/wrong.rs", global = [plans] }
}

fn main() {}
