pub mod schema {
    tenancy_diesel::schema! {
        include = "tests/compile_fail/joins.rs",
        global = [plans],
        tables = tenancy_rls,
    }
}

fn main() {}
