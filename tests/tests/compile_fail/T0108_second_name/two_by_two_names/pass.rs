// L30
tenancy_diesel::table! {
    agents (id) { id -> Integer, #[sql_name = "tenant_id"] tenant_id -> Integer, #[sql_name = "owner"] company_id -> Integer, }
}

fn main() {}
