//! Migrations as `diesel migration` keeps them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::shown::shown;

/// Writes `down.sql` and `up.sql` into a new folder `<version>_<name>` of `migrations`, and returns it.
///
/// # Errors
///
/// - [`InvalidInput`](io::ErrorKind::InvalidInput) when `version` is not digits with `-` between. Diesel ends a version at
///   the first `_`.
/// - [`AlreadyExists`](io::ErrorKind::AlreadyExists) when a folder has that version, whatever its name: it may have been
///   run, and of two folders with one version Diesel silently runs one.
/// - When it cannot be written.
pub fn write_migration_folder(
    migrations: &Path,
    version: &str,
    name: &str,
    up: &str,
    down: &str,
) -> io::Result<PathBuf> {
    let allowed = |byte: u8| byte.is_ascii_digit() || byte == b'-';
    if !version.starts_with(|first: char| first.is_ascii_digit()) || !version.bytes().all(allowed) {
        let message = format!(
            "{} cannot be the version of a migration: write the time with digits and `-`, as 2026-11-22-120000",
            shown(version)
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    fs::create_dir_all(migrations)?;
    for entry in fs::read_dir(migrations)? {
        let taken = entry?.file_name();
        if version_of(&taken).as_deref() == Some(&*version.replace('-', "")) {
            let message = format!(
                "the migration {} has the version {version} already: give this one another, or delete that folder if \
                 it was never run",
                migrations.join(taken).display()
            );
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
    }
    let folder = migrations.join(format!("{version}_{name}"));
    fs::create_dir(&folder)?;
    // The other way round a half-written folder would be a migration: Diesel goes by up.sql.
    for (file, sql) in [("down.sql", down), ("up.sql", up)] {
        File::create_new(folder.join(file))?.write_all(sql.as_bytes())?;
    }
    Ok(folder)
}

/// The version that Diesel reads from a folder's name.
fn version_of(folder: &OsStr) -> Option<String> {
    folder.to_str()?.split('_').next().map(|version| version.replace('-', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that goes with its test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("tenancy-core-{name}-{}", std::process::id())))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_new_version_gets_a_folder_and_a_taken_one_is_refused() {
        let scratch = Scratch::new("versions");
        let write =
            |version: &str, name: &str| write_migration_folder(&scratch.0, version, name, "UP;", "DOWN;");
        let made = write("2026-11-22-120000", "tenancy_wall").unwrap();
        assert_eq!(made, scratch.0.join("2026-11-22-120000_tenancy_wall"));
        assert_eq!(fs::read_to_string(made.join("up.sql")).unwrap(), "UP;");
        assert_eq!(fs::read_to_string(made.join("down.sql")).unwrap(), "DOWN;");

        for (version, name) in [
            ("2026-11-22-120000", "tenancy_wall"),
            ("2026-11-22-120000", "other"),
            ("20261122-120000", "other"),
        ] {
            let error = write(version, name).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{error}");
            assert!(error.to_string().contains("2026-11-22-120000_tenancy_wall"), "{error}");
        }
        assert!(write("2026-11-22-120001", "other").is_ok());
    }

    #[test]
    fn what_diesel_would_read_as_another_version_is_refused() {
        let scratch = Scratch::new("names");
        for version in ["", "-1", "2026_11", "2026-11-22T12", "../2026", "2026/11", "2026\0", "٣"] {
            let error = write_migration_folder(&scratch.0, version, "wall", "", "").unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
        }
        assert!(!scratch.0.exists());
    }
}
