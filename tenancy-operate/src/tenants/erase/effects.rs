//! What a transaction changed, by the server's own counts: the deletions that were asked for, and whatever triggers and foreign keys
//! did beside them.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::certificate::{Effect, ErasedTable};
use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::layout::Layout;
use crate::tenants::session::Session;

const COUNTS: &str = "
SELECT relid, schemaname::text AS schema, relname::text AS table, n_tup_ins, n_tup_upd, n_tup_del, current_setting('track_counts') = 'on' AS counted
  FROM pg_stat_xact_all_tables
 WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'tenancy', 'pg_toast') AND schemaname !~ '^pg_(toast_)?temp_'
 ORDER BY 2, 3";

/// The counts when the transaction began: those of earlier ones of the session may be in them still.
pub(super) struct Counted(HashMap<u32, Effect>);

impl Counted {
    /// Takes them.
    pub(super) async fn now(session: &Session) -> Result<Self, OperateError> {
        let rows = session.rows("what was changed cannot be counted", COUNTS).await?;
        if rows.first().is_some_and(|row| !row.get::<_, bool>("counted")) {
            return Err(OperateError::new(
                OperateErrorKind::Request,
                "the server counts no changes (track_counts is off), so that nobody could say what an erasure does by triggers and keys",
            )
            .fix("set track_counts = on for this role, as a superuser: ALTER ROLE … SET track_counts = on"));
        }
        Ok(Self(rows.iter().map(|row| (row.get("relid"), effect(row))).collect()))
    }

    /// What came since, by table.
    pub(super) async fn since(&self, session: &Session) -> Result<HashMap<u32, Effect>, OperateError> {
        let Self(now) = Self::now(session).await?;
        let changed = now.into_iter().filter_map(|(oid, mut effect)| {
            if let Some(before) = self.0.get(&oid) {
                effect.inserted = effect.inserted.saturating_sub(before.inserted);
                effect.updated = effect.updated.saturating_sub(before.updated);
                effect.deleted = effect.deleted.saturating_sub(before.deleted);
            }
            (effect.inserted + effect.updated + effect.deleted > 0).then_some((oid, effect))
        });
        Ok(changed.collect())
    }
}

fn effect(row: &Row) -> Effect {
    let count = |name| u64::try_from(row.get::<_, i64>(name)).unwrap_or_default();
    Effect {
        schema: row.get("schema"),
        table: row.get("table"),
        inserted: count("n_tup_ins"),
        updated: count("n_tup_upd"),
        deleted: count("n_tup_del"),
        elsewhere: None,
    }
}

/// What was changed beside the rows that were to be erased. More deleted rows than those are another tenant's.
pub(super) fn beside(
    layout: &Layout,
    erased: &[ErasedTable],
    changed: HashMap<u32, Effect>,
) -> Result<Vec<Effect>, OperateError> {
    let root = |oid: u32| layout.members.get(&oid).copied().unwrap_or(oid);
    for entry in erased {
        let Some(table) = layout.named(&entry.schema, &entry.table) else { continue };
        let of_family =
            || changed.iter().filter(|(oid, _)| root(**oid) == table.oid).map(|(_, effect)| effect);
        let deleted: u64 = of_family().map(|effect| effect.deleted).sum();
        let inserted: u64 = of_family().map(|effect| effect.inserted).sum();
        if deleted > entry.erased + inserted {
            return Err(OperateError::new(
                OperateErrorKind::Conflict,
                format!(
                    "{} rows of {} would be deleted that are not the tenant's: a trigger or a foreign key takes them along",
                    deleted - entry.erased - inserted,
                    table.label()
                ),
            )
            .fix("look at the table's triggers and at the foreign keys that lead to and from it; nothing was erased"));
        }
    }
    let is_erased = |oid: u32| layout.owned().any(|table| table.oid == root(oid));
    let mut effects: Vec<_> = changed
        .into_iter()
        .map(|(oid, effect)| if is_erased(oid) { Effect { deleted: 0, ..effect } } else { effect })
        .filter(|effect| effect.inserted + effect.updated + effect.deleted > 0)
        .collect();
    effects.sort_by(|one, other| (&one.schema, &one.table).cmp(&(&other.schema, &other.table)));
    Ok(effects)
}

/// Refuses where a trigger wrote rows of others in the declared tables.
///
/// The erasure itself only deletes. So of these tables every row that this transaction has written was written by a trigger or a key, and
/// by then none but a kept one is the tenant's: what is there is another's, or has become so. Together with the counts that is all that
/// can be done to rows of others: a row that was written is there, or was deleted and counted.
pub(super) async fn none_of_others(
    session: &Session,
    layout: &Layout,
    changed: &HashMap<u32, Effect>,
) -> Result<(), OperateError> {
    let root = |oid: u32| layout.members.get(&oid).copied().unwrap_or(oid);
    for table in layout.owned() {
        let is_written =
            |(oid, effect): (&u32, &Effect)| root(*oid) == table.oid && effect.inserted + effect.updated > 0;
        if !changed.iter().any(is_written) {
            continue;
        }
        let own = table.own.as_deref().unwrap_or("false");
        // Of a trigger's own savepoints, too: their numbers are higher than the transaction's.
        let query = format!(
            "SELECT count(*) FROM {} AS r WHERE age(r.xmin) <= age(pg_current_xact_id()::xid) AND ({own}) IS NOT TRUE",
            table.sql
        );
        let rows = session
            .rows(format!("what triggers wrote into {} cannot be looked at", table.label()), &query)
            .await?;
        let count: i64 = rows.first().map_or(0, |row| row.get(0));
        if count > 0 {
            return Err(OperateError::new(
                OperateErrorKind::Conflict,
                format!(
                    "{count} rows of {} that are not the tenant's would be written by a trigger or a foreign key, and might be its rows under another's name",
                    table.label()
                ),
            )
            .fix("look at what the tables' triggers do on DELETE; where that is meant, `--despite-triggers REASON` stands in the certificate; nothing was erased"));
        }
    }
    Ok(())
}
