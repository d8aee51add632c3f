//! An application's migrations, over everything that its tenants live in: [`Migrator`].
//!
#![doc = include_str!("../../docs/migrations.md")]

mod apply;
mod catalog;
mod drift;
mod error;
mod fleet;
mod folder;
mod journal;
mod options;
mod phases;
mod plan;
mod report;
mod run;
mod session;
mod status;
mod target;

use std::sync::Arc;

use tenancy_core::placement::DatabaseAddress;
use tenancy_pool::OperatorConnection;
use tenancy_pool::placement::{AddressBook, NoAddresses};

pub use self::drift::{Alike, Difference, Drift, Drifted, Kind};
pub use self::error::MigrationError;
pub use self::folder::{Migration, Migrations};
pub use self::journal::STATUS_MIGRATION;
pub use self::options::{Event, Options};
pub use self::plan::{Changed, Plan, TargetPlan};
pub use self::report::{Outcome, Report, TargetReport};
pub use self::status::{State, Status, StatusRow};
pub use self::target::Target;

/// Migrations, and where they run: the shared tables, each schema and each database that the catalog of tenants names.
///
/// # Cancellation
///
/// Dropping the future of a run ends it as a crash does: transactions are rolled back, and the next run goes on.
#[must_use]
pub struct Migrator {
    migrations: Migrations,
    /// Of the tenants' schemas, where they have their own.
    of_schemas: Option<Migrations>,
    home: DatabaseAddress,
    connect: OperatorConnection,
    addresses: Arc<dyn AddressBook>,
    options: Options,
}

impl Migrator {
    /// The same migrations for every target. `home` is the catalog's database, as the owner of the tables; `connect` goes through no pooler.
    pub fn new(migrations: Migrations, home: DatabaseAddress, connect: OperatorConnection) -> Self {
        Self {
            migrations,
            of_schemas: None,
            home,
            connect,
            addresses: Arc::new(NoAddresses),
            options: Options::new(),
        }
    }

    /// Other migrations for tenants' schemas.
    pub fn of_schemas(self, migrations: Migrations) -> Self {
        Self { of_schemas: Some(migrations), ..self }
    }

    /// Where the databases are that the catalog names.
    pub fn addresses(self, addresses: impl AddressBook + 'static) -> Self {
        Self { addresses: Arc::new(addresses), ..self }
    }

    /// How they run.
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// The migrations of a target.
    fn set(&self, target: &Target) -> &Migrations {
        match &self.of_schemas {
            Some(migrations) if target.is_schema() => migrations,
            _ => &self.migrations,
        }
    }
}

impl std::fmt::Debug for Migrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Migrator")
            .field("home", &self.home)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_future_may_be_spawned() {
        fn is_send<T: Send>(_: &T) {}
        let address = DatabaseAddress::new("postgres://app@localhost/app").expect("an address");
        let migrator = Migrator::new(Migrations::default(), address, OperatorConnection::new("tenancy"));
        is_send(&migrator.run());
        is_send(&migrator.plan());
        is_send(&migrator.status());
        is_send(&migrator.drift());
    }
}
