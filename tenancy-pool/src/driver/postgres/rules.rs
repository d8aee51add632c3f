//! What all transactions of a pool keep to on PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use tenancy_core::placement::Placement;
use tenancy_core::{Reason, TenantKey};

use super::label::SessionLabel;
use super::options::{PostgresOptions, WallDecision};
use super::own_types::OwnTypes;
use super::shared_schemas::SharedSchemas;
#[cfg(feature = "rls")]
use super::wall::Guard;
use crate::error::BuildError;

/// The options, decided.
pub struct PostgresRules {
    /// The search path of the shared tables, where it has to be said.
    shared_path: Option<String>,
    /// Schemas behind the tenant's own, on every path.
    pub(super) shared_schemas: SharedSchemas,
    /// Types of places' own, where tenants may have places.
    pub(super) own_types: Option<OwnTypes>,
    /// Functions that leave the session alone, beside the server's own.
    pub(super) harmless: Option<Arc<[String]>>,
    /// Sessions say whose they are.
    labels: bool,
    #[cfg(feature = "rls")]
    pub(super) guard: Option<Guard>,
}

impl PostgresRules {
    /// Refuses what leaves open whether there is a wall. Behind one, tenants with schemas of their own make the shared tables'
    /// path matter: a path that is stored for the role must not lead into the schema of a tenant.
    pub(super) fn decide(options: &PostgresOptions, placed: bool) -> Result<Self, BuildError> {
        let shared_path = options.shared_path.clone();
        let shared_schemas = SharedSchemas::decide(&options.shared_schemas)?;
        let own_types = placed.then(OwnTypes::default);
        let harmless = (!options.harmless.is_empty()).then(|| options.harmless.clone().into());
        match &options.wall {
            WallDecision::Undecided => Err(BuildError::Undecided),
            WallDecision::Without(reason) => {
                Reason::new(reason)?;
                Ok(Self {
                    shared_path,
                    shared_schemas,
                    own_types,
                    harmless,
                    labels: options.labels,
                    #[cfg(feature = "rls")]
                    guard: None,
                })
            }
            #[cfg(feature = "rls")]
            WallDecision::Behind(wall) => {
                let declared = || placed.then(|| wall.row_security().tables().search_path());
                Ok(Self {
                    shared_path: shared_path.or_else(declared),
                    shared_schemas,
                    own_types,
                    harmless,
                    labels: options.labels,
                    guard: Some(Guard::new(wall, options)),
                })
            }
        }
    }

    /// The names of the declared tables, as far as they are known.
    pub(super) fn declared_tables(&self) -> Vec<&str> {
        #[cfg(feature = "rls")]
        if let Some(guard) = &self.guard {
            return guard.declared_tables();
        }
        Vec::new()
    }

    pub(super) fn is_walled(&self) -> bool {
        #[cfg(feature = "rls")]
        return self.guard.is_some();
        #[cfg(not(feature = "rls"))]
        false
    }

    /// For how long a seal is good, where tenants are sealed.
    pub(super) fn seals_for(&self) -> Option<Duration> {
        #[cfg(feature = "rls")]
        return self.guard.as_ref().and_then(Guard::seals_for);
        #[cfg(not(feature = "rls"))]
        None
    }

    /// Whether Citus stands behind, which forwards the whole message that a SET LOCAL stands in.
    pub(super) fn on_citus(&self) -> bool {
        #[cfg(feature = "rls")]
        return self.guard.as_ref().is_some_and(Guard::on_citus);
        #[cfg(not(feature = "rls"))]
        false
    }

    /// What a session of the tenant says in its `application_name`, where that is asked for.
    pub(super) fn label(&self, tenant: Option<&TenantKey>) -> Option<SessionLabel> {
        tenant.filter(|_| self.labels).map(SessionLabel::of)
    }

    /// The search path of a transaction there, where it has to be said.
    pub(super) fn search_path(&self, placement: &Placement) -> Option<String> {
        let path = match placement.schema() {
            Some(schema) => schema.search_path(),
            None => self.shared_path.clone()?,
        };
        Some(self.shared_schemas.behind(&path))
    }
}
