//! The application's migrations, as Diesel's folders have them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::error::MigrationError;

/// Diesel's column has no room for more.
const LONGEST_VERSION: usize = 50;

/// One migration: a folder with an `up.sql`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// What stands before the first `_` of the folder's name, without `-`: what Diesel records.
    pub version: String,
    /// The folder's name.
    pub name: String,
    /// Whether it runs in a transaction, as `metadata.toml` says.
    pub in_transaction: bool,
    /// The SHA-256 of `up.sql`, in hexadecimal.
    pub checksum: String,
    pub(super) up: String,
}

/// Migrations in the order of their versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrations(BTreeMap<String, Migration>);

/// As Diesel reads it: where there is a file without the key, there is no transaction.
#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    run_in_transaction: bool,
}

impl Migrations {
    /// Reads the folders of migrations, all of which together are one set.
    ///
    /// Diesel reads them in the same way, and gives nobody the text, of which a checksum is needed here.
    ///
    /// # Errors
    ///
    /// When a folder cannot be read, one in it has no `up.sql` or an empty one, and when two migrations have the same version.
    pub fn read<P: AsRef<Path>>(folders: &[P]) -> Result<Self, MigrationError> {
        let mut migrations: BTreeMap<String, Migration> = BTreeMap::new();
        for folder in folders {
            for path in folders_in(folder.as_ref())? {
                let migration = Migration::read(&path)?;
                if let Some(other) = migrations.get(&migration.version) {
                    return Err(MigrationError::new(format!(
                        "the migrations {} and {} have the same version, {}",
                        other.name, migration.name, migration.version
                    ))
                    .fix("give the one that has run nowhere yet another version"));
                }
                migrations.insert(migration.version.clone(), migration);
            }
        }
        Ok(Self(migrations))
    }

    /// In the order of their versions.
    pub fn iter(&self) -> impl Iterator<Item = &Migration> {
        self.0.values()
    }

