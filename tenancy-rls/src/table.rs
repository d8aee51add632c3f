//! One declared table, as data.

use std::borrow::Cow;

use tenancy_diesel::{
    Belonging as _, DeclaredTable, Owned, Owner as _, RowFilter, TenantSqlType, TenantTable, Unowned,
};

use super::belongs::{Belongs, Reference};
use super::sql_type::TenantType;
use super::through::{Name, Shared, Through};

/// What a declaration says about one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub(crate) schema: Option<Name>,
    pub(crate) name: Name,
    pub(crate) columns: Vec<Name>,
    pub(crate) belongs: Option<Belongs>,
    /// What names the kind of its owner: the type of the ids, or the tenant column.
    pub(crate) owner: Option<Name>,
    /// The columns that are read before anybody is admitted, in the statement or its filter.
    pub(crate) admission: Vec<Name>,
    pub(crate) filter: Option<Name>,
}

/// The column that holds the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantColumn {
    /// Its name in the database.
    pub name: Cow<'static, str>,
    /// What PostgreSQL calls its type.
    pub sql_type: Cow<'static, str>,
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
        let (column, sql_type) = (T::TENANT_COLUMN, Cow::Borrowed(<TenantSqlType<T>>::NAME));
        let name = Cow::Borrowed(column);
        let belongs = match T::THROUGH {
            None => Belongs::Column {
                tenant: TenantColumn { name, sql_type },
                shared: T::SHARED.map(Shared::from),
            },
            Some(through) => {
                let reference = Reference { column: name, through: Through::from(through), sql_type };
                if T::Belonging::MANY { Belongs::Link(reference) } else { Belongs::Parent(reference) }
            }
        };
        let root = T::THROUGH.map_or(column, |through| through.root().column);
        let owner = Some(T::Owner::id_type().unwrap_or(root));
        let filter = T::FILTER.map(|filter| match filter {
            RowFilter::IsNull(column) | RowFilter::IsNotNull(column) | RowFilter::Equals(column, _) => column,
        });
        Table {
            belongs: Some(belongs),
            owner: owner.map(Cow::Borrowed),
            admission: T::ADMISSION.iter().copied().map(Cow::Borrowed).collect(),
            filter: filter.map(Cow::Borrowed),
            ..<Unowned as Describe<T>>::describe()
        }
    }
}

impl<T: DeclaredTable> Describe<T> for Unowned {
    fn describe() -> Table {
        Table {
            schema: T::SCHEMA.map(Cow::Borrowed),
            name: Cow::Borrowed(T::NAME),
            columns: T::COLUMNS.iter().copied().map(Cow::Borrowed).collect(),
            belongs: None,
            owner: None,
            admission: Vec::new(),
            filter: None,
        }
    }
}

impl Table {
    /// Its name in the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its columns in the database.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(Cow::as_ref)
    }

    /// The column that holds the tenant; `None` for a global table, and for one whose rows belong to tenants through another's.
    pub fn tenant_column(&self) -> Option<&TenantColumn> {
        match self.belongs.as_ref()? {
            Belongs::Column { tenant, .. } => Some(tenant),
            Belongs::Parent(_) | Belongs::Link(_) => None,
        }
    }

    /// The columns that are read before anybody is admitted: those that the declaration names, the one by which rows belong to
    /// tenants, and its filter's. None of a table that is not read then.
    pub fn before_admission(&self) -> Vec<&str> {
        let mut columns: Vec<_> = self.admission.iter().map(Cow::as_ref).collect();
        let filter = self.filter.as_deref();
        columns.extend(filter.filter(|filter| !columns.is_empty() && !columns.contains(filter)));
        columns
    }

    /// How its rows belong to tenants; `None` for a global table.
    pub(crate) fn belongs(&self) -> Option<&Belongs> {
        self.belongs.as_ref()
    }
}
