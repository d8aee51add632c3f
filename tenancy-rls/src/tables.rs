//! The declared tables, as data.

use std::borrow::Cow;

use tenancy_diesel::{DeclaredTable, GlobalTable, Owned, TenantTable, Unowned};

use super::belongs::{Belongs, Link, Reference};
use super::error::RowSecurityError;
use super::quote;
use super::table::{Describe, Table, TenantColumn};
use super::through::{Name, Through};

/// Where a table that names no schema is, unless told otherwise.
const DEFAULT_SCHEMA: &str = "public";

/// The declared tables: what the wall is generated from, and what a database is compared with.
///
/// # Examples
///
/// ```
/// # tenancy_diesel::table! {
/// #     #![tenant_global(plans)]
/// #     agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
/// #     plans (id) { id -> Integer, name -> Text, }
/// # }
/// use tenancy_rls::{Tables, tables};
///
/// let tables: Tables = tables![agents, plans];
/// assert_eq!(tables, Tables::new().table::<agents::table>().table::<plans::table>());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tables {
    pub(crate) declared: Vec<Table>,
    pub(crate) over_all_tenants: Vec<KeyOverAll>,
    pub(crate) linked_by_tenants: Vec<(Table, Name)>,
    pub(crate) before_admission: Vec<Table>,
    pub(crate) tenant_schema: Option<String>,
    pub(crate) global_schema: Option<String>,
}

/// A key that is unique over all tenants, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyOverAll {
    pub(crate) table: Table,
    pub(crate) key: Name,
    pub(crate) reason: Name,
}

/// The same, with its table's name as SQL has it.
pub(crate) struct OverAllTenants<'a> {
    pub(crate) table: String,
    pub(crate) key: &'a str,
    pub(crate) reason: &'a str,
}

impl Tables {
    /// No tables yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the declared table `T`, a tenant's or a global one.
    #[must_use]
    pub fn table<T>(mut self) -> Self
    where
        T: DeclaredTable,
        T::Ownership: Describe<T>,
    {
        let table = <T::Ownership as Describe<T>>::describe();
        // The same declaration twice is one table.
        if !self.declared.contains(&table) {
            self.declared.push(table);
        }
        self
    }

    /// Says that `key`, a unique or exclusion constraint or a unique index of `T`, is meant over all tenants, and why: it names a row
    /// to whoever does not know the tenant yet, as an API token, a login or an invitation's code does.
    ///
    /// Without this the wall's migration puts the tenant into each key. This one it leaves alone, or takes the tenant out of it
    /// again; an [inspection](crate::Inspection) shows it among what is accepted, with the reason (rule R031), and refuses a database
    /// where it is missing (rule R034).
    ///
    /// **Such a key tells of other tenants.** Whoever inserts a value learns from the violation whether any tenant has it. That is
    /// harmless where a value cannot be guessed (a random token of 128 bits, or its hash), and for a login it tells who is registered.
    ///
    /// ```
    /// # tenancy_diesel::table! { api_tokens (id) { id -> Integer, tenant_id -> Integer, token -> Text, } }
    /// use tenancy_rls::tables;
    ///
    /// let tables = tables![api_tokens]
    ///     .unique_over_all_tenants::<api_tokens::table>("api_tokens_token_key", "a token is random, and names its tenant");
    /// ```
    #[must_use]
    pub fn unique_over_all_tenants<T>(mut self, key: &'static str, reason: &'static str) -> Self
    where
        T: TenantTable,
        Owned: Describe<T>,
    {
        let table = <Owned as Describe<T>>::describe();
        // The same key twice is one key, with the first reason.
        if !self.over_all_tenants.iter().any(|other| other.table == table && other.key == key) {
            let (key, reason) = (Cow::Borrowed(key), Cow::Borrowed(reason));
            self.over_all_tenants.push(KeyOverAll { table, key, reason });
        }
        self
    }

