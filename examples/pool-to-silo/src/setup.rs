//! The databases, the roles and the generated migrations: what an operator does once, by hand or by `diesel migration run`.

use std::error::Error;

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tenancy_pool::placement::{
    CatalogConnection, CatalogMigration, DatabaseAddress, DatabaseName, PgCatalog,
};
use tenancy_rls::{Binding, Roles, RowSecurity, Sealer, SealingKey, Wall, tables};
use tenancy_tests::server::fresh_postgres_database;

use crate::schema::{AGENTS, PLANS, agents, plans};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Two databases: one with the shared tables and the schemas, and one for a tenant alone.
pub(crate) struct Operator {
    home: String,
    silo: String,
    /// What the roles' names begin with: roles are the whole server's.
    prefix: String,
    key: SealingKey,
}

impl Operator {
    /// Creates the databases and the roles.
    pub(crate) async fn new() -> Result<Self> {
        let (home, silo) = (fresh_postgres_database("fleet"), fresh_postgres_database("initech"));
        let prefix = name(&home).to_owned();
        // An application reads it from its secret store.
        let key = SealingKey::new(1, [7; 32])?;
        let operator = Self { home, silo, prefix, key };
        for part in ["owner", "app", "across", "catalog", "manager"] {
            let create = format!("CREATE ROLE {} LOGIN PASSWORD 'example'", operator.role(part));
            run(&operator.home, &create).await?;
        }
        for database in [&operator.home, &operator.silo] {
            run(database, &format!("ALTER DATABASE {} OWNER TO {}", name(database), operator.role("owner")))
                .await?;
            let owner = operator.as_role(database, "owner");
            run(&owner, &format!("{PLANS}{AGENTS}")).await?;
            // The wall: row-level security for the tables as they are declared in Rust.
            run(&owner, &operator.security()?.migration().up()).await?;
            run(&owner, &operator.key.install(Binding::Backend)).await?;
        }
        let (reader, manager) = (operator.role("catalog"), operator.role("manager"));
        let catalog = CatalogMigration::new().reader(&reader)?.manager(&manager)?;
        run(&operator.as_role(&operator.home, "owner"), &catalog.up()).await?;
        Ok(operator)
    }

    /// A schema of a tenant's own, behind the same wall.
    pub(crate) async fn create_schema(&self, schema: &str) -> Result<()> {
        let owner = self.as_role(&self.home, "owner");
        run(&owner, &format!("CREATE SCHEMA {schema}; SET search_path = {schema}; {AGENTS}")).await?;
        run(&owner, &self.security()?.in_tenant_schema(&schema.parse()?).tables_migration().up()).await
    }

    /// Takes a tenant's rows from the shared tables into its schema, as the role that may span tenants.
    pub(crate) async fn copy_into_schema(&self, tenant: &str, schema: &str) -> Result<()> {
        let copy = format!(
            "BEGIN;
             INSERT INTO {schema}.agents SELECT * FROM public.agents WHERE tenant_id = '{tenant}';
             DELETE FROM public.agents WHERE tenant_id = '{tenant}';
             COMMIT"
        );
        run(&self.as_role(&self.home, "across"), &copy).await
    }

    /// The catalog, for a role that may read it or change it.
    pub(crate) async fn catalog(&self, part: &str) -> Result<PgCatalog> {
        let silo = DatabaseAddress::new(self.as_role(&self.silo, "app"))?;
        // The table names databases; only this knows their addresses.
        let addresses = move |database: &DatabaseName| (database.as_str() == "silo").then(|| silo.clone());
        let address = DatabaseAddress::new(self.as_role(&self.home, part))?;
        Ok(PgCatalog::open(CatalogConnection::new(address), addresses).await?)
    }

    /// What the wall is generated from, and compared with when the application starts.
    pub(crate) fn security(&self) -> Result<RowSecurity> {
        let roles = Roles::new(self.role("app"), self.role("across"))?.owner(self.role("owner"))?;
        Ok(RowSecurity::new(tables![agents, plans], roles)?.sealed())
    }

    /// The wall, as the application knows it.
    pub(crate) fn wall(&self) -> Result<Wall> {
        Ok(Wall::sealed(self.security()?, Sealer::new(self.key.clone())))
    }

    /// The address of the shared tables for the application, which owns nothing and passes no policy.
    pub(crate) fn application(&self) -> String {
        self.as_role(&self.home, "app")
    }

    fn role(&self, part: &str) -> String {
        format!("{}_{part}", self.prefix)
    }

    fn as_role(&self, database: &str, part: &str) -> String {
        let (scheme, rest) = database.split_once("://").unwrap_or(("postgres", database));
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        format!("{scheme}://{}:example@{place}", self.role(part))
    }
}

/// The name of the database that an address leads to.
fn name(database: &str) -> &str {
    let path = database.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

async fn run(database: &str, sql: &str) -> Result<()> {
    Ok(AsyncPgConnection::establish(database).await?.batch_execute(sql).await?)
}
