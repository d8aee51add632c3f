tenancy_diesel::table! {
    members (id) { id -> Integer, tenant_id -> Integer, person_id -> Integer, }
    #[tenant_scoped(link = members(person_id))]
    people (id) { id -> Integer, }
    #[tenant_scoped(through = members(owner_id))]
    notes (id) { id -> Integer, owner_id -> Integer, }
}

fn main() {}