    /// Says that tenants write the links of `T` themselves, and why: **whoever may write a link may read what it links.** SQL of one
    /// tenant that names a person's key in a row of `members` of its own reads that person's row.
    ///
    /// Without this the application's role takes links away and changes what else they carry, and only the role across tenants makes
    /// them. With it an [inspection](crate::Inspection) shows the table among what is accepted, with the reason (rule R061).
    ///
    /// ```
    /// # tenancy_diesel::table! {
    /// #     members (tenant_id, person_id) { tenant_id -> Integer, person_id -> Integer, }
    /// #     #[tenant_scoped(link = members(person_id))]
    /// #     people (id) { id -> Integer, name -> Text, }
    /// # }
    /// use tenancy_rls::tables;
    ///
    /// # fn main() {
    /// let tables = tables![members, people]
    ///     .linked_by_tenants::<members::table>("people are a directory that every tenant may search");
    /// # }
    /// ```
    #[must_use]
    pub fn linked_by_tenants<T>(mut self, reason: &'static str) -> Self
    where
        T: TenantTable,
        Owned: Describe<T>,
    {
        let table = <Owned as Describe<T>>::describe();
        // The same table twice is one, with the first reason.
        if !self.linked_by_tenants.iter().any(|(other, _)| *other == table) {
            self.linked_by_tenants.push((table, Cow::Borrowed(reason)));
        }
        self
    }

    /// Lets the role that reads before admission ([`Roles::admission`](crate::Roles::admission)) read the global table `T` as well, which
    /// a read of an admission table joins: `organisations`, for the names of a user's tenants. Without this it reads no global table.
    ///
    /// ```
    /// # tenancy_diesel::table! {
    /// #     #![tenant_global(organisations)]
    /// #     #[tenant_scoped(tenant_id, admission(user_id))]
    /// #     memberships (tenant_id, user_id) { tenant_id -> Integer, user_id -> Integer, }
    /// #     organisations (id) { id -> Integer, name -> Text, }
    /// # }
    /// use tenancy_rls::tables;
    ///
    /// # fn main() {
    /// let tables = tables![memberships, organisations].read_before_admission::<organisations::table>();
    /// # }
    /// ```
    #[must_use]
    pub fn read_before_admission<T>(mut self) -> Self
    where
        T: GlobalTable,
    {
        self.before_admission.push(<Unowned as Describe<T>>::describe());
        self.table::<T>()
    }

    pub(crate) fn is_read_before_admission(&self, table: &Table) -> bool {
        self.before_admission.contains(table)
    }

    /// Keeps the tables whose rows belong to the kind of owner that those of `T` belong to, and the global ones: a wall, and a
    /// transaction, is of one kind. For the other kind there is a wall of its own, in a database or a schema of its own.
    ///
    /// What is left out has no policies; keep the wall's roles away from it, or have its rows reached through a kept table.
    ///
    /// ```
    /// # mod ids {
    /// # use diesel::{deserialize::FromSqlRow, expression::AsExpression, sql_types::Integer};
    /// # #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)] #[diesel(sql_type = Integer)] pub struct OrgId(pub i32);
    /// # #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)] #[diesel(sql_type = Integer)] pub struct WorkspaceId(pub i32);
    /// # }
    /// use ids::{OrgId, WorkspaceId};
    /// use tenancy_rls::tables;
    ///
    /// tenancy_diesel::table! {
    ///     #![tenant_global(plans)]
    ///     #[tenant_scoped(org_id: OrgId)]
    ///     workspaces (id) { id -> Integer, org_id -> Integer, name -> Text, }
    ///     #[tenant_scoped(workspace_id: WorkspaceId)]
    ///     canvases (id) { id -> Integer, workspace_id -> Integer, title -> Text, }
    ///     plans (id) { id -> Integer, name -> Text, }
    /// }
    ///
    /// # fn main() {
    /// let all = tables![workspaces, canvases, plans];
    /// assert_eq!(all.clone().same_owner_as::<canvases::table>(), tables![canvases, plans]);
    /// assert_eq!(all.same_owner_as::<workspaces::table>(), tables![workspaces, plans]);
    /// # }
    /// ```
    #[must_use]
    pub fn same_owner_as<T>(mut self) -> Self
    where
        T: TenantTable,
        Owned: Describe<T>,
    {
        let owner = <Owned as Describe<T>>::describe().owner;
        let is_kept = |table: &Table| table.owner.is_none() || table.owner == owner;
        self.declared.retain(is_kept);
        self.over_all_tenants.retain(|key| is_kept(&key.table));
        self.linked_by_tenants.retain(|(table, _)| is_kept(table));
        self
    }

    /// Puts the tables that name no schema into `schema`. Without this they are in `public`.
    #[must_use]
    pub fn in_schema(mut self, schema: impl Into<String>) -> Self {
        let schema = schema.into();
        self.tenant_schema = Some(schema.clone());
        self.global_schema = Some(schema);
        self
    }

    /// The same for the tenants' tables only: one tenant's, in a schema of its own, beside shared global ones.
    #[must_use]
    pub fn tenant_tables_in_schema(mut self, schema: impl Into<String>) -> Self {
        self.tenant_schema = Some(schema.into());
        self
    }

    /// The tables, in the order in which they were declared.
    pub fn iter(&self) -> impl Iterator<Item = &Table> {
        self.declared.iter()
    }

    /// The tenants' tables, each with how its rows belong to them.
    pub(crate) fn of_tenants(&self) -> impl Iterator<Item = (&Table, &Belongs)> {
        self.declared.iter().filter_map(|table| Some((table, table.belongs.as_ref()?)))
    }

    /// Those whose rows name their tenant themselves.
    pub(crate) fn by_column(&self) -> impl Iterator<Item = (&Table, &TenantColumn)> {
        self.declared.iter().filter_map(|table| Some((table, table.tenant_column()?)))
    }

    /// Those whose rows belong to tenants through another table's.
    pub(crate) fn by_reference(&self) -> impl Iterator<Item = (&Table, &Reference)> {
        self.of_tenants().filter_map(|(table, belongs)| Some((table, belongs.reference()?)))
    }

    /// What `table` is to those tables whose rows are seen by a link of it; `None` if it links nothing.
    pub(crate) fn link(&self, table: &Table) -> Option<Link<'_>> {
        let name = self.sql_name(table);
        let mut columns: Vec<_> = self
            .of_tenants()
            .filter_map(|(_, belongs)| match belongs {
                Belongs::Link(Reference { through, .. }) if self.name_of(through) == name => {
                    Some(through.key.as_ref())
                }
                _ => None,
            })
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let by_tenants = self.linked_by_tenants.iter().find(|(other, _)| other == table);
        (!columns.is_empty())
            .then(|| Link { columns, by_tenants: by_tenants.map(|(_, reason)| reason.as_ref()) })
    }

