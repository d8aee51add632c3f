//! PostgreSQL, behind the sealed wall: the database keeps tenants apart as well, also from an injection of SQL.

use std::error::Error;

use diesel::sql_types::{BigInt, Text};
use diesel::{OptionalExtension as _, QueryableByName};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use tenancy_axum::webhooks;
use tenancy_pool::TenantPool;
use tenancy_pool::placement::{CatalogMigration, SchemaName};
use tenancy_rls::{
    Binding, Inspection, Manifest, Roles, RowSecurity, Sealer, SealingKey, Tables, Waivers, Wall, tables,
};

use super::places::Places;
use super::{HOUSE, MAIN, Pools, SCHEMA, VERSION, seed, version};
use crate::config::Config;
use crate::schema::{
    activity, agents, canvases, episodes, executions, exports, invitations, jobs, memberships, organisations,
    places, projects, settings, tasks, uploads, usage,
};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The roles, each for one thing: the application within a tenant, what spans tenants, what is read before admission, what is nobody's, and
/// what knows where tenants are. Their names begin with that of the database, because roles are the whole server's.
const PARTS: [&str; 5] = ["app", "across", "admission", "house", "catalog"];

pub(super) async fn open(url: &str, config: &Config) -> Result<(Pools<AsyncPgConnection>, Server)> {
    let setup = Setup { url, config };
    let mut owner = AsyncPgConnection::establish(url).await.map_err(|error| {
        format!("DATABASE_URL cannot be used: {error}. Is PostgreSQL there, and may the account sign in?")
    })?;
    let security = setup.security()?;
    // A second process that starts at the same time waits here.
    owner.batch_execute("SELECT pg_advisory_lock(7233)").await?;
    let is_new = !is_there(&mut owner, "main", "organisations").await?;
    if !is_new {
        setup.is_of_this_version(&mut owner).await?;
    }
    setup.roles(&mut owner).await?;
    if is_new {
        setup.create(&mut owner, &security).await?;
    }
    let key = SealingKey::new(1, config.key("wall"))?;
    owner.batch_execute(&key.install(Binding::Backend)).await?;
    owner.batch_execute("SELECT pg_advisory_unlock(7233)").await?;
    let waivers =
        if config.accept_old_server { known_holes(&security, &mut owner).await? } else { Waivers::new() };
    // For `tenancy`, the command: it moves a tenant, and looks after the wall.
    Manifest::of(&security).write_to(config.data.join("tenancy.json"))?;
    let places = Places::open(setup.address("catalog")).await?;
    let tenants = TenantPool::<AsyncPgConnection>::builder(setup.address("app"))
        .catalog(places.catalog())
        .admission(setup.address("admission"))
        .across(setup.address("across"))
        .acquire_timeout(config.patience)
        .wall(Wall::sealed(security.clone(), Sealer::new(key)))
        .waive(waivers)
        .build()
        .await?;
    let house = TenantPool::<AsyncPgConnection>::builder(setup.address("house"))
        .acquire_timeout(config.patience)
        .without_wall("accounts and sessions are no tenant's; this role has no right to any table that is")
        .build()
        .await?;
    Ok((Pools { tenants, house }, Server { security, places, address: setup.address("app") }))
}

/// Makes a schema for one tenant, with its tables and their wall.
pub(super) async fn make_schema(url: &str, config: &Config, name: &str) -> Result<()> {
    let name: SchemaName = name.parse()?;
    let wall = Setup { url, config }.security()?.in_tenant_schema(&name).tables_migration().up();
    let mut owner = AsyncPgConnection::establish(url).await?;
    // What is not in `main` is found in the first schema of the path.
    let tables = format!(
        "BEGIN; CREATE SCHEMA \"{name}\"; SET LOCAL search_path = \"{name}\", main; {SCHEMA} COMMIT;"
    );
    owner.batch_execute(&tables).await?;
    Ok(owner.batch_execute(&wall).await?)
}

/// What is looked at when the operator asks.
pub struct Server {
    security: RowSecurity,
    pub(super) places: Places,
    /// With a password in it: it is shown nowhere.
    address: String,
}

impl Server {
    /// What the inspection finds, as text.
    pub(super) async fn report(&self) -> Result<String> {
        let mut connection = AsyncPgConnection::establish(&self.address).await?;
        Ok(Inspection::new(&self.security).run(&mut connection).await?.to_string())
    }
}

struct Setup<'a> {
    url: &'a str,
    config: &'a Config,
}

