// L36
tenancy_diesel::table! {
    agents (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, }
}

fn main() {}
