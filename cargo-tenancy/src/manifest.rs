//! The application's manifest, for every command that needs its declarations.

use std::path::PathBuf;

use clap::Args;
use tenancy_rls::{Manifest, ManifestError};

use crate::failure::Failure;

/// The file with the declared tables and their wall.
#[derive(Debug, Clone, Args)]
pub(crate) struct ManifestFile {
    /// The application's manifest, which `tenancy_rls::Manifest` writes
    #[arg(long, value_name = "FILE", default_value = "tenancy.json", env = "TENANCY_MANIFEST")]
    manifest: PathBuf,
}

impl ManifestFile {
    /// Reads it.
    pub(crate) fn read(&self) -> Result<Manifest, Failure> {
        Manifest::read(&self.manifest).map_err(|error| {
            let missing = matches!(error, ManifestError::Read { .. });
            let failure = Failure::new("without a manifest nothing is known of the tables").because(error);
            if missing {
                failure.fix("name the file by --manifest, or have a test of the application write it")
            } else {
                failure
            }
        })
    }
}
