pub mod agents;
pub mod membership;
pub mod schema;
pub mod wall;

use diesel_async::AsyncPgConnection;
use tenancy_diesel::{AdmissionDoor, Authority, Claimed};
use tenancy_pool::TenantPool;
use tenancy_rls::Wall;

use agents::{NewAgent, hire, name, overview};
use membership::Members;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // `studio wall 2026-12-01-090000` writes the migration; everything else is the application.
    if let [_, command, version] = &std::env::args().collect::<Vec<_>>()[..]
        && command == "wall"
    {
        wall::wall()?.migration().write_to("migrations", version)?;
        return Ok(());
    }
    serve(std::env::var("DATABASE_URL")?, std::env::var("ADMISSION_URL")?).await
}

async fn serve(url: String, admission: String) -> Result<(), Failure> {
    // Refuses to serve from a database whose wall has a hole.
    let tenants = TenantPool::<AsyncPgConnection>::builder(url)
        .admission(admission)
        .wall(Wall::plain(wall::wall()?))
        .build()
        .await?;
    let door = AdmissionDoor::new("sign-in: is the user a member?")?;
    let authority = Authority::new(Members { tenants: tenants.clone(), door });

    // One request: who it is comes from its session, the tenant from its path, and only the second is to be doubted.
    let (user, tenant) =
        ("3f0c4e3e-0000-4000-8000-000000000001".parse()?, "0197a3b0-0000-7000-8000-00000000000a".parse()?);
    let scope = authority.admit(&user, Claimed::new(tenant)).await?;
    hire(&tenants, &scope, NewAgent { email: "ada@acme.example", name: "Ada" }).await?;
    println!("{}: {:?}", name(&tenants, &scope).await?, overview(&tenants, &scope).await?);
    Ok(())
}
