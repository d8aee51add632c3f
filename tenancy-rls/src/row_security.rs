//! What wall a database has.

use tenancy_core::database::RoleName;
use tenancy_core::placement::SchemaName;

use super::error::RowSecurityError;
use super::reader::Kind;
use super::roles::Roles;
use super::tables::Tables;

/// What the transaction's setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The tenant's text.
    Plain,
    /// The sealed tenant.
    Sealed,
    /// Either, while a plain wall becomes a sealed one. It is as safe as a plain one.
    Both,
}

/// Which database server a wall is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// PostgreSQL 15 or newer.
    PostgreSql,
    /// Citus 13: one statement a message, no sub-selects in policies nor trust in RESTRICTIVE, keys as Citus demands them.
    Citus,
}

/// The row-level security that a database should have: of which tables, for which roles, and how the tenant is set.
///
/// [`migration`](Self::migration) makes a database so, and an [inspection](super::Inspection) tells whether it is so.
///
/// # Examples
///
/// ```
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tenancy_rls::{Roles, RowSecurity, tables};
///
/// let wall = RowSecurity::new(tables![agents], Roles::new("app", "app_across")?)?.sealed();
/// assert!(wall.migration().up().contains(r#"ALTER TABLE "public"."agents" ENABLE ROW LEVEL SECURITY"#));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowSecurity {
    pub(crate) tables: Tables,
    pub(crate) roles: Roles,
    pub(crate) mode: Mode,
    pub(crate) server: Server,
}

impl RowSecurity {
    /// Plain row-level security of `tables` on PostgreSQL.
    ///
    /// # Errors
    ///
    /// When a name holds what no name does, when one table is declared in two ways, when the tables have several kinds of owner, when none is a tenant's, and when a key is
    /// declared unique over all tenants without a reason or of a table that is not among them. When the table through which rows
    /// belong to tenants is not among them, or is itself seen by a link; and when links are said to be written by tenants without
    /// a reason, or by a table that links nothing.
    pub fn new(tables: Tables, roles: Roles) -> Result<Self, RowSecurityError> {
        if let Some(error) = tables.unspeakable() {
            return Err(error);
        }
        if let Some(table) = tables.contradiction() {
            return Err(RowSecurityError::DeclaredTwice { table });
        }
        if let Some([(table, owner), (other_table, other_owner)]) = tables.two_kinds_of_owner() {
            let (owner, other_owner) = (owner.to_owned(), other_owner.to_owned());
            return Err(RowSecurityError::TwoKindsOfOwner { table, owner, other_table, other_owner });
        }
        if tables.of_tenants().next().is_none() {
            return Err(RowSecurityError::NoTenantTable);
        }
        if let Some(error) = tables.misplaced().or_else(|| tables.unfounded()) {
            return Err(error);
        }
        Ok(Self { tables, roles, mode: Mode::Plain, server: Server::PostgreSql })
    }

    /// With sealed tenants: see [`Sealer`](super::Sealer).
    #[must_use]
    pub fn sealed(self) -> Self {
        Self { mode: Mode::Sealed, ..self }
    }

    /// Accepting plain tenants and sealed ones, while a plain wall becomes a sealed one: see
    /// [changing the wall](crate#from-plain-to-sealed). **It is as safe as a plain one**, and an inspection says so.
    #[must_use]
    pub fn accepting_both(self) -> Self {
        Self { mode: Mode::Both, ..self }
    }

    pub(crate) fn in_mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// For Citus: see [the guide](crate#citus).
    ///
    /// # Errors
    ///
    /// When rows belong to tenants in another way than by a tenant column of their own, or some are shared by all; and when a role
    /// reads over sets of tenants ([`Roles::sets`]), or one before admission ([`Roles::admission`]).
    pub fn citus(self) -> Result<Self, RowSecurityError> {
        if let Some(reader) = self.roles.readers().next() {
            let role = reader.role.clone();
            return Err(match reader.kind {
                Kind::Set => RowSecurityError::SetsOnCitus { role },
                Kind::Admission => RowSecurityError::AdmissionOnCitus { role },
            });
        }
        if let Some((table, _)) = self.tables.of_tenants().find(|(_, belongs)| !belongs.is_plain()) {
            return Err(RowSecurityError::NotOnCitus { table: self.tables.sql_name(table) });
        }
        Ok(Self { server: Server::Citus, ..self })
    }

    /// The role that acts within tenants.
    pub fn application_role(&self) -> &RoleName {
        &self.roles.application
    }

    /// The role that spans tenants.
    pub fn across_tenants_role(&self) -> &RoleName {
        &self.roles.across_tenants
    }

    /// The role that reads before admission, if there is one: [`Roles::admission`].
    pub fn admission_role(&self) -> Option<&str> {
        self.roles.admission.as_ref().map(RoleName::as_str)
    }

    /// What the setting holds.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Which database server it is for.
    pub fn server(&self) -> Server {
        self.server
    }

    /// The same for the tables of a tenant that has them in a schema of its own; see
    /// [`Tables::tenant_tables_in_schema`].
    #[must_use]
    pub fn in_tenant_schema(&self, schema: &SchemaName) -> Self {
        Self { tables: self.tables.clone().tenant_tables_in_schema(schema.as_str()), ..self.clone() }
    }

    /// The role that reads over sets of tenants, if there is one.
    pub fn sets(&self) -> Option<&RoleName> {
        self.roles.sets.as_ref()
    }

    /// The tables.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }
}
