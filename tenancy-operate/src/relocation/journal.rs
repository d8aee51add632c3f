//! Where a move is, in the database of the catalog.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tenancy_core::TenantKey;
use tenancy_core::placement::{Placement, SchemaName};
use tenancy_pool::placement::DatabaseName;

use super::error::RelocationError;
use super::session::Session;
use super::sql::literal;
use crate::place_in_words::named;
use crate::which_database::WhichDatabase;

/// The journal's table: one row a move. Those that have ended stay, as what was done.
const TABLE: &str = "
CREATE SCHEMA IF NOT EXISTS tenancy;
CREATE TABLE IF NOT EXISTS tenancy.moves (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text NOT NULL,
    step text NOT NULL CHECK (step IN ('begun', 'following', 'copied', 'switched', 'undoing', 'finishing', 'finished', 'undone')),
    source jsonb NOT NULL,
    destination jsonb NOT NULL,
    tables jsonb NOT NULL,
    copied jsonb NOT NULL DEFAULT '{}',
    stop jsonb,
    erased boolean NOT NULL DEFAULT false,
    begun_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    switched_at timestamptz
);
CREATE UNIQUE INDEX IF NOT EXISTS moves_one_a_tenant ON tenancy.moves (tenant) WHERE step NOT IN ('finished', 'undone');
COMMENT ON TABLE tenancy.moves IS 'Tenants that are, or were, moved to another place, and how far that is.';
REVOKE ALL ON TABLE tenancy.moves FROM PUBLIC";

/// How far a move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// It is written down, and nothing else.
    Begun,
    /// Changes at the source are followed, and rows are copied.
    Following,
    /// Every row was copied, and changes are followed.
    Copied,
    /// The tenant is served at its destination; its rows are at the source as well, and nobody can write them.
    Switched,
    /// It is being taken back.
    Undoing,
    /// What is left at the source is being erased.
    Finishing,
    /// It has ended.
    Finished,
    /// It was taken back.
    Undone,
}

impl Step {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Following => "following",
            Self::Copied => "copied",
            Self::Switched => "switched",
            Self::Undoing => "undoing",
            Self::Finishing => "finishing",
            Self::Finished => "finished",
            Self::Undone => "undone",
        }
    }
}

/// A placement, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    database: Option<DatabaseName>,
    /// Which database that is, as [`WhichDatabase::lasting`] says it. A move of an earlier version has not said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    is: Option<String>,
}

impl From<&Placement<DatabaseName>> for Kept {
    fn from(placement: &Placement<DatabaseName>) -> Self {
        Self {
            schema: placement.schema().map(|schema| schema.as_str().to_owned()),
            database: placement.database().cloned(),
            is: None,
        }
    }
}

impl Kept {
    fn placement(self) -> Result<Placement<DatabaseName>, RelocationError> {
        let schema = self
            .schema
            .map(|schema| SchemaName::try_from(schema.as_str()))
            .transpose()
            .map_err(|error| unreadable(error.to_string()))?;
        Ok(match (self.database, schema) {
            (None, None) => Placement::Shared,
            (None, Some(schema)) => Placement::Schema(schema),
            (Some(database), None) => Placement::Database(database),
            (Some(database), Some(schema)) => Placement::DatabaseSchema { database, schema },
        })
    }
}

/// How far the copy of one table is: up to the row of this key, or whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Copied {
    pub(super) after: Option<Vec<String>>,
    /// The last key there was when the copy of the table began. What came later is among the changes, and not waited for: rows may come faster than they
    /// are copied.
    #[serde(default)]
    pub(super) until: Option<Vec<String>>,
    pub(super) whole: bool,
}

/// One move.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) id: i32,
    pub(super) step: Step,
    pub(super) source: Placement<DatabaseName>,
    pub(super) destination: Placement<DatabaseName>,
    /// Which databases those are.
    pub(super) databases: [Option<String>; 2],
    /// The tables, by the numbers that the source's triggers know.
    pub(super) tables: Vec<String>,
    pub(super) copied: BTreeMap<String, Copied>,
    /// Whether the source's rows are erased already.
    pub(super) erased: bool,
    /// How long ago the tenant was switched, in seconds.
    pub(super) switched_for: Option<u64>,
}

/// Makes the table where there is none.
pub(super) async fn prepare(session: &Session) -> Result<(), RelocationError> {
    let there = session.text("looking for the journal", "SELECT to_regclass('tenancy.moves')").await?;
    match there {
        Some(_) => Ok(()),
        None => session.run("making the journal", TABLE).await,
    }
}

/// The tenant's move that has not ended.
pub(super) async fn open(session: &Session, tenant: &TenantKey) -> Result<Option<Entry>, RelocationError> {
    let rows = session
        .texts(
            "reading the journal",
            &format!(
                "SELECT json_build_object('id', id, 'step', step, 'source', source, 'destination', destination, 'tables', tables, \
                 'copied', copied, 'erased', erased, 'switched_for', floor(extract(epoch FROM now() - switched_at))::bigint)
                   FROM tenancy.moves WHERE tenant = {} AND step NOT IN ('finished', 'undone')",
                literal(tenant.as_str())
            ),
        )
        .await?;
    let Some(text) = rows.into_iter().flatten().next().flatten() else { return Ok(None) };
    let row: Row = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    Ok(Some(Entry {
        id: row.id,
        step: row.step,
        databases: [row.source.is.clone(), row.destination.is.clone()],
        source: row.source.placement()?,
        destination: row.destination.placement()?,
        tables: row.tables,
        copied: row.copied,
        erased: row.erased,
        switched_for: row.switched_for,
    }))
}

