//! One declared table, as data.

use tenancy_diesel::{Belonging as _, DeclaredTable, Owned, Owner as _, TenantSqlType, TenantTable, Unowned};

use super::belongs::{Belongs, Reference};
use super::sql_type::TenantType;

/// What a declaration says about one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub(crate) schema: Option<&'static str>,
    pub(crate) name: &'static str,
    columns: &'static [&'static str],
    pub(crate) belongs: Option<Belongs>,
    pub(crate) owner: Option<&'static str>,
}

/// The column that holds the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantColumn {
    /// Its name in the database.
    pub name: &'static str,
    /// What PostgreSQL calls its type.
    pub sql_type: &'static str,
}

/// How a table is described, by whose its rows are.
pub trait Describe<T> {
    /// The description of `T`.
    fn describe() -> Table;
}

impl<T> Describe<T> for Owned
where
    T: TenantTable,
    TenantSqlType<T>: TenantType,
{
    fn describe() -> Table {
        let (column, sql_type) = (T::TENANT_COLUMN, <TenantSqlType<T>>::NAME);
        let belongs = match T::THROUGH {
            None => Belongs::Column { tenant: TenantColumn { name: column, sql_type }, shared: T::SHARED },
            Some(through) => {
                let reference = Reference { column, through, sql_type };
                if T::Belonging::MANY { Belongs::Link(reference) } else { Belongs::Parent(reference) }
            }
        };
        let root = T::THROUGH.map_or(column, |through| through.root().column);
        let owner = Some(T::Owner::id_type().unwrap_or(root));
        Table { schema: T::SCHEMA, name: T::NAME, columns: T::COLUMNS, belongs: Some(belongs), owner }
    }
}

impl<T: DeclaredTable> Describe<T> for Unowned {
    fn describe() -> Table {
        Table { schema: T::SCHEMA, name: T::NAME, columns: T::COLUMNS, belongs: None, owner: None }
    }
}

impl Table {
    /// Its name in the database.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The names of its columns in the database.
    pub fn columns(&self) -> &'static [&'static str] {
        self.columns
    }

    /// The column that holds the tenant; `None` for a global table, and for one whose rows belong to tenants through another's.
    pub fn tenant_column(&self) -> Option<TenantColumn> {
        match self.belongs? {
            Belongs::Column { tenant, .. } => Some(tenant),
            Belongs::Parent(_) | Belongs::Link(_) => None,
        }
    }

    /// How its rows belong to tenants; `None` for a global table.
    pub(crate) fn belongs(&self) -> Option<Belongs> {
        self.belongs
    }
}
