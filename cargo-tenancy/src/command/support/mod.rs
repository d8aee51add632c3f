//! `support`: a named person is let into one tenant for a time, and the tenant reads it.

mod grant;
mod list;
mod log;
mod prepare;
mod revoke;

use tenancy_operate::support::Person;
use tenancy_operate::tenants::Session;

use crate::connect::Database;
use crate::failure::Failure;
use crate::not_here;

subcommands! {
    /// Make the tables of grants, or say anew who may use them; whoever is not named loses it
    Prepare(prepare::Arguments),
    /// Let a person into a tenant for a time
    Grant(grant::Arguments),
    /// End what a person was granted in a tenant
    Revoke(revoke::Arguments),
    /// List the grants that let somebody in
    List(list::Arguments),
    /// What a tenant may read: who was let in by whom, why and until when, each use, and each end
    Log(log::Arguments),
}

async fn session(database: &Database) -> Result<Session, Failure> {
    database.session(not_here::GRANTS).await
}

fn person(text: &str) -> Result<Person, Failure> {
    Person::new(text).map_err(|error| Failure::new(format!("{text:?} names nobody")).because(error))
}
