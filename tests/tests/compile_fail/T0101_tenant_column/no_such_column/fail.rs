diesel::table! {
    #[tenancy_diesel::tenant_scoped(company_id)]
    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

fn main() {}