    /// The global tables.
    pub(crate) fn global(&self) -> impl Iterator<Item = &Table> {
        self.declared.iter().filter(|table| table.belongs.is_none())
    }

    /// The tenants' tables only.
    pub(crate) fn without_global(&self) -> Self {
        let declared = self.of_tenants().map(|(table, _)| table.clone()).collect();
        Self { declared, ..self.clone() }
    }

    /// The keys that are unique over all tenants.
    pub(crate) fn over_all_tenants(&self) -> impl Iterator<Item = OverAllTenants<'_>> {
        self.over_all_tenants.iter().map(|KeyOverAll { table, key, reason }| OverAllTenants {
            table: self.sql_name(table),
            key,
            reason,
        })
    }

    /// What is wrong with how rows belong to tenants.
    pub(crate) fn misplaced(&self) -> Option<RowSecurityError> {
        let links = self.linked_by_tenants.iter().find_map(|(table, reason)| {
            let name = self.sql_name(table);
            if reason.trim().is_empty() {
                return Some(RowSecurityError::LinkWithoutReason { table: name });
            }
            self.link(table).is_none().then_some(RowSecurityError::NoLink { table: name })
        });
        links.or_else(|| {
            self.by_reference().find_map(|(table, reference)| self.misled(table, &reference.through))
        })
    }

    /// What is wrong with the chain from `table` on.
    fn misled(&self, table: &Table, through: &Through) -> Option<RowSecurityError> {
        let (table, parent) = (self.sql_name(table), self.name_of(through));
        let declared = self.of_tenants().find(|(other, _)| self.sql_name(other) == parent);
        match (declared, through.through.as_deref()) {
            // A link's rows may be several tenants', and no declaration says that others belong through them.
            (None | Some((_, Belongs::Link(_))), _) => {
                Some(RowSecurityError::ParentOfAnother { table, parent })
            }
            (Some((other, _)), Some(further)) => self.misled(other, further),
            (Some(_), None) => None,
        }
    }

    /// What is wrong with one of the keys over all tenants.
    pub(crate) fn unfounded(&self) -> Option<RowSecurityError> {
        self.over_all_tenants.iter().find_map(|KeyOverAll { table, key, reason }| {
            let name = self.sql_name(table);
            if key.trim().is_empty() || reason.trim().is_empty() {
                return Some(RowSecurityError::KeyWithoutReason { table: name, key: key.to_string() });
            }
            (!self.declared.contains(table))
                .then(|| RowSecurityError::KeyOfAnotherTable { table: name, key: key.to_string() })
        })
    }

    /// The schema that a table is in.
    pub fn schema_of<'a>(&'a self, table: &'a Table) -> &'a str {
        let elsewhere = if table.belongs.is_some() { &self.tenant_schema } else { &self.global_schema };
        table.schema.as_deref().or(elsewhere.as_deref()).unwrap_or(DEFAULT_SCHEMA)
    }

    /// The schemas that there are tables in, each once.
    pub(crate) fn schemas(&self) -> Vec<&str> {
        let mut schemas: Vec<_> = self.declared.iter().map(|table| self.schema_of(table)).collect();
        schemas.sort_unstable();
        schemas.dedup();
        schemas
    }

    /// The search path on which statements find the tables that they name without a schema. Temporary tables come last.
    #[must_use]
    pub fn search_path(&self) -> String {
        let mut schemas: Vec<_> = self
            .declared
            .iter()
            .filter(|table| table.schema.is_none())
            .map(|table| self.schema_of(table))
            .collect();
        schemas.dedup();
        schemas
            .into_iter()
            .map(quote::identifier)
            .chain(["pg_temp".to_owned()])
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The quoted and qualified name.
    pub(crate) fn sql_name(&self, table: &Table) -> String {
        quote::qualified(self.schema_of(table), &table.name)
    }

    /// The same of a table through which others belong to tenants: it is a tenants' table too.
    pub(crate) fn name_of(&self, through: &Through) -> String {
        let schema = through.schema.as_deref().or(self.tenant_schema.as_deref()).unwrap_or(DEFAULT_SCHEMA);
        quote::qualified(schema, &through.table)
    }

    /// Two tables whose owners are of different kinds, each with what names its kind: the type of its ids, or its tenant column.
    pub(crate) fn two_kinds_of_owner(&self) -> Option<[(String, &str); 2]> {
        let mut owned =
            self.declared.iter().filter_map(|table| Some((self.sql_name(table), table.owner.as_deref()?)));
        let first = owned.next()?;
        let other = owned.find(|(_, owner)| *owner != first.1)?;
        Some([first, other])
    }

    /// A table that two declarations describe differently.
    pub(crate) fn contradiction(&self) -> Option<String> {
        self.declared.iter().enumerate().find_map(|(index, table)| {
            let name = self.sql_name(table);
            let again = self.declared.iter().skip(index + 1).any(|other| self.sql_name(other) == name);
            again.then_some(name)
        })
    }
}

/// [`Tables`] of the modules that `table!` made: `tables![agents, canvases, plans]`.
#[doc(hidden)]
#[macro_export]
macro_rules! __tables {
    ($($($table:ident)::+),* $(,)?) => {
        $crate::Tables::new()$(.table::<$($table)::+::table>())*
    };
}
