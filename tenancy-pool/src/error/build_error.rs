//! Why a pool was not built.

use std::error::Error as _;
use std::fmt;

use diesel::result::ConnectionError;
use tenancy_core::EmptyReason;

use super::PoolError;

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
