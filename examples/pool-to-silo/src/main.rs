//! Three tenants in three places, one body of query code, and a tenant that moves.
//!
//! Run it with `cargo run -p pool-to-silo`; it starts a PostgreSQL of its own, or uses the one of `DATABASE_URL`.

mod queries;
mod schema;
mod setup;

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use tenancy_diesel::prelude::*;
use tenancy_pool::TenantPool;
use tenancy_pool::placement::{CacheOptions, Placement};

use queries::{forgotten, hire, injected};
use setup::Operator;

/// How long the application may use what the catalog has said. Who moves a tenant waits that long.
const TIME_TO_LIVE: Duration = Duration::from_millis(200);

/// Everybody works for the tenant of the same name; an application would look into its database.
struct Staff;

impl Membership for Staff {
    type TenantId = String;
    type Principal = str;
    type Error = Infallible;

    async fn check(&self, who: &str, tenant: &String) -> Result<Decision, Infallible> {
        Ok(Decision::admit_if(who == tenant))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    title("Two databases, each behind the wall that was generated from the declared tables");
    let operator = Operator::new().await?;
    operator.create_schema("globex").await?;
    let migration = operator.security()?.migration().up();
    for line in migration
        .lines()
        .filter(|line| line.starts_with("ALTER TABLE") || line.starts_with("CREATE POLICY"))
        .take(4)
    {
        println!("  {line}");
    }
    println!("  … and {} lines more", migration.lines().count().saturating_sub(4));

    title("The catalog: who lives where");
    let manager = operator.catalog("manager").await?;
    let places = [
        ("acme", Placement::Shared),
        ("globex", Placement::Schema("globex".try_into()?)),
        ("initech", Placement::Database("silo".try_into()?)),
    ];
    for (tenant, place) in &places {
        manager.register(tenant, place).await?;
        println!("  {tenant}: {place:?}");
    }
    let catalog =
        operator.catalog("catalog").await?.following(CacheOptions::new().time_to_live(TIME_TO_LIVE));
    let fleet = TenantPool::<diesel_async::AsyncPgConnection>::builder(operator.application())
        .wall(operator.wall()?)
        // An example runs on whichever server there is. Yours is to be refused until it is upgraded.
        .waive(tenancy_tests::server::known_holes())
        .catalog(catalog)
        .max_connections(2)
        .build()
        .await?;

    title("One function for all of them: the same key in three places");
    let authority = Authority::new(Staff);
    for (tenant, agent) in [("acme", "Ada"), ("globex", "Grace"), ("initech", "Ida")] {
        let scope = authority.admit(tenant, Claimed::new(tenant.to_owned())).await?;
        println!("  {tenant}: {:?}", hire(&fleet, &scope, 1, agent).await?);
    }

    title("Raw SQL that forgets the tenant, and raw SQL that names another one");
    let acme = authority.admit("acme", Claimed::new("acme".to_owned())).await?;
    println!("  acme reads {:?}", forgotten(&fleet, &acme).await?);
    match injected(&fleet, &acme, "globex").await {
        Ok(names) => return Err(format!("acme read {names:?} as globex").into()),
        Err(refused) => println!("  acme as globex: {refused}"),
    }

    title("acme grows: from the shared tables into a schema of its own");
    operator.create_schema("acme").await?;
    manager.start_move("acme").await?;
    // No answer from before is used any more then, and no transaction from before runs.
    tokio::time::sleep(TIME_TO_LIVE * 2).await;
    match hire(&fleet, &acme, 2, "Alan").await {
        Ok(_) => return Err("a tenant was served that is moving".into()),
        Err(refused) => println!("  meanwhile: {refused}"),
    }
    operator.copy_into_schema("acme", "acme").await?;
    manager.finish_move("acme", &Placement::Schema("acme".try_into()?)).await?;
    tokio::time::sleep(TIME_TO_LIVE * 2).await;
    println!("  acme: {:?}", hire(&fleet, &acme, 2, "Alan").await?);
    println!("  {:?}", fleet.state());
    Ok(())
}

fn title(text: &str) {
    println!("\n== {text}");
}
