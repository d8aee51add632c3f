// L08, L57
tenancy_diesel::table! {
    agents (id) { id -> Integer, tenant_id -> Integer, team_id -> Integer, }
}

diesel::table! {
    teams (id) { id -> Integer, }
}

tenancy_diesel::joinable!(agents -> teams (team_id));

fn main() {}
