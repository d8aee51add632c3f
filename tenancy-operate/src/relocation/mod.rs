//! Moving a tenant to another place while it is served: [`Relocation`].
//!
#![doc = include_str!("../../docs/relocation.md")]

pub mod citus;
mod conflicts;
mod copy;
mod erase;
mod error;
pub(crate) mod failpoint;
mod family;
mod finish;
mod follow;
mod gate;
mod holders;
mod journal;
mod options;
mod preflight;
mod ranges;
mod relation;
mod run;
mod sequences;
mod session;
mod sites;
mod sql;
mod stage;
mod stop;
mod tables;
mod undo;
mod verify;

use std::sync::Arc;

use serde::Serialize;
use tenancy_core::TenantKey;
use tenancy_core::placement::{DatabaseAddress, Placement, TenantStatus};
use tenancy_pool::OperatorConnection;
use tenancy_pool::placement::{
    AddressBook, CatalogConnection, DatabaseName, ManageError, NoAddresses, PgCatalog,
};
use tenancy_rls::RowSecurity;

pub use self::error::{Obstacle, RelocationError};
pub use self::journal::Step;
pub use self::options::{Event, ExpectedServer, Options};
pub use self::stop::Stop;
pub use self::verify::Checked;

use self::journal::Entry;
use self::session::{Part, Session};
use crate::place_in_words::named;

/// One tenant that moves, from wherever the catalog says it is.
///
/// Every call can be made again, in another process, after the one before it ended anywhere: it goes on from what the journal, the catalog and the
/// source's fence say. Two at once are not: the second is refused, or waits until the first has ended.
///
/// # Cancellation
///
/// Dropping a future ends the move as a crash does: the next call goes on.
pub struct Relocation {
    security: RowSecurity,
    tenant: TenantKey,
    home: DatabaseAddress,
    addresses: Arc<dyn AddressBook>,
    connect: OperatorConnection,
    catalog: CatalogConnection,
    options: Options,
}

/// What was moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Moved {
    /// The stop; `None` when the tenant had been switched before this call.
    pub stop: Option<Stop>,
    /// What both sides had when it was switched.
    pub tables: Vec<Checked>,
    /// Whether the source's rows are still there, until the move is finished.
    pub left_at_source: bool,
}

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Erased {
    /// How many rows, by this call.
    pub rows: u64,
    /// Whether an earlier call had ended the move, and this one found nothing to do.
    pub ended_before: bool,
}

/// Where a move is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// How far.
    pub step: Step,
    /// From where.
    pub source: Placement<DatabaseName>,
    /// Where to.
    pub destination: Placement<DatabaseName>,
}

impl Relocation {
    /// Of `tenant`, whose tables `security` knows, with the catalog in the database at `home`, where the shared tables are too. The roles of all
    /// addresses are such as may move tenants.
    pub fn new(
        security: RowSecurity,
        tenant: TenantKey,
        home: DatabaseAddress,
        connect: OperatorConnection,
    ) -> Self {
        Self {
            catalog: CatalogConnection::new(home.clone()),
            security,
            tenant,
            home,
            addresses: Arc::new(NoAddresses),
            connect,
            options: Options::default(),
        }
    }

    /// Where the databases are that the catalog names, for a role that may move tenants there.
    #[must_use]
    pub fn addresses(self, addresses: impl AddressBook + 'static) -> Self {
        Self { addresses: Arc::new(addresses), ..self }
    }

    /// How the catalog is reached, where its address does not say all of it.
    #[must_use]
    pub fn catalog(self, catalog: CatalogConnection) -> Self {
        Self { catalog, ..self }
    }

    /// How to go about it.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Where the tenant's move is; `None` when there is none, or it has ended.
    ///
    /// # Errors
    ///
    /// When the journal cannot be read.
    pub async fn state(&self) -> Result<Option<State>, RelocationError> {
        let journal = self.journal().await?;
        let entry = journal::open(&journal, &self.tenant).await?;
        Ok(entry.map(|Entry { step, source, destination, .. }| State { step, source, destination }))
    }

