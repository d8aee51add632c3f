//! The rows that an erasure keeps: those of tables that the law keeps, and whatever rows that stay refer to.
//!
//! A foreign key would refuse their deletion, or delete or change the rows that refer to them with them. So they are looked for before
//! anything is deleted, and no key of the database takes a row along that is not the tenant's.

use tenancy_rls::{Ownership, Table, Tables};

use super::certificate::{Kept, KeptBy, Left, LeftWhat};
use super::nodes::keeps_nothing;
use super::request::Keep;
use crate::tenants::citus;
use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::layout::{ForeignKey, LaidTable, Layout, OnDelete};
use crate::tenants::session::Session;

/// The rows that are kept, in temporary tables of the transaction.
pub(super) struct KeptRows {
    /// Whether there are such tables: where nothing is kept, none are made.
    any: bool,
}

/// The temporary table of the kept rows of `table`.
fn store(table: &LaidTable) -> String {
    format!("pg_temp.tenancy_kept_{}", table.oid)
}

impl KeptRows {
    /// Looks for them, and says which rows of others refer to them.
    pub(super) async fn find<'k>(
        session: &Session,
        layout: &Layout,
        keep: &[ByLaw<'k>],
    ) -> Result<(Self, Vec<Left>), OperateError> {
        let of = |(number, reason): &ByLaw<'k>| {
            let (number, reason) = (*number, *reason);
            layout.owned().filter(move |table| table.declared == number).map(move |table| (table, reason))
        };
        let by_law: Vec<(&LaidTable, &str)> = keep.iter().flat_map(of).collect();
        let left = referring(session, layout).await?;
        let any = !by_law.is_empty() || !left.is_empty();
        if !any {
            return Ok((Self { any }, left));
        }
        keeps_nothing(citus::is_here(session).await?)?;
        for table in layout.owned() {
            let make = format!(
                "CREATE TEMPORARY TABLE tenancy_kept_{} (relation oid, row tid, by text, reason text, PRIMARY KEY (relation, row))
                 ON COMMIT DROP",
                table.oid
            );
            session
                .run("the temporary tables of what is kept cannot be made", &make)
                .await
                .map_err(temporary)?;
        }
        for (table, reason) in by_law {
            let rows = format!(
                "INSERT INTO {} SELECT r.tableoid, r.ctid, 'law', {} {}",
                store(table),
                crate::tenants::sql::literal(reason),
                table.own_rows()
            );
            session
                .run(format!("the rows of {} that are kept cannot be found", table.label()), &rows)
                .await?;
        }
        for key in from_outside(layout) {
            let Some(table) = layout.table(key.to) else { continue };
            let others = others(layout, key);
            let condition = format!(
                "EXISTS (SELECT FROM {} AS x WHERE {} AND {others})",
                key.from_sql,
                key.refers("x", "r")
            );
            add(session, table, &format!("{} refers to it by {}", key.from_sql, key.name), &condition)
                .await?;
        }
        follow(session, layout).await?;
        Ok((Self { any }, left))
    }

    /// What a DELETE of the table's rows says in addition.
    pub(super) fn but_for(&self, table: &LaidTable) -> String {
        if !self.any {
            return String::new();
        }
        format!(
            " AND NOT EXISTS (SELECT FROM {} AS k WHERE k.relation = r.tableoid AND k.row = r.ctid)",
            store(table)
        )
    }

    /// What was kept of a table.
    pub(super) async fn of(&self, session: &Session, table: &LaidTable) -> Result<Vec<Kept>, OperateError> {
        if !self.any {
            return Ok(Vec::new());
        }
        let query = format!(
            "SELECT by, reason, count(*) AS rows FROM {} GROUP BY by, reason ORDER BY by, reason",
            store(table)
        );
        let rows = session.rows("what is kept cannot be counted", &query).await?;
        let kept = rows.iter().map(|row| Kept {
            rows: u64::try_from(row.get::<_, i64>("rows")).unwrap_or_default(),
            by: if row.get::<_, &str>("by") == "law" { KeptBy::Law } else { KeptBy::Reference },
            reason: row.get("reason"),
        });
        Ok(kept.collect())
    }
}

/// A declared table that is kept whole, by its number, and why.
pub(super) type ByLaw<'k> = (usize, &'k str);

/// The tables that are kept whole. `places` are the declared tables in each place in which there may be rows: whichever of them is named,
/// the table is kept in all.
pub(super) fn by_law<'k>(places: &[&Tables], keep: &'k [Keep]) -> Result<Vec<ByLaw<'k>>, OperateError> {
    let labels = |number: usize| {
        let label = move |tables: &&Tables| {
            let table = tables.iter().nth(number)?;
            Some(format!("{}.{}", tables.schema_of(table), table.name()))
        };
        places.iter().filter_map(label)
    };
    let first = places.first();
    let is_owned = |(tables, table): &(&Tables, &Table)| {
        matches!(tables.ownership_of(table), Ownership::Column { .. } | Ownership::Parent(_))
    };
    let owned: Vec<(usize, &str)> = first
        .into_iter()
        .flat_map(|tables| tables.iter().map(move |table| (*tables, table)).enumerate())
        .filter(|(_, each)| is_owned(each))
        .map(|(number, (_, table))| (number, table.name()))
        .collect();
    let find = |keep: &'k Keep| {
        let named = |(number, name): &&(usize, &str)| {
            *name == keep.table() || labels(*number).any(|label| label == keep.table())
        };
        let mut found = owned.iter().filter(named);
        match (found.next(), found.next()) {
            (Some((number, _)), None) => Ok((*number, keep.reason())),
            (Some(_), Some(_)) => Err(OperateError::new(
                OperateErrorKind::Request,
                format!("{} is to be kept, and there are several tables of that name", keep.table()),
            )
            .fix("name its schema as well: schema.table")),
            (None, _) => Err(OperateError::new(
                OperateErrorKind::Request,
                format!("{} is to be kept, and is no declared table whose rows are erased", keep.table()),
            )
            .fix(format!(
                "name one of {}",
                owned.iter().filter_map(|(number, _)| labels(*number).next()).collect::<Vec<_>>().join(", ")
            ))),
        }
    };
    keep.iter().map(find).collect()
}