/// The step of the tenant's latest move, whether it has ended or not; `None` when there never was one.
pub(super) async fn latest(session: &Session, tenant: &TenantKey) -> Result<Option<Step>, RelocationError> {
    let query = format!(
        "SELECT step FROM tenancy.moves WHERE tenant = {} ORDER BY id DESC LIMIT 1",
        literal(tenant.as_str())
    );
    let Some(word) = session.text("reading the journal", &query).await? else { return Ok(None) };
    let step = serde_json::from_value(serde_json::Value::String(word));
    step.map(Some).map_err(|error| unreadable(error.to_string()))
}

#[derive(Deserialize)]
struct Row {
    id: i32,
    step: Step,
    source: Kept,
    destination: Kept,
    tables: Vec<String>,
    copied: BTreeMap<String, Copied>,
    erased: bool,
    switched_for: Option<u64>,
}

/// Writes a new move down.
pub(super) async fn begin(
    session: &Session,
    tenant: &TenantKey,
    ends: [(&Placement<DatabaseName>, &WhichDatabase); 2],
    tables: &[String],
) -> Result<(), RelocationError> {
    let [source, destination] =
        ends.map(|(placement, which)| Kept { is: Some(which.lasting()), ..placement.into() });
    let insert = format!(
        "INSERT INTO tenancy.moves (tenant, step, source, destination, tables) VALUES ({}, 'begun', {}, {}, {})",
        literal(tenant.as_str()),
        json(&source)?,
        json(&destination)?,
        json(&tables)?,
    );
    session.run("writing the move into the journal", &insert).await
}

impl Entry {
    /// Refuses databases that are not those that the move began in: a name leads where its address says, which may have changed since.
    pub(super) fn is_between(&self, databases: &[WhichDatabase; 2]) -> Result<(), RelocationError> {
        let ends = [("source", &self.source), ("destination", &self.destination)];
        for ((end, placement), (began, now)) in ends.into_iter().zip(self.databases.iter().zip(databases)) {
            if began.as_ref().is_some_and(|began| *began != now.lasting()) {
                return Err(RelocationError::refused(
                    format!(
                        "the {end} of this move, {}, is another database than the one it began in",
                        named(placement)
                    ),
                    "give the name the address that it had; the tenant's rows in this database are not the move's",
                ));
            }
        }
        Ok(())
    }

    /// Writes the next step down.
    pub(super) async fn reach(&mut self, session: &Session, step: Step) -> Result<(), RelocationError> {
        let switched =
            if step == Step::Switched { ", switched_at = coalesce(switched_at, now())" } else { "" };
        self.set(session, &format!("step = '{}'{switched}", step.word())).await?;
        self.step = step;
        Ok(())
    }

    /// Writes down how far the copy of a table is.
    pub(super) async fn copied(
        &mut self,
        session: &Session,
        table: &str,
        copied: Copied,
    ) -> Result<(), RelocationError> {
        self.copied.insert(table.to_owned(), copied);
        self.set(session, &format!("copied = {}", json(&self.copied)?)).await
    }

    /// Writes down how long the stop was.
    pub(super) async fn stopped(
        &self,
        session: &Session,
        stop: &impl Serialize,
    ) -> Result<(), RelocationError> {
        self.set(session, &format!("stop = {}", json(stop)?)).await
    }

    /// Writes down that the source's rows are erased.
    pub(super) async fn erased(&mut self, session: &Session) -> Result<(), RelocationError> {
        self.set(session, "erased = true").await?;
        self.erased = true;
        Ok(())
    }

    async fn set(&self, session: &Session, what: &str) -> Result<(), RelocationError> {
        let update = format!("UPDATE tenancy.moves SET {what}, changed_at = now() WHERE id = {}", self.id);
        session.run("writing the step into the journal", &update).await
    }
}

fn json(value: &impl Serialize) -> Result<String, RelocationError> {
    let text = serde_json::to_string(value).map_err(|error| unreadable(error.to_string()))?;
    Ok(format!("{}::jsonb", literal(&text)))
}

fn unreadable(reason: String) -> RelocationError {
    RelocationError::refused(
        format!("the journal `tenancy.moves` cannot be understood: {reason}"),
        "look at the tenant's row in it: somebody has changed it, or a newer version wrote it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placements_survive_the_journal() {
        let (schema, database): (SchemaName, DatabaseName) =
            ("acme".parse().expect("a schema"), "silo-7".parse().expect("a database"));
        for placement in [
            Placement::Shared,
            Placement::Schema(schema.clone()),
            Placement::Database(database.clone()),
            Placement::DatabaseSchema { database, schema },
        ] {
            let text = serde_json::to_string(&Kept::from(&placement)).expect("JSON");
            let kept: Kept = serde_json::from_str(&text).expect("JSON");
            assert_eq!(kept.placement().expect("a placement"), placement);
        }
        let odd: Kept = serde_json::from_str(r#"{"schema": "public"}"#).expect("JSON");
        assert!(odd.placement().is_err());
    }
}
