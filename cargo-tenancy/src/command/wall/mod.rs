//! `wall`: from the wall that a database has to the one that the manifest declares.

mod diff;
mod migration;
mod place;
mod seal;
mod version;

pub(super) use self::place::Place;
pub(super) use self::version::now;

use tenancy_rls::Mode;

subcommands! {
    /// What the database lacks of the declared wall
    Diff(diff::Arguments),
    /// Write the migration that leads to the declared wall
    Migration(migration::Arguments),
    /// Write the next migration on the way from plain tenants to sealed ones
    ///
    /// Not on a Citus cluster, where each node has keys and functions of its own: the guide to the wall has the steps.
    Seal(seal::Arguments),
}

/// The name of a mode.
fn named(mode: Mode) -> &'static str {
    match mode {
        Mode::Plain => "plain",
        Mode::Sealed => "sealed",
        Mode::Both => "both",
    }
}
