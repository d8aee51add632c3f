pub mod schema {
    tenancy_diesel::schema! {
        include = "tests/compile_fail/joins.rs",
        global = [plans],
        joins = [canvases -> grants (agent_id)],
    }
}

fn main() {}
