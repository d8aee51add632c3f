//! The tables. Whose a row is can be told by its key: the letter that ids begin with, or the tens of a number.
#![allow(missing_docs)] // Diesel documents what it generates only where the declaration does

use std::io::Write as _;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Integer, Text};
use diesel::sqlite::Sqlite;

/// What the column of the enum is in SQL.
#[derive(Debug, Clone, Copy, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "voyage_state"), sqlite_type(name = "Text"))]
pub struct VoyageState;

tenancy_diesel::table! {
    #[tenant_scoped(fleet_id: FleetId)]
    vessels (fleet_id, id) {
        #[max_length = 26]
        fleet_id -> Varchar,
        #[max_length = 26]
        id -> Varchar,
        name -> Text,
        number -> Integer,
        retired_at -> Nullable<Integer>,
        #[max_length = 26]
        mother_id -> Nullable<Varchar>,
        papers -> Jsonb,
    }
    // The key of the parent has the fleet in it; its id is unique alone.
    #[tenant_scoped(through = vessels(vessel_id = id))]
    voyages (id) {
        #[max_length = 26]
        id -> Varchar,
        #[max_length = 26]
        vessel_id -> Varchar,
        berth_id -> Integer,
        state -> crate::harbour::schema::VoyageState,
    }
    #[tenant_scoped(through = voyages(voyage_id))]
    stops (voyage_id, place) {
        #[max_length = 26]
        voyage_id -> Varchar,
        place -> Integer,
        note -> Nullable<Text>,
    }
    // Another kind of owner.
    #[tenant_scoped(port_id: PortId)]
    berths (id) { id -> Integer, port_id -> Integer, name -> Text, }
    // Everybody's, or one's own.
    #[tenant_scoped(fleet_id: FleetId, shared)]
    #[sql_name = "type"]
    types (id) {
        id -> Integer,
        #[max_length = 26]
        fleet_id -> Nullable<Varchar>,
        name -> Text,
    }
    #[tenant_scoped(fleet_id: FleetId)]
    r#match (id) {
        id -> Integer,
        #[max_length = 26]
        fleet_id -> Varchar,
        r#type -> Text,
    }
    // A view.
    #[tenant_scoped(fleet_id: FleetId)]
    vessel_stops (vessel_id) {
        #[max_length = 26]
        fleet_id -> Varchar,
        #[max_length = 26]
        vessel_id -> Varchar,
        stops -> BigInt,
    }
    #[tenant_scoped(fleet_id: FleetId)]
    sheets (id) {
        id -> Integer,
        #[max_length = 26]
        fleet_id -> Varchar,
        c01 -> Nullable<Integer>,
        c02 -> Nullable<Integer>,
        c03 -> Nullable<Integer>,
        c04 -> Nullable<Integer>,
        c05 -> Nullable<Integer>,
        c06 -> Nullable<Integer>,
        c07 -> Nullable<Integer>,
        c08 -> Nullable<Integer>,
        c09 -> Nullable<Integer>,
        c10 -> Nullable<Integer>,
        c11 -> Nullable<Integer>,
        c12 -> Nullable<Integer>,
        c13 -> Nullable<Integer>,
        c14 -> Nullable<Integer>,
        c15 -> Nullable<Integer>,
        c16 -> Nullable<Integer>,
        c17 -> Nullable<Integer>,
        c18 -> Nullable<Integer>,
        c19 -> Nullable<Integer>,
        c20 -> Nullable<Integer>,
        c21 -> Nullable<Integer>,
        c22 -> Nullable<Integer>,
        c23 -> Nullable<Integer>,
        c24 -> Nullable<Integer>,
        c25 -> Nullable<Integer>,
        c26 -> Nullable<Integer>,
        c27 -> Nullable<Integer>,
        c28 -> Nullable<Integer>,
        c29 -> Nullable<Integer>,
        c30 -> Nullable<Integer>,
    }
}
tenancy_diesel::allow_owners_to_appear_in_same_query!(FleetId, PortId);
diesel::allow_tables_to_appear_in_same_query!(
    vessels,
    voyages,
    stops,
    berths,
    types,
    r#match,
    vessel_stops,
    sheets
);

/// The id of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression)]
#[diesel(sql_type = Text)]
pub struct FleetId(pub(crate) &'static str);

/// The id of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression)]
#[diesel(sql_type = Integer)]
pub struct PortId(pub(crate) i32);

impl<DB: diesel::backend::Backend> ToSql<Text, DB> for FleetId
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: diesel::backend::Backend> ToSql<Integer, DB> for PortId
where
    i32: ToSql<Integer, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = VoyageState)]
pub(crate) enum State {
    Due,
    Moored,
    Gone,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Moored => "moored",
            Self::Gone => "gone",
        }
    }

    fn read(word: &[u8]) -> deserialize::Result<Self> {
        let all = [Self::Due, Self::Moored, Self::Gone];
        all.into_iter().find(|state| state.word().as_bytes() == word).ok_or_else(|| "another state".into())
    }
}

