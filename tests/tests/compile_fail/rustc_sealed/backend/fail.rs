tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

impl tenancy_diesel::__private::RunsWithoutTenant<agents::table> for diesel::sqlite::Sqlite {}

fn main() {}
