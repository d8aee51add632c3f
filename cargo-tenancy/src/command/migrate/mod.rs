//! `migrate`: the application's migrations, wherever tenants live.

mod drift;
mod fleet;
mod plan;
mod progress;
mod run;
mod status;

subcommands! {
    /// Apply what is pending, everywhere; run again after any end, it goes on
    Run(run::Arguments),
    /// Say what would be applied, and change nothing; exit 1 if anything
    Plan(plan::Arguments),
    /// Say what the last runs did, by the status table alone; exit 1 if something is not done
    Status(status::Arguments),
    /// Compare the targets with each other; exit 1 if one is not as the others
    Drift(drift::Arguments),
}
