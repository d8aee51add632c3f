//! Why a pool was not built.

use std::error::Error as _;
use std::fmt;

use diesel::result::ConnectionError;
use tenancy_core::EmptyReason;
use tenancy_core::database::InvalidName;
use tenancy_diesel::ReviewedSql;

use super::{CoarseColumn, PoolError};

/// Why a [`TenantPool`](crate::TenantPool) was not built.
///
/// `Debug` is the text as well, with its causes: it is what a `main` that returns the error prints.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No connection could be made.
    #[error(transparent)]
    Connect(#[from] ConnectionError),
    /// A pool of the application's gave no connection.
    #[error("the pool gave no connection to look at the database with")]
    Pool(#[source] PoolError),
    /// On PostgreSQL it has to be said whether there is a second wall.
    #[error(
        "PostgreSQL can keep tenants apart by itself, and the builder was not told whether it does: say \
         `.wall(Wall::plain(row_security))` (feature `rls`), or `.without_wall(\"why not\")`"
    )]
    Undecided,
    /// There is said to be no second wall, and the reason is blank.
    #[error("`without_wall` was given no reason")]
    NoReason(#[from] EmptyReason),
    /// The database could not be looked at.
    #[error("the database could not be looked at: see the cause")]
    Look(#[source] diesel::result::Error),
    /// A shared schema has an impossible name.
    #[error(transparent)]
    SharedSchemaName(InvalidName),
    /// Shared schemas are not safe to be on every tenant's path.
    #[error("the shared schemas are not safe to be on every tenant's path{}", .0.iter().map(|fault| format!("\n  {fault}")).collect::<String>())]
    SharedSchemas(Vec<String>),
    /// On MySQL and MariaDB a session cuts what is too long for its column.
    #[error(
        "the session's `sql_mode` is not strict, and the server cuts a tenant's id that is too long for its column to another \
         tenant's: have the pool's connections begin with `SET sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')`, as those do \
         that a `TenantPool` opens"
    )]
    NotStrict,
    /// Tenant columns take two tenants for one.
    #[error("the database does not keep tenants apart{}", .0.iter().map(|column| format!("\n  {column}")).collect::<String>())]
    CoarseColumns(Vec<CoarseColumn>),
    /// Reviewed SQL does what no review makes harmless.
    #[error("the reviewed SQL {fragment} cannot be run for tenants: {fault}")]
    ReviewedSql {
        /// The fragment.
        fragment: &'static ReviewedSql,
        /// What is wrong with it, and what to do.
        fault: String,
    },
    /// A tenant column could not be looked at.
    #[error("the tenant column {column} cannot be compared as it is declared: see the cause")]
    TenantColumn {
        /// The table and the column.
        column: String,
        /// What the database says.
        source: diesel::result::Error,
    },
    /// There is to be a pool for what is read before admission, and the wall has no role for that.
    #[cfg(feature = "rls")]
    #[error(
        "the builder was given connections for what is read before admission, and the wall has no role for it, which keeps them to \
         the declared columns: say `Roles::new(…)?.admission(\"app_admission\")?`, and run the wall's migration"
    )]
    NoAdmissionRole,
    /// The database's catalog could not be read.
    #[cfg(feature = "rls")]
    #[error(transparent)]
    Inspection(#[from] tenancy_rls::InspectionError),
    /// The second wall has holes: all of them, with the SQL that mends them.
    #[cfg(feature = "rls")]
    #[error("the database does not keep tenants apart\n{0}")]
    Holes(Box<tenancy_rls::Report>),
}

impl fmt::Debug for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")?;
        let mut cause = self.source();
        while let Some(next) = cause {
            write!(formatter, "\n  because: {next}")?;
            cause = next.source();
        }
        Ok(())
    }
}
