// L57
diesel::table! {
    #[tenancy_diesel::tenant_global]
    logs (id) { id -> Integer, TENANT_ID -> Integer, }
}

fn main() {}
