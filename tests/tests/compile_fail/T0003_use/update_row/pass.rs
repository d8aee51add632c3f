// L23, L78
use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

fn rename(scope: &Scoped<i32>, agent: &Agent, connection: &mut PgConnection) -> QueryResult<usize> {
    Agent::update(scope, agent.id).set(agents::name.eq("Ada")).execute(connection)
}

fn main() {}