    async fn journal(&self) -> Result<Session, RelocationError> {
        let journal = Session::open(&self.connect, &self.home, "database of the catalog").await?;
        journal::prepare(&journal).await?;
        Ok(journal)
    }

    async fn open_catalog(&self) -> Result<PgCatalog, RelocationError> {
        let connection = self.catalog.clone().max_connections(1);
        PgCatalog::open(connection, NoAddresses)
            .await
            .map_err(|error| RelocationError::CatalogConnection(Box::new(error)))
    }

    /// The tenant's move, with its lock; `None` when the latest has ended as `wanted`, so that there is nothing left to do.
    async fn unended(&self, journal: &Session, wanted: Step) -> Result<Option<Entry>, RelocationError> {
        if let Some(entry) = journal::open(journal, &self.tenant).await? {
            journal.alone(entry.id, Part::Journal, self.options.patience).await?;
            // Another process may have gone on until it let the lock go.
            if let Some(entry) = journal::open(journal, &self.tenant).await? {
                return Ok(Some(entry));
            }
        }
        match journal::latest(journal, &self.tenant).await? {
            None => Err(RelocationError::refused(
                "there never was a move of this tenant",
                "look at the tenant's name, and at `tenancy.moves` for those that there are",
            )),
            Some(step) if step == wanted => Ok(None),
            Some(Step::Undone) => Err(RelocationError::refused(
                "the tenant's move was taken back, and there is none to finish",
                "nothing is left of it; run the move again if it is meant",
            )),
            Some(_) => Err(RelocationError::refused(
                "the tenant's move is finished, and there is none to take back",
                "move the tenant back the same way",
            )),
        }
    }

    /// Whether the catalog has the tenant at the destination. A move that broke off between the two statements of the switch is set back, so
    /// that neither of them can be done any more by whoever was at it.
    async fn arrived(&self, catalog: &PgCatalog, entry: &Entry) -> Result<bool, RelocationError> {
        let found = self.found(catalog).await?;
        if found.0 == TenantStatus::Moving && found.1 == entry.source {
            match catalog.cancel_move(self.tenant.as_str()).await {
                Ok(()) | Err(ManageError::WrongStatus { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let (status, placement) = self.found(catalog).await?;
        if placement == entry.destination {
            return Ok(true);
        }
        if placement == entry.source && status == TenantStatus::Active {
            return Ok(false);
        }
        Err(RelocationError::refused(
            format!(
                "the catalog has the tenant as {status}, in {}, and the move began in {}",
                named(&placement),
                named(&entry.source)
            ),
            "make it active where the move began, or take the move back by hand",
        ))
    }

    async fn found(
        &self,
        catalog: &PgCatalog,
    ) -> Result<(TenantStatus, Placement<DatabaseName>), RelocationError> {
        let entry = catalog.entry(self.tenant.as_str()).await?;
        let entry = entry.ok_or_else(|| ManageError::Unknown { tenant: self.tenant.clone() })?;
        Ok((entry.status, entry.placement))
    }

    /// The declared tables at a place, in the order of their numbers.
    fn names(&self, placement: &Placement<DatabaseName>) -> Vec<String> {
        let names = tables::names(&sites::security_at(&self.security, placement));
        names.iter().map(|(schema, name)| sql::qualified(schema, name)).collect()
    }
}

fn ended() -> RelocationError {
    RelocationError::refused(
        "another process has ended this move",
        "look at `tenancy.moves` for what was done",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_future_can_be_spawned() {
        fn spawned<T: Send>(_: impl FnOnce(&'static Relocation) -> T) {}
        spawned(|relocation| relocation.run(&Placement::Shared));
        spawned(Relocation::undo);
        spawned(|relocation| relocation.finish(std::time::Duration::ZERO));
        spawned(Relocation::state);
    }
}
