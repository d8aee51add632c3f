//! The stop of the tenant's writes, and the switch.

use std::collections::BTreeMap;

use serde::Serialize;
use tenancy_core::TenantKey;
use tenancy_core::placement::{Placement, TenantStatus};
use tenancy_pool::placement::{DatabaseName, ManageError, PgCatalog};
use tokio::time::{Instant, sleep, timeout};

use super::copy::{SNAPSHOT, Work};
use super::error::{Obstacle, RelocationError};
use super::follow::{OPEN, SHUT, set_fence};
use super::options::{Event, Options};
use super::ranges::Numbers;
use super::sequences::{self, Sequence};
use super::session::Session;
use super::tables::Moved;
use super::verify::{self, Checked, ForeignKey};
use super::{failpoint, holders, relation};

/// How few changes there are when the stop is tried.
const FEW: u64 = 100;

/// How often what is left is brought before the stop is tried with more than a few.
const ROUNDS: u32 = 20;

/// How often rows may differ, or sequences be behind.
const REPAIRS: u32 = 3;

/// How long the tenant's writes were stopped, and what for. In milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Stop {
    /// From the request for the lock, behind which writes wait, until the catalog had the new place.
    pub total: f64,
    /// Until the transactions under way had ended.
    pub waiting: f64,
    /// Until the last changes were brought.
    pub draining: f64,
    /// Until every row was compared.
    pub verifying: f64,
    /// Until the catalog had the new place.
    pub switching: f64,
    /// How many changed rows were brought while writes were stopped.
    pub rows: u64,
    /// How often it was tried before, and given up because a transaction went on for too long.
    pub given_up: u32,
}

/// What a stop takes beside the work.
pub(super) struct Switch<'a> {
    pub(super) work: &'a Work<'a>,
    pub(super) gate: &'a Session,
    pub(super) catalog: &'a PgCatalog,
    pub(super) tenant: &'a TenantKey,
    /// Who sees every tenant's rows at the source, if not the session's own role.
    pub(super) across: Option<&'a str>,
    /// The tables and their parts, by their numbers, as this call found them.
    pub(super) members: &'a BTreeMap<String, String>,
    pub(super) destination: &'a Placement<DatabaseName>,
    pub(super) keys: &'a [ForeignKey],
    pub(super) sequences: &'a [Sequence],
    pub(super) numbers: Numbers,
    pub(super) options: &'a Options,
}

/// What came of comparing.
enum Compared {
    Same(Vec<Checked>),
    Different(Vec<Obstacle>),
    /// The source's sequences gave more numbers than were left out at the destination.
    Behind,
}

/// What came of a stop.
enum Stopped {
    Switched(Stop, Vec<Checked>),
    /// Writes go on.
    Different(Vec<Obstacle>),
    /// Writes go on.
    Behind,
    /// Triggers were not as they were made. Writes go on.
    Unguarded(Vec<Obstacle>),
}

