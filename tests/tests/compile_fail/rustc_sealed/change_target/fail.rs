tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

pub struct Anywhere;

impl tenancy_diesel::statement::ChangeTarget for Anywhere {
    type Table = agents::table;
    type Reach = tenancy_diesel::EveryTenant;
    type Writer = ();
    type Predicate = ();

    fn into_parts(self) -> (tenancy_diesel::EveryTenant, ()) {
        unreachable!()
    }
}

fn main() {}
