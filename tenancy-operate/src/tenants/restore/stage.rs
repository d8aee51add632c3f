//! The exported rows in temporary tables of the transaction, where they are looked at before anything is written.

use std::collections::HashSet;

use futures_util::SinkExt as _;
use tenancy_core::TenantKey;
use tenancy_rls::Ownership;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use crate::tenants::error::{OperateError, OperateErrorKind, database, storage};
use crate::tenants::export::{Export, ExportedTable};
use crate::tenants::layout::{Column, LaidTable, Layout};
use crate::tenants::progress::Progress;
use crate::tenants::session::Session;
use crate::tenants::sql;

/// An exported table beside the one of this database.
pub(super) struct Staged<'a> {
    pub(super) table: &'a LaidTable,
    pub(super) exported: &'a ExportedTable,
}

impl Staged<'_> {
    /// The temporary table.
    pub(super) fn store(&self) -> String {
        store(self.table.oid)
    }

    /// The columns of the export.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        self.exported.columns.iter().filter_map(|column| self.table.column(&column.name))
    }

    /// Those that are written: what is computed is not.
    pub(super) fn written(&self) -> Vec<&str> {
        self.columns().filter(|column| !column.generated).map(|column| column.name.as_str()).collect()
    }
}

pub(super) fn store(oid: u32) -> String {
    format!("pg_temp.tenancy_stage_{oid}")
}

/// Brings the rows of the files into temporary tables.
pub(super) async fn stage<'a>(
    session: &Session,
    layout: &'a Layout,
    export: &'a Export,
    progress: &dyn Progress,
) -> Result<Vec<Staged<'a>>, OperateError> {
    let mut all = Vec::new();
    let mut seen = HashSet::new();
    for exported in &export.manifest().tables {
        let label = format!("{}.{}", exported.schema, exported.table);
        let table = layout.counterpart(&exported.schema, &exported.table).filter(|table| table.own.is_some());
        let Some(table) = table else {
            return Err(OperateError::new(
                OperateErrorKind::Conflict,
                format!("the export has rows of {label}, which is no declared table of tenants here"),
            )
            .fix("declare it in the manifest, or restore into a database of the same schema"));
        };
        if !seen.insert(table.oid) {
            return Err(OperateError::new(
                OperateErrorKind::Corrupt,
                format!("the export has {label} twice"),
            ));
        }
        fits(table, exported)?;
        let staged = Staged { table, exported };
        progress.part(&label);
        load(session, export, &staged, progress).await?;
        all.push(staged);
    }
    Ok(all)
}

/// The table of this database has to have the columns of the export, with the same types.
fn fits(table: &LaidTable, exported: &ExportedTable) -> Result<(), OperateError> {
    let conflict = |message: String| {
        Err(OperateError::new(OperateErrorKind::Conflict, message).fix(
            "restore into a database whose migrations are those of the export, and migrate it afterwards",
        ))
    };
    for column in &exported.columns {
        match table.column(&column.name) {
            None => {
                return conflict(format!(
                    "the export has a column {} of {}, which is not here",
                    column.name,
                    table.label()
                ));
            }
            Some(here) if here.sql_type != column.sql_type => {
                return conflict(format!(
                    "the column {} of {} is {} here, and {} in the export",
                    column.name,
                    table.label(),
                    here.sql_type,
                    column.sql_type
                ));
            }
            Some(_) => {}
        }
    }
    let lacking = table.columns.iter().find(|here| {
        let is_given = here.generated || here.identity || here.default.is_some() || !here.not_null;
        !is_given && !exported.columns.iter().any(|column| column.name == here.name)
    });
    match lacking {
        Some(here) => conflict(format!(
            "{} has a column {} here, which the export lacks, and which may neither be NULL nor has a default",
            table.label(),
            here.name
        )),
        None => Ok(()),
    }
}

