tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

impl tenancy_diesel::__private::RunWithinTenant<'_> for agents::table {
    type Refused = ();
}

fn main() {}
