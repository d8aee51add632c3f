//! Two tenants, their agents and canvases, and what a query looks like that cannot leave its tenant.
//!
//! SQLite in memory: there is nothing to install. Run it with `cargo run -p quickstart`.

mod membership;
mod models;
mod schema;

use std::error::Error;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use tenancy_diesel::prelude::*;
use tenancy_diesel::{delete, insert_into};

use membership::Staff;
use models::{Agent, AgentForm, Canvas};
use schema::{agents, canvases, plans};

/// What the compiler says of `agents::table.load(connection)`: the suite's own snapshot.
const WITHOUT_A_SCOPE: &str = include_str!("../../../tests/tests/compile_fail/T0001_read/load/fail.stderr");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = &mut SqliteConnection::establish(":memory:")?;
    connection.batch_execute(schema::SQL)?;

    title("Two tenants, and who belongs to them");
    let (acme, globex) = (TenantId::new(), TenantId::new());
    let authority = Authority::new(Staff(vec![("alice", acme), ("bob", globex)]));
    // A request claims a tenant; only the membership check turns the claim into a scope.
    let alice = &authority.admit("alice", Claimed::new(acme)).await?;
    let bob = &authority.admit("bob", Claimed::new(globex)).await?;
    println!("alice is admitted: {alice:?}");
    match authority.admit("alice", Claimed::new(globex)).await {
        Ok(_) => return Err("a stranger was admitted".into()),
        Err(denied) => println!("alice at the other tenant: {denied}"),
    }

    title("Create: the statement fills the tenant column");
    let forms =
        [AgentForm { id: 1, plan_id: 1, name: "Ada" }, AgentForm { id: 2, plan_id: 2, name: "Grace" }];
    show(&Agent::insert(alice, &forms[0]), "an agent for acme");
    Agent::insert(alice, &forms).execute(connection)?;
    Agent::insert(bob, &AgentForm { id: 1, plan_id: 1, name: "Hank" }).execute(connection)?;
    for (scope, id, agent_id, name) in
        [(alice, 1, 1, "engine"), (alice, 2, 2, "compiler"), (bob, 7, 1, "plot")]
    {
        let canvas = (canvases::id.eq(id), canvases::agent_id.eq(agent_id), canvases::title.eq(name));
        insert_into(canvases::table.scoped(scope)).values(canvas).execute(connection)?;
    }

    title("List: the same code, each tenant its own rows");
    let list = |scope: &Scoped<TenantId>| Agent::scoped(scope).order(agents::id);
    show(&list(alice), "the agents");
    println!("acme:   {:?}", names(list(alice).load(connection)?));
    println!("globex: {:?}", names(list(bob).load(connection)?));

    title("Join: every tenants' table is scoped, the global one is not");
    let joined = canvases::table
        .scoped(alice)
        .inner_join(agents::table.scoped(alice).inner_join(plans::table))
        .select((canvases::title, agents::name, plans::name))
        .order(canvases::id);
    show(&joined, "canvases with their agents and plans");
    for (canvas, agent, plan) in joined.load::<(String, String, String)>(connection)? {
        println!("{canvas}: by {agent}, on the {plan} plan");
    }

    title("Belonging to: canvas 7 belongs to an agent 1 as well, in the other tenant");
    let ada = Agent::find(alice, 1).first(connection)?;
    let own = Canvas::belonging_to(alice, &ada).load(connection)?;
    println!("{} of tenant {}: {own:?}", ada.name, ada.tenant_id);

    title("A guessed id finds nothing");
    let guessed = Canvas::find(alice, 7).first(connection).optional()?;
    println!("canvas 7, which is globex's: {}", guessed.map_or("nothing".to_owned(), |canvas| canvas.title));
    println!("rows that an update of it hits: {}", rename(alice, 7, "stolen").execute(connection)?);
    println!("rows that a delete of it hits: {}", Canvas::delete(alice, 7).execute(connection)?);

    title("Update, upsert, delete");
    show(&rename(alice, 1, "analytical engine"), "rename a canvas");
    println!("renamed: {}", rename(alice, 1, "analytical engine").execute(connection)?);
    let form = AgentForm { id: 1, plan_id: 2, name: "Ada Lovelace" };
    show(&Agent::upsert(alice, &form), "insert an agent, or change it");
    println!("upserted: {}", Agent::upsert(alice, &form).execute(connection)?);
    println!("deleted: {}", delete(canvases::table.scoped(alice)).find(2).execute(connection)?);
    println!("acme:   {:?}", names(list(alice).load(connection)?));
    println!("globex: {:?}", names(list(bob).load(connection)?));

    title("And without the scope");
    println!("{WITHOUT_A_SCOPE}");
    Ok(())
}

/// A statement as a value: what it does to which tenant is settled when it is built.
fn rename<'a>(
    scope: &Scoped<TenantId>,
    id: i32,
    name: &'a str,
) -> impl RunQueryDsl<SqliteConnection> + QueryFragment<Sqlite> + QueryId + use<'a> {
    Canvas::update(scope, id).set(canvases::title.eq(name))
}

fn title(text: &str) {
    println!("\n== {text}");
}

/// Prints the SQL of what is about to run.
fn show(statement: &impl QueryFragment<Sqlite>, what: &str) {
    println!("{what}:\n  {}", diesel::debug_query::<Sqlite, _>(statement));
}

fn names(agents: Vec<Agent>) -> Vec<String> {
    agents.into_iter().map(|agent| agent.name).collect()
}
