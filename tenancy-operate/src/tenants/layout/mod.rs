//! The declared tables as a database has them: columns, keys, and what refers to what.

pub(crate) mod access;
mod foreign_key;
mod order;
mod read;
mod table;

use std::collections::HashMap;

use tenancy_core::TenantKey;
use tenancy_rls::Tables;

pub(crate) use self::foreign_key::{ForeignKey, OnDelete};
pub(crate) use self::table::{Column, LaidTable, Unique};
use super::error::{OperateError, OperateErrorKind, database};
use super::session::Session;

/// What becomes of declared tables that the database lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// They are an error.
    Refused,
    /// They are left out, and so are those whose rows belong through them.
    LeftOut,
}

/// The declared tables as a database has them, and one tenant.
#[derive(Debug)]
pub(crate) struct Layout {
    /// In the order in which they were declared.
    pub(crate) tables: Vec<LaidTable>,
    /// Their partitions and the tables that inherit from them, each with the declared one.
    pub(crate) members: HashMap<u32, u32>,
    /// Every foreign key of the database that leads from or to one of them, or one of their partitions, which is taken for the declared table.
    pub(crate) foreign_keys: Vec<ForeignKey>,
    /// What PostgreSQL calls the type of the tenants' ids.
    pub(crate) tenant_type: String,
    /// The tenant.
    pub(crate) tenant: TenantKey,
}

impl Layout {
    /// Reads it, and sees to it that this role sees every row of the tables and `tenant` is written as the database writes it.
    ///
    /// It is read in the transaction that there is.
    pub(crate) async fn read(
        session: &Session,
        tables: &Tables,
        tenant: &TenantKey,
    ) -> Result<Self, OperateError> {
        Self::read_as(session, tables, tenant, Absent::Refused).await
    }

    /// The same of those tables that there are. For where a tenant does not live, and rows may be left nevertheless.
    pub(crate) async fn read_present(
        session: &Session,
        tables: &Tables,
        tenant: &TenantKey,
    ) -> Result<Self, OperateError> {
        Self::read_as(session, tables, tenant, Absent::LeftOut).await
    }

    async fn read_as(
        session: &Session,
        tables: &Tables,
        tenant: &TenantKey,
        absent: Absent,
    ) -> Result<Self, OperateError> {
        let Some(tenant_type) = tables.tenant_type() else {
            return Err(OperateError::new(OperateErrorKind::Request, "no declared table is a tenant's")
                .fix("declare the tenants' tables, and write the manifest again"));
        };
        canonical(session, tenant, tenant_type).await?;
        let layout = read::read(session, tables, tenant, tenant_type, absent).await?;
        layout.sees_every_row(session).await?;
        Ok(layout)
    }

    /// Both, of one database: a table that is in both is one, and its rows are the tenant's by either.
    pub(crate) fn with(mut self, other: Self) -> Self {
        for table in other.tables {
            match self.tables.iter_mut().find(|known| known.oid == table.oid) {
                Some(known) => known.also_owned_as(table),
                None => self.tables.push(table),
            }
        }
        self.members.extend(other.members);
        for key in other.foreign_keys {
            if !self
                .foreign_keys
                .iter()
                .any(|known| (&known.name, &known.from_sql) == (&key.name, &key.from_sql))
            {
                self.foreign_keys.push(key);
            }
        }
        for key in &mut self.foreign_keys {
            key.from = self.members.get(&key.from).copied().unwrap_or(key.from);
            key.to = self.members.get(&key.to).copied().unwrap_or(key.to);
        }
        self
    }

    /// Sees to it that this role sees every row of the tables.
    pub(crate) async fn sees_every_row(&self, session: &Session) -> Result<(), OperateError> {
        access::sees_every_row(session, self.tables.iter().map(|table| table.oid)).await
    }

    /// The table with that number.
    pub(crate) fn table(&self, oid: u32) -> Option<&LaidTable> {
        self.tables.iter().find(|table| table.oid == oid)
    }

    /// The table of that name.
    pub(crate) fn named(&self, schema: &str, name: &str) -> Option<&LaidTable> {
        self.tables.iter().find(|table| table.schema == schema && table.name == name)
    }

    /// Sees to it that this role sees every row of the tables that refer to these as well.
    pub(crate) async fn sees_what_refers(&self, session: &Session) -> Result<(), OperateError> {
        let own = self.tables.iter().map(|table| table.oid);
        access::sees_every_row(session, own.chain(self.foreign_keys.iter().map(|key| key.from))).await
    }

    /// The owned tables, and their partitions.
    pub(crate) fn owned_with_members(&self) -> Vec<u32> {
        let owned: Vec<u32> = self.owned().map(|table| table.oid).collect();
        let members = self.members.iter().filter(|(_, root)| owned.contains(root)).map(|(member, _)| *member);
        owned.iter().copied().chain(members).collect()
    }

    /// The tables whose rows are one tenant's each: those that are erased and restored.
    pub(crate) fn owned(&self) -> impl Iterator<Item = &LaidTable> {
        self.tables.iter().filter(|table| table.is_owned())
    }

    /// The table that `schema`.`name` is here: the same, or the one of that name where tenants' tables are in schemas of their own.
    pub(crate) fn counterpart(&self, schema: &str, name: &str) -> Option<&LaidTable> {
        let mut of_that_name = self.tables.iter().filter(|table| table.name == name && table.own.is_some());
        self.named(schema, name).or_else(|| of_that_name.next().filter(|_| of_that_name.next().is_none()))
    }

    /// The owned tables so that each comes after those that its rows refer to. Those that refer to each other are one group.
    pub(crate) fn parents_first(&self) -> Vec<Vec<&LaidTable>> {
        order::parents_first(self)
    }
}

/// One tenant has one text: a `7` is no `007`, and a UUID has lower-case letters.
pub(crate) async fn canonical(
    session: &Session,
    tenant: &TenantKey,
    tenant_type: &str,
) -> Result<(), OperateError> {
    let query = format!("SELECT $1::text::{tenant_type}::text");
    let row = session.client().query_one(&query, &[&tenant.as_str()]).await.map_err(database(format!(
        "{:?} cannot be a tenant: the tenants' ids are of the type {tenant_type}",
        tenant.as_str()
    )))?;
    let text: String = row.get(0);
    if text == tenant.as_str() {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Request,
        format!("the tenant {:?} is written {text:?} by the database", tenant.as_str()),
    )
    .fix(format!("say {text}")))
}
