//! In which order targets are migrated.

use std::collections::BTreeSet;

use super::Migrator;
use super::catalog::Fleet;
use super::error::MigrationError;
use super::fleet::Site;
use super::target::Target;

/// Sites that are worked on at a time; one phase begins when that before it has ended.
#[derive(Debug, Default)]
pub(super) struct Phases {
    pub(super) canaries: Vec<Vec<Site>>,
    pub(super) others: Vec<Vec<Site>>,
}

impl Migrator {
    /// Canaries, then databases, then schemas: tables of a schema may refer to those that its database shares.
    ///
    /// Where schemas have migrations of their own, a canary's database comes before it.
    pub(super) fn phases(&self, fleet: &Fleet, sites: Vec<Site>) -> Result<Phases, MigrationError> {
        let mut first: BTreeSet<Target> = BTreeSet::new();
        for tenant in &self.options.canaries {
            first.insert(fleet.of(tenant.as_str())?.clone());
        }
        // A schema is one tenant's, so that its failure is nobody else's.
        let (schemas, databases): (Vec<_>, Vec<_>) = sites.iter().partition(|site| site.target.is_schema());
        let more: Vec<_> = schemas
            .into_iter()
            .chain(databases)
            .map(|site| &site.target)
            .filter(|target| !first.contains(target))
            .take(self.options.first)
            .cloned()
            .collect();
        first.extend(more);
        if self.of_schemas.is_some() {
            let around: Vec<_> = first.iter().map(Target::around).collect();
            first.extend(around);
        }
        let (canaries, others): (Vec<_>, Vec<_>) =
            sites.into_iter().partition(|site| first.contains(&site.target));
        Ok(Phases { canaries: databases_first(canaries), others: databases_first(others) })
    }
}

fn databases_first(sites: Vec<Site>) -> Vec<Vec<Site>> {
    let (schemas, databases) = sites.into_iter().partition::<Vec<_>, _>(|site| site.target.is_schema());
    [databases, schemas].into_iter().filter(|sites| !sites.is_empty()).collect()
}
