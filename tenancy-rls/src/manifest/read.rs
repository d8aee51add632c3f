//! From the file's form to the wall.

use std::borrow::Cow;

use super::document::{
    Document, ModeName, Reference, RoleNames, Rows, Schemas, ServerName, SharedEntry, TableEntry, TableName,
};
use super::{Manifest, ManifestError, NAMELESS, sql};
use crate::belongs::{self, Belongs};
use crate::error::RowSecurityError;
use crate::roles::Roles;
use crate::row_security::{Mode, RowSecurity};
use crate::table::{Table, TenantColumn};
use crate::tables::{KeyOverAll, Tables};
use crate::through::{Shared, Through};

impl Document {
    /// The wall, looked at as a declared one is.
    pub(super) fn manifest(self) -> Result<Manifest, ManifestError> {
        if self.application.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(ManifestError::place("application", NAMELESS));
        }
        let declared = Declared(&self.tables);
        let tables =
            (0..self.tables.len()).map(|index| declared.table(index)).collect::<Result<Vec<_>, _>>()?;
        let named = |list: &str, index: usize, name: &TableName| {
            let at = declared.position(name).ok_or_else(|| {
                let place = format!("{list}[{index}].table");
                ManifestError::place(place, format!("no table of `tables` is named {}", name.shown()))
            })?;
            Ok::<_, ManifestError>(tables[at].clone())
        };
        let mut over_all_tenants = Vec::new();
        for (index, entry) in self.unique_over_all_tenants.iter().enumerate() {
            let table = named("unique_over_all_tenants", index, &entry.table)?;
            let (key, reason) = (Cow::Owned(entry.key.clone()), Cow::Owned(entry.reason.clone()));
            if table.belongs.is_none() {
                let place = format!("unique_over_all_tenants[{index}].table");
                return Err(ManifestError::place(
                    place,
                    "the table is global, and its keys are over all tenants",
                ));
            }
            over_all_tenants.push(KeyOverAll { table, key, reason });
        }
        let mut linked_by_tenants = Vec::new();
        for (index, entry) in self.linked_by_tenants.iter().enumerate() {
            let table = named("linked_by_tenants", index, &entry.table)?;
            linked_by_tenants.push((table, Cow::Owned(entry.reason.clone())));
        }
        let mut before_admission = Vec::new();
        for (index, name) in self.read_before_admission.iter().enumerate() {
            let table = named("read_before_admission", index, name)?;
            if table.belongs.is_some() {
                let place = format!("read_before_admission[{index}]");
                let reason = "only a global table is: a tenant's says it itself, by `admission`";
                return Err(ManifestError::place(place, reason));
            }
            before_admission.push(table);
        }
        let Schemas { tenants: tenant_schema, global: global_schema } = self.schemas;
        let tables = Tables {
            declared: tables,
            over_all_tenants,
            linked_by_tenants,
            before_admission,
            tenant_schema,
            global_schema,
        };
        let wall = RowSecurity::new(tables, self.roles.roles()?)?.in_mode(match self.mode {
            ModeName::Plain => Mode::Plain,
            ModeName::Sealed => Mode::Sealed,
            ModeName::Both => Mode::Both,
        });
        let wall = match self.server {
            ServerName::PostgreSql => wall,
            ServerName::Citus => wall.citus()?,
        };
        Ok(Manifest { wall, application: self.application })
    }
}

impl RoleNames {
    fn roles(&self) -> Result<Roles, RowSecurityError> {
        let mut roles = Roles::new(&self.application, &self.across_tenants)?;
        if let Some(owner) = &self.owner {
            roles = roles.owner(owner)?;
        }
        if let Some(sets) = &self.sets {
            roles = roles.sets(sets)?;
        }
        match &self.admission {
            Some(admission) => roles.admission(admission),
            None => Ok(roles),
        }
    }
}

impl TableName {
    fn shown(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{:?} in the schema {schema:?}", self.name),
            None => format!("{:?}", self.name),
        }
    }
}

/// The tables of the file, which name each other.
struct Declared<'a>(&'a [TableEntry]);

/// How the rows of a table belong to tenants, and what its chain ends with.
struct Resolved {
    belongs: Belongs,
    owner: String,
    sql_type: String,
    shared: Option<Shared>,
}

impl<'a> Declared<'a> {
    fn position(&self, name: &TableName) -> Option<usize> {
        self.0.iter().position(|table| table.name == name.name && table.schema == name.schema)
    }

    fn error(&self, index: usize, reason: impl Into<String>) -> ManifestError {
        let name = self.0.get(index).map(|table| table.name.as_str()).unwrap_or_default();
        ManifestError::place(format!("tables[{index}] ({name:?})"), reason)
    }

