//! `tenants`: a tenant's life.

mod clone;
mod create;
mod erase;
mod export;
mod hook;
mod life;
mod means;
mod progress;
mod restore;
pub(super) mod target;

subcommands! {
    /// Make what the other commands need: the catalog of tenants and the journal of operations
    Prepare(life::Prepare),
    /// List the tenants of the catalog
    List(life::List),
    Create(create::Arguments),
    /// Stop serving a tenant; its rows stay
    Suspend(life::Suspend),
    /// Serve a suspended tenant again
    Resume(life::Resume),
    /// Write all rows of a tenant into a folder
    Export(export::Arguments),
    /// Erase all rows of a suspended tenant, and leave a certificate
    Erase(erase::Arguments),
    /// Bring a tenant back from an export, or make another tenant of it
    Restore(restore::Arguments),
    /// Copy a tenant to another one, a sandbox
    Clone(clone::Arguments),
}

/// `1 row`, `2 rows`.
fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}
