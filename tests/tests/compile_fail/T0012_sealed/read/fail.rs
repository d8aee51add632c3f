tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

impl tenancy_diesel::__private::ReadWithinTenant<'_> for agents::table {}

fn main() {}
