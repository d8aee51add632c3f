//! What an operation on a tenant's rows is done with.

use clap::Args;
use tenancy_operate::tenants::Session;
use tenancy_rls::Manifest;

use super::hook::{Hook, Program};
use crate::connect::Database;
use crate::failure::Failure;
use crate::manifest::ManifestFile;
use crate::not_here;

/// A database, the declared tables, and a hook.
#[derive(Debug, Args)]
pub(super) struct Means {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    declared: ManifestFile,
    #[command(flatten)]
    hook: Hook,
}

impl Means {
    /// The declared tables and the hook.
    pub(super) fn read(&self) -> Result<(Manifest, Program), Failure> {
        Ok((self.declared.read()?, self.hook.program()?))
    }

    /// A connection to the database.
    pub(super) async fn session(&self) -> Result<Session, Failure> {
        self.database.session(not_here::TENANTS).await
    }
}
