// L85
tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

#[derive(Clone)]
pub struct Anybody;

impl tenancy_diesel::__private::TenantIdFor<agents::table> for Anybody {
    type Id = Self;
    type Bind = ();

    fn to_id(&self) -> Self {
        Anybody
    }

    fn bind(&self) {}
}

fn main() {}
