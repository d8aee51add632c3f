//! `migrate plan`.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use tenancy_operate::migrations::{Options, Plan};

use super::fleet::{Folders, Targets, failed};
use crate::connect::block_on;
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    targets: Targets,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let migrator = self.targets.migrator(self.folders.read()?, Options::new())?;
        let plan =
            block_on(async { migrator.plan().await.map_err(|error| failed("there is no plan", error)) })?;
        output.result(&plan, |out| print(out, &plan))?;
        let nothing = plan.changed.is_empty()
            && plan.targets.iter().all(|target| target.pending.is_empty() && target.error.is_none());
        Ok(if nothing { exit::DONE } else { exit::FOUND })
    }
}

fn print(out: &mut dyn Write, plan: &Plan) -> std::io::Result<()> {
    for changed in &plan.changed {
        writeln!(
            out,
            "refused: {} has another text than was applied at {}",
            changed.name,
            changed.targets.join(", ")
        )?;
    }
    // A thousand schemas have a few plans.
    let mut alike: BTreeMap<(&[String], &[String], &[String]), Vec<String>> = BTreeMap::new();
    for target in &plan.targets {
        if let Some(error) = &target.error {
            writeln!(out, "unread: {error}")?;
            continue;
        }
        let key = (&target.pending[..], &target.out_of_order[..], &target.unknown[..]);
        alike.entry(key).or_default().push(target.target.to_string());
    }
    for ((pending, out_of_order, unknown), targets) in alike {
        let state = if pending.is_empty() { "up to date" } else { "pending" };
        writeln!(out, "{state} at {}", listed(&targets))?;
        for migration in pending {
            let older =
                if out_of_order.contains(migration) { " (older than one that is applied)" } else { "" };
            writeln!(out, "  {migration}{older}")?;
        }
        for version in unknown {
            writeln!(out, "  {version} is applied, and in no folder")?;
        }
    }
    Ok(())
}

/// A few of them by name.
pub(super) fn listed(targets: &[String]) -> String {
    const SHOWN: usize = 5;
    if targets.len() <= SHOWN {
        return targets.join(", ");
    }
    format!("{} and {} more", targets[..SHOWN - 1].join(", "), targets.len() + 1 - SHOWN)
}
