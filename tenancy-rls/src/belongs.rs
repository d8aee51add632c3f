//! How the rows of a declared table belong to tenants, and the conditions that say so.

use crate::quote::{identifier, literal};
use crate::table::{Table, TenantColumn};
use crate::tables::Tables;
use crate::through::{Name, Shared, Through};

/// How the rows of a table belong to tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Belongs {
    /// Each names its tenant; or is one that all tenants share.
    Column { tenant: TenantColumn, shared: Option<Shared> },
    /// Each names a row of another table, and is that one's tenant's.
    Parent(Reference),
    /// A row is seen by each tenant that has a link to it.
    Link(Reference),
}

/// The other table by which rows belong to tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The column that is compared with the other table's.
    pub(crate) column: Name,
    /// The other table.
    pub(crate) through: Through,
    /// What PostgreSQL calls the type of the tenants, where the chain ends.
    pub(crate) sql_type: Name,
}

/// A table by whose rows others are seen.
pub(crate) struct Link<'a> {
    /// The columns that name what is linked.
    pub(crate) columns: Vec<&'a str>,
    /// Why tenants may write them, if they may.
    pub(crate) by_tenants: Option<&'a str>,
}

impl Belongs {
    /// The column of the table by which rows belong to tenants.
    pub(crate) fn column(&self) -> &str {
        match self {
            Self::Column { tenant, .. } => &tenant.name,
            Self::Parent(reference) | Self::Link(reference) => &reference.column,
        }
    }

    /// The other table, if it is by one.
    pub(crate) fn reference(&self) -> Option<&Reference> {
        match self {
            Self::Column { .. } => None,
            Self::Parent(reference) | Self::Link(reference) => Some(reference),
        }
    }

    /// The type of the tenants.
    pub(crate) fn tenant_type(&self) -> &str {
        match self {
            Self::Column { tenant, .. } => &tenant.sql_type,
            Self::Parent(reference) | Self::Link(reference) => &reference.sql_type,
        }
    }

    /// Whether it is by a tenant column without shared rows: the wall's first kind, whose policies name no other table.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Self::Column { shared: None, .. })
    }
}

/// A part of a condition: as it is written, or what is written in a way of the server's own.
enum Part {
    Text(String),
    Name(String),
    Table(String),
    Cast(String),
}

/// A condition on a row, parenthesised as the server prints it, which an inspection compares it with.
pub(crate) struct Condition(Vec<Part>);

/// What stands between the parts of a pattern, before the letter that says how a part is to be read.
const PART: char = '\u{1e}';

impl Condition {
    /// Every row.
    pub(crate) fn always() -> Self {
        Self(vec![Part::Text("true".to_owned())])
    }

    /// As SQL.
    pub(crate) fn sql(&self) -> String {
        let print = |part: &Part| match part {
            Part::Text(text) | Part::Table(text) => text.clone(),
            Part::Name(name) => identifier(name),
            Part::Cast(sql_type) => format!("::{sql_type}"),
        };
        self.0.iter().map(print).collect()
    }

    /// As the rules compare it: names as they are, which the server quotes where it has to, and no casts.
    pub(crate) fn pattern(&self) -> String {
        let print = |part: &Part| match part {
            Part::Text(text) => format!("{PART}x{text}"),
            Part::Name(name) => format!("{PART}n{name}"),
            Part::Table(table) => format!("{PART}t{table}"),
            Part::Cast(_) => String::new(),
        };
        self.0.iter().map(print).collect()
    }
}

/// What a set of tenants is to the database: the array that follows a blank in the setting, and NULL where no tenant is in it.
///
/// No tenant's text begins with a blank, so that no single tenant is one; and to every other condition a set is nobody.
const SET: &str = r#""substring"(tenancy.tenant(), '^ ({".*})$')"#;

/// Who is asked for in a condition.
#[derive(Clone, Copy)]
enum Whose<'a> {
    /// The transaction's tenant.
    Tenants,
    /// Those of the transaction's set.
    Set,
    /// A tenant, by its text.
    Of(&'a str),
    /// A tenant, by a literal of its column's type.
    Own(&'a str),
}

/// Builds conditions on the rows of `table`.
struct Builder<'a> {
    tables: &'a Tables,
    parts: Vec<Part>,
    sql_type: &'a str,
    alias: &'static str,
    whose: Whose<'a>,
    shared: bool,
}

