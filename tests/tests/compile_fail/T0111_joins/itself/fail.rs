pub mod schema {
    tenancy_diesel::schema! {
        include = "tests/compile_fail/joins.rs",
        global = [plans],
        joins = [canvases -> canvases (plan_id)],
    }
}

fn main() {}
