// L85
tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

pub struct Everybody;

impl tenancy_diesel::__private::ScopeFor<agents::table> for Everybody {
    type Within = tenancy_diesel::EveryTenant;

    fn into_within(self) -> Self::Within {
        unreachable!()
    }
}

fn main() {}
