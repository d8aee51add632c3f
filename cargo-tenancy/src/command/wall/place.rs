//! Which tables of the manifest are meant.

use clap::Args;
use tenancy_core::placement::SchemaName;
use tenancy_rls::RowSecurity;

/// Which tables of the manifest.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// The schema of a tenant that has its tables in one of its own: only those are looked at
    #[arg(long, value_name = "SCHEMA")]
    pub(super) tenant_schema: Option<SchemaName>,
}

impl Place {
    /// The wall of those tables.
    pub(crate) fn of(&self, wall: &RowSecurity) -> RowSecurity {
        self.tenant_schema.as_ref().map_or_else(|| wall.clone(), |schema| wall.in_tenant_schema(schema))
    }
}
