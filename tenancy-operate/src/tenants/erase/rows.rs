//! A tenant's rows in one database, erased in one transaction.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tenancy_pool::placement::DatabaseName;
use tenancy_rls::Tables;

use super::certificate::{Effect, ErasedElsewhere, ErasedTable, Left};
use super::effects::{Counted, beside};
use super::kept::{ByLaw, KeptRows};
use super::request::Erasure;
use super::{copies, nodes, traces};
use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::failpoint;
use crate::tenants::layout::{LaidTable, Layout};
use crate::tenants::progress::Progress;
use crate::tenants::session::Session;

/// What was erased in one database, and what is left in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) database: String,
    pub(super) server: String,
    pub(super) operator: String,
    pub(super) at: String,
    /// Why rows of others were let change by triggers, where that was allowed.
    #[serde(default)]
    pub(super) despite_triggers: Option<String>,
    pub(super) tables: Vec<ErasedTable>,
    pub(super) left: Vec<Left>,
    pub(super) effects: Vec<Effect>,
}

impl Part {
    /// Does all of it but the commit.
    pub(super) async fn erase(
        session: &Session,
        tables: &Tables,
        layout: &Layout,
        erasure: &Erasure,
        keep: &[ByLaw<'_>],
        progress: &dyn Progress,
    ) -> Result<Self, OperateError> {
        layout.sees_what_refers(session).await?;
        nodes::no_triggers(session, layout).await?;
        let counted = Counted::now(session).await?;
        let (kept, mut left) = KeptRows::find(session, layout, keep).await?;
        left.extend(traces::unlinked(session, layout).await?);
        let mut there = HashMap::new();
        for table in layout.owned() {
            there.insert(table.oid, count(session, table).await?);
        }
        // What triggers call is found where it is for everybody else.
        session.run("the search path cannot be set", "SET LOCAL search_path = DEFAULT").await?;
        let mut erased = Vec::new();
        for group in layout.parents_first().into_iter().rev() {
            for table in &group {
                progress.part(&table.label());
            }
            erased.extend(delete(session, &group, &kept).await?);
            failpoint::reached("erase.table").await;
        }
        // What triggers put off until the end is done now, where it is looked at.
        session
            .run(
                "what triggers put off cannot be done, and nothing is erased",
                "SET CONSTRAINTS ALL IMMEDIATE",
            )
            .await?;
        session.run("the search path cannot be set", "SET LOCAL search_path = pg_catalog").await?;
        for entry in &mut erased {
            if let Some(table) = layout.named(&entry.schema, &entry.table) {
                entry.kept = kept.of(session, table).await?;
                nothing_else_is_left(session, table, entry).await?;
                // A trigger of another table may have deleted some before.
                let there = there.get(&table.oid).copied().unwrap_or_default();
                entry.erased = there.saturating_sub(entry.kept_rows());
            }
        }
        let changed = counted.since(session).await?;
        if erasure.despite_triggers.is_none() {
            super::effects::none_of_others(session, layout, &changed).await?;
        }
        left.extend(traces::find(session, layout).await?);
        left.extend(copies::find(session, tables, layout).await?);
        let effects = beside(layout, &erased, changed)?;
        let query = "SELECT current_database()::text, current_setting('server_version'), session_user::text,
                            to_char(transaction_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
        let rows = session.rows("the time cannot be asked", query).await?;
        let said = |place| rows.first().map(|row| row.get::<_, String>(place)).unwrap_or_default();
        Ok(Self {
            database: said(0),
            server: said(1),
            operator: said(2),
            at: said(3),
            despite_triggers: erasure.despite_triggers.as_ref().map(|reason| reason.as_str().to_owned()),
            tables: erased,
            left,
            effects,
        })
    }

    /// Puts what was erased in another database before its own.
    pub(super) fn and_elsewhere(&mut self, other: Self, name: &DatabaseName) -> ErasedElsewhere {
        // It may have been allowed by another run, which was interrupted.
        self.despite_triggers = self.despite_triggers.take().or(other.despite_triggers);
        let named = || Some(name.as_str().to_owned());
        let tables = other.tables.into_iter().map(|table| ErasedTable { elsewhere: named(), ..table });
        let left = other.left.into_iter().map(|left| Left { elsewhere: named(), ..left });
        let effects = other.effects.into_iter().map(|effect| Effect { elsewhere: named(), ..effect });
        // Of what a move leaves here mostly nothing is.
        let here = std::mem::take(&mut self.tables);
        let here = here.into_iter().filter(|table| table.erased > 0 || !table.kept.is_empty());
        self.tables = tables.chain(here).collect();
        self.left.splice(0..0, left);
        self.effects.splice(0..0, effects);
        ErasedElsewhere {
            name: name.as_str().to_owned(),
            database: other.database,
            server: other.server,
            operator: other.operator,
            erased_at: other.at,
        }
    }
}

/// How many rows of the tenant a table has.
pub(super) async fn count(session: &Session, table: &LaidTable) -> Result<u64, OperateError> {
    let query = format!("SELECT count(*) {}", table.own_rows());
    let rows = session.rows(format!("the rows of {} cannot be counted", table.label()), &query).await?;
    Ok(rows.first().map_or(0, |row| u64::try_from(row.get::<_, i64>(0)).unwrap_or_default()))
}

/// Deletes the rows of tables that refer to each other, in one statement: PostgreSQL looks at foreign keys when it has ended.
async fn delete(
    session: &Session,
    group: &[&LaidTable],
    kept: &KeptRows,
) -> Result<Vec<ErasedTable>, OperateError> {
    let deletes: Vec<_> = group
        .iter()
        .enumerate()
        .map(|(place, table)| {
            let own = table.own.as_deref().unwrap_or("false");
            format!(
                "d{place} AS (DELETE FROM {} AS r WHERE {own}{} RETURNING 1)",
                table.sql,
                kept.but_for(table)
            )
        })
        .collect();
    let counts: Vec<_> = (0..group.len()).map(|place| format!("(SELECT count(*) FROM d{place})")).collect();
    let labels = group.iter().map(|table| table.label()).collect::<Vec<_>>().join(", ");
    let statement = format!("WITH {} SELECT {}", deletes.join(", "), counts.join(", "));
    let rows = session
        .rows(format!("the rows of {labels} cannot be deleted, and nothing is erased"), &statement)
        .await?;
    let count =
        |place| rows.first().map_or(0, |row| u64::try_from(row.get::<_, i64>(place)).unwrap_or_default());
    let erased = group.iter().enumerate().map(|(place, table)| ErasedTable {
        schema: table.schema.clone(),
        table: table.name.clone(),
        erased: count(place),
        kept: Vec::new(),
        elsewhere: None,
    });
    Ok(erased.collect())
}

/// A trigger may have kept rows, or written new ones.
async fn nothing_else_is_left(
    session: &Session,
    table: &LaidTable,
    erased: &ErasedTable,
) -> Result<(), OperateError> {
    let (left, kept) = (count(session, table).await?, erased.kept_rows());
    if left == kept {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!(
            "{} rows of {} are there after all were deleted but {kept} that are kept: a trigger or a rule of the table holds them",
            left,
            table.label()
        ),
    )
    .fix("look at what the table's triggers do on DELETE; nothing was erased"))
}
