//! The tables through which rows belong to tenants, and the rows that all tenants share, as they are kept.

use std::borrow::Cow;

use tenancy_diesel::SharedRows;

/// A name or a piece of SQL: a declaration's, or one that was read from a [manifest](crate::Manifest).
pub(crate) type Name = Cow<'static, str>;

/// A table through which others' rows belong to tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Through {
    /// The schema that the table is qualified with.
    pub(crate) schema: Option<Name>,
    /// The table's name.
    pub(crate) table: Name,
    /// The column that is compared with the child's.
    pub(crate) key: Name,
    /// The column by which the table's own rows belong to tenants.
    pub(crate) column: Name,
    /// The table through which they do, where `column` is not the tenant's.
    pub(crate) through: Option<Box<Self>>,
    /// How its rows that all tenants share are told from the others.
    pub(crate) shared: Option<Shared>,
}

/// How rows that all tenants share are told from a tenant's own, in the tenant column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shared {
    /// It is NULL.
    Null,
    /// It is this value, as SQL.
    Value(Name),
}

impl From<&'static tenancy_diesel::Through> for Through {
    fn from(through: &'static tenancy_diesel::Through) -> Self {
        Self {
            schema: through.schema.map(Cow::Borrowed),
            table: Cow::Borrowed(through.table),
            key: Cow::Borrowed(through.key),
            column: Cow::Borrowed(through.column),
            through: through.through.map(|further| Box::new(Self::from(further))),
            shared: through.shared.map(Shared::from),
        }
    }
}

impl From<SharedRows> for Shared {
    fn from(shared: SharedRows) -> Self {
        match shared {
            SharedRows::Null => Self::Null,
            SharedRows::Value(value) => Self::Value(Cow::Borrowed(value)),
        }
    }
}
