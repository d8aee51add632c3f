//! The SQL that makes the tables, and says who may use them.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tenancy_core::__private::write_migration_folder;
use tenancy_core::TenantKey;
use tenancy_core::database::{InvalidName, RoleName};

/// The longest text that names a person.
pub(super) const PERSON_BYTES: usize = 255;

/// The constraint on how long a grant lasts.
pub(super) const LIMIT: &str = "support_access_is_short";

const UP: &str = include_str!("up.sql");

/// The migration of the tables of grants and their uses. It can be run again: then it says anew who may use them, and how long a grant may last.
///
/// Only their owner grants and revokes. The other roles are those named here, and none that an earlier run has named.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tenancy_operate::support::SupportMigration;
///
/// let migration = SupportMigration::new().door("app_support")?.tenants("app")?.longest(Duration::from_secs(2 * 3600));
/// assert!(migration.up().contains("CREATE TABLE IF NOT EXISTS tenancy.support_access"));
/// # Ok::<(), tenancy_core::database::InvalidName>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SupportMigration {
    doors: Vec<RoleName>,
    tenants: Vec<RoleName>,
    longest: Duration,
}

impl Default for SupportMigration {
    fn default() -> Self {
        Self::new()
    }
}

impl SupportMigration {
    /// The longest time for which a grant may be allowed to last: seven days.
    pub const UTMOST: Duration = Duration::from_secs(7 * 24 * 3600);

    /// Tables that only their owner can use, and grants of eight hours at most.
    pub fn new() -> Self {
        Self { doors: Vec::new(), tenants: Vec::new(), longest: Duration::from_secs(8 * 3600) }
    }

    /// The role with which the application asks, in [`PgSupportStore`](super::PgSupportStore): it reads grants and writes uses, and grants nothing.
    ///
    /// Let it be a login of its own. The application's role behind the wall runs tenants' statements, and the one for reads before admission may read
    /// what is declared for it and nothing else.
    ///
    /// # Errors
    ///
    /// When that is no name of a role.
    pub fn door(mut self, role: &str) -> Result<Self, InvalidName> {
        self.doors.push(RoleName::try_from(role)?);
        Ok(self)
    }

    /// The role of the application behind the wall: it reads what is the transaction's tenant's, by policies like those of the declared tables, and
    /// writes nothing. The wall has to be there.
    ///
    /// # Errors
    ///
    /// When that is no name of a role.
    pub fn tenants(mut self, role: &str) -> Result<Self, InvalidName> {
        self.tenants.push(RoleName::try_from(role)?);
        Ok(self)
    }

    /// How long a grant may last: a second at least, and [`UTMOST`](Self::UTMOST) at most. What is outside of that is taken for the nearer one.
    pub fn longest(mut self, longest: Duration) -> Self {
        self.longest = longest.clamp(Duration::from_secs(1), Self::UTMOST);
        self
    }

    /// The statements, for one transaction.
    #[must_use]
    pub fn up(&self) -> String {
        let mut sql = UP
            .replace("{TENANT_BYTES}", &TenantKey::LONGEST.to_string())
            .replace("{PERSON_BYTES}", &PERSON_BYTES.to_string())
            .replace("{LIMIT}", LIMIT)
            .replace("{LONGEST}", &self.longest.as_secs().to_string());
        for role in self.doors.iter().map(RoleName::quoted) {
            // Writing into a string does not fail.
            let _ = write!(
                sql,
                "
GRANT USAGE ON SCHEMA tenancy TO {role};
GRANT SELECT ON TABLE tenancy.support_access, tenancy.support_uses TO {role};
GRANT INSERT (access, tenant, person) ON TABLE tenancy.support_uses TO {role};
"
            );
        }
        let doors = list(&self.doors);
        if !doors.is_empty() {
            let _ = write!(
                sql,
                "
CREATE POLICY support_door ON tenancy.support_access FOR SELECT TO {doors} USING (true);
CREATE POLICY support_door ON tenancy.support_uses FOR SELECT TO {doors} USING (true);
CREATE POLICY support_door_use ON tenancy.support_uses FOR INSERT TO {doors} WITH CHECK (true);
"
            );
        }
        let tenants = list(&self.tenants);
        if !tenants.is_empty() {
            let _ = write!(
                sql,
                "
GRANT USAGE ON SCHEMA tenancy TO {tenants};
GRANT SELECT (id, tenant, person, reason, granted_by, starts_at, ends_at, revoked_at, revoked_by)
    ON TABLE tenancy.support_access TO {tenants};
GRANT SELECT (access, tenant, person, used_at) ON TABLE tenancy.support_uses TO {tenants};
"
            );
            for table in ["tenancy.support_access", "tenancy.support_uses"] {
                // Restrictive as well: these hold whatever permissive policy is added.
                let _ = write!(
                    sql,
                    "
CREATE POLICY tenancy_tenant ON {table} AS RESTRICTIVE FOR ALL TO {tenants}
    USING (tenant = (SELECT tenancy.tenant())) WITH CHECK (false);
CREATE POLICY tenancy_select ON {table} FOR SELECT TO {tenants} USING (tenant = (SELECT tenancy.tenant()));
"
                );
            }
        }
        sql
    }

    /// The statements that take the tables away, with the trail that is in them.
    #[must_use]
    pub fn down(&self) -> String {
        "DROP TABLE IF EXISTS tenancy.support_uses, tenancy.support_access;\n".to_owned()
    }

    /// Writes `up.sql` and `down.sql` into a new folder `<version>_tenant_support` of `migrations`, and returns it.
    ///
    /// # Errors
    ///
    /// When `version` is not digits with `-` between, when a folder has that version, and when it cannot be written.
    pub fn write_to(&self, migrations: impl AsRef<Path>, version: &str) -> io::Result<PathBuf> {
        write_migration_folder(migrations.as_ref(), version, "tenant_support", &self.up(), &self.down())
    }
}

fn list(roles: &[RoleName]) -> String {
    roles.iter().map(RoleName::quoted).collect::<Vec<_>>().join(", ")
}
