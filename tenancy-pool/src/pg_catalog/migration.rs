//! The SQL that makes the catalog's table, and takes it away.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use tenancy_core::__private::write_migration_folder;
use tenancy_core::TenantKey;
use tenancy_core::database::{InvalidName, RoleName};

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
/// use tenancy_pool::placement::CatalogMigration;
///
/// let migration = CatalogMigration::new().reader("app_catalog")?.manager("app_operator")?;
/// assert!(migration.up().contains("CREATE TABLE tenancy.tenant_placements"));
/// # Ok::<(), tenancy_core::database::InvalidName>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CatalogMigration {
    readers: Vec<RoleName>,
    managers: Vec<RoleName>,
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
    pub fn reader(mut self, role: &str) -> Result<Self, InvalidName> {
        self.readers.push(RoleName::try_from(role)?);
        Ok(self)
    }

    /// Lets a role read, add and change entries, and remove none: an operator's.
    ///
    /// # Errors
    ///
    /// When that is no name of a role.
    pub fn manager(mut self, role: &str) -> Result<Self, InvalidName> {
        self.managers.push(RoleName::try_from(role)?);
        Ok(self)
    }

    /// The statements that make the table.
    #[must_use]
    pub fn up(&self) -> String {
        let mut sql = UP
            .replace("{CHANNEL}", CHANNEL)
            .replace("{PLACE_KEY}", PLACE_KEY)
            .replace("{TENANT_BYTES}", &TenantKey::LONGEST.to_string());
        let grants = [(&self.readers, "SELECT"), (&self.managers, "SELECT, INSERT, UPDATE")];
        for (roles, rights) in grants {
            for role in roles {
                let role = role.quoted();
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
    /// When `version` is not digits with `-` between, when a folder has that version, and when it cannot be written.
    pub fn write_to(&self, migrations: impl AsRef<Path>, version: &str) -> io::Result<PathBuf> {
        write_migration_folder(migrations.as_ref(), version, "tenant_placements", &self.up(), &self.down())
    }
}

const UP: &str = include_str!("up.sql");
const DOWN: &str = include_str!("down.sql");
