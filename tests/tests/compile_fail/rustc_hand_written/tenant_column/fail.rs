// L30
tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

impl diesel::Column for agents::tenant_id {
    type Table = agents::table;

    const NAME: &'static str = "tenant_id";
}

fn main() {}
