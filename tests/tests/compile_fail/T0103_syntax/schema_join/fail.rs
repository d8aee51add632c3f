pub mod schema {
    tenancy_diesel::schema! {
        include = "tests/compile_fail/joins.rs",
        global = [plans],
        joins = [canvases.agent_id -> agents],
    }
}

fn main() {}
