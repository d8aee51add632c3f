//! Where a migration is written, and by which version.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use tenancy_rls::Migration;
use time::OffsetDateTime;

use crate::failure::Failure;

#[derive(Debug, Clone, Args)]
pub(super) struct Folder {
    /// The folder of the migrations, as Diesel has it
    #[arg(long, value_name = "FOLDER", default_value = "migrations")]
    out: PathBuf,
    /// The version, as 2026-11-22-120000; without it, the time in UTC
    #[arg(long = "migration-version", id = "migration_version", value_name = "VERSION")]
    version: Option<String>,
}

/// What was written.
#[derive(Serialize)]
pub(super) struct Written {
    pub(super) version: String,
    pub(super) folders: Vec<PathBuf>,
}

impl Folder {
    /// Writes `migration` after all that are there.
    pub(super) fn write(&self, migration: &Migration) -> Result<Written, Failure> {
        let failed = || format!("the migration cannot be written to {}", self.out.display());
        let version = match &self.version {
            Some(version) => version.clone(),
            None => now(),
        };
        let newest = newest(&self.out).map_err(|error| Failure::new(failed()).because(error))?;
        // It changes what those before it leave, and Diesel runs them by their versions.
        if let Some(newest) = newest.filter(|newest| digits(newest) >= digits(&version)) {
            return Err(Failure::new(failed())
                .because(format!("the version {version} is not after {newest}, the newest that is there"))
                .fix("give a later one by --migration-version"));
        }
        let folders =
            migration.write_to(&self.out, &version).map_err(|error| Failure::new(failed()).because(error))?;
        Ok(Written { version, folders })
    }
}

/// The time in UTC, as `diesel migration generate` has it.
pub(in crate::command) fn now() -> String {
    let now = OffsetDateTime::now_utc();
    let (year, month, day) = (now.year(), u8::from(now.month()), now.day());
    format!("{year:04}-{month:02}-{day:02}-{:02}{:02}{:02}", now.hour(), now.minute(), now.second())
}

fn digits(version: &str) -> String {
    version.chars().filter(char::is_ascii_digit).collect()
}

/// The newest version in a folder of migrations; none where there is no folder.
fn newest(folder: &Path) -> std::io::Result<Option<String>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut newest: Option<String> = None;
    for entry in entries {
        let name = entry?.file_name();
        let version = name.to_str().and_then(|name| name.split('_').next()).unwrap_or_default();
        let is_later = newest.as_deref().is_none_or(|newest| digits(newest) < digits(version));
        if version.starts_with(|first: char| first.is_ascii_digit()) && is_later {
            newest = Some(version.to_owned());
        }
    }
    Ok(newest)
}