impl Setup<'_> {
    fn name(&self) -> &str {
        let path = self.url.split('?').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }

    fn role(&self, part: &str) -> String {
        format!("{}_{part}", self.name())
    }

    /// The address for a role, whose password is derived from the secret.
    fn address(&self, part: &str) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap_or(("postgres", self.url));
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        format!("{scheme}://{}:{}@{place}", self.role(part), self.config.key_text(&self.role(part)))
    }

    fn security(&self) -> Result<RowSecurity> {
        let roles = Roles::new(self.role("app"), self.role("across"))?
            .admission(self.role("admission"))?
            .sets(self.role("sets"))?;
        Ok(RowSecurity::new(declared(), roles)?.sealed())
    }

    async fn roles(&self, owner: &mut AsyncPgConnection) -> Result<()> {
        let mut sql = String::new();
        for part in PARTS {
            let (role, password) = (self.role(part), self.config.key_text(&self.role(part)));
            sql += &format!(
                "DO $$ BEGIN CREATE ROLE \"{role}\"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                 ALTER ROLE \"{role}\" LOGIN PASSWORD '{password}';"
            );
        }
        let (sets, app) = (self.role("sets"), self.role("app"));
        sql += &format!(
            "DO $$ BEGIN CREATE ROLE \"{sets}\" NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             GRANT \"{sets}\" TO \"{app}\";"
        );
        Ok(owner.batch_execute(&sql).await?)
    }

    /// Before anything of it is touched, the passwords of its roles as well.
    async fn is_of_this_version(&self, owner: &mut AsyncPgConnection) -> Result<()> {
        #[derive(QueryableByName)]
        struct Number {
            #[diesel(sql_type = BigInt)]
            number: i64,
        }
        let mut found = None;
        if is_there(owner, "house", "schema_version").await? {
            let number = diesel::sql_query("SELECT number FROM house.schema_version");
            found = number.get_result::<Number>(owner).await.optional()?.map(|found| found.number);
        }
        if found == Some(VERSION) {
            return Ok(());
        }
        let anew = "set DATABASE_URL to an empty database, or drop this one and create it";
        Err(version::refused(&format!("the database {}", self.name()), found, anew).into())
    }

    /// What an operator does once, by hand or by `diesel migration run`.
    async fn create(&self, owner: &mut AsyncPgConnection, security: &RowSecurity) -> Result<()> {
        let (house, seeds) = (self.role("house"), seed::statements(self.config)?);
        let wall = security.migration().up();
        let catalog = CatalogMigration::new().reader(&self.role("catalog"))?.up();
        owner
            .batch_execute(&format!(
                "BEGIN;
                 CREATE SCHEMA main;
                 SET LOCAL search_path = main;
                 {MAIN}
                 SET LOCAL search_path = public, main;
                 {SCHEMA}
                 CREATE SCHEMA house;
                 ALTER ROLE \"{house}\" SET search_path = house;
                 SET LOCAL search_path = house, public, main;
                 {HOUSE} {} {}
                 {seeds}
                 INSERT INTO places (tenant_id, place) SELECT id, 'shared tables' FROM organisations;
                 {catalog}
                 INSERT INTO tenancy.tenant_placements (tenant, status, kind) SELECT id, 'active', 'shared' FROM organisations;
                 GRANT USAGE ON SCHEMA house TO \"{house}\";
                 GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA house TO \"{house}\";
                 REVOKE ALL ON house.schema_version FROM \"{house}\";
                 COMMIT;",
                version::statement(),
                webhooks::MIGRATION
            ))
            .await?;
        owner.batch_execute(&wall).await?;
        Ok(())
    }
}

/// Whether there is a table of this name.
async fn is_there(owner: &mut AsyncPgConnection, schema: &str, table: &str) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        #[expect(dead_code, reason = "that there is one is all")]
        name: String,
    }
    let found = diesel::sql_query(
        "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = $1 AND tablename = $2",
    );
    let found = found.bind::<Text, _>(schema).bind::<Text, _>(table).get_result::<Found>(owner).await;
    Ok(found.optional()?.is_some())
}

/// Every table of the tenants: what the wall is generated from, and compared with at each start.
fn declared() -> Tables {
    tables![
        organisations,
        memberships,
        invitations,
        settings,
        agents,
        canvases,
        projects,
        tasks,
        episodes,
        executions,
        uploads,
        exports,
        activity,
        usage,
        places,
        jobs
    ]
    .unique_over_all_tenants::<organisations::table>("organisations_slug_key", "it is a name in addresses")
    .unique_over_all_tenants::<organisations::table>(
        "organisations_billing_key",
        "the provider gives each account once",
    )
}

/// What is known of the server's version, and accepted because somebody said so.
async fn known_holes(security: &RowSecurity, owner: &mut AsyncPgConnection) -> Result<Waivers> {
    let report = Inspection::new(security).from_elsewhere().run(owner).await?;
    report
        .findings
        .iter()
        .filter(|finding| finding.code == "R080")
        .try_fold(Waivers::new(), |waivers, hole| {
            Ok(waivers.waive("R080", &hole.object, "SAAS_ACCEPT_OLD_SERVER is set")?)
        })
}
