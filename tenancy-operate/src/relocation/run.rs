//! Moving: from the beginning, or from where it was broken off.

use tenancy_core::placement::{Placement, TenantStatus};
use tenancy_pool::placement::{DatabaseName, ManageError, PgCatalog};

use super::copy::Work;
use super::error::RelocationError;
use super::follow::{self, OPEN, Objects};
use super::journal::{self, Entry, Step};
use super::options::Event;
use super::ranges::Numbers;
use super::session::{Part, Session};
use super::sites::{self, Sites};
use super::stage::Stage;
use super::stop::{Stop, Switch};
use super::verify::Checked;
use super::{Moved, Relocation, ended, failpoint, family};
use crate::place_in_words::named;

impl Relocation {
    /// Moves the tenant to `destination`, from the beginning or from where an earlier call ended.
    ///
    /// # Errors
    ///
    /// [`RelocationError::Impossible`] when something is in the way, before anything is changed. [`RelocationError::Busy`] when the tenant's writes could not
    /// be stopped for long enough; nothing is stopped then. Any other: the tenant is served where it was, or the next call goes on.
    pub async fn run(&self, destination: &Placement<DatabaseName>) -> Result<Moved, RelocationError> {
        let journal = self.journal().await?;
        let catalog = self.open_catalog().await?;
        let entry = match journal::open(&journal, &self.tenant).await? {
            Some(entry) => entry,
            None => match self.begin(&journal, &catalog, destination).await? {
                Some(entry) => entry,
                None => return Ok(Moved { stop: None, tables: Vec::new(), left_at_source: false }),
            },
        };
        journal.alone(entry.id, Part::Journal, self.options.patience).await?;
        // Another process may have gone on until it let the lock go.
        let mut entry = journal::open(&journal, &self.tenant).await?.ok_or_else(ended)?;
        self.same_destination(&entry, destination)?;
        match entry.step {
            Step::Undoing => {
                return Err(RelocationError::refused(
                    "this move is being taken back",
                    "take it back wholly with --undo, and begin anew",
                ));
            }
            Step::Switched | Step::Finishing => return self.switched(&journal, entry, None).await,
            _ => {}
        }
        failpoint::reached("begun").await;
        if self.arrived(&catalog, &entry).await? {
            entry.reach(&journal, Step::Switched).await?;
            return self.switched(&journal, entry, None).await;
        }

        let mut sites = self.sites_of(&entry).await?;
        sites.alone(entry.id, self.options.patience).await?;
        // Whoever was at it before may have switched in its last moment.
        if self.arrived(&catalog, &entry).await? {
            entry.reach(&journal, Step::Switched).await?;
            return self.switched(&journal, entry, None).await;
        }
        let mut obstacles = Vec::new();
        let prepared = sites.prepare(self, &mut obstacles).await?;
        if !obstacles.is_empty() {
            return Err(RelocationError::Impossible(obstacles));
        }
        same_tables(&entry, &self.names(&entry.source))?;
        let (objects, stage) = (Objects::of(entry.id), Stage::of(entry.id));
        let Sites { gate, reader, writer, .. } = &sites;
        let across = prepared.across.as_deref();
        if entry.step == Step::Begun {
            follow::install(gate, &objects, &prepared.tables, self.tenant.as_str(), across, &self.options)
                .await?;
            entry.reach(&journal, Step::Following).await?;
        } else {
            // A stop that was broken off left it shut, perhaps.
            follow::set_fence(gate, &objects, OPEN).await?;
        }
        let members = family::members(gate, &prepared.tables).await?;
        self.options.tell(&Event::Following);
        failpoint::reached("following").await;
        stage.make(writer, &prepared.tables, prepared.across_at_destination.as_deref()).await?;
        sites.to_work(&prepared.tables).await?;
        let work = Work {
            journal: &journal,
            reader,
            writer,
            objects: &objects,
            stage: &stage,
            tables: &prepared.tables,
        };
        if entry.step == Step::Following {
            let options = &self.options;
            work.copy(&mut entry, options.batch, &|table, rows| options.tell(&Event::Copied { table, rows }))
                .await?;
            entry.reach(&journal, Step::Copied).await?;
        }
        failpoint::reached("whole").await;
        let switch = Switch {
            work: &work,
            gate,
            catalog: &catalog,
            tenant: &self.tenant,
            across,
            members: &members,
            destination: &entry.destination,
            keys: &prepared.keys,
            sequences: &prepared.sequences,
            numbers: match entry.destination {
                Placement::Shared => Numbers::Shared,
                _ => Numbers::OfMove(entry.id),
            },
            options: &self.options,
        };
        let (stop, checked) = switch.switch().await?;
        entry.stopped(&journal, &stop).await?;
        entry.reach(&journal, Step::Switched).await?;
        drop(sites);
        self.switched(&journal, entry, Some((stop, checked))).await
    }

