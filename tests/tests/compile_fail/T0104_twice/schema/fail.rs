pub mod schema {
    tenancy_diesel::schema! { include = "tests/compile_fail/schema.rs", tenant_column = tenant_id, tenant_column = tenant_id, global = [plans] }
}

fn main() {}
