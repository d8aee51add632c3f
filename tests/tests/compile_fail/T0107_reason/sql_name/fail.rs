// L57
diesel::table! {
    #[tenancy_diesel::tenant_global]
    logs (id) { id -> Integer, #[sql_name = "tenant_id"] org -> Integer, }
}

fn main() {}
