//! What a run would do.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Migrator;
use super::error::MigrationError;
use super::fleet::Site;
use super::journal::{self, Steps};
use super::session::Session;
use super::target::{Target, named};

/// A migration whose text is another one now than was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// Its version.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Where the other text was applied.
    pub targets: Vec<String>,
}

/// What would be done at one target.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct TargetPlan {
    /// Which.
    pub target: Target,
    /// How many migrations are applied there.
    pub applied: usize,
    /// Those that would be applied, by name and in order.
    pub pending: Vec<String>,
    /// Those of them that are older than one that is applied.
    pub out_of_order: Vec<String>,
    /// Versions that are applied and in no folder.
    pub unknown: Vec<String>,
    /// Why it could not be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What a run would do.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// Target by target.
    pub targets: Vec<TargetPlan>,
    /// What would be refused.
    pub changed: Vec<Changed>,
}

impl Migrator {
    /// Looks at every target, and changes nothing.
    ///
    /// # Errors
    ///
    /// When the catalog's database cannot be read, or an address is missing. What cannot be read elsewhere is in the plan.
    pub async fn plan(&self) -> Result<Plan, MigrationError> {
        let home = journal::home(&self.connect, &self.home).await?;
        let (_, sites) = self.sites(&home).await?;
        let steps = journal::steps(&home).await?;
        let mut targets = self.each(sites, |site| self.plan_of(site)).await;
        targets.sort_by(|one, other| one.target.cmp(&other.target));
        Ok(Plan { targets, changed: self.changed(&steps) })
    }

    async fn plan_of(&self, site: Site) -> TargetPlan {
        let read = async {
            let session = Session::open(&self.connect, &site.address, &site.target, false).await?;
            session.applied().await
        };
        let (applied, error) = match read.await {
            Ok(applied) => (applied, None),
            Err(error) => (BTreeSet::new(), Some(error.whole())),
        };
        let set = self.set(&site.target);
        let pending: Vec<_> = set.iter().filter(|migration| !applied.contains(&migration.version)).collect();
        let newest = applied.last().map(String::as_str).unwrap_or_default();
        TargetPlan {
            applied: applied.len(),
            out_of_order: pending
                .iter()
                .filter(|one| one.version.as_str() < newest)
                .map(|one| one.name.clone())
                .collect(),
            pending: if error.is_some() {
                Vec::new()
            } else {
                pending.iter().map(|one| one.name.clone()).collect()
            },
            unknown: applied.iter().filter(|version| set.get(version).is_none()).cloned().collect(),
            target: site.target,
            error,
        }
    }

    /// What was applied with another text than there is now, and is not accepted.
    pub(super) fn changed(&self, steps: &Steps) -> Vec<Changed> {
        let mut changed: BTreeMap<&str, Changed> = BTreeMap::new();
        for ((database, schema), versions) in steps {
            let set = match &self.of_schemas {
                Some(migrations) if !schema.is_empty() => migrations,
                _ => &self.migrations,
            };
            for (version, step) in versions {
                let Some(migration) = set.get(version) else { continue };
                let is = |checksum: &Option<String>| checksum.as_ref() == Some(&migration.checksum);
                let is_other = step.checksum.is_some() && !is(&step.checksum) && !is(&step.accepted);
                if step.state != "applied" || !is_other || self.options.accepted.contains(version) {
                    continue;
                }
                let entry = changed.entry(version).or_insert_with(|| Changed {
                    version: version.clone(),
                    name: migration.name.clone(),
                    targets: Vec::new(),
                });
                entry.targets.push(named(database, schema));
            }
        }
        let mut changed: Vec<_> = changed.into_values().collect();
        changed.iter_mut().for_each(|one| one.targets.sort());
        changed
    }
}

/// An error where there is any.
pub(super) fn refuse_changed(changed: &[Changed]) -> Result<(), MigrationError> {
    let [first, ..] = changed else { return Ok(()) };
    let listed: Vec<_> = changed
        .iter()
        .map(|one| match &one.targets[..] {
            [target] => format!("{} (at {target})", one.name),
            [target, rest @ ..] => format!("{} (at {target} and {} more)", one.name, rest.len()),
            [] => one.name.clone(),
        })
        .collect();
    Err(MigrationError::new(format!(
        "the text of a migration is another one than was applied: {}",
        listed.join(", ")
    ))
    .fix(format!(
        "put the old text back and write a new migration; or, where it makes no difference, say --accept-changed {}",
        first.version
    )))
}
