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