async fn load(
    session: &Session,
    export: &Export,
    staged: &Staged<'_>,
    progress: &dyn Progress,
) -> Result<(), OperateError> {
    let (table, exported) = (staged.table, staged.exported);
    let columns = sql::list("", exported.columns.iter().map(|column| column.name.as_str()));
    let make = format!(
        "CREATE TEMPORARY TABLE tenancy_stage_{} ON COMMIT DROP AS SELECT {columns} FROM {} WITH NO DATA",
        table.oid, table.sql
    );
    session
        .run("the temporary tables for the exported rows cannot be made", &make)
        .await
        .map_err(temporary)?;
    let copy =
        format!("COPY {} ({columns}) FROM STDIN (FORMAT csv, HEADER match, ENCODING 'UTF8')", staged.store());
    let path = export.file(exported)?;
    let failed = || database(format!("the rows of {} cannot be read by the database", path.display()));
    let mut file = File::open(&path).await.map_err(storage(format!("{} cannot be read", path.display())))?;
    let mut sink = Box::pin(session.client().copy_in::<_, bytes::Bytes>(&copy).await.map_err(failed())?);
    loop {
        let mut buffer = bytes::BytesMut::with_capacity(256 * 1024);
        let read = file
            .read_buf(&mut buffer)
            .await
            .map_err(storage(format!("{} cannot be read", path.display())))?;
        if read == 0 {
            break;
        }
        progress.bytes(read as u64);
        sink.send(buffer.freeze()).await.map_err(failed())?;
    }
    let rows = sink.as_mut().finish().await.map_err(failed())?;
    if rows != exported.rows {
        return Err(OperateError::new(
            OperateErrorKind::Corrupt,
            format!("{} has {rows} rows, and the manifest says {}", path.display(), exported.rows),
        ));
    }
    session.run("the temporary tables cannot be analysed", &format!("ANALYZE {}", staged.store())).await
}

/// An export is a file that somebody may have changed, hashes and all. Its rows are the tenant's, or it is not restored.
pub(super) async fn are_the_tenants(
    session: &Session,
    layout: &Layout,
    staged: &[Staged<'_>],
    exported: &TenantKey,
) -> Result<(), OperateError> {
    for each in staged {
        let others = match &each.table.ownership {
            Ownership::Column { column, .. } => format!(
                "s.{} IS DISTINCT FROM {}::{}",
                sql::identifier(column),
                sql::literal(exported.as_str()),
                layout.tenant_type
            ),
            Ownership::Parent(link) => {
                let Some(parent) = layout.named(&link.schema, &link.table) else { continue };
                let parent = staged.iter().find(|other| other.table.oid == parent.oid);
                let [column, key] = [&link.column, &link.key].map(|name| sql::identifier(name));
                match parent {
                    Some(parent) => {
                        format!("NOT EXISTS (SELECT FROM {} AS p WHERE p.{key} = s.{column})", parent.store())
                    }
                    None => "true".to_owned(),
                }
            }
            // They may be several tenants'. Those that are exported are those that the exported links name.
            Ownership::Link(link) => {
                let links = layout.named(&link.schema, &link.table);
                let links =
                    staged.iter().find(|other| links.is_some_and(|links| other.table.oid == links.oid));
                let [column, key] = [&link.column, &link.key].map(|name| sql::identifier(name));
                match links {
                    Some(links) => {
                        leads_to_exported(session, links, &key, each, &column).await?;
                        format!("NOT EXISTS (SELECT FROM {} AS l WHERE l.{key} = s.{column})", links.store())
                    }
                    None => "true".to_owned(),
                }
            }
            _ => continue,
        };
        let query = format!("SELECT count(*) FROM {} AS s WHERE {others}", each.store());
        let rows =
            session.rows(format!("the rows of {} cannot be looked at", each.table.label()), &query).await?;
        let count: i64 = rows.first().map_or(0, |row| row.get(0));
        if count > 0 {
            return Err(OperateError::new(
                OperateErrorKind::Corrupt,
                format!(
                    "{count} rows of {} in the export are not of the tenant {:?}",
                    each.table.label(),
                    exported.as_str()
                ),
            )
            .fix("take another copy of the export: this one was not written by `tenancy`"));
        }
    }
    Ok(())
}

/// A link to a row that is not in the export would show the tenant another's.
async fn leads_to_exported(
    session: &Session,
    links: &Staged<'_>,
    key: &str,
    linked: &Staged<'_>,
    column: &str,
) -> Result<(), OperateError> {
    let query = format!(
        "SELECT count(*) FROM {} AS l WHERE l.{key} IS NOT NULL AND NOT EXISTS (SELECT FROM {} AS s WHERE s.{column} = l.{key})",
        links.store(),
        linked.store()
    );
    let rows =
        session.rows(format!("the rows of {} cannot be looked at", links.table.label()), &query).await?;
    let count: i64 = rows.first().map_or(0, |row| row.get(0));
    if count == 0 {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Corrupt,
        format!(
            "{count} rows of {} in the export link rows of {} that are not in it",
            links.table.label(),
            linked.table.label()
        ),
    )
    .fix("take another copy of the export: this one was not written by `tenancy`"))
}

pub(super) fn temporary(error: OperateError) -> OperateError {
    if error.kind() == OperateErrorKind::Role {
        error.fix("the rows are looked at in temporary tables: GRANT TEMPORARY ON DATABASE … to this role, or use another")
    } else {
        error
    }
}
