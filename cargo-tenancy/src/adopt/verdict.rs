//! Whose a table's rows are, and how that is known.

use serde::Serialize;

use super::catalog::{Catalog, ForeignKey, Name};

/// A foreign key that leads to the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Way {
    pub(crate) column: String,
    pub(crate) parent: Name,
    /// The parent's column that it refers to.
    pub(crate) key: String,
    pub(crate) foreign_key: String,
    pub(crate) not_null: bool,
    /// The type of the key, where the column has another: it is compared as the key is.
    #[serde(skip)]
    pub(crate) cast: Option<String>,
    /// Why this one, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
}

impl Way {
    /// By a foreign key of one column.
    pub(crate) fn of(catalog: &Catalog, foreign_key: &ForeignKey, column: &str, key: &str) -> Self {
        let of_child = catalog.tables.get(&foreign_key.child).and_then(|table| table.column(column));
        let of_parent = catalog.tables.get(&foreign_key.parent).and_then(|table| table.column(key));
        let cast = match (of_child, of_parent) {
            (Some(child), Some(parent)) if child.base != parent.base => Some(match parent.base.as_str() {
                // As a name in a cast it would be of one character.
                "character" => "bpchar".to_owned(),
                base => base.to_owned(),
            }),
            _ => None,
        };
        Self {
            column: column.to_owned(),
            parent: foreign_key.parent.clone(),
            key: key.to_owned(),
            foreign_key: foreign_key.name.clone(),
            not_null: of_child.is_some_and(|column| column.not_null),
            cast,
            why: None,
        }
    }
}

/// What becomes of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// The tenants' own table: a row is the tenant that it is.
    Tenants { column: String },
    /// It has the column.
    Owned { column: String, not_null: bool },
    /// It has the column, and NULL there is everybody's.
    Shared { column: String },
    /// It gets the column, filled by the way.
    Column { column: String, way: Way },
    /// It is declared through its parent, and stays as it is.
    Through { way: Way },
    /// The tenants see the rows to which their links refer.
    Link { links: Name, column: String },
    /// Everybody's, as a person said.
    Global,
    /// A person has to say.
    Undecided { reason: String, fix: String },
}

impl Verdict {
    pub(crate) fn undecided(reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Undecided { reason: reason.into(), fix: fix.into() }
    }

    /// The column that holds the tenant when everything is done.
    pub(crate) fn tenant_column(&self) -> Option<&str> {
        match self {
            Self::Tenants { column }
            | Self::Owned { column, .. }
            | Self::Shared { column }
            | Self::Column { column, .. } => Some(column),
            _ => None,
        }
    }

    /// The way by which the tenant of a row is found, where it has no column yet.
    pub(crate) fn way(&self) -> Option<&Way> {
        match self {
            Self::Column { way, .. } | Self::Through { way } => Some(way),
            _ => None,
        }
    }

    /// Whether a row of it is one tenant's.
    pub(crate) fn is_of_a_tenant(&self) -> bool {
        self.tenant_column().is_some() || self.way().is_some()
    }

    /// The word for it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Tenants { .. } => "the tenants",
            Self::Owned { .. } => "owned",
            Self::Shared { .. } => "owned, with shared rows",
            Self::Column { .. } => "gets the column",
            Self::Through { .. } => "through a parent",
            Self::Link { .. } => "through links",
            Self::Global => "global",
            Self::Undecided { .. } => "undecided",
        }
    }
}