    fn table(&self, index: usize) -> Result<Table, ManifestError> {
        let entry = &self.0[index];
        let resolved = self.resolve(index, 0)?;
        let known = |column: &str| entry.columns.iter().any(|known| known == column);
        let of_the_rows = resolved.as_ref().map(|resolved| resolved.belongs.column());
        let named =
            of_the_rows.into_iter().chain(entry.admission.iter().chain(&entry.filter).map(String::as_str));
        if let Some(column) = named.into_iter().find(|column| !known(column)) {
            return Err(self.error(index, format!("{column:?} is not among its columns")));
        }
        if let Some(twice) =
            (1..entry.columns.len()).find(|at| entry.columns[..*at].contains(&entry.columns[*at]))
        {
            return Err(self.error(index, format!("the column {:?} is there twice", entry.columns[twice])));
        }
        if resolved.is_none() && !entry.admission.is_empty() {
            return Err(self
                .error(index, "a global table has no `admission`: it is named in `read_before_admission`"));
        }
        let owned = |texts: &[String]| texts.iter().cloned().map(Cow::Owned).collect();
        let (belongs, owner) =
            resolved.map(|resolved| (resolved.belongs, Cow::Owned(resolved.owner))).unzip();
        Ok(Table {
            schema: entry.schema.clone().map(Cow::Owned),
            name: Cow::Owned(entry.name.clone()),
            columns: owned(&entry.columns),
            belongs,
            owner,
            admission: owned(&entry.admission),
            filter: entry.filter.clone().map(Cow::Owned),
        })
    }

    /// Follows the chain from the table on, which is its `step`th; `None` for a global table.
    fn resolve(&self, index: usize, step: usize) -> Result<Option<Resolved>, ManifestError> {
        Ok(Some(match &self.0[index].rows {
            Rows::Global => return Ok(None),
            Rows::Tenant { column, sql_type, owner, shared } => {
                if !sql::is_type(sql_type) {
                    return Err(self.error(index, format!("{sql_type:?} is not the name of a type")));
                }
                let shared = shared.as_ref().map(|shared| self.shared(index, shared)).transpose()?;
                let tenant =
                    TenantColumn { name: Cow::Owned(column.clone()), sql_type: Cow::Owned(sql_type.clone()) };
                Resolved {
                    belongs: Belongs::Column { tenant, shared: shared.clone() },
                    owner: owner.as_ref().unwrap_or(column).clone(),
                    sql_type: sql_type.clone(),
                    shared,
                }
            }
            Rows::Parent(other) => self.follow(index, other, step, Belongs::Parent)?,
            Rows::Link(other) => self.follow(index, other, step, Belongs::Link)?,
        }))
    }

    fn follow(
        &self,
        index: usize,
        reference: &'a Reference,
        step: usize,
        belongs: impl FnOnce(belongs::Reference) -> Belongs,
    ) -> Result<Resolved, ManifestError> {
        let name = &reference.table;
        let at = self
            .position(name)
            .ok_or_else(|| self.error(index, format!("no table of `tables` is named {}", name.shown())))?;
        if step >= self.0.len() {
            return Err(self.error(index, "its rows belong to tenants through each other, in a circle"));
        }
        if !self.0[at].columns.contains(&reference.key) {
            return Err(self
                .error(index, format!("{:?} is not among the columns of {}", reference.key, name.shown())));
        }
        let parent = self.resolve(at, step + 1)?.ok_or_else(|| {
            self.error(index, format!("{} is global, and its rows are no tenant's", name.shown()))
        })?;
        let through = Through {
            schema: name.schema.clone().map(Cow::Owned),
            table: Cow::Owned(name.name.clone()),
            key: Cow::Owned(reference.key.clone()),
            column: Cow::Owned(parent.belongs.column().to_owned()),
            through: parent.belongs.reference().map(|further| Box::new(further.through.clone())),
            shared: parent.shared.clone(),
        };
        Ok(Resolved {
            belongs: belongs(belongs::Reference {
                column: Cow::Owned(reference.column.clone()),
                through,
                sql_type: Cow::Owned(parent.sql_type.clone()),
            }),
            ..parent
        })
    }

    fn shared(&self, index: usize, shared: &SharedEntry) -> Result<Shared, ManifestError> {
        match shared {
            SharedEntry::Null => Ok(Shared::Null),
            SharedEntry::Value(value) => {
                let reason = "the value of the shared rows has a backslash, a `$` or a zero byte in it";
                value.sql().map(|sql| Shared::Value(Cow::Owned(sql))).ok_or_else(|| self.error(index, reason))
            }
        }
    }
}