    /// The one of this version.
    #[must_use]
    pub fn get(&self, version: &str) -> Option<&Migration> {
        self.0.get(version)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What may be a migration: no file, and nothing hidden.
fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, MigrationError> {
    let unreadable = |error: std::io::Error| {
        MigrationError::new(format!("the migrations in {} cannot be read", folder.display()))
            .because(error)
            .fix("name the folder that has a folder for each migration")
    };
    let mut paths = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let is_file = entry.metadata().map_err(unreadable)?.is_file();
        if !is_file && !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    Ok(paths)
}

impl Migration {
    fn read(path: &Path) -> Result<Self, MigrationError> {
        let refused = |reason: String| {
            MigrationError::new(format!("{} is no migration: {reason}", path.display()))
                .fix("a migration is a folder VERSION_NAME with an up.sql in it, as `diesel migration generate` writes it")
        };
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| refused("its name is not UTF-8".to_owned()))?;
        let version = name.split('_').next().unwrap_or_default().replace('-', "");
        if version.is_empty() || version.len() > LONGEST_VERSION {
            return Err(refused(format!(
                "its version, before the first `_`, has {} characters, and 1 to {LONGEST_VERSION} is what Diesel keeps",
                version.len()
            )));
        }
        let up = std::fs::read_to_string(path.join("up.sql"))
            .map_err(|error| refused(format!("its up.sql cannot be read ({error})")))?;
        if up.trim().is_empty() {
            return Err(refused("its up.sql is empty".to_owned()));
        }
        let metadata = path.join("metadata.toml");
        let in_transaction = if metadata.exists() {
            let text = std::fs::read_to_string(&metadata)
                .map_err(|error| refused(format!("its metadata.toml cannot be read ({error})")))?;
            let metadata: Metadata = toml::from_str(&text).map_err(|error| {
                refused(format!("its metadata.toml is not understood ({})", error.message()))
            })?;
            metadata.run_in_transaction
        } else {
            true
        };
        let checksum = Sha256::digest(up.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { version, name: name.to_owned(), in_transaction, checksum, up })
    }

    /// The text for a target. In a tenant's schema, `:"schema"` and `:'schema'` are its name, as in psql.
    pub(super) fn text(&self, schema: Option<&tenancy_core::placement::SchemaName>) -> String {
        match schema {
            // The alphabet of its name has no quote of either kind.
            Some(schema) => self
                .up
                .replace(":\"schema\"", &schema.quoted())
                .replace(":'schema'", &format!("'{}'", schema.as_str())),
            None => self.up.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of migrations: their names, with what is in their files.
    fn folder(name: &str, migrations: &[(&str, &[(&str, &str)])]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tenancy-folder-{}-{name}", std::process::id()));
        let _absent = std::fs::remove_dir_all(&folder);
        for (migration, files) in migrations {
            std::fs::create_dir_all(folder.join(migration)).expect("a folder");
            for (file, text) in *files {
                std::fs::write(folder.join(migration).join(file), text).expect("a file");
            }
        }
        folder
    }

    #[test]
    fn folders_are_read_as_diesel_reads_them() {
        let folder = folder(
            "read",
            &[
                ("2024-02-01-000000_second", &[("up.sql", "SELECT 2")]),
                (
                    "2024-01-01-000000_first_one",
                    &[("up.sql", "SELECT 1"), ("metadata.toml", "run_in_transaction = false")],
                ),
                ("20240301_third", &[("up.sql", "SELECT 3"), ("metadata.toml", "")]),
                (".hidden", &[]),
            ],
        );
        std::fs::write(folder.join("README.md"), "").expect("a file");
        let migrations = Migrations::read(&[&folder]).expect("migrations");
        let read: Vec<_> = migrations
            .iter()
            .map(|migration| (migration.version.as_str(), migration.name.as_str(), migration.in_transaction))
            .collect();
        assert_eq!(
            read,
            [
                ("20240101000000", "2024-01-01-000000_first_one", false),
                ("20240201000000", "2024-02-01-000000_second", true),
                ("20240301", "20240301_third", false),
            ]
        );
        let second = migrations.get("20240201000000").expect("the second");
        assert_eq!(second.checksum.len(), 64);
    }

    #[test]
    fn what_is_no_migration_is_refused_with_its_name() {
        for (name, migrations, reason) in [
            ("empty", &[("1_a", &[("up.sql", " \n")][..])][..], "its up.sql is empty"),
            ("none", &[("1_a", &[][..])], "its up.sql cannot be read"),
            ("nameless", &[("_a", &[("up.sql", "SELECT 1")])], "its version"),
            (
                "toml",
                &[("1_a", &[("up.sql", "SELECT 1"), ("metadata.toml", "run_in_transaction = 7")])],
                "not understood",
            ),
            (
                "twice",
                &[("1_a", &[("up.sql", "SELECT 1")]), ("1_b", &[("up.sql", "SELECT 1")])],
                "have the same version, 1",
            ),
        ] {
            let error = Migrations::read(&[folder(name, migrations)]).expect_err(name).to_string();
            assert!(
                error.contains(reason) && error.contains("1_a") != (name == "nameless"),
                "{name}: {error}"
            );
        }
        let error = Migrations::read(&[Path::new("/nowhere/at/all")]).expect_err("no folder");
        assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
    }

    #[test]
    fn the_schema_is_named_only_where_there_is_one() {
        let folder = folder("text", &[("1_a", &[("up.sql", "COMMENT ON SCHEMA :\"schema\" IS :'schema'")])]);
        let migrations = Migrations::read(&[folder]).expect("migrations");
        let migration = migrations.get("1").expect("the one");
        let acme = "acme".try_into().expect("a name");
        assert_eq!(migration.text(Some(&acme)), "COMMENT ON SCHEMA \"acme\" IS 'acme'");
        assert_eq!(migration.text(None), migration.up);
    }
}
