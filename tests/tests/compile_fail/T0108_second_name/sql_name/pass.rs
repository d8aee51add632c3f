// L30
tenancy_diesel::table! {
    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, #[sql_name = "company_id"] company_id -> Integer, }
}

fn main() {}