impl ToSql<VoyageState, Pg> for State {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.word().as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<VoyageState, Pg> for State {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Self::read(value.as_bytes())
    }
}

impl ToSql<VoyageState, Sqlite> for State {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.word());
        Ok(IsNull::No)
    }
}

impl FromSql<VoyageState, Sqlite> for State {
    fn from_sql(value: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Self::read(<String as FromSql<Text, Sqlite>>::from_sql(value)?.as_bytes())
    }
}

/// The tables, in words that SQLite and PostgreSQL read alike. Without foreign keys: rows may name what is another's.
pub(crate) const TABLES: &str = r#"
CREATE TABLE vessels (fleet_id VARCHAR(26) NOT NULL, id VARCHAR(26) NOT NULL UNIQUE, name TEXT NOT NULL, number INTEGER NOT NULL,
    retired_at INTEGER, mother_id VARCHAR(26), papers jsonb NOT NULL, PRIMARY KEY (fleet_id, id));
CREATE UNIQUE INDEX vessels_in_service ON vessels (fleet_id, number) WHERE retired_at IS NULL;
CREATE TABLE voyages (id VARCHAR(26) NOT NULL PRIMARY KEY, vessel_id VARCHAR(26) NOT NULL, berth_id INTEGER NOT NULL, state voyage_state NOT NULL);
CREATE TABLE stops (voyage_id VARCHAR(26) NOT NULL, place INTEGER NOT NULL, note TEXT, PRIMARY KEY (voyage_id, place));
CREATE TABLE berths (id INTEGER NOT NULL PRIMARY KEY, port_id INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE "type" (id INTEGER NOT NULL PRIMARY KEY, fleet_id VARCHAR(26), name TEXT NOT NULL);
CREATE TABLE "match" (id INTEGER NOT NULL UNIQUE, fleet_id VARCHAR(26) NOT NULL, "type" TEXT NOT NULL, PRIMARY KEY (fleet_id, id));
CREATE TABLE sheets (id INTEGER NOT NULL UNIQUE, fleet_id VARCHAR(26) NOT NULL, c01 INTEGER, c02 INTEGER, c03 INTEGER, c04 INTEGER, c05 INTEGER, c06 INTEGER, c07 INTEGER, c08 INTEGER, c09 INTEGER, c10 INTEGER, c11 INTEGER, c12 INTEGER, c13 INTEGER, c14 INTEGER, c15 INTEGER, c16 INTEGER, c17 INTEGER, c18 INTEGER, c19 INTEGER, c20 INTEGER, c21 INTEGER, c22 INTEGER, c23 INTEGER, c24 INTEGER, c25 INTEGER, c26 INTEGER, c27 INTEGER, c28 INTEGER, c29 INTEGER, c30 INTEGER, PRIMARY KEY (fleet_id, id));
CREATE VIEW vessel_stops AS SELECT v.fleet_id, v.id AS vessel_id, count(*) AS stops
    FROM vessels AS v JOIN voyages AS y ON y.vessel_id = v.id JOIN stops AS s ON s.voyage_id = y.id GROUP BY v.fleet_id, v.id;
"#;

/// What SQLite takes for any name of a type.
pub(crate) const ENUM: &str = "CREATE TYPE voyage_state AS ENUM ('due', 'moored', 'gone');";

pub(crate) const NAMES: [&str; 7] =
    ["vessels", "voyages", "stops", "berths", "\"type\"", "\"match\"", "sheets"];

/// The query for each row as one line, beside whose it is by its key: 1 to 3, or 0 for everybody. `papers` is the text of a document.
pub(crate) fn contents(papers: &str) -> String {
    let letter = |key: &str| format!("CASE substr({key}, 1, 1) WHEN 'A' THEN 1 WHEN 'B' THEN 2 ELSE 3 END");
    let tens = || "id / 10".to_owned();
    let tables = [
        (
            "vessels",
            letter("id"),
            format!(
                "fleet_id, ' ', id, ' ', name, ' ', number, ' ', COALESCE(retired_at, 0), ' ', COALESCE(mother_id, '-'), ' ', {papers}"
            ),
        ),
        ("voyages", letter("id"), "id, ' ', vessel_id, ' ', berth_id, ' ', state".to_owned()),
        ("stops", letter("voyage_id"), "voyage_id, ' ', place, ' ', COALESCE(note, '-')".to_owned()),
        ("berths", tens(), "id, ' ', port_id, ' ', name".to_owned()),
        ("\"type\"", tens(), "id, ' ', COALESCE(fleet_id, '-'), ' ', name".to_owned()),
        ("\"match\"", tens(), "id, ' ', fleet_id, ' ', \"type\"".to_owned()),
        ("sheets", tens(), "id, ' ', fleet_id, ' ', COALESCE(c01, -1), ' ', COALESCE(c30, -1)".to_owned()),
    ];
    let rows = |(table, whose, columns): &(&str, String, String)| {
        format!("SELECT {whose} AS whose, CONCAT('{table} ', {columns}) AS line FROM {table}")
    };
    tables.iter().map(rows).collect::<Vec<_>>().join(" UNION ALL ")
}
