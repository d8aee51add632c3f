tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

impl tenancy_diesel::GlobalTable for agents::table {
    type Under<A> = tenancy_diesel::ScopedAlias<A, tenancy_diesel::Unowned>;
}

fn main() {}
