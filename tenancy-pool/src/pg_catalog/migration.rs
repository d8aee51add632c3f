//! The SQL that makes the catalog's table, and takes it away.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::placement::catalog_error::shown;

/// The longest id of a tenant, in bytes: a notification, which carries it, may have 8,000.
pub(super) const TENANT_BYTES: usize = 255;

/// The channel that changes are told on.
pub(super) const CHANNEL: &str = "tenancy_placements";

/// The index by which a schema is one tenant's.
pub(super) const PLACE_KEY: &str = "tenant_placements_one_tenant_a_schema";

/// The migration of [`PgCatalog`](super::PgCatalog)'s table, for `diesel migration` or any other tool.
///
/// Beside the owner nobody gets any right to the table unless named here, whatever the default privileges of the database
/// say. The role that runs tenants' statements is best not named: whoever can change the table can point a tenant at
/// another's data.
///
/// # Examples
///
/// ```
/// use tenancy_diesel::placement::CatalogMigration;
///
/// let migration = CatalogMigration::new().reader("app_catalog")?.manager("app_operator")?;
/// assert!(migration.up().contains("CREATE TABLE tenancy.tenant_placements"));
/// # Ok::<(), tenancy_diesel::placement::InvalidRole>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CatalogMigration {
    readers: Vec<Role>,
    managers: Vec<Role>,
}

impl CatalogMigration {
    /// A table that only its owner can use.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets a role read the table: the one in the [`CatalogConnection`](super::CatalogConnection) of servers.
    ///
    /// # Errors
    ///
    /// When that is no name of a role.
    pub fn reader(mut self, role: &str) -> Result<Self, InvalidRole> {
        self.readers.push(Role::new(role)?);
        Ok(self)
    }

    /// Lets a role read, add and change entries, and remove none: an operator's.
    ///
    /// # Errors
    ///
    /// When that is no name of a role.
    pub fn manager(mut self, role: &str) -> Result<Self, InvalidRole> {
        self.managers.push(Role::new(role)?);
        Ok(self)
    }

    /// The statements that make the table.
    #[must_use]
    pub fn up(&self) -> String {
        let mut sql = UP
            .replace("{CHANNEL}", CHANNEL)
            .replace("{PLACE_KEY}", PLACE_KEY)
            .replace("{TENANT_BYTES}", &TENANT_BYTES.to_string());
        let grants = [(&self.readers, "SELECT"), (&self.managers, "SELECT, INSERT, UPDATE")];
        for (roles, rights) in grants {
            for role in roles {
                // Writing into a string does not fail.
                let _ = write!(
                    sql,
                    "\nGRANT USAGE ON SCHEMA tenancy TO {role};\nGRANT {rights} ON TABLE tenancy.tenant_placements TO {role};\n"
                );
            }
        }
        sql
    }

    /// The statements that take the table away, with what it knows. The schema stays: others live there.
    #[must_use]
    pub fn down(&self) -> String {
        DOWN.to_owned()
    }

    /// Writes `up.sql` and `down.sql` into a new folder `<version>_tenant_placements` of `migrations`, and returns it.
    ///
    /// # Errors
    ///
    /// When `version` is not digits, `-` and `_` as `diesel migration` has it, when the folder exists, and when it cannot be
    /// written.
    pub fn write_to(&self, migrations: &Path, version: &str) -> io::Result<PathBuf> {
        let allowed = |character: char| character.is_ascii_digit() || matches!(character, '-' | '_');
        if !version.starts_with(|first: char| first.is_ascii_digit()) || !version.chars().all(allowed) {
            let message = format!(
                "{} is no version of a migration: use its date and time, such as 2026-01-31-120000",
                shown(version)
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let folder = migrations.join(format!("{version}_tenant_placements"));
        fs::create_dir_all(migrations)?;
        fs::create_dir(&folder)?;
        for (name, sql) in [("up.sql", self.up()), ("down.sql", self.down())] {
            fs::File::create_new(folder.join(name))?.write_all(sql.as_bytes())?;
        }
        Ok(folder)
    }
}

/// A role's name, as an identifier.
#[derive(Clone, Debug)]
struct Role(String);

impl Role {
    fn new(name: &str) -> Result<Self, InvalidRole> {
        // `NAMEDATALEN` - 1; a longer name would be cut, and might then be another's.
        if name.is_empty() || name.len() > 63 || name.contains('\0') {
            return Err(InvalidRole { shown: shown(name) });
        }
        Ok(Self(format!("\"{}\"", name.replace('"', "\"\""))))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text given is no name of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRole {
    shown: String,
}

impl fmt::Display for InvalidRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be the name of a role: use 1 to 63 bytes without NUL", self.shown)
    }
}

impl Error for InvalidRole {}

const UP: &str = include_str!("up.sql");
const DOWN: &str = include_str!("down.sql");
