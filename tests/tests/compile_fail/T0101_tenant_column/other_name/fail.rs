// L18
tenancy_diesel::table! {
    #![tenant_column(company_id)]

    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

fn main() {}