impl Builder<'_> {
    fn text(&mut self, text: impl Into<String>) {
        self.parts.push(Part::Text(text.into()));
    }

    /// `name`.`column`, or the column alone.
    fn column(&mut self, row: Option<Row<'_>>, column: &str) {
        match row {
            Some(Row::Named(name)) => self.parts.push(Part::Name(name.to_owned())),
            Some(Row::Owner(steps)) => self.text(format!("{}{steps}", self.alias)),
            None => {}
        }
        if row.is_some() {
            self.text(".");
        }
        self.parts.push(Part::Name(column.to_owned()));
    }

    fn tenant(&mut self, row: Option<Row<'_>>, column: &str) {
        self.text("(");
        self.column(row, column);
        match self.whose {
            Whose::Tenants => {
                self.text(" = ( SELECT tenancy.tenant()");
                // A text needs none.
                if self.sql_type != "text" {
                    self.parts.push(Part::Cast(self.sql_type.to_owned()));
                }
                self.text("))");
            }
            // Computed once a statement, and read as an array's elements only because a cast follows it.
            Whose::Set => {
                let sql_type = self.sql_type;
                self.text(format!(" = ANY (( SELECT ({SET})::{sql_type}[])::{sql_type}[]))"));
            }
            Whose::Of(tenant) => {
                let (tenant, sql_type) = (literal(tenant), self.sql_type);
                self.text(format!("::text COLLATE \"C\" IS NOT DISTINCT FROM {tenant}::{sql_type}::text)"));
            }
            Whose::Own(tenant) => {
                let (tenant, sql_type) = (literal(tenant), self.sql_type);
                self.text(format!(" = {tenant}::{sql_type})"));
            }
        }
    }

    /// That `row` is the tenant's, or is shared.
    fn belongs(
        &mut self,
        row: Option<Row<'_>>,
        column: &str,
        through: Option<&Through>,
        shared: Option<&Shared>,
        steps: usize,
    ) {
        let Some(through) = through else {
            let shared = match shared {
                Some(shared) if self.shared => shared,
                // Nobody is the tenant whose id the shared rows have in the place of one.
                Some(Shared::Value(value)) => {
                    self.text("(");
                    self.tenant(row, column);
                    self.text(" AND (");
                    self.column(row, column);
                    self.text(format!(" <> {}))", constant(value)));
                    return;
                }
                _ => return self.tenant(row, column),
            };
            self.text("(");
            self.tenant(row, column);
            self.text(" OR ((");
            self.column(row, column);
            self.text(follows_of_shared(shared));
            // Without a tenant there are no rows, these neither.
            self.text(match self.whose {
                Whose::Tenants => ") AND ( SELECT (tenancy.tenant() IS NOT NULL))))".to_owned(),
                Whose::Set => format!(") AND ( SELECT ({SET} IS NOT NULL))))"),
                Whose::Of(_) | Whose::Own(_) => ") AND true))".to_owned(),
            });
            return;
        };
        let owner = Row::Owner(steps);
        self.text("(EXISTS ( SELECT 1 FROM ");
        self.parts.push(Part::Table(self.tables.name_of(through)));
        self.text(format!(" {}{steps} WHERE ((", self.alias));
        self.column(Some(owner), &through.key);
        self.text(" = ");
        self.column(row, column);
        self.text(") AND ");
        let (further, shared) = (through.through.as_deref(), through.shared.as_ref());
        self.belongs(Some(owner), &through.column, further, shared, steps + 1);
        self.text(")))");
    }
}

/// What a row goes by.
#[derive(Clone, Copy)]
enum Row<'a> {
    Named(&'a str),
    Owner(usize),
}

/// What follows the column in the condition that a row is shared.
pub(crate) fn follows_of_shared(shared: &Shared) -> String {
    match shared {
        Shared::Null => " IS NULL".to_owned(),
        Shared::Value(value) => format!(" = {}", constant(value)),
    }
}

/// A value that was declared, as the server prints it: numbers that are no `integer` are quoted.
fn constant(value: &str) -> String {
    match value.parse::<i128>() {
        Ok(number) if i32::try_from(number).is_err() => format!("'{number}'"),
        _ => value.to_owned(),
    }
}

/// The conditions under which a row is read and written.
pub(crate) struct Conditions {
    pub(crate) read: Condition,
    pub(crate) write: Condition,
}

impl Conditions {
    /// Those of the policies of `table`.
    pub(crate) fn of(tables: &Tables, table: &Table, belongs: &Belongs) -> Self {
        let of = |shared| condition(tables, table, belongs, Whose::Tenants, shared, None);
        let write = match belongs {
            // Of what may be several tenants' nobody is the one to write it.
            Belongs::Link(_) => Condition(vec![Part::Text("false".to_owned())]),
            Belongs::Parent(_) | Belongs::Column { .. } => of(false),
        };
        Self { read: of(true), write }
    }
}

/// The condition that a row is of one of the tenants of the transaction's set, or shared by all.
pub(crate) fn of_a_set(tables: &Tables, table: &Table, belongs: &Belongs) -> Condition {
    condition(tables, table, belongs, Whose::Set, true, None)
}

/// The condition that a row, which goes by `row`, is neither `tenant`'s nor shared.
pub(crate) fn is_foreign(
    tables: &Tables,
    table: &Table,
    belongs: &Belongs,
    tenant: &str,
    row: &str,
) -> String {
    format!("{} IS NOT TRUE", condition(tables, table, belongs, Whose::Of(tenant), true, Some(row)).sql())
}

/// The condition that a row, which goes by `row`, is `tenant`'s and not shared.
pub(crate) fn is_own(tables: &Tables, table: &Table, belongs: &Belongs, tenant: &str, row: &str) -> String {
    condition(tables, table, belongs, Whose::Own(tenant), false, Some(row)).sql()
}

/// In a sub-select the row's own columns go by its table's name, and nothing else may have that one.
fn condition(
    tables: &Tables,
    table: &Table,
    belongs: &Belongs,
    whose: Whose<'_>,
    shared: bool,
    row: Option<&str>,
) -> Condition {
    let alias = if table.name().starts_with("owner_") { "owners_" } else { "owner_" };
    let mut builder =
        Builder { tables, parts: Vec::new(), sql_type: belongs.tenant_type(), alias, whose, shared };
    match belongs {
        Belongs::Column { tenant, shared } => {
            builder.belongs(row.map(Row::Named), &tenant.name, None, shared.as_ref(), 1);
        }
        Belongs::Parent(reference) | Belongs::Link(reference) => {
            let row = Row::Named(row.unwrap_or_else(|| table.name()));
            builder.belongs(Some(row), &reference.column, Some(&reference.through), None, 1);
        }
    }
    Condition(builder.parts)
}
