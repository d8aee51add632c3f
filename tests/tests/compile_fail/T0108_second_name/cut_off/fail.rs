// L30
diesel::table! {
    #[tenancy_diesel::tenant_scoped(tenant_id)]
    agents (id) { id -> Integer, #[sql_name = "tenant_of_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"] tenant_id -> Integer, #[sql_name = "tenant_of_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_2"] company_id -> Integer, }
}

fn main() {}
