//! The second wall, as `Tenants` are told of it.

use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use diesel::result::ConnectionError;
use tenancy_core::Reason;

use crate::placement::Placement;
use crate::rls::{AuditError, Mode, Report, RowSecurity, Target, Waivers, Wall};
use crate::tenants::driver::Driver;
use crate::tenants::error::TenantsError;
use crate::tenants::tenants::SharedPool;

/// Whether there is a second wall, and what it has to be like.
#[derive(Default)]
pub(in crate::tenants) struct Guard {
    decision: Decision,
    waivers: Waivers,
    /// A pooler stands between.
    pooled: bool,
    /// Places with a schema of their own that were looked at and found whole.
    inspected: Mutex<HashSet<Placement>>,
}

#[derive(Default)]
#[cfg_attr(not(feature = "tenants-postgres"), expect(dead_code, reason = "only PostgreSQL has a wall"))]
enum Decision {
    /// Nothing was said.
    #[default]
    Undecided,
    /// There is none, for this reason.
    Without(String),
    /// There is one, of this kind.
    Behind { wall: Wall, security: Box<RowSecurity> },
}

impl Guard {
    #[cfg(feature = "tenants-postgres")]
    pub(super) fn behind(&mut self, wall: Wall, security: RowSecurity) {
        self.decision = Decision::Behind { wall, security: Box::new(security) };
    }

    #[cfg(feature = "tenants-postgres")]
    pub(super) fn without(&mut self, reason: &str) {
        self.decision = Decision::Without(reason.to_owned());
    }

    #[cfg(feature = "tenants-postgres")]
    pub(super) fn waive(&mut self, waivers: Waivers) {
        self.waivers = waivers;
    }

    #[cfg(feature = "tenants-postgres")]
    pub(super) fn pooled(&mut self) {
        self.pooled = true;
    }

    /// Whether the tenant is to be told by a function that Citus propagates.
    pub(in crate::tenants) fn on_citus(&self) -> bool {
        matches!(&self.decision, Decision::Behind { security, .. } if security.target() == Target::Citus)
    }

    /// Refuses what leaves open, on a database that has one, whether there is a wall.
    pub(super) fn decided<C: Driver>(self) -> Result<Self, BuildError> {
        match &self.decision {
            Decision::Undecided if C::HAS_WALL => Err(BuildError::Undecided),
            Decision::Without(reason) => match Reason::new(reason) {
                Ok(_) => Ok(self),
                Err(_) => Err(BuildError::NoReason),
            },
            Decision::Behind { wall, security }
                if matches!(wall, Wall::Sealed(_)) != (security.mode() == Mode::Sealed) =>
            {
                Err(BuildError::OtherMode { database: security.mode() })
            }
            _ => Ok(self),
        }
    }

    /// The wall, where there is one.
    pub(in crate::tenants) fn wall(&self) -> Option<&Wall> {
        match &self.decision {
            Decision::Behind { wall, .. } => Some(wall),
            Decision::Undecided | Decision::Without(_) => None,
        }
    }

    /// The search path of the shared tables, where there is a wall.
    pub(super) fn shared_path(&self) -> Option<String> {
        match &self.decision {
            Decision::Behind { security, .. } => Some(security.tables().search_path()),
            Decision::Undecided | Decision::Without(_) => None,
        }
    }

    /// Refuses a database whose wall has holes.
    pub(super) async fn inspect<C: Driver>(&self, pool: &SharedPool<C>) -> Result<(), BuildError> {
        let Decision::Behind { security, .. } = &self.decision else { return Ok(()) };
        let mut borrowed = pool.lend().await.map_err(BuildError::Pool)?;
        C::inspect(borrowed.connection(), security, &self.waivers, self.pooled).await
    }

    /// Refuses a schema of a tenant's own whose wall has holes. Each is looked at once.
    pub(in crate::tenants) async fn inspect_schema<C: Driver>(
        &self,
        connection: &mut C,
        place: &Placement,
    ) -> Result<(), TenantsError> {
        let (Decision::Behind { security, .. }, Some(schema)) = (&self.decision, place.schema()) else {
            return Ok(());
        };
        // A panic under the lock leaves the set whole.
        let known = || self.inspected.lock().unwrap_or_else(PoisonError::into_inner);
        if known().contains(place) {
            return Ok(());
        }
        let security = security.in_tenant_schema(schema.as_str());
        C::inspect(connection, &security, &self.waivers, self.pooled)
            .await
            .map_err(|refused| TenantsError::Unsafe(Box::new(refused)))?;
        known().insert(place.clone());
        Ok(())
    }
}

/// Why `Tenants` were not built.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// No connection could be made.
    Connect(ConnectionError),
    /// A pool gave no connection.
    Pool(TenantsError),
    /// On PostgreSQL it has to be said whether there is a second wall.
    Undecided,
    /// There is said to be no second wall, and the reason is blank.
    NoReason,
    /// The wall that transactions expect is not of the kind that the migration puts up.
    OtherMode {
        /// The kind that the migration puts up.
        database: Mode,
    },
    /// The database's catalog could not be read.
    Unreadable(AuditError),
    /// The second wall has holes: all of them, with the SQL that mends them.
    Holes(Box<Report>),
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(source) => source.fmt(formatter),
            Self::Pool(source) => source.fmt(formatter),
            Self::Undecided => formatter.write_str(
                "PostgreSQL can keep tenants apart by itself, and the builder was not told whether it does: say \
                 `.wall(Wall::Plain, row_security)`, or `.without_wall(\"why not\")`",
            ),
            Self::NoReason => formatter.write_str("`without_wall` needs a reason, and the one given is blank"),
            Self::OtherMode { database: Mode::Plain } => formatter.write_str(
                "tenants are to be sealed, and the row security is a plain one: say `.sealed()` on the `RowSecurity`, and \
                 apply its migration",
            ),
            Self::OtherMode { database: Mode::Sealed } => formatter.write_str(
                "the row security is a sealed one, and tenants are not to be sealed: give `Wall::Sealed(sealer)`",
            ),
            Self::Unreadable(source) => source.fmt(formatter),
            Self::Holes(report) => write!(formatter, "the database does not keep tenants apart\n{report}"),
        }
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Connect(source) => Some(source),
            Self::Pool(source) => Some(source),
            Self::Unreadable(source) => Some(source),
            Self::Undecided | Self::NoReason | Self::OtherMode { .. } | Self::Holes(_) => None,
        }
    }
}
