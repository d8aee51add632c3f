//! From the wall to the file's form.

use super::document::{
    Document, KeyEntry, LinkEntry, Literal, ModeName, Reference, RoleNames, Rows, Schemas, ServerName,
    SharedEntry, TableEntry, TableName,
};
use super::{FORMAT, Manifest, sql};
use crate::belongs::{self, Belongs};
use crate::row_security::{Mode, Server};
use crate::table::Table;
use crate::through::{Name, Shared};

impl Document {
    /// What is not said exactly is found when it is read back.
    pub(super) fn of(manifest: &Manifest) -> Self {
        let wall = &manifest.wall;
        let (tables, roles) = (&wall.tables, &wall.roles);
        let role = |role: &Option<_>| role.as_ref().map(ToString::to_string);
        Self {
            format: FORMAT,
            application: manifest.application.clone(),
            server: match wall.server {
                Server::PostgreSql => ServerName::PostgreSql,
                Server::Citus => ServerName::Citus,
            },
            mode: match wall.mode {
                Mode::Plain => ModeName::Plain,
                Mode::Sealed => ModeName::Sealed,
                Mode::Both => ModeName::Both,
            },
            roles: RoleNames {
                application: roles.application.as_str().to_owned(),
                across_tenants: roles.across_tenants.as_str().to_owned(),
                owner: role(&roles.owner),
                sets: role(&roles.sets),
                admission: role(&roles.admission),
            },
            schemas: Schemas { tenants: tables.tenant_schema.clone(), global: tables.global_schema.clone() },
            tables: tables.declared.iter().map(entry).collect(),
            unique_over_all_tenants: tables
                .over_all_tenants
                .iter()
                .map(|over| KeyEntry {
                    table: name(&over.table),
                    key: over.key.to_string(),
                    reason: over.reason.to_string(),
                })
                .collect(),
            linked_by_tenants: tables
                .linked_by_tenants
                .iter()
                .map(|(table, reason)| LinkEntry { table: name(table), reason: reason.to_string() })
                .collect(),
            read_before_admission: tables.before_admission.iter().map(name).collect(),
        }
    }
}

fn name(table: &Table) -> TableName {
    TableName { schema: text(&table.schema), name: table.name.to_string() }
}

fn text(name: &Option<Name>) -> Option<String> {
    name.as_ref().map(ToString::to_string)
}

fn entry(table: &Table) -> TableEntry {
    TableEntry {
        schema: text(&table.schema),
        name: table.name.to_string(),
        rows: rows(table),
        columns: table.columns.iter().map(ToString::to_string).collect(),
        admission: table.admission.iter().map(ToString::to_string).collect(),
        filter: text(&table.filter),
    }
}

fn rows(table: &Table) -> Rows {
    match &table.belongs {
        None => Rows::Global,
        Some(Belongs::Column { tenant, shared }) => Rows::Tenant {
            column: tenant.name.to_string(),
            sql_type: tenant.sql_type.to_string(),
            owner: text(&table.owner).filter(|owner| *owner != tenant.name),
            shared: shared.as_ref().map(|shared| match shared {
                Shared::Null => SharedEntry::Null,
                Shared::Value(value) => SharedEntry::Value(
                    sql::literal(value).unwrap_or_else(|| Literal::Text(value.to_string())),
                ),
            }),
        },
        Some(Belongs::Parent(other)) => Rows::Parent(reference(other)),
        Some(Belongs::Link(other)) => Rows::Link(reference(other)),
    }
}

fn reference(other: &belongs::Reference) -> Reference {
    Reference {
        column: other.column.to_string(),
        table: TableName { schema: text(&other.through.schema), name: other.through.table.to_string() },
        key: other.through.key.to_string(),
    }
}
