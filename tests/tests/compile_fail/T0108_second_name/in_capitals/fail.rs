// L30
tenancy_diesel::table! {
    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, Tenant_Id -> Integer, }
}

fn main() {}
