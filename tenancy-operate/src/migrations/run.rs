//! A run: every target brought to the newest migration.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Migrator;
use super::catalog;
use super::error::MigrationError;
use super::fleet::Site;
use super::folder::Migration;
use super::journal::{self, Journal, Step, Steps};
use super::options::Event;
use super::plan;
use super::report::{Outcome, Report, TargetReport};
use super::session::Session;
use crate::relocation::failpoint::reached;

/// What the workers of a run share.
struct Run<'m> {
    migrator: &'m Migrator,
    journal: Journal,
    steps: Steps,
    failures: AtomicUsize,
    /// How many failures stop it.
    limit: usize,
}

/// What was done at one target, also where it failed in the end.
#[derive(Default)]
struct Done {
    applied: Vec<String>,
    retries: u32,
    is_complete: bool,
}

impl Migrator {
    /// Applies what is pending, everywhere.
    ///
    /// A target's failure is in the report, and stops the others as the options say: a migration that runs is ended, and no other begun.
    /// Run again, it goes on; what is applied is known by each target's own table.
    ///
    /// # Errors
    ///
    /// When the catalog's database cannot be worked on, an address is missing, a migration's text is another one than was applied somewhere, or a
    /// tenant is being moved. Nothing was begun then.
    ///
    /// # Cancellation
    ///
    /// As a crash: see [`Migrator`].
    pub async fn run(&self) -> Result<Report, MigrationError> {
        let begun = Instant::now();
        let home = journal::home(&self.connect, &self.home).await?;
        let (fleet, sites) = self.sites(&home).await?;
        let targets: BTreeSet<_> = sites.iter().map(|site| site.target.clone()).collect();
        catalog::no_move(&home, &targets).await?;
        let journal = Journal::open(&self.connect, &self.home).await?;
        let steps = journal.steps().await?;
        plan::refuse_changed(&self.changed(&steps))?;
        self.accept(&journal).await?;
        drop(home);
        self.options.tell(&Event::Targets { count: sites.len() });

        let phases = self.phases(&fleet, sites)?;
        let mut run = Run { migrator: self, journal, steps, failures: AtomicUsize::new(0), limit: 1 };
        let mut reports = Vec::with_capacity(targets.len());
        let canaries = phases.canaries.iter().map(Vec::len).sum();
        for phase in phases.canaries {
            reports.extend(self.each(phase, |site| run.target(site)).await);
        }
        if canaries > 0 {
            self.options.tell(&Event::Canaries { count: canaries });
        }
        if !run.is_stopped() {
            run.limit = self.options.failures;
        }
        if !self.options.only_canaries || canaries == 0 {
            for phase in phases.others {
                reports.extend(self.each(phase, |site| run.target(site)).await);
            }
        }
        reports.sort_by(|one, other| one.target.cmp(&other.target));
        Ok(Report {
            applied: reports.iter().map(|report| report.applied.len()).sum(),
            only_canaries: self.options.only_canaries && canaries > 0,
            milliseconds: milliseconds(begun.elapsed()),
            targets: reports,
        })
    }
}

impl Migrator {
    /// Keeps what the options accept, so that the next run need not be told.
    async fn accept(&self, journal: &Journal) -> Result<(), MigrationError> {
        let sets = [
            (Some(&self.migrations), self.of_schemas.is_some().then_some(false)),
            (self.of_schemas.as_ref(), Some(true)),
        ];
        for (set, of_schemas) in sets {
            for migration in self.options.accepted.iter().filter_map(|version| set?.get(version)) {
                journal.accept(migration, of_schemas).await?;
            }
        }
        Ok(())
    }
}

