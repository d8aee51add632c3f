//! What a database has, as far as it says whose rows are: tables, columns, keys, and what refers to what.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A relation's name with its schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Name {
    pub(crate) schema: String,
    pub(crate) name: String,
}

impl Name {
    /// As SQL has it.
    pub(crate) fn sql(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.schema.as_str() {
            "public" => f.write_str(&self.name),
            schema => write!(f, "{schema}.{}", self.name),
        }
    }
}

impl Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) not_null: bool,
    /// With its length, as SQL declares it.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// Without.
    pub(crate) base: String,
    /// `e` for an enum, `d` for a domain.
    pub(crate) kind: String,
}

/// An index: a key where it is unique.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) unique: bool,
    pub(crate) primary: bool,
    pub(crate) partial: bool,
    pub(crate) expression: bool,
    pub(crate) columns: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Table {
    pub(crate) name: Name,
    kind: String,
    pub(crate) is_part: bool,
    pub(crate) columns: Vec<Column>,
    pub(crate) keys: Vec<Key>,
    /// Those that an insert or an update calls.
    pub(crate) triggers: Vec<String>,
}

impl Table {
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub(crate) fn primary_key(&self) -> &[String] {
        self.keys.iter().find(|key| key.primary).map_or(&[], |key| &key.columns)
    }

    /// What it is, where it is no plain table.
    pub(crate) fn other_kind(&self) -> Option<&'static str> {
        match self.kind.as_str() {
            "p" => Some("a partitioned table"),
            "v" => Some("a view"),
            "m" => Some("a materialized view"),
            "f" => Some("a foreign table"),
            _ if self.is_part => Some("a part of a partitioned table"),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ForeignKey {
    pub(crate) name: String,
    pub(crate) child: Name,
    pub(crate) parent: Name,
    pub(crate) columns: Vec<String>,
    pub(crate) keys: Vec<String>,
    pub(crate) on_delete: String,
    pub(crate) on_update: String,
    pub(crate) deferrable: bool,
    pub(crate) deferred: bool,
}

impl ForeignKey {
    /// Its column and the parent's, where it has one each.
    pub(crate) fn single(&self) -> Option<(&str, &str)> {
        match (self.columns.as_slice(), self.keys.as_slice()) {
            ([column], [key]) => Some((column, key)),
            _ => None,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Document {
    tables: Vec<Table>,
    foreign_keys: Vec<ForeignKey>,
}

/// The whole.
#[derive(Debug)]
pub(crate) struct Catalog {
    pub(crate) tables: BTreeMap<Name, Table>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    text: String,
}

impl Catalog {
    pub(crate) async fn read(connection: &mut AsyncPgConnection) -> Result<Self, Failure> {
        let failed = || Failure::new("the database's catalog cannot be read");
        // Whatever is counted, nothing is changed.
        sql_query("SET default_transaction_read_only = on")
            .execute(connection)
            .await
            .map_err(|error| failed().because(error))?;
        let answer: Answer = sql_query(include_str!("catalog.sql"))
            .get_result(connection)
            .await
            .map_err(|error| failed().because(error))?;
        let document: Document =
            serde_json::from_str(&answer.text).map_err(|error| failed().because(error))?;
        // It would end the bodies of the functions that are written.
        let columns =
            document.tables.iter().flat_map(|table| table.columns.iter().map(|column| &column.name));
        let names = document.tables.iter().flat_map(|table| [&table.name.schema, &table.name.name]);
        if let Some(name) = names.chain(columns).find(|name| name.contains("$tenancy$")) {
            return Err(failed()
                .because(format!("the name {name:?} has `$tenancy$` in it"))
                .fix("give it another name"));
        }
        let tables = document.tables.into_iter().map(|table| (table.name.clone(), table)).collect();
        Ok(Self { tables, foreign_keys: document.foreign_keys })
    }

    /// The foreign keys of a table.
    pub(crate) fn of_child<'a>(&'a self, child: &'a Name) -> impl Iterator<Item = &'a ForeignKey> {
        self.foreign_keys.iter().filter(move |key| key.child == *child)
    }
}

/// A name as SQL quotes it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names as a list.
pub(crate) fn list(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}