/// The foreign keys to tables whose rows are erased.
fn from_outside(layout: &Layout) -> impl Iterator<Item = &ForeignKey> {
    layout.foreign_keys.iter().filter(|key| layout.table(key.to).is_some_and(LaidTable::is_owned))
}

/// The condition that a row of the referring table, which goes by `x`, is not erased.
fn others(layout: &Layout, key: &ForeignKey) -> String {
    match layout.table(key.from).filter(|table| table.is_owned()).and_then(LaidTable::own_as_x) {
        Some(own) => format!("{own} IS NOT TRUE"),
        None => "true".to_owned(),
    }
}

/// The rows that are not the tenant's and refer to its rows.
async fn referring(session: &Session, layout: &Layout) -> Result<Vec<Left>, OperateError> {
    let mut left = Vec::new();
    for key in from_outside(layout) {
        let Some(table) = layout.table(key.to) else { continue };
        let query = format!(
            "SELECT count(*), min(n.nspname::text), min(c.relname::text) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
             LEFT JOIN LATERAL (SELECT 1 AS is_there FROM {} AS x WHERE {} AND EXISTS (SELECT {} AND {})) AS x ON true
             WHERE c.oid = {} AND x.is_there IS NOT NULL",
            key.from_sql,
            others(layout, key),
            table.own_rows(),
            key.refers("x", "r"),
            key.from
        );
        let rows = session
            .rows(format!("the rows of {} that refer to the tenant's cannot be found", key.from_sql), &query)
            .await?;
        let Some(row) = rows.first() else { continue };
        let count: i64 = row.get(0);
        if count > 0 {
            let deed = match key.on_delete {
                OnDelete::Refused => "would refuse the deletion",
                OnDelete::Deleted => "would delete them as well",
                OnDelete::Changed => "would change them",
            };
            left.push(Left {
                schema: row.get(1),
                table: row.get(2),
                columns: key.columns.clone(),
                rows: u64::try_from(count).ok(),
                what: LeftWhat::Refers,
                elsewhere: None,
                why: format!(
                    "they are not the tenant's and refer to rows of {} by {}, which {deed}; so those rows were kept",
                    table.label(),
                    key.name
                ),
            });
        }
    }
    Ok(left)
}

/// Whatever kept rows refer to is kept, until there is no more.
async fn follow(session: &Session, layout: &Layout) -> Result<(), OperateError> {
    loop {
        let mut more = 0;
        for key in from_outside(layout) {
            let (Some(from), Some(to)) = (layout.table(key.from), layout.table(key.to)) else { continue };
            if from.is_owned() {
                more += add_parents(session, from, to, &key.refers("x", "r"), &key.name).await?;
            }
        }
        // A row that belongs through another would be nobody's without it, foreign key or not.
        for from in layout.owned() {
            if let Ownership::Parent(link) = &from.ownership
                && let Some(to) = layout.named(&link.schema, &link.table)
            {
                let [column, key] =
                    [&link.column, &link.key].map(|name| crate::tenants::sql::identifier(name));
                more += add_parents(
                    session,
                    from,
                    to,
                    &format!("x.{column} = r.{key}"),
                    "what it belongs through",
                )
                .await?;
            }
        }
        if more == 0 {
            return Ok(());
        }
    }
}

async fn add_parents(
    session: &Session,
    from: &LaidTable,
    to: &LaidTable,
    refers: &str,
    by: &str,
) -> Result<u64, OperateError> {
    let condition = format!(
        "EXISTS (SELECT FROM {} AS x JOIN {} AS k ON k.relation = x.tableoid AND k.row = x.ctid WHERE {refers})",
        from.sql,
        store(from)
    );
    add(session, to, &format!("a kept row of {} refers to it by {by}", from.label()), &condition).await
}

/// Keeps the tenant's rows of a table for which a condition holds.
async fn add(
    session: &Session,
    table: &LaidTable,
    reason: &str,
    condition: &str,
) -> Result<u64, OperateError> {
    let insert = format!(
        "INSERT INTO {} SELECT r.tableoid, r.ctid, 'reference', {} {} AND {condition} ON CONFLICT DO NOTHING",
        store(table),
        crate::tenants::sql::literal(reason),
        table.own_rows()
    );
    session.execute(format!("the rows of {} that are kept cannot be found", table.label()), &insert).await
}

fn temporary(error: OperateError) -> OperateError {
    if error.kind() == OperateErrorKind::Role {
        error.fix("rows are kept, and they are remembered in temporary tables: GRANT TEMPORARY ON DATABASE … to this role, or use another")
    } else {
        error
    }
}
