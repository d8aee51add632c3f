//! Which migrations, and where.

use std::path::PathBuf;

use clap::Args;
use tenancy_core::TenantKey;
use tenancy_operate::migrations::{MigrationError, Migrations, Migrator, Options, Target};

use crate::addresses::{address, variable};
use crate::connect::Database;
use crate::failure::Failure;
use crate::not_here;

/// The folders of migrations.
#[derive(Debug, Args)]
pub(super) struct Folders {
    /// A folder with the application's migrations, as Diesel has them; several are one set
    #[arg(long, value_name = "FOLDER", default_value = "migrations")]
    migrations: Vec<PathBuf>,
    /// Tenants' schemas have these migrations instead
    #[arg(long, value_name = "FOLDER")]
    tenant_migrations: Vec<PathBuf>,
}

/// The places that are worked on: unless some are named, all that the catalog has.
#[derive(Debug, Args)]
pub(super) struct Targets {
    /// Only where this tenant lives
    #[arg(long, value_name = "TENANT")]
    tenant: Vec<String>,
    /// A schema that the catalog does not have yet, `acme` or `silo/acme` in a database of the catalog's
    #[arg(long, value_name = "[DATABASE/]SCHEMA")]
    schema: Vec<String>,
    /// How many targets at the same time, each over one connection
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1000))]
    jobs: u16,
    /// How many of them on one server
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    jobs_per_server: Option<u16>,
    #[command(flatten)]
    database: Database,
}

impl Folders {
    /// Reads them.
    pub(super) fn read(&self) -> Result<(Migrations, Option<Migrations>), Failure> {
        let read = |folders: &[PathBuf]| {
            let read =
                Migrations::read(folders).map_err(|error| failed("there are no migrations to run", error))?;
            if read.is_empty() {
                let first = folders.first().map(|folder| folder.display().to_string()).unwrap_or_default();
                return Err(Failure::new(format!("there is no migration in {first}"))
                    .fix("name the folder that has a folder for each migration"));
            }
            Ok(read)
        };
        let of_schemas =
            if self.tenant_migrations.is_empty() { None } else { Some(read(&self.tenant_migrations)?) };
        Ok((read(&self.migrations)?, of_schemas))
    }
}

impl Targets {
    /// What works on them; the options are those that are said here.
    pub(super) fn migrator(
        &self,
        folders: (Migrations, Option<Migrations>),
        options: Options,
    ) -> Result<Migrator, Failure> {
        let (migrations, of_schemas) = folders;
        let mut options = options.jobs(self.jobs.into()).more(self.schemas()?);
        if let Some(jobs) = self.jobs_per_server {
            options = options.jobs_a_server(jobs.into());
        }
        if !self.tenant.is_empty() || !self.schema.is_empty() {
            options = options.only(tenants(&self.tenant)?);
        }
        let migrator = migrator(&self.database, migrations)?.options(options);
        Ok(match of_schemas {
            Some(of_schemas) => migrator.of_schemas(of_schemas),
            None => migrator,
        })
    }

    fn schemas(&self) -> Result<Vec<Target>, Failure> {
        let target = |name: &String| name.parse().map_err(|error| Failure::new("--schema").because(error));
        self.schema.iter().map(target).collect()
    }
}

/// What works on the catalog's database, and all that it names.
pub(super) fn migrator(database: &Database, migrations: Migrations) -> Result<Migrator, Failure> {
    Ok(Migrator::new(migrations, database.address(not_here::MIGRATIONS)?, database.directly()?)
        .addresses(address))
}

/// Tenants' ids.
pub(super) fn tenants(ids: &[String]) -> Result<Vec<TenantKey>, Failure> {
    let tenant = |id: &String| {
        TenantKey::new(id).map_err(|error| {
            Failure::new("this cannot be a tenant").because(error).fix("give the id as the catalog has it")
        })
    };
    ids.iter().map(tenant).collect()
}

/// What could not be done, why, and what to do about it.
pub(super) fn failed(what: &str, error: MigrationError) -> Failure {
    let fix = match error.database_without_address() {
        Some(name) => {
            Some(format!("set {} to its address, for a role that owns the tables there", variable(name)))
        }
        None => error.to_do().map(str::to_owned),
    };
    let values = error.values().map(str::to_owned);
    let failure = Failure::new(what).because(error).values(values);
    match fix {
        Some(fix) => failure.fix(fix),
        None => failure,
    }
}
