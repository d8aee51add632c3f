//! Whether the targets are alike.

mod compare;
mod read;

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use self::compare::Group;
use self::read::Contents;
use super::Migrator;
use super::error::MigrationError;
use super::fleet::Site;
use super::journal;
use super::session::Session;
use super::target::Target;

/// Whether the targets are alike, and where not.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// What was compared with each other: databases, and schemas; and, where these have the same migrations and are not alike, one of each.
    pub groups: Vec<Alike>,
    /// What could not be read, and why.
    pub unread: Vec<(Target, String)>,
}

/// Targets that should be alike.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Alike {
    /// How many there are.
    pub targets: usize,
    /// How many of them are as most are.
    pub as_most: usize,
    /// One of those, with which the others are compared.
    pub like: Target,
    /// The others; those that are alike among themselves stand together.
    pub drifted: Vec<Drifted>,
}

/// Targets that are not as the most.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Drifted {
    /// Which.
    pub targets: Vec<Target>,
    /// In what.
    pub differences: Vec<Difference>,
}

/// One thing that is not as elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// What it is.
    pub kind: Kind,
    /// Its name; behind a table's name, where it is part of a table.
    pub name: String,
    /// What it is at these targets; `None` where it is missing.
    pub here: Option<String>,
    /// What it is at most.
    pub elsewhere: Option<String>,
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs, reason = "they are PostgreSQL's words")]
pub enum Kind {
    /// A version in Diesel's table.
    Migration,
    Schema,
    Table,
    Column,
    Constraint,
    Index,
    Policy,
    Trigger,
    View,
    Sequence,
    Function,
    Type,
    /// Who may do what with a table, a view or a sequence.
    Grants,
}

impl Drift {
    /// Whether all were read, and are alike.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.unread.is_empty() && self.groups.iter().all(|group| group.drifted.is_empty())
    }
}

impl Migrator {
    /// Compares the targets with each other: what most are is right, and the others are named with what differs.
    ///
    /// # Errors
    ///
    /// When the catalog's database cannot be read, or an address is missing. What cannot be read elsewhere is in the result.
    pub async fn drift(&self) -> Result<Drift, MigrationError> {
        let home = journal::home(&self.connect, &self.home).await?;
        let (_, sites) = self.sites(&home).await?;
        drop(home);
        let (schemas, databases) = sites.into_iter().partition::<Vec<_>, _>(|site| site.target.is_schema());
        let mut drift = Drift { groups: Vec::new(), unread: Vec::new() };
        let mut right = Vec::new();
        for sites in [databases, schemas] {
            let compared = Mutex::new(Group::default());
            let read = self.each(sites, |site| self.compared(site, &compared)).await;
            drift.unread.extend(read.into_iter().flatten());
            if let Some((alike, contents)) =
                compared.into_inner().unwrap_or_else(PoisonError::into_inner).alike()
            {
                right.push((alike.like.clone(), contents));
                drift.groups.push(alike);
            }
        }
        if self.of_schemas.is_none() {
            let mut both = Group::default();
            for (target, mut contents) in right {
                contents.forget_the_schema();
                both.add(target, contents);
            }
            drift
                .groups
                .extend(both.alike().map(|(alike, _)| alike).filter(|alike| !alike.drifted.is_empty()));
        }
        drift.unread.sort();
        Ok(drift)
    }

    /// Reads one target into its group; what stands in the way, if anything.
    async fn compared(&self, site: Site, group: &Mutex<Group>) -> Option<(Target, String)> {
        let read = async {
            let session = Session::open(&self.connect, &site.address, &site.target, false).await?;
            Contents::read(&session, &site.target).await
        };
        match read.await {
            Ok(contents) => {
                group.lock().unwrap_or_else(PoisonError::into_inner).add(site.target, contents);
                None
            }
            Err(error) => Some((site.target, error.whole())),
        }
    }
}
