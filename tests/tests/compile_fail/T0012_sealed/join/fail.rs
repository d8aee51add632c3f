tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

impl tenancy_diesel::__private::JoinWithinTenant<'_> for agents::table {}

fn main() {}
