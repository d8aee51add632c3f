//! One declared table as a database has it.

use tenancy_rls::Ownership;

use super::super::sql;

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) number: i16,
    pub(crate) name: String,
    /// Its type as SQL, with its schema where it is no type of PostgreSQL's own.
    pub(crate) sql_type: String,
    pub(crate) not_null: bool,
    /// Its value is computed from the row's others.
    pub(crate) generated: bool,
    pub(crate) identity: bool,
    /// The expression of its default.
    pub(crate) default: Option<String>,
    /// The sequence that its values are drawn from, quoted and qualified.
    pub(crate) sequence: Option<String>,
    /// The default that makes more of a sequence's number than that: another value each time.
    pub(crate) draws: Option<String>,
    pub(crate) is_uuid: bool,
    /// Its collation takes texts that differ for equal.
    pub(crate) is_coarse: bool,
    /// Its order depends on a collation.
    pub(crate) is_collated: bool,
    /// It may hold the number of a large object.
    pub(crate) is_oid: bool,
}

/// A unique index.
#[derive(Debug, Clone)]
pub(crate) struct Unique {
    pub(crate) name: String,
    /// Its columns, or expressions over the table's, as SQL.
    pub(crate) keys: Vec<String>,
    /// Every column that it looks at.
    pub(crate) columns: Vec<String>,
    /// It has plain columns only.
    pub(crate) is_plain: bool,
    /// The condition of the rows that it holds for.
    pub(crate) predicate: Option<String>,
}

/// A declared table as a database has it.
#[derive(Debug)]
pub(crate) struct LaidTable {
    pub(crate) oid: u32,
    /// Which of the declared tables it is, wherever it is.
    pub(crate) declared: usize,
    pub(crate) schema: String,
    pub(crate) name: String,
    /// Quoted and qualified.
    pub(crate) sql: String,
    pub(crate) ownership: Ownership,
    /// The condition that a row, which goes by `r`, is the tenant's.
    pub(crate) own: Option<String>,
    /// The same of a row that goes by `x`.
    pub(crate) own_as_x: Option<String>,
    pub(crate) columns: Vec<Column>,
    /// The primary key first.
    pub(crate) uniques: Vec<Unique>,
}

impl LaidTable {
    /// `schema.name`, for people and files.
    pub(crate) fn label(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// Whether each of its rows is one tenant's, or shared by all.
    pub(crate) fn is_owned(&self) -> bool {
        matches!(self.ownership, Ownership::Column { .. } | Ownership::Parent(_))
    }

    /// Whether its rows are seen by links.
    pub(crate) fn is_linked(&self) -> bool {
        matches!(self.ownership, Ownership::Link(_))
    }

    /// The column that holds the tenant.
    pub(crate) fn tenant_column(&self) -> Option<&str> {
        match &self.ownership {
            Ownership::Column { column, .. } => Some(column),
            _ => None,
        }
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// `FROM … AS r WHERE …`: the tenant's rows, or none of a global table.
    pub(crate) fn own_rows(&self) -> String {
        let own = self.own.as_deref().unwrap_or("false");
        format!("FROM {} AS r WHERE {own}", self.sql)
    }

    /// The condition that a row, which goes by `x`, is the tenant's.
    pub(crate) fn own_as_x(&self) -> Option<&str> {
        self.own_as_x.as_deref()
    }

    /// A row is the tenant's by what `other` says as well, which is the same table seen from another place.
    pub(crate) fn also_owned_as(&mut self, other: Self) {
        let either = |one: &mut Option<String>, other: Option<String>| {
            let both = match (one.take(), other) {
                (Some(one), Some(other)) if one != other => Some(format!("({one} OR {other})")),
                (one, other) => one.or(other),
            };
            *one = both;
        };
        either(&mut self.own, other.own);
        either(&mut self.own_as_x, other.own_as_x);
    }

    /// The columns by which its rows are put in order: the primary key, or else a key that no row is without.
    pub(crate) fn order_key(&self) -> Option<Vec<&Column>> {
        let whole = |unique: &&Unique| unique.is_plain && unique.predicate.is_none();
        let columns =
            |unique: &Unique| unique.columns.iter().filter_map(|name| self.column(name)).collect::<Vec<_>>();
        self.uniques
            .iter()
            .filter(whole)
            .map(columns)
            .find(|columns| !columns.is_empty() && columns.iter().all(|column| column.not_null))
    }

    /// What follows ORDER BY. Texts are ordered by their bytes, which every server does alike; without a key it is the whole row.
    pub(crate) fn order(&self) -> String {
        let Some(key) = self.order_key() else {
            return "r::text COLLATE pg_catalog.\"C\"".to_owned();
        };
        let by = |column: &Column| {
            let collation = if column.is_collated { " COLLATE pg_catalog.\"C\"" } else { "" };
            format!("r.{}{collation}", sql::identifier(&column.name))
        };
        key.into_iter().map(by).collect::<Vec<_>>().join(", ")
    }
}