    /// Writes a new move down, when nothing is in its way. `None` when the tenant is there already.
    async fn begin(
        &self,
        journal: &Session,
        catalog: &PgCatalog,
        destination: &Placement<DatabaseName>,
    ) -> Result<Option<Entry>, RelocationError> {
        let entry = catalog
            .entry(self.tenant.as_str())
            .await?
            .ok_or_else(|| ManageError::Unknown { tenant: self.tenant.clone() })?;
        if &entry.placement == destination {
            return Ok(None);
        }
        if entry.status != TenantStatus::Active {
            return Err(ManageError::WrongStatus {
                tenant: self.tenant.clone(),
                status: entry.status,
                needed: &[TenantStatus::Active],
            }
            .into());
        }
        let mut obstacles = Vec::new();
        let mut sites = self.sites(&entry.placement, destination).await?;
        sites.expected(journal, self.options.server, &mut obstacles).await?;
        sites::taken(journal, &self.tenant, destination, &mut obstacles).await?;
        let prepared = sites.prepare(self, &mut obstacles).await?;
        sites.look(&prepared, &mut obstacles).await?;
        if !obstacles.is_empty() {
            return Err(RelocationError::Impossible(obstacles));
        }
        let tables = self.names(&entry.placement);
        let ends = [(&entry.placement, &sites.databases[0]), (destination, &sites.databases[1])];
        journal::begin(journal, &self.tenant, ends, &tables).await?;
        journal::open(journal, &self.tenant).await
    }

    /// What is left to do after the switch.
    async fn switched(
        &self,
        journal: &Session,
        mut entry: Entry,
        done: Option<(Stop, Vec<Checked>)>,
    ) -> Result<Moved, RelocationError> {
        failpoint::reached("arrived").await;
        let mut sites = self.sites_of(&entry).await?;
        sites.alone(entry.id, self.options.patience).await?;
        let prepared = sites.prepare(self, &mut Vec::new()).await?;
        Stage::of(entry.id).drop(&sites.writer, &prepared.tables).await?;
        follow::drop_schema(&sites.writer).await?;
        drop(sites);
        if self.options.erase_source && !entry.erased {
            self.erase_source(journal, &mut entry).await?;
        }
        let (stop, tables) = done.map_or((None, Vec::new()), |(stop, tables)| (Some(stop), tables));
        Ok(Moved { stop, tables, left_at_source: !entry.erased })
    }

    fn same_destination(
        &self,
        entry: &Entry,
        destination: &Placement<DatabaseName>,
    ) -> Result<(), RelocationError> {
        if &entry.destination == destination {
            return Ok(());
        }
        Err(RelocationError::refused(
            format!(
                "the tenant is on its way to {} already, at the step \"{}\"",
                named(&entry.destination),
                entry.step.word()
            ),
            "finish that move first, with --finish, or take it back with --undo",
        ))
    }
}

/// The triggers know the tables by their numbers.
fn same_tables(entry: &Entry, names: &[String]) -> Result<(), RelocationError> {
    if entry.tables == names {
        return Ok(());
    }
    Err(RelocationError::refused(
        "other tables are declared than when this move began",
        "run it with the declarations that it began with, or take it back with --undo and begin anew",
    ))
}
