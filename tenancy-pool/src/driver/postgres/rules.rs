//! What all transactions of a pool keep to on PostgreSQL.

use std::sync::Arc;

use tenancy_core::Reason;
use tenancy_core::placement::Placement;

use super::options::{PostgresOptions, WallDecision};
#[cfg(feature = "rls")]
use super::wall::Guard;
use crate::error::BuildError;

/// The options, decided.
pub struct PostgresRules {
    /// The search path of the shared tables, where it has to be said.
    shared_path: Option<String>,
    /// Functions that leave the session alone, beside the server's own.
    pub(super) harmless: Option<Arc<[String]>>,
    #[cfg(feature = "rls")]
    pub(super) guard: Option<Guard>,
}

impl PostgresRules {
    /// Refuses what leaves open whether there is a wall. Behind one, tenants with schemas of their own make the shared tables'
    /// path matter: a path that is stored for the role must not lead into the schema of a tenant.
    pub(super) fn decide(options: &PostgresOptions, placed: bool) -> Result<Self, BuildError> {
        let shared_path = options.shared_path.clone();
        let harmless = (!options.harmless.is_empty()).then(|| options.harmless.clone().into());
        match &options.wall {
            WallDecision::Undecided => Err(BuildError::Undecided),
            WallDecision::Without(reason) => {
                let _ = placed;
                Reason::new(reason)?;
                Ok(Self {
                    shared_path,
                    harmless,
                    #[cfg(feature = "rls")]
                    guard: None,
                })
            }
            #[cfg(feature = "rls")]
            WallDecision::Behind(wall) => {
                let declared = || placed.then(|| wall.row_security().tables().search_path());
                Ok(Self {
                    shared_path: shared_path.or_else(declared),
                    harmless,
                    guard: Some(Guard::new(wall, options)),
                })
            }
        }
    }

    pub(super) fn is_walled(&self) -> bool {
        #[cfg(feature = "rls")]
        return self.guard.is_some();
        #[cfg(not(feature = "rls"))]
        false
    }

    /// Whether Citus stands behind, which forwards the whole message that a SET LOCAL stands in.
    pub(super) fn on_citus(&self) -> bool {
        #[cfg(feature = "rls")]
        return self.guard.as_ref().is_some_and(Guard::on_citus);
        #[cfg(not(feature = "rls"))]
        false
    }

    /// The search path of a transaction there, where it has to be said.
    pub(super) fn search_path(&self, placement: &Placement) -> Option<String> {
        match placement.schema() {
            Some(schema) => Some(schema.search_path()),
            None => self.shared_path.clone(),
        }
    }
}