impl Run<'_> {
    fn is_stopped(&self) -> bool {
        self.failures.load(Ordering::Relaxed) >= self.limit
    }

    /// Brings one target as far as it goes.
    async fn target(&self, site: Site) -> TargetReport {
        let begun = Instant::now();
        let mut done = Done::default();
        let ended = if self.is_stopped() { Ok(()) } else { self.work(&site, &mut done).await };
        if ended.is_err() {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        let error = ended.err();
        let outcome = match (&error, done.is_complete) {
            (Some(_), _) => Outcome::Failed,
            (None, false) => Outcome::NotReached,
            (None, true) if done.applied.is_empty() => Outcome::UpToDate,
            (None, true) => Outcome::Migrated,
        };
        self.migrator.options.tell(&Event::Ended { target: &site.target, error: error.as_ref() });
        TargetReport {
            target: site.target,
            outcome,
            applied: done.applied,
            retries: done.retries,
            milliseconds: milliseconds(begun.elapsed()),
            fix: error.as_ref().and_then(MigrationError::to_do).map(str::to_owned),
            error: error.as_ref().map(MigrationError::whole),
        }
    }

    async fn work(&self, site: &Site, done: &mut Done) -> Result<(), MigrationError> {
        let mut session = self.session(site).await?;
        let applied = session.applied().await?;
        self.adopt(site, &applied).await?;
        reached("migrate.locked").await;
        let set = self.migrator.set(&site.target);
        let pending: Vec<_> = set.iter().filter(|migration| !applied.contains(&migration.version)).collect();
        if !pending.is_empty() {
            session.prepare().await?;
        }
        for migration in pending {
            if self.is_stopped() {
                return Ok(());
            }
            self.step(site, &mut session, migration, done).await?;
            done.applied.push(migration.name.clone());
            self.migrator.options.tell(&Event::Applied { target: &site.target, migration: &migration.name });
        }
        done.is_complete = true;
        Ok(())
    }

    /// A connection that is alone at work on the target.
    async fn session(&self, site: &Site) -> Result<Session, MigrationError> {
        let Migrator { connect, options, .. } = self.migrator;
        let session = Session::open(connect, &site.address, &site.target, options.create_schemas).await?;
        session.alone(options.patience).await?;
        Ok(session)
    }

    /// Tells the journal what is applied that it does not know.
    async fn adopt(&self, site: &Site, applied: &BTreeSet<String>) -> Result<(), MigrationError> {
        let (database, schema) = site.target.key();
        let none = HashMap::new();
        let known = self.steps.get(&(database.to_owned(), schema.to_owned())).unwrap_or(&none);
        let is_known = |version: &str| known.get(version).is_some_and(|step: &Step| step.state == "applied");
        let set = self.migrator.set(&site.target);
        let unknown: Vec<_> = applied
            .iter()
            .filter(|version| !is_known(version))
            .map(|version| {
                (version.clone(), set.get(version).map_or(version, |migration| &migration.name).clone())
            })
            .collect();
        if unknown.is_empty() { Ok(()) } else { self.journal.adopt(&site.target, &unknown).await }
    }

    /// Applies one migration, as often as it takes and may.
    async fn step(
        &self,
        site: &Site,
        session: &mut Session,
        migration: &Migration,
        done: &mut Done,
    ) -> Result<(), MigrationError> {
        let (target, options) = (&site.target, &self.migrator.options);
        let mut attempts = 1;
        loop {
            self.journal.begin(target, migration, attempts).await?;
            reached("migrate.begun").await;
            let begun =
                if migration.in_transaction { Ok(()) } else { session.whole(target, migration).await };
            let failed = match begun {
                Ok(()) => match session.apply(target, migration, options).await {
                    Ok(()) => break,
                    Err(failed) => failed,
                },
                Err(error) => return self.failed(site, migration, error).await,
            };
            if !failed.may_be_tried_again || attempts >= options.attempts {
                return self.failed(site, migration, failed.error).await;
            }
            self.journal.ended(target, migration, "waiting", Some(&failed.error)).await?;
            let mut error = failed.error;
            // Once more, and where the connection is lost until there is one again.
            loop {
                let pause = options.pause(attempts);
                options.tell(&Event::Waiting {
                    target,
                    migration: &migration.name,
                    attempts,
                    error: &error,
                    pause,
                });
                sleep(pause).await;
                attempts += 1;
                done.retries += 1;
                if !failed.is_lost {
                    break;
                }
                match self.session(site).await {
                    Ok(again) => {
                        *session = again;
                        break;
                    }
                    Err(again) if attempts < options.attempts => error = again,
                    Err(again) => return self.failed(site, migration, again).await,
                }
            }
            // The connection may have been lost after the commit.
            if failed.is_lost && session.applied().await?.contains(&migration.version) {
                break;
            }
        }
        self.journal.ended(target, migration, "applied", None).await?;
        reached("migrate.told").await;
        Ok(())
    }

    async fn failed(
        &self,
        site: &Site,
        migration: &Migration,
        error: MigrationError,
    ) -> Result<(), MigrationError> {
        // What is wrong with the target is said even if the journal cannot have it.
        let _untold = self.journal.ended(&site.target, migration, "failed", Some(&error)).await;
        Err(error)
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
