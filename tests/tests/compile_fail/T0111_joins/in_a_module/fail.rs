pub mod schema {
    tenancy_diesel::schema! {
        include = "tests/compile_fail/joins.rs",
        global = [plans],
        joins = [invoices -> agents (agent_id)],
    }
}

fn main() {}