impl Switch<'_> {
    /// Rehearses, stops the tenant's writes, brings what is left, compares, and switches. When it fails before the switch, writes go on.
    pub(super) async fn switch(&self) -> Result<(Stop, Vec<Checked>), RelocationError> {
        let (mut differed, mut behind, mut unguarded) = (0, 0, 0);
        loop {
            self.guard().await?;
            self.catch_up().await?;
            let begun = Instant::now();
            let compared = self.rehearse().await?;
            let took = begun.elapsed();
            match compared {
                Compared::Different(different) => {
                    differed += 1;
                    self.repair(different, differed).await?;
                    continue;
                }
                Compared::Behind => continue,
                Compared::Same(checked) => {
                    let rows = checked.iter().map(|table| table.rows).sum();
                    self.options.tell(&Event::Rehearsed { rows, took });
                }
            }
            if took > self.options.stop_limit {
                return Err(RelocationError::Busy {
                    message: format!(
                        "comparing every row took {took:?} in a rehearsal, and the tenant's writes may be stopped for {:?} only",
                        self.options.stop_limit
                    ),
                    fix: "allow a longer stop, at a time when that does no harm; until then changes are followed".to_owned(),
                });
            }
            self.advance().await?;
            match self.stop().await? {
                Stopped::Switched(stop, checked) => return Ok((stop, checked)),
                Stopped::Different(different) => {
                    differed += 1;
                    self.repair(different, differed).await?;
                }
                // They are made anew, and then every row is compared.
                Stopped::Unguarded(_) if unguarded < REPAIRS => unguarded += 1,
                Stopped::Unguarded(found) => return Err(RelocationError::Impossible(found)),
                Stopped::Behind if behind < REPAIRS => behind += 1,
                Stopped::Behind => {
                    return Err(RelocationError::Busy {
                        message: "the source's sequences gave more numbers, again and again, than were left out at the destination".to_owned(),
                        fix: "run it again when less is written".to_owned(),
                    });
                }
            }
        }
    }

    async fn catch_up(&self) -> Result<(), RelocationError> {
        for _ in 0..ROUNDS {
            if self.work.follow().await? <= FEW {
                break;
            }
        }
        Ok(())
    }

    /// What the stop does, without one: at one snapshot of the source both sides have to have the same rows.
    async fn rehearse(&self) -> Result<Compared, RelocationError> {
        self.work.reader.run("taking a snapshot", SNAPSHOT).await?;
        let compared = self.bring_and_compare().await;
        let ended = if compared.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = self.work.reader.run("ending the snapshot", ended).await;
        let compared = compared?;
        ended.map(|()| compared.0)
    }

    /// In a snapshot of the reader's. Also answers with how many rows were brought, and when.
    async fn bring_and_compare(&self) -> Result<(Compared, u64, Instant), RelocationError> {
        let Work { reader, writer, objects, stage, tables, .. } = *self.work;
        let all: Vec<&Moved> = tables.iter().collect();
        let rows = stage.bring(reader, writer, objects, &all, None).await?;
        let brought = Instant::now();
        failpoint::reached("drained").await;
        self.same_shape().await?;
        let compared = match verify::compare(reader, writer, tables).await? {
            Err(different) => Compared::Different(different),
            Ok(checked) => {
                let dangling = verify::dangling(writer, tables, self.keys).await?;
                if !dangling.is_empty() {
                    return Err(RelocationError::Impossible(dangling));
                }
                Compared::Same(checked)
            }
        };
        Ok((compared, rows, brought))
    }

    /// A migration that came in between makes other columns, which were not brought.
    async fn same_shape(&self) -> Result<(), RelocationError> {
        let tables = self.work.tables;
        let name = |relation: &relation::Relation| (relation.schema.clone(), relation.name.clone());
        let sources: Vec<_> = tables.iter().map(|table| name(&table.source)).collect();
        let destinations: Vec<_> = tables.iter().map(|table| name(&table.destination)).collect();
        let (sources, destinations) = futures_util::try_join!(
            relation::read(self.work.reader, &sources),
            relation::read(self.work.writer, &destinations)
        )?;
        let altered = tables.iter().find(|table| {
            let is_as_was = |now: Option<&relation::Relation>, then: &relation::Relation| {
                now.is_some_and(|now| {
                    (now.oid == then.oid && now.wall == then.wall)
                        && (now.columns == then.columns && now.key == then.key)
                })
            };
            !is_as_was(sources.get(&name(&table.source)), &table.source)
                || !is_as_was(destinations.get(&name(&table.destination)), &table.destination)
        });
        match altered {
            None => Ok(()),
            Some(table) => Err(RelocationError::refused(
                format!("the table {} was altered while the tenant was being moved", table.label()),
                "bring both sides to the same migration, and run it again",
            )),
        }
    }

    /// Has the tables that differ brought anew.
    async fn repair(&self, different: Vec<Obstacle>, times: u32) -> Result<(), RelocationError> {
        if times > REPAIRS {
            return Err(RelocationError::Different(different));
        }
        self.options.tell(&Event::Differed { obstacles: &different });
        let Work { reader, writer, objects, tables, .. } = *self.work;
        verify::mark_all(reader, writer, objects, tables, &different).await
    }

    /// Sets the sequences ahead, before the stop: they may have to be waited for.
    async fn advance(&self) -> Result<(), RelocationError> {
        let writer = self.work.writer;
        let behind = sequences::behind(self.gate, writer, self.sequences, self.numbers).await?;
        if behind.is_empty() {
            return Ok(());
        }
        writer.as_itself().await?;
        let advanced = sequences::advance(writer, behind).await;
        writer.across_tenants().await?;
        advanced
    }

    /// Stops the tenant's writes, and switches if both sides are the same then.
    async fn stop(&self) -> Result<Stopped, RelocationError> {
        let mut given_up = 0;
        let begun = loop {
            self.catch_up().await?;
            let begun = Instant::now();
            if self.shut().await? {
                break begun;
            }
            given_up += 1;
            let message = self.in_the_way().await?;
            self.options.tell(&Event::Waiting { message: &message });
            if given_up >= self.options.attempts {
                return Err(RelocationError::Busy {
                    message: format!("the tenant's writes could not be stopped: {message}"),
                    fix: format!("{}: changes are followed until then", holders::FIX),
                });
            }
            sleep(self.options.pause).await;
        };
        let waited = Instant::now();
        failpoint::reached("stopped").await;

        let limit = self.options.stop_limit.saturating_sub(begun.elapsed());
        let stopped = timeout(limit, self.while_stopped()).await;
        let (compared, rows, brought) = match stopped {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => {
                self.reopen().await;
                return Err(error);
            }
            Err(_) => {
                self.reopen().await;
                return Err(RelocationError::Busy {
                    message: format!(
                        "the tenant's writes were stopped for {:?}, which is as long as they may be, and go on",
                        self.options.stop_limit
                    ),
                    fix: "run it again when there is less to do, or allow a longer stop".to_owned(),
                });
            }
        };
        let checked = match compared {
            Compared::Same(checked) => checked,
            Compared::Different(different) => {
                self.reopen().await;
                return Ok(Stopped::Different(different));
            }
            Compared::Behind => {
                self.reopen().await;
                return Ok(Stopped::Behind);
            }
        };
        let verified = Instant::now();
        // Of what came in between only attaching and detaching a part was possible: other changes wait for the locks on the tables.
        match self.unguarded().await {
            Ok(found) if found.is_empty() => {}
            Ok(found) => {
                self.reopen().await;
                return Ok(Stopped::Unguarded(found));
            }
            Err(error) => {
                self.reopen().await;
                return Err(error);
            }
        }

        // From here on the database keeps the tenant's writes out, whoever dies.
        let shut = format!("SELECT setval('{}', {SHUT}); COMMIT", self.work.objects.fence());
        self.gate.run("shutting the fence", &shut).await?;
        failpoint::reached("fenced").await;
        match self.catalog.start_move(self.tenant.as_str()).await {
            Ok(()) | Err(ManageError::WrongStatus { status: TenantStatus::Moving, .. }) => {}
            Err(error) => {
                // Nothing was switched, and will be: that takes a status which only the next call asks for.
                set_fence(self.gate, self.work.objects, OPEN).await?;
                return Err(error.into());
            }
        }
        failpoint::reached("moving").await;
        self.catalog.finish_move(self.tenant.as_str(), self.destination).await?;
        let ended = Instant::now();
        failpoint::reached("switched").await;
        let between = |one: Instant, other: Instant| other.duration_since(one).as_secs_f64() * 1_000.0;
        let stop = Stop {
            total: between(begun, ended),
            waiting: between(begun, waited),
            draining: between(waited, brought),
            verifying: between(brought, verified),
            switching: between(verified, ended),
            rows,
            given_up,
        };
        Ok(Stopped::Switched(stop, checked))
    }

    async fn while_stopped(&self) -> Result<(Compared, u64, Instant), RelocationError> {
        let Work { reader, writer, .. } = *self.work;
        reader.run("taking a snapshot", SNAPSHOT).await?;
        let compared = self.bring_and_compare().await;
        reader.run("ending the snapshot", "ROLLBACK").await?;
        let compared = compared?;
        let behind = sequences::behind(self.gate, writer, self.sequences, self.numbers).await?;
        Ok(if behind.is_empty() { compared } else { (Compared::Behind, compared.1, compared.2) })
    }
}
