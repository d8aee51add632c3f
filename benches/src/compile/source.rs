//! The crates that are compiled: the same application, by hand and within tenants.

use std::fmt::Write as _;

/// How the application keeps its tenants apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Diesel alone, with a filter for the tenant in each statement.
    Plain,
    /// Tables of tenants, and models that are read and written within one.
    Scoped,
}

impl Style {
    pub(super) const ALL: [Self; 2] = [Self::Plain, Self::Scoped];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Scoped => "scoped",
        }
    }

    /// What its `Cargo.toml` asks for beside Diesel and diesel-async.
    pub(super) fn dependencies(self, library: &str) -> String {
        match self {
            Self::Plain => String::new(),
            Self::Scoped => format!("tenancy-diesel = {{ path = {library:?}, features = [\"postgres\"] }}\n"),
        }
    }
}

/// The crate's root.
pub(super) fn root(models: usize) -> String {
    let mut text = String::from("//! Models of an application.\n\npub mod schema;\n");
    for model in 0..models {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "pub mod model_{model};");
    }
    text
}

/// The tables, eight columns each, in one declaration as the Diesel CLI writes them.
pub(super) fn schema(style: Style, models: usize) -> String {
    let mut text = String::new();
    for model in 0..models {
        let columns = format!(
            "    table_{model} (tenant_id, id) {{\n        tenant_id -> Uuid,\n        id -> BigInt,\n        name -> Text,\n        \
             email -> Nullable<Text>,\n        score -> Integer,\n        budget -> BigInt,\n        active -> Bool,\n        \
             note -> Text,\n    }}\n"
        );
        let name = match style {
            Style::Plain => "diesel::table!",
            Style::Scoped => "tenancy_diesel::table!",
        };
        let _ = writeln!(text, "{name} {{\n{columns}}}\n");
    }
    text
}

/// A model: three structs with Diesel's five derives between them, and five queries. `limit` stands in a query's body, for
/// an edit that changes nothing else.
pub(super) fn model(style: Style, model: usize, limit: usize) -> String {
    let (imports, tenant, derive, new_tenant, queries) = match style {
        Style::Plain => ("use uuid::Uuid;", "Uuid", "", "    pub tenant_id: Uuid,\n", PLAIN_QUERIES),
        Style::Scoped => {
            ("use tenancy_diesel::prelude::*;", "TenantId", ", TenantScoped", "", SCOPED_QUERIES)
        }
    };
    format!(
        "//! Rows of `table_{model}`.

use diesel::prelude::*;
use diesel_async::{{AsyncPgConnection, RunQueryDsl}};
{imports}

use crate::schema::table_{model};

#[derive(Debug, Queryable, Selectable, Identifiable{derive})]
#[diesel(table_name = table_{model}, primary_key(tenant_id, id))]
pub struct Row {{
    pub tenant_id: {tenant},
    pub id: i64,
    pub name: String,
    pub email: Option<String>,
    pub score: i32,
    pub budget: i64,
    pub active: bool,
    pub note: String,
}}

#[derive(Debug, Insertable)]
#[diesel(table_name = table_{model})]
pub struct New<'a> {{
{new_tenant}    pub id: i64,
    pub name: &'a str,
    pub email: Option<&'a str>,
    pub score: i32,
    pub budget: i64,
    pub active: bool,
    pub note: &'a str,
}}

#[derive(Debug, AsChangeset)]
#[diesel(table_name = table_{model})]
pub struct Change<'a> {{
    pub name: Option<&'a str>,
    pub email: Option<Option<&'a str>>,
    pub score: Option<i32>,
    pub budget: Option<i64>,
    pub active: Option<bool>,
    pub note: Option<&'a str>,
}}
{}",
        queries.replace("TABLE", &format!("table_{model}")).replace("LIMIT", &limit.to_string())
    )
}

const PLAIN_QUERIES: &str = "
pub async fn list(tenant: Uuid, connection: &mut AsyncPgConnection) -> QueryResult<Vec<Row>> {
    TABLE::table
        .filter(TABLE::tenant_id.eq(tenant))
        .filter(TABLE::active.eq(true))
        .order(TABLE::name)
        .limit(LIMIT)
        .select(Row::as_select())
        .load(connection)
        .await
}

pub async fn find(tenant: Uuid, id: i64, connection: &mut AsyncPgConnection) -> QueryResult<Row> {
    TABLE::table.find((tenant, id)).select(Row::as_select()).first(connection).await
}

pub async fn insert(new: &New<'_>, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    diesel::insert_into(TABLE::table).values(new).execute(connection).await
}

pub async fn update(
    tenant: Uuid,
    id: i64,
    change: &Change<'_>,
    connection: &mut AsyncPgConnection,
) -> QueryResult<usize> {
    diesel::update(TABLE::table.find((tenant, id))).set(change).execute(connection).await
}

pub async fn delete(tenant: Uuid, id: i64, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    diesel::delete(TABLE::table.find((tenant, id))).execute(connection).await
}
";

const SCOPED_QUERIES: &str = "
pub async fn list(scope: &Scoped<TenantId>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<Row>> {
    Row::scoped(scope)
        .filter(TABLE::active.eq(true))
        .order(TABLE::name)
        .limit(LIMIT)
        .load(connection)
        .await
}

pub async fn find(scope: &Scoped<TenantId>, id: i64, connection: &mut AsyncPgConnection) -> QueryResult<Row> {
    Row::find(scope, id).first(connection).await
}

pub async fn insert(
    scope: &Scoped<TenantId>,
    new: &New<'_>,
    connection: &mut AsyncPgConnection,
) -> QueryResult<usize> {
    Row::insert(scope, new).execute(connection).await
}

pub async fn update(
    scope: &Scoped<TenantId>,
    id: i64,
    change: &Change<'_>,
    connection: &mut AsyncPgConnection,
) -> QueryResult<usize> {
    Row::update(scope, id).set(change).execute(connection).await
}

pub async fn delete(
    scope: &Scoped<TenantId>,
    id: i64,
    connection: &mut AsyncPgConnection,
) -> QueryResult<usize> {
    Row::delete(scope, id).execute(connection).await
}
";
