pub mod schema {
    tenancy_diesel::schema! {
        include = "tests/compile_fail/joins.rs",
        global = [plans],
        joins = [canvases -> agents (agent_id)],
    }
}

fn main() {}
