// L57
diesel::table! {
    #[tenancy_diesel::tenant_global(reason = "read by the operators, before anybody is admitted")]
    logs (id) { id -> Integer, TENANT_ID -> Integer, }
}

fn main() {}
