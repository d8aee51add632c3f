tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

pub struct Anywhere;

impl tenancy_diesel::statement::InsertTarget for Anywhere {
    type Table = agents::table;
    type Reach = ();
    type Tenant = ();
    type Writer = ();

    fn into_tenant(self) {}
}

fn main() {}
