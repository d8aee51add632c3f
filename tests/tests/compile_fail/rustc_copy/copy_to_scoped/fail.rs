// L63
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<Agent>> {
    diesel::copy_to(agents::table.scoped(scope)).load::<Agent, _>(connection)?.collect()
}

fn main() {}
