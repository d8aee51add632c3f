//! The tables that are moved, each with its two sides.

use tenancy_rls::{Ownership, RowSecurity, Table};

use super::error::{Obstacle, RelocationError};
use super::relation::{self, Column, Relation};
use super::session::Session;
use super::sql::{identifier, qualified};

/// A step from a row to the row through which it belongs to a tenant.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// The column here.
    pub(super) column: String,
    /// The other table, at the source.
    pub(super) table: String,
    /// Its column.
    pub(super) key: String,
}

/// One table whose rows are moved.
#[derive(Debug, Clone)]
pub(super) struct Moved {
    /// Its place among the declared tenants' tables.
    pub(super) number: usize,
    pub(super) source: Relation,
    pub(super) destination: Relation,
    /// The condition of the tenant's own rows, which go by `r`, at each side.
    pub(super) own_at_source: String,
    pub(super) own_at_destination: String,
    /// From its rows to those that name the tenant; empty where they do themselves.
    pub(super) chain: Vec<Step>,
    /// The column that names the tenant, at the chain's end.
    pub(super) tenant_column: String,
}

impl Moved {
    /// How it goes by in messages and in the journal: its name, without the schema, of which there are two.
    pub(super) fn label(&self) -> String {
        self.source.sql()
    }

    /// The columns that are written, which the database does not compute.
    pub(super) fn written(&self) -> impl Iterator<Item = &str> + Clone {
        self.source.columns.iter().filter(|column| !column.generated).map(|column| column.name.as_str())
    }

    /// The columns that name a row.
    pub(super) fn key(&self) -> impl Iterator<Item = &str> + Clone {
        self.source.key.iter().map(String::as_str)
    }
}

/// The names of the tenants' tables where `security` has them.
pub(super) fn names(security: &RowSecurity) -> Vec<(String, String)> {
    owned(security)
        .map(|(_, table)| (security.tables().schema_of(table).to_owned(), table.name().to_owned()))
        .collect()
}

fn owned(security: &RowSecurity) -> impl Iterator<Item = (usize, &Table)> {
    let tables = security.tables();
    tables.iter().filter(|table| tables.ownership_of(table) != Ownership::Global).enumerate()
}

/// Reads the tables at both sides. Those that are the same table at both are not moved. What keeps others from being moved is added to
/// `obstacles`.
pub(super) async fn read(
    (source, at_source): (&Session, &RowSecurity),
    (destination, at_destination): (&Session, &RowSecurity),
    same_database: bool,
    tenant: &str,
    obstacles: &mut Vec<Obstacle>,
) -> Result<Vec<Moved>, RelocationError> {
    let (from, to) = (names(at_source), names(at_destination));
    let (mut sources, mut destinations) =
        (relation::read(source, &from).await?, relation::read(destination, &to).await?);
    let mut moved = Vec::new();
    for ((number, table), (from, to)) in owned(at_source).zip(from.iter().zip(&to)) {
        if same_database && from == to {
            continue;
        }
        let (label, other) = (qualified(&from.0, &from.1), qualified(&to.0, &to.1));
        if let Ownership::Link(_) = at_source.tables().ownership_of(table) {
            obstacles.push(Obstacle::new(
                label,
                "its rows are seen by links, and may be several tenants'",
                "a tenant whose rows are partly others' cannot be taken away from them: give it rows of its own first",
            ));
            continue;
        }
        let Some(found) = sources.remove(from) else {
            obstacles.push(Obstacle::new(
                label,
                "there is no such table at the source",
                "run the application's migrations there",
            ));
            continue;
        };
        let Some(other) = destinations.remove(to) else {
            obstacles.push(Obstacle::new(
                other,
                "there is no such table at the destination",
                "run the application's migrations and the wall's there",
            ));
            continue;
        };
        let own = |security: &RowSecurity| security.tables().own_rows(table, tenant, "r");
        let (Some(own_at_source), Some(own_at_destination)) = (own(at_source), own(at_destination)) else {
            continue;
        };
        let (chain, tenant_column) = chain(at_source, table);
        let table = Moved {
            number,
            source: found,
            destination: other,
            own_at_source,
            own_at_destination,
            chain,
            tenant_column,
        };
        compare(&table, obstacles);
        moved.push(table);
    }
    // Parents first: where a child is, its parent is.
    moved.sort_by_key(|table| (table.chain.len(), table.number));
    Ok(moved)
}

fn chain(security: &RowSecurity, table: &Table) -> (Vec<Step>, String) {
    let tables = security.tables();
    match tables.ownership_of(table) {
        Ownership::Parent(link) => {
            let step = Step {
                column: link.column.to_string(),
                table: qualified(&link.schema, &link.table),
                key: link.key.to_string(),
            };
            let parent = tables
                .iter()
                .find(|other| other.name() == link.table && tables.schema_of(other) == link.schema);
            let (further, column) = parent.map(|parent| chain(security, parent)).unwrap_or_default();
            (std::iter::once(step).chain(further).collect(), column)
        }
        Ownership::Column { column, .. } => (Vec::new(), column.to_string()),
        _ => (Vec::new(), String::new()),
    }
}

/// What keeps rows of one side from being the other's.
fn compare(table: &Moved, obstacles: &mut Vec<Obstacle>) {
    let (source, destination) = (&table.source, &table.destination);
    let mut found = |relation: &Relation, reason: String, fix: &str| {
        obstacles.push(Obstacle::new(relation.sql(), reason, fix));
    };
    for relation in [source, destination] {
        if !matches!(relation.kind.as_str(), "r" | "p") {
            found(
                relation,
                "it is no table with rows of its own".to_owned(),
                "declare the table that has the rows",
            );
        }
        if !relation.owned {
            found(
                relation,
                "the role that moves tenants does not own it, and cannot follow its changes".to_owned(),
                "move tenants as the owner of the tables",
            );
        }
    }
    if source.key.is_empty() {
        found(
            source,
            "no key names its rows: there is no primary key, and no unique index of columns that are NOT NULL".to_owned(),
            "give it a primary key",
        );
    }
    let migrate = "bring both sides to the same migration";
    for column in &source.columns {
        match destination.column(&column.name) {
            None => found(
                destination,
                format!("the column {} is missing there", identifier(&column.name)),
                migrate,
            ),
            Some(other) if !is_alike(column, other) => found(
                destination,
                format!(
                    "the column {} is {} there, and {} at the source",
                    identifier(&column.name),
                    described(other),
                    described(column)
                ),
                migrate,
            ),
            Some(_) => {}
        }
    }
    for column in &destination.columns {
        if source.column(&column.name).is_none() {
            found(
                destination,
                format!("the column {} is not at the source", identifier(&column.name)),
                migrate,
            );
        }
    }
    if source.wall != destination.wall {
        found(
            destination,
            "its row-level security differs from the source's".to_owned(),
            "run the wall's migration there (`in_tenant_schema` for a schema of the tenant's own)",
        );
    }
}

/// Whether two columns are the same: of one type, or of two of one name, each in its table's own schema.
fn is_alike(column: &Column, other: &Column) -> bool {
    let of_one_type = column.sql_type == other.sql_type || column.relative_type == other.relative_type;
    of_one_type && (column.not_null, column.generated) == (other.not_null, other.generated)
}

fn described(column: &Column) -> String {
    let null = if column.not_null { " NOT NULL" } else { "" };
    let generated = if column.generated { " GENERATED" } else { "" };
    format!("{}{null}{generated}", column.sql_type)
}
