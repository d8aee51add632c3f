//! One declared table, as data.

use tenancy_diesel::{
    Belonging as _, DeclaredTable, Owned, Owner as _, RowFilter, TenantSqlType, TenantTable, Unowned,
};

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
    /// The columns that are read before anybody is admitted, in the statement or its filter.
    admission: &'static [&'static str],
    filter: Option<&'static str>,
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
        let filter = T::FILTER.map(|filter| match filter {
            RowFilter::IsNull(column) | RowFilter::IsNotNull(column) | RowFilter::Equals(column, _) => column,
        });
        Table {
            schema: T::SCHEMA,
            name: T::NAME,
            columns: T::COLUMNS,
            belongs: Some(belongs),
            owner,
            admission: T::ADMISSION,
            filter,
        }
    }
}

impl<T: DeclaredTable> Describe<T> for Unowned {
    fn describe() -> Table {
        Table {
            schema: T::SCHEMA,
            name: T::NAME,
            columns: T::COLUMNS,
            belongs: None,
            owner: None,
            admission: &[],
            filter: None,
        }
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

    /// The columns that are read before anybody is admitted: those that the declaration names, the one by which rows belong to
    /// tenants, and its filter's. None of a table that is not read then.
    pub fn before_admission(&self) -> Vec<&'static str> {
        let mut columns = self.admission.to_vec();
        columns.extend(self.filter.filter(|filter| !columns.is_empty() && !columns.contains(filter)));
        columns
    }

    /// How its rows belong to tenants; `None` for a global table.
    pub(crate) fn belongs(&self) -> Option<Belongs> {
        self.belongs
    }
}
